//! What becomes of what arrives.

mod support;

use chapfood_inbox::Filter;
use chapfood_protocol::NotificationType;
use serde_json::json;
use support::{Folder, MORNING, arrival, at, id};

#[test]
fn every_text_is_kept_byte_for_byte() {
    let texts = [
        "",
        " \t espaces autour \r\n",
        "avant\0après\0",
        "👩🏽‍🍳 prêt 🍔",
        "\u{202e}طلب جديد\u{202c}",
        "e\u{301} n'est pas é",
        "<b>gras</b> & \"cité\" 'ici'",
        "');DROP TABLE notification;--",
        "\u{feff}\u{fffd}\u{10ffff}",
    ];
    let folder = Folder::new();
    let mut inbox = folder.open();
    for (place, text) in texts.into_iter().enumerate() {
        let mut arrival = arrival(&format!("n_{place}"));
        let notification = &mut arrival.notification;
        notification.title = text.into();
        notification.message = text.into();
        notification.sender = text.into();
        notification.channel = Some(text.into());
        notification.data = json!({ text: [text, null, 1.5, { "a": [] }] }).as_object().cloned();
        inbox.append(std::slice::from_ref(&arrival), at(MORNING)).expect("stored");
        let found = inbox.details(&arrival.notification.id).expect("read").expect("there");
        let entry = &found.entry;
        for (field, kept) in [
            ("title", &entry.title),
            ("message", &entry.message),
            ("sender", &entry.sender),
            ("channel", entry.channel.as_ref().expect("a channel")),
        ] {
            assert_eq!(kept, text, "the sender's {field} is sacred");
        }
        assert_eq!(found.data, arrival.notification.data, "so is the sender's object");
    }
}

#[test]
fn only_new_notifications_are_handed_back() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    inbox.append(&[arrival("n_1"), arrival("n_2")], at(MORNING)).expect("stored");
    let new = inbox
        .append(
            &[arrival("n_2"), arrival("n_3"), arrival("n_3"), arrival("n_1"), arrival("n_4")],
            at(MORNING),
        )
        .expect("stored");
    let ids: Vec<_> = new.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["n_3", "n_4"], "a pop-up for a repeat would be a lie");
    assert_eq!(inbox.tally().expect("counted").total, 4, "a repeat is not kept twice");
}

#[test]
fn a_repeat_leaves_the_first_copy_as_it_is() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    inbox.append(&[arrival("n_1")], at(MORNING)).expect("stored");
    inbox.mark_read(&[id("n_1")], true).expect("marked");
    let mut repeat = arrival("n_1");
    repeat.notification.title = "autre".into();
    repeat.caught_up = true;
    inbox.append(&[repeat], at(MORNING + 1)).expect("stored");
    let kept = inbox.details(&id("n_1")).expect("read").expect("there");
    assert!(kept.entry.read, "what the person has read must not come back as unread");
    assert_eq!(kept.entry.title, "Commande n_1", "the first copy counts");
    assert_eq!(kept.received_at, at(MORNING), "so does the time it came");
}

#[test]
fn rows_grow_in_the_order_of_arrival_whatever_the_ids_and_times_are() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let mut late = arrival("n_0");
    late.notification.timestamp = at(MORNING - 86_400_000);
    inbox.append(&[arrival("n_9")], at(MORNING)).expect("stored");
    let rows = inbox.append(&[late, arrival("n_5")], at(MORNING)).expect("stored");
    assert_eq!([rows[0].row, rows[1].row], [2, 3], "a late one is new to the reader, so it comes on top");
    let page = inbox.page(&Filter::default(), 0, 10).expect("listed");
    let ids: Vec<_> = page.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["n_5", "n_0", "n_9"], "lists never put a late one between read ones");
}

#[test]
fn everything_about_a_notification_is_kept() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    for (place, kind) in NotificationType::ALL.into_iter().enumerate() {
        let mut arrival = arrival(&format!("n_{place}"));
        arrival.notification.kind = kind;
        arrival.notification.channel = None;
        arrival.notification.timestamp = at(-62_000_000_000_000);
        arrival.caught_up = true;
        let stored = inbox.append(&[arrival], at(MORNING)).expect("stored").remove(0);
        let found = inbox.details(&stored.id).expect("read").expect("there");
        assert_eq!(found.entry, stored, "what append returns is what is read later");
        assert_eq!((stored.kind, stored.channel, stored.caught_up), (kind, None, true), "nothing is made up");
    }
    assert_eq!(inbox.details(&id("n_none")).expect("read"), None, "an unknown id is no error");
}
