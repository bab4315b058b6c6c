//! What the program says, in the two languages of the hub.

use chapfood_hub::Token;
use chapfood_protocol::{Lang, ServerStats};

/// French if the system's messages are, else English. The first of the three that is set decides.
pub(crate) fn lang() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if locale.is_some_and(|locale| locale.starts_with("fr")) { Lang::Fr } else { Lang::En }
}

fn say(french: String, english: String) -> String {
    match lang() {
        Lang::Fr => french,
        Lang::En => english,
    }
}

pub(crate) fn kept_aside(path: &std::path::Path) -> String {
    let path = path.display();
    say(format!("ce qui était là est gardé dans {path}"), format!("what was there is kept in {path}"))
}

pub(crate) fn refused(words: &str) -> String {
    say(format!("refusé par le hub : {words}"), format!("refused by the hub: {words}"))
}

pub(crate) fn unreachable(hub: &str) -> String {
    say(
        format!("le hub {hub} est injoignable : vérifiez l'adresse (--hub) et qu'il est démarré"),
        format!("the hub {hub} cannot be reached: check its address (--hub) and that it is running"),
    )
}

pub(crate) fn unconfirmed() -> String {
    say(
        "le hub n'a pas confirmé : la notification a pu partir ou non".into(),
        "the hub did not confirm: the notification may have been sent or not".into(),
    )
}

pub(crate) fn unanswered(hub: &str) -> String {
    say(format!("le hub {hub} n'a pas répondu à temps"), format!("the hub {hub} did not answer in time"))
}

pub(crate) fn output(error: &std::io::Error) -> String {
    say(format!("impossible d'écrire la sortie : {error}"), format!("cannot write the output: {error}"))
}

pub(crate) fn trying(hub: &str) -> String {
    say(
        format!("le hub {hub} ne répond pas, nouvel essai…"),
        format!("no answer from the hub {hub}, trying again…"),
    )
}

pub(crate) fn connected(hub: &str) -> String {
    say(format!("connecté à {hub}"), format!("connected to {hub}"))
}

pub(crate) fn offline(hub: &str) -> String {
    say(
        format!("le hub {hub} est injoignable, essais toutes les 10 s au plus"),
        format!("the hub {hub} cannot be reached, trying every 10 s or sooner"),
    )
}

pub(crate) fn no_data_dir() -> String {
    say(
        "ni HOME ni XDG_DATA_HOME : indiquez le dossier des données avec --data".into(),
        "neither HOME nor XDG_DATA_HOME is set: name the folder of the data with --data".into(),
    )
}

pub(crate) fn token_shown_once(id: i64) -> String {
    say(
        format!("jeton n° {id}, affiché cette seule fois : gardez-le en lieu sûr"),
        format!("token no. {id}, shown this once: keep it safe"),
    )
}

pub(crate) fn no_such_token(id: i64) -> String {
    say(
        format!("aucun jeton n° {id} à retirer : voyez `chapfood token list`"),
        format!("no token no. {id} to withdraw: see `chapfood token list`"),
    )
}

pub(crate) fn token_state(token: &Token) -> String {
    match (token.revoked, token.used) {
        (Some(at), _) => say(format!("retiré le {at}"), format!("withdrawn {at}")),
        (None, Some(at)) => say(format!("utilisé le {at}"), format!("used {at}")),
        (None, None) => say("jamais utilisé".into(), "never used".into()),
    }
}

pub(crate) fn unreadable_token(path: &std::path::Path, error: &std::io::Error) -> String {
    let path = path.display();
    say(
        format!("le fichier du jeton {path} est illisible : {error}"),
        format!("the token's file {path} cannot be read: {error}"),
    )
}

pub(crate) fn stopping() -> String {
    say("arrêt du hub…".into(), "stopping the hub…".into())
}

pub(crate) fn clients(count: u32) -> String {
    let s = if count > 1 { "s" } else { "" };
    say(format!("{count} client{s}"), format!("{count} client{}", if count == 1 { "" } else { "s" }))
}

pub(crate) fn stats(stats: &ServerStats) -> String {
    let minutes = (stats.uptime.max(0.0) / 60.0).floor();
    let (hours, minutes) = ((minutes / 60.0).floor(), minutes % 60.0);
    say(
        format!(
            "clients connectés : {}\nchannels actifs : {}\nen service depuis : {hours} h {minutes:02} min",
            stats.connected_clients, stats.active_channels
        ),
        format!(
            "connected clients: {}\nactive channels: {}\nup for: {hours} h {minutes:02} min",
            stats.connected_clients, stats.active_channels
        ),
    )
}
