use chapfood_protocol::NotificationType;
use chapfood_station::contract::{
    ChannelPreferences, HostKind, Language, Outbox, PopupHealth, RefusalReason, Settings, SoundHealth,
    Standard, Todo,
};
use jiff::tz::TimeZone;

use super::*;

/// 20 November 2026, 11:58 in Dakar.
const NOON: i64 = 1_795_175_880_000;

fn calm() -> Snapshot {
    Snapshot {
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
        found: Vec::new(),
        pairing: None,
        token_kept: None,
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
    }
}

fn view_in(language: Language, change: impl FnOnce(&mut Snapshot)) -> View {
    let mut snapshot = calm();
    change(&mut snapshot);
    let zone = TimeZone::posix("GMT0").expect("a zone");
    let now = Timestamp::from_millisecond(NOON + 7_200_000).expect("an instant").to_zoned(zone);
    View::of(&snapshot, Words::in_language(language), &now)
}

fn view(change: impl FnOnce(&mut Snapshot)) -> View {
    view_in(Language::Fr, change)
}

/// The menu as a person reads it; what is not to be chosen in brackets.
fn read(lines: &[Line]) -> Vec<String> {
    lines
        .iter()
        .flat_map(|line| match line {
            Line::Separator => vec!["—".to_owned()],
            Line::Item { text, enabled: true, .. } => vec![text.clone()],
            Line::Item { text, .. } => vec![format!("[{text}]")],
            Line::Group { text, lines } => {
                let inner = read(lines).into_iter().map(|line| format!("  {line}"));
                std::iter::once(format!("{text} ›")).chain(inner).collect()
            }
        })
        .collect()
}

fn row(id: &str, title: &str, channel: Option<&str>) -> Row {
    Row {
        row: 1,
        id: id.into(),
        kind: NotificationType::Info,
        title: title.into(),
        message: String::new(),
        sender: "Caisse 1".into(),
        channel: channel.map(Into::into),
        at: 0,
        read: false,
        caught_up: false,
        expired: false,
        taken: None,
        remind_at: None,
        reminded: false,
    }
}

fn hosting(connected_clients: u32) -> HostedHub {
    HostedHub::On {
        address: "http://127.0.0.1:8001".into(),
        connected_clients,
        active_channels: 1,
        started_at: 0,
        network: None,
        offer: None,
        unheard: Vec::new(),
    }
}

#[test]
fn the_menu_of_a_connected_computer_is_the_designs() {
    let view = view(|snapshot| {
        snapshot.hub_name = Some("Chez Awa".into());
        snapshot.todo = Todo { count: 2, late: 0 };
        snapshot.unread = 3;
        snapshot.hosted_hub = hosting(4);
        snapshot.latest =
            vec![row("b", "Nouvelle commande ORD-45", Some("commandes")), row("a", "Bonjour", None)];
    });
    assert_eq!(
        read(&view.lines),
        [
            "[Connecté à Chez Awa]",
            "2 à traiter",
            "3 non lues",
            "—",
            "Nouvelle commande ORD-45, #commandes",
            "Bonjour",
            "—",
            "Ouvrir ChapFood Notifications",
            "Affichage mural",
            "Envoyer une notification…",
            "—",
            "Ne pas déranger ›",
            "  Pendant 30\u{a0}min",
            "  Pendant 1\u{a0}h",
            "  Jusqu’à la fin du service",
            "  Jusqu’à demain matin",
            "  Jusqu’à nouvel ordre",
            "Hub en marche, 4 postes",
            "Réglages…",
            "—",
            "Quitter et arrêter le hub…",
        ]
    );
}

#[test]
fn the_menu_of_a_computer_without_its_hub_is_the_designs() {
    let view = view(|snapshot| {
        snapshot.unread = 3;
        snapshot.link = Link::Offline { next_at: 0, since: NOON };
        snapshot.latest = vec![row("a", "Bonjour", None)];
    });
    let read = read(&view.lines);
    assert_eq!(
        read[..4],
        ["[Hors ligne depuis 11:58]", "Réessayer maintenant", "—", "Ouvrir ChapFood Notifications"]
    );
    assert_eq!(
        read[read.len() - 5..],
        ["  Jusqu’à nouvel ordre", "Héberger un hub…", "Réglages…", "—", "Quitter"]
    );
}

#[test]
fn while_it_reconnects_the_menu_stays_as_it_is_under_the_pointer() {
    let reconnecting = view(|snapshot| {
        snapshot.link = Link::Reconnecting { attempt: 1, of: 5, next_at: 0, since: 0 };
    });
    let read = read(&reconnecting.lines);
    assert_eq!(read[..4], ["[Reconnexion…]", "Réessayer maintenant", "[0 à traiter]", "[0 non lue]"]);
    assert!(read.contains(&"Affichage mural".to_owned()));
}

