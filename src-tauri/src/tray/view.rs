//! What the tray says.

use chapfood_station::contract::{HostedHub, Link, Snapshot};

use crate::words::Words;

/// What the tray shows, as a function of the station's state.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) face: Face,
    pub(super) link: String,
    pub(super) unread: String,
    pub(super) can_retry: bool,
    pub(super) hub: String,
    pub(super) words: &'static Words,
    pub(super) quit: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Normal,
    Unread,
    Disconnected,
}

impl View {
    pub(super) fn of(snapshot: &Snapshot, words: &'static Words) -> Self {
        let connected = matches!(snapshot.link, Link::Connected { .. });
        Self {
            // A tray that counts on while nothing arrives would look live: no hub comes first.
            face: match (connected, snapshot.unread) {
                (false, _) => Face::Disconnected,
                (true, 0) => Face::Normal,
                (true, _) => Face::Unread,
            },
            link: link_words(snapshot, words),
            unread: words.unread(snapshot.unread),
            can_retry: !connected,
            hub: match snapshot.hosted_hub {
                HostedHub::On { connected_clients, .. } => words.hub_on(connected_clients),
                _ => words.hub_off.into(),
            },
            words,
            quit: quit_words(snapshot, words),
        }
    }
}

fn link_words(snapshot: &Snapshot, words: &Words) -> String {
    match (&snapshot.link, &snapshot.hub_name) {
        (Link::Connecting, _) => words.connecting.into(),
        (Link::Connected { .. }, Some(name)) => words.connected_to.replace("{hub}", &literal(name)),
        (Link::Connected { .. }, None) => words.connected.into(),
        (Link::Reconnecting { .. }, _) => words.reconnecting.into(),
        (Link::Offline { .. }, _) => words.offline.into(),
        (Link::Refused { words: hub, .. }, _) => format!("{} ({})", words.offline, literal(hub)),
    }
}

/// A hub's words as a menu shows them: short, on one line, and without its marks for access keys.
fn literal(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control()).take(80).collect::<String>();
    let plain = plain.replace('&', "&&");
    if cfg!(target_os = "linux") { plain.replace('_', "__") } else { plain }
}

/// Quitting with the hub says how many others it cuts off; this computer's own connection is none.
fn quit_words(snapshot: &Snapshot, words: &Words) -> String {
    let own = u32::from(matches!(snapshot.link, Link::Connected { .. }));
    match snapshot.hosted_hub {
        HostedHub::On { connected_clients, .. } if connected_clients > own => {
            words.quit_cutting_off(connected_clients - own)
        }
        _ => words.quit.into(),
    }
}

#[cfg(test)]
mod tests {
    use chapfood_station::contract::{
        ChannelPreferences, HostKind, Language, Outbox, PopupHealth, Settings, SoundHealth, Standard, Todo,
    };

    use super::*;

    fn view(change: impl FnOnce(&mut Snapshot)) -> View {
        let mut snapshot = Snapshot {
            link: Link::Connected { since: 0 },
            hub_name: None,
            hub_stats: None,
            channels: Vec::new(),
            unread: 0,
            total: 0,
            history_bytes: 0,
            storage_fault: None,
            outbox: Outbox::default(),
            catch_up: None,
            gap: None,
            hosted_hub: HostedHub::Off,
            popups: PopupHealth::Unknown,
            sound: SoundHealth::Unknown,
            todo: Todo::default(),
            ringing: 0,
            quiet_until: None,
            latest: Vec::new(),
            standard: Standard {
                channel: ChannelPreferences::of_channel(),
                broadcasts: ChannelPreferences::of_broadcasts(),
            },
            readiness: None,
            settings: Settings::default(),
            host: HostKind::Desktop,
            newest_row: 0,
            version: String::new(),
        };
        change(&mut snapshot);
        View::of(&snapshot, Words::in_language(Language::Fr))
    }

    #[test]
    fn the_icon_says_unread_only_while_the_hub_is_there() {
        assert_eq!(view(|_| {}).face, Face::Normal);
        assert_eq!(view(|snapshot| snapshot.unread = 2).face, Face::Unread);
        let offline = view(|snapshot| {
            snapshot.unread = 2;
            snapshot.link = Link::Offline { next_at: 0, since: 0 };
        });
        assert_eq!(offline.face, Face::Disconnected, "a count that no longer grows must not look live");
        assert_eq!(offline.unread, "2 non lues");
        assert!(offline.can_retry);
    }

    #[test]
    fn quitting_names_how_many_others_lose_the_hub() {
        let hosting = |connected_clients| {
            view(|snapshot| {
                snapshot.hosted_hub = HostedHub::On {
                    address: "http://127.0.0.1:8001".into(),
                    connected_clients,
                    active_channels: 1,
                    started_at: 0,
                };
            })
        };
        assert_eq!(hosting(1).quit, "Quitter", "this computer's own connection is nobody else");
        assert_eq!(hosting(3).quit, "Quitter et arrêter le hub (2 autres postes déconnectés)");
        assert_eq!(hosting(3).hub, "Hub en marche, 3 postes");
    }

    #[test]
    fn a_hubs_words_are_text_in_the_menu() {
        let refused = view(|snapshot| {
            let words = format!("R&D_1\n{}", "x".repeat(200));
            snapshot.link = Link::Refused { words, next_at: 0, since: 0 };
        });
        assert!(refused.link.starts_with("Hors ligne (R&&D"), "{}", refused.link);
        assert!(!refused.link.contains('\n') && refused.link.len() < 120, "{}", refused.link);
    }
}
