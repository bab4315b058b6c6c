//! What is read, and how many are not.

mod support;

use std::collections::BTreeMap;

use chapfood_inbox::{Audience, Filter, Inbox, Tally};
use chapfood_protocol::NotificationType::{Error, Info};
use support::{Folder, MORNING, at, id, on};

fn filled(folder: &Folder) -> Inbox {
    let mut inbox = folder.open();
    let arrivals = [
        on(Some("commandes"), Info, "n_1"),
        on(Some("commandes"), Error, "n_2"),
        on(Some("cuisine"), Info, "n_3"),
        on(None, Info, "n_4"),
    ];
    inbox.append(&arrivals, at(MORNING)).expect("stored");
    inbox
}

/// The figures by counting every row.
fn recounted(inbox: &Inbox) -> Tally {
    let all = inbox.page(&Filter::default(), 0, 1_000).expect("listed");
    let mut unread_by_channel = BTreeMap::new();
    for entry in all.iter().filter(|entry| !entry.read) {
        if let Some(channel) = &entry.channel {
            *unread_by_channel.entry(channel.clone()).or_default() += 1;
        }
    }
    Tally {
        total: all.len() as u32,
        unread: all.iter().filter(|entry| !entry.read).count() as u32,
        unread_by_channel,
        newest_row: all.first().map_or(0, |entry| entry.row),
    }
}

#[track_caller]
fn assert_counts_are_right(inbox: &Inbox, after: &str) {
    assert_eq!(
        inbox.tally().expect("counted"),
        recounted(inbox),
        "the figures are those of the rows, {after}"
    );
}

#[test]
fn the_figures_follow_every_change() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    assert_counts_are_right(&inbox, "with nothing");
    drop(inbox);
    inbox = filled(&folder);
    assert_counts_are_right(&inbox, "after arrivals");
    inbox.append(&[on(Some("commandes"), Info, "n_1")], at(MORNING)).expect("stored");
    assert_counts_are_right(&inbox, "after a repeat");
    inbox.mark_read(&[id("n_1"), id("n_4"), id("n_1")], true).expect("marked");
    assert_counts_are_right(&inbox, "after reading");
    inbox.mark_read(&[id("n_1")], true).expect("marked");
    assert_counts_are_right(&inbox, "after reading again");
    inbox.mark_read(&[id("n_1")], false).expect("marked");
    assert_counts_are_right(&inbox, "after marking unread");
    inbox.mark_all_read(&Filter::default()).expect("marked");
    assert_counts_are_right(&inbox, "after reading all");
}

#[test]
fn marking_names_only_what_changed() {
    let folder = Folder::new();
    let mut inbox = filled(&folder);
    inbox.mark_read(&[id("n_1")], true).expect("marked");
    let changed = inbox.mark_read(&[id("n_1"), id("n_2"), id("n_none")], true).expect("marked");
    assert_eq!(changed, [id("n_2")], "n_1 was read already, n_none is not here");
}

#[test]
fn marking_all_reaches_what_the_filter_shows_and_nothing_else() {
    let cases = [
        (Filter::default(), 4),
        (Filter { unread: true, ..Filter::default() }, 4),
        (Filter { kind: Some(Error), ..Filter::default() }, 1),
        (Filter { audience: Some(Audience::Broadcast), ..Filter::default() }, 1),
        (Filter { audience: Some(Audience::Channel("commandes".into())), ..Filter::default() }, 2),
        (Filter { up_to_row: Some(3), ..Filter::default() }, 3),
    ];
    for (filter, expected) in cases {
        let folder = Folder::new();
        let mut inbox = filled(&folder);
        assert_eq!(inbox.mark_all_read(&filter).expect("marked"), expected, "{filter:?}");
        assert_eq!(
            inbox.tally().expect("counted").unread,
            4 - expected,
            "the others stay unread, {filter:?}"
        );
        assert_eq!(
            inbox.mark_all_read(&filter).expect("marked"),
            0,
            "the second time nothing is left, {filter:?}"
        );
    }
}