#[test]
fn an_outage_that_began_on_another_day_says_which() {
    let view = view(|snapshot| snapshot.link = Link::Offline { next_at: 0, since: NOON - 86_400_000 });
    assert_eq!(read(&view.lines)[0], "[Hors ligne depuis 19/11 11:58]");
}

#[test]
fn the_icon_says_the_most_pressing_thing() {
    type Change = fn(&mut Snapshot);
    let changes: [(Face, Change); 4] = [
        (Face::Disconnected, |snapshot| snapshot.link = Link::Offline { next_at: 0, since: 0 }),
        (Face::Late, |snapshot| snapshot.todo = Todo { count: 1, late: 1 }),
        (Face::DoNotDisturb, |snapshot| snapshot.settings.do_not_disturb = DoNotDisturb::On),
        (Face::Unread, |snapshot| snapshot.unread = 2),
    ];
    assert_eq!(view(|_| {}).face, Face::Normal);
    for first in 0..changes.len() {
        let seen = view(|snapshot| changes[first..].iter().for_each(|(_, change)| change(snapshot)));
        assert_eq!(seen.face, changes[first].0, "with everything less pressing beside it");
    }
    assert_eq!(view(|snapshot| snapshot.todo = Todo { count: 1, late: 0 }).face, Face::Normal);
}

#[test]
fn the_tooltip_counts_what_there_is() {
    assert_eq!(view(|_| {}).tooltip, "Connecté");
    let busy = view(|snapshot| {
        snapshot.hub_name = Some("R&D".into());
        snapshot.todo = Todo { count: 2, late: 1 };
        snapshot.unread = 3;
        snapshot.settings.do_not_disturb = DoNotDisturb::On;
    });
    assert_eq!(busy.tooltip, "Connecté à R&D, 2 à traiter, 1 en retard, 3 non lues, Ne pas déranger");
}

#[test]
fn do_not_disturb_says_until_when_and_can_be_ended() {
    let group = |language, present| {
        let view = view_in(language, |snapshot| snapshot.settings.do_not_disturb = present);
        let found = view.lines.into_iter().find(|line| matches!(line, Line::Group { .. }));
        read(&[found.expect("a menu of its own")])
    };
    let until = group(Language::Fr, DoNotDisturb::Until { at: NOON + 21_600_000 });
    assert_eq!(until[..3], ["Ne pas déranger jusqu’à 17:58 ›", "  Réactiver les alertes", "  —"]);
    assert_eq!(until.len(), 8, "another while can still be chosen");
    assert_eq!(group(Language::Fr, DoNotDisturb::On)[0], "Ne pas déranger, jusqu’à nouvel ordre ›");
    assert_eq!(group(Language::En, DoNotDisturb::On)[1], "  Turn alerts back on");
    assert_eq!(group(Language::En, DoNotDisturb::Off)[1], "  For 30\u{a0}minutes");
}

#[test]
fn quitting_says_that_it_stops_the_hub_only_if_others_lose_it() {
    let last = |clients| read(&view(|snapshot| snapshot.hosted_hub = hosting(clients)).lines).pop();
    assert_eq!(last(1).as_deref(), Some("Quitter"), "this computer's own connection is nobody else");
    assert_eq!(last(2).as_deref(), Some("Quitter et arrêter le hub…"));
    let elsewhere = view(|snapshot| {
        snapshot.hosted_hub = hosting(1);
        snapshot.settings.hub_address = "http://192.168.1.20:8001".into();
    });
    let last = read(&elsewhere.lines).pop();
    assert_eq!(
        last.as_deref(),
        Some("Quitter et arrêter le hub…"),
        "the one connection is another computer's"
    );
}

#[test]
fn only_the_last_three_are_listed_each_opening_its_own() {
    let view = view(|snapshot| {
        snapshot.latest = ["d", "c", "b", "a"].map(|id| row(id, id, None)).into();
    });
    let opened: Vec<_> = view
        .lines
        .iter()
        .filter_map(|line| match line {
            Line::Item { choice: Choice::Notification(id), .. } => Some(id.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(opened, ["d", "c", "b"]);
}

#[test]
fn other_peoples_words_are_one_short_line_of_text() {
    let title = format!("R&D_1\n\u{202e}\0{}", "x".repeat(200));
    let listed = view(|snapshot| snapshot.latest = vec![row("a", &title, Some("commandes"))]);
    let line = &read(&listed.lines)[4];
    assert!(line.starts_with("R&D_1 xxx") && line.ends_with('…'), "{line}");
    assert_eq!(line.chars().count(), LINE + 1);
    let refused = view(|snapshot| {
        snapshot.link = Link::Refused {
            reason: RefusalReason::Other,
            words: "non\nmerci".into(),
            next_at: 0,
            since: NOON,
        };
    });
    assert_eq!(read(&refused.lines)[0], "[Hors ligne depuis 11:58 (non merci)]");
    let blank = view(|snapshot| snapshot.latest = vec![row("a", "\u{200f}\n", Some("bar"))]);
    assert_eq!(read(&blank.lines)[4], "#bar");
}
