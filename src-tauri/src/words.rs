//! The few words that the app says outside its window. Those in the window are the UI's.

use chapfood_station::contract::{Language, Settings};

/// The words of one language.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) connecting: &'static str,
    pub(crate) connected: &'static str,
    pub(crate) connected_to: &'static str,
    pub(crate) reconnecting: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) offline_since: &'static str,
    pub(crate) open: &'static str,
    pub(crate) try_now: &'static str,
    pub(crate) hub_off: &'static str,
    pub(crate) wall: &'static str,
    pub(crate) send: &'static str,
    pub(crate) settings: &'static str,
    pub(crate) do_not_disturb: &'static str,
    pub(crate) do_not_disturb_until: &'static str,
    pub(crate) do_not_disturb_on: &'static str,
    pub(crate) half_hour: &'static str,
    pub(crate) hour: &'static str,
    pub(crate) service: &'static str,
    pub(crate) tomorrow: &'static str,
    pub(crate) manual: &'static str,
    pub(crate) alerts_again: &'static str,
    pub(crate) quit: &'static str,
    pub(crate) quit_with_hub: &'static str,
    /// Why the screen does not go dark, for whoever asks the desktop.
    pub(crate) wall_is_open: &'static str,
    pub(crate) hub_is_hosted: &'static str,
    /// Beside the name of the app in the title of a window that could not close to a tray.
    pub(crate) no_tray: &'static str,
    pub(crate) cannot_start: &'static str,
    unread: Counted,
    todo: Counted,
    late: Counted,
    hub_on: Counted,
}

/// One and other; French counts zero as one.
#[derive(Debug, PartialEq, Eq)]
struct Counted {
    one: &'static str,
    other: &'static str,
    zero_is_one: bool,
}

const FRENCH: Words = Words {
    connecting: "Connexion au hub…",
    connected: "Connecté",
    connected_to: "Connecté à {hub}",
    reconnecting: "Reconnexion…",
    offline: "Hors ligne",
    offline_since: "Hors ligne depuis {time}",
    open: "Ouvrir ChapFood Notifications",
    try_now: "Réessayer maintenant",
    hub_off: "Héberger un hub…",
    wall: "Affichage mural",
    send: "Envoyer une notification…",
    settings: "Réglages…",
    do_not_disturb: "Ne pas déranger",
    do_not_disturb_until: "Ne pas déranger jusqu’à {time}",
    do_not_disturb_on: "Ne pas déranger, jusqu’à nouvel ordre",
    half_hour: "Pendant 30\u{a0}min",
    hour: "Pendant 1\u{a0}h",
    service: "Jusqu’à la fin du service",
    tomorrow: "Jusqu’à demain matin",
    manual: "Jusqu’à nouvel ordre",
    alerts_again: "Réactiver les alertes",
    quit: "Quitter",
    quit_with_hub: "Quitter et arrêter le hub…",
    wall_is_open: "L’affichage mural est ouvert",
    hub_is_hosted: "Le hub des autres postes tourne sur cet ordinateur",
    no_tray: "réduite, sans zone de notification",
    cannot_start: "ChapFood Notifications ne peut pas démarrer",
    unread: Counted::new("{n} non lue", "{n} non lues", true),
    todo: Counted::new("{n} à traiter", "{n} à traiter", true),
    late: Counted::new("{n} en retard", "{n} en retard", true),
    hub_on: Counted::new("Hub en marche, {n} poste", "Hub en marche, {n} postes", true),
};

const ENGLISH: Words = Words {
    connecting: "Connecting to the hub…",
    connected: "Connected",
    connected_to: "Connected to {hub}",
    reconnecting: "Reconnecting…",
    offline: "Offline",
    offline_since: "Offline since {time}",
    open: "Open ChapFood Notifications",
    try_now: "Try now",
    hub_off: "Host a hub…",
    wall: "Wall view",
    send: "Send a notification…",
    settings: "Settings…",
    do_not_disturb: "Do not disturb",
    do_not_disturb_until: "Do not disturb until {time}",
    do_not_disturb_on: "Do not disturb, until I turn it off",
    half_hour: "For 30\u{a0}minutes",
    hour: "For 1\u{a0}hour",
    service: "Until the end of service",
    tomorrow: "Until tomorrow morning",
    manual: "Until I turn it off",
    alerts_again: "Turn alerts back on",
    quit: "Quit",
    quit_with_hub: "Quit and stop the hub…",
    wall_is_open: "The wall view is open",
    hub_is_hosted: "The other computers’ hub runs on this computer",
    no_tray: "minimised, no tray here",
    cannot_start: "ChapFood Notifications cannot start",
    unread: Counted::new("{n} unread", "{n} unread", false),
    todo: Counted::new("{n} to do", "{n} to do", false),
    late: Counted::new("{n} late", "{n} late", false),
    hub_on: Counted::new("Hub running, {n} computer", "Hub running, {n} computers", false),
};

impl Words {
    /// In the person's language, or in the desktop's.
    pub(crate) fn of(settings: &Settings) -> &'static Self {
        Self::in_language(language(settings))
    }

    /// In this language.
    pub(crate) fn in_language(language: Language) -> &'static Self {
        match language {
            Language::Fr => &FRENCH,
            Language::En => &ENGLISH,
        }
    }

    pub(crate) fn unread(&self, n: u32) -> String {
        self.unread.say(n)
    }

    pub(crate) fn hub_on(&self, computers: u32) -> String {
        self.hub_on.say(computers)
    }

    pub(crate) fn todo(&self, n: u32) -> String {
        self.todo.say(n)
    }

    pub(crate) fn late(&self, n: u32) -> String {
        self.late.say(n)
    }
}

impl Counted {
    const fn new(one: &'static str, other: &'static str, zero_is_one: bool) -> Self {
        Self { one, other, zero_is_one }
    }

    fn say(&self, n: u32) -> String {
        let one = n == 1 || (n == 0 && self.zero_is_one);
        if one { self.one } else { self.other }.replace("{n}", &n.to_string())
    }
}

/// The person's language, or the desktop's.
pub(crate) fn language(settings: &Settings) -> Language {
    settings.language.unwrap_or_else(desktop_language)
}

/// The language of the desktop's session, by the rule that the window follows too.
pub(crate) fn desktop_language() -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    language_of(locale.as_deref())
}

/// The portable locale speaks English, as it does to WebKit; a language that we lack, French.
fn language_of(locale: Option<&str>) -> Language {
    match locale {
        Some("C" | "POSIX") => Language::En,
        Some(locale) if locale.starts_with("en") || locale.starts_with("C.") => Language::En,
        _ => Language::Fr,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_says_nought_in_the_singular_and_english_does_not() {
        assert_eq!(FRENCH.hub_on(0), "Hub en marche, 0 poste");
        assert_eq!(ENGLISH.hub_on(0), "Hub running, 0 computers");
        assert_eq!(FRENCH.unread(2), "2 non lues");
    }

    #[test]
    fn a_language_that_we_lack_falls_back_to_french() {
        assert_eq!(language_of(None), Language::Fr);
        assert_eq!(language_of(Some("pt_PT.UTF-8")), Language::Fr);
        assert_eq!(language_of(Some("fr_CA.UTF-8")), Language::Fr);
        assert_eq!(language_of(Some("en_GB.UTF-8")), Language::En);
        assert_eq!(language_of(Some("C.UTF-8")), Language::En);
    }
}
