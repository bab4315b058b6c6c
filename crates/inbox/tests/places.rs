//! How far this computer is in a hub's log, and what it knows to be missing.

mod support;

use chapfood_inbox::{Batch, Inbox, Incoming, Origin};
use rusqlite::Connection;
use support::{Folder, MORNING, arrival, at};

const HUB: &str = "http://127.0.0.1:8001";

fn batch(epoch: &str, numbered: &[(Option<&str>, u64)]) -> Batch {
    let arrivals = numbered.iter().map(|(channel, seq)| {
        let mut arrival = arrival(&format!("n_{channel:?}_{seq}"));
        arrival.notification.channel = channel.map(str::to_owned);
        arrival.notification.seq = *seq;
        arrival
    });
    let origin = Origin { address: HUB.into(), epoch: epoch.into() };
    Batch { origin: Some(origin), entries: arrivals.map(Incoming::Arrival).collect(), ..Batch::default() }
}

fn places(inbox: &Inbox, address: &str) -> Vec<(String, String, u64)> {
    let cursors = inbox.cursors(address).expect("read");
    cursors.into_iter().map(|(channel, position)| (channel, position.epoch, position.seq)).collect()
}

fn place(channel: &str, epoch: &str, seq: u64) -> (String, String, u64) {
    (channel.into(), epoch.into(), seq)
}

#[test]
fn each_channel_and_the_broadcasts_have_a_place_of_their_own() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    inbox
        .take_in(&batch("e", &[(None, 3), (Some("bar"), 7), (None, 4), (Some("bar"), 8)]), at(MORNING))
        .expect("stored");
    let expected = [place("*", "e", 4), place("bar", "e", 8)];
    assert_eq!(places(&inbox, HUB), expected);
    drop(inbox);
    assert_eq!(places(&folder.open(), HUB), expected, "a place outlives a restart");
}

#[test]
fn rows_seen_before_move_the_cursor_too() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let again = batch("e", &[(Some("bar"), 7)]);
    let unplaced = Batch { origin: None, ..again.clone() };
    inbox.take_in(&unplaced, at(MORNING)).expect("stored without a place");
    let stored = inbox.take_in(&again, at(MORNING)).expect("stored");
    assert!(stored.new.is_empty(), "it is here already");
    assert_eq!(places(&inbox, HUB), [place("bar", "e", 7)], "the hub need not send it a third time");
}

#[test]
fn a_refused_cursor_takes_its_rows_with_it() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let disk = Connection::open(folder.file()).expect("opened");
    disk.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON cursor BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    .expect("the disk is full");
    inbox.take_in(&batch("e", &[(Some("bar"), 1)]), at(MORNING)).expect_err("the disk refuses");
    assert_eq!(inbox.tally().expect("counted").total, 0, "else the hub would send it again as new");
    disk.execute_batch("DROP TRIGGER full").expect("there is room again");
    assert_eq!(inbox.take_in(&batch("e", &[(Some("bar"), 1)]), at(MORNING)).expect("stored").new.len(), 1);
}

#[test]
fn a_hub_without_a_log_leaves_no_place() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    inbox.take_in(&batch("e", &[(Some("bar"), 0), (None, 0)]), at(MORNING)).expect("stored");
    let uncounted = Batch { origin: None, ..batch("e", &[(Some("bar"), 5)]) };
    assert_eq!(inbox.take_in(&uncounted, at(MORNING)).expect("stored").new.len(), 1, "it is kept");
    assert_eq!(places(&inbox, HUB), [], "and moves nothing");
}

#[test]
fn a_channel_in_which_nothing_was_missing_begins_at_its_end() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let heads = vec![("bar".to_owned(), 7), ("salle".to_owned(), 0)];
    let joined = Batch { heads, ..batch("e", &[]) };
    assert!(!joined.is_empty());
    inbox.take_in(&joined, at(MORNING)).expect("stored");
    let ends = [place("bar", "e", 7), place("salle", "e", 0)];
    assert_eq!(places(&inbox, HUB), ends, "also an empty one: what comes while we are away was missed");
    let again = Batch { heads: vec![("bar".into(), 9)], ..batch("e", &[]) };
    inbox.take_in(&again, at(MORNING)).expect("stored");
    assert_eq!(places(&inbox, HUB), ends, "8 and 9 may be on their way");
}

#[test]
fn another_database_at_the_same_address_begins_anew() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let elsewhere = Origin { address: "http://192.168.1.20:8001".into(), epoch: "other".into() };
    let other = Batch { origin: Some(elsewhere), ..batch("", &[(Some("bar"), 4)]) };
    inbox.take_in(&batch("e", &[(Some("bar"), 7), (None, 2)]), at(MORNING)).expect("stored");
    inbox.take_in(&other, at(MORNING)).expect("stored");
    inbox.take_in(&batch("restored", &[(Some("bar"), 1)]), at(MORNING)).expect("stored");
    assert_eq!(places(&inbox, HUB), [place("bar", "restored", 1)], "the numbers of before mean nothing here");
    let gap = inbox.gap().expect("read").map(|gap| gap.channels);
    assert_eq!(
        gap,
        Some(vec!["*".into(), "bar".into()]),
        "nobody can say any more what was missed after them"
    );
    assert_eq!(places(&inbox, "http://192.168.1.20:8001"), [place("bar", "other", 4)], "another hub's do");
    assert_eq!(places(&inbox, "http://10.0.0.1:8001"), [], "a hub never heard is told no place");
    let disk = Connection::open(folder.file()).expect("opened");
    let kept: i64 = disk.query_row("SELECT count(*) FROM cursor", [], |row| row.get(0)).expect("counted");
    assert_eq!(kept, 2, "places that no hub knows are not kept");
}

#[test]
fn a_gap_is_kept_until_the_person_knows() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    assert_eq!(inbox.gap().expect("read"), None);
    inbox.take_in(&batch("e", &[(Some("bar"), 99)]), at(MORNING)).expect("stored");
    let lost = Batch { gaps: vec!["bar".into()], ..batch("e", &[(Some("bar"), 1)]) };
    inbox.take_in(&lost, at(MORNING + 5)).expect("stored");
    inbox.take_in(&Batch { gaps: vec!["*".into(), "bar".into()], ..lost }, at(MORNING + 9)).expect("stored");
    assert_eq!(places(&inbox, HUB), [place("bar", "e", 1)], "99 would be as unknown at the next connection");
    drop(inbox);
    let mut inbox = folder.open();
    let gap = inbox.gap().expect("read").expect("the hub says it once, so it is kept");
    assert_eq!((gap.channels, gap.since), (vec!["*".to_owned(), "bar".to_owned()], at(MORNING + 5)));
    inbox.dismiss_gap().expect("dismissed");
    assert_eq!(inbox.gap().expect("read"), None);
}

#[test]
fn a_computer_keeps_the_first_id_it_is_given() {
    let folder = Folder::new();
    assert_eq!(folder.open().device_id("first").expect("kept"), "first");
    assert_eq!(folder.open().device_id("second").expect("read"), "first", "the hub must know it again");
}
