//! What the history lets go, and what not.

mod support;

use chapfood_inbox::{Batch, Errand, Filter, Inbox, Incoming, Origin, Retention};
use support::{Folder, HOUR, MORNING, arrival, at, id};

fn since(millis: i64) -> Retention {
    Retention { since: at(millis), at_most: u32::MAX }
}

fn at_most(count: u32) -> Retention {
    Retention { since: at(0), at_most: count }
}

/// One an hour, `n_000` first.
fn filled(folder: &Folder, count: i64) -> Inbox {
    let mut inbox = folder.open();
    for hour in 0..count {
        inbox.append(&[arrival(&format!("n_{hour:03}"))], at(MORNING + hour * HOUR)).expect("stored");
    }
    inbox
}

fn ids(inbox: &Inbox) -> Vec<String> {
    let rows = inbox.page(&Filter::default(), 0, 1_000).expect("listed");
    rows.into_iter().map(|row| row.id.as_str().to_owned()).collect()
}

#[test]
fn what_is_too_old_goes_and_what_is_not_stays() {
    let folder = Folder::new();
    let mut inbox = filled(&folder, 10);
    let lately = since(MORNING + 4 * HOUR);
    inbox.mark_read(&[id("n_001"), id("n_007")], true).expect("marked");
    assert_eq!(inbox.prune(lately, 500).expect("pruned"), 4, "read or not");
    assert_eq!(ids(&inbox), ["n_009", "n_008", "n_007", "n_006", "n_005", "n_004"]);
    let tally = inbox.tally().expect("counted");
    assert_eq!((tally.total, tally.unread, tally.unread_by_channel["commandes"]), (6, 5, 5));
    assert_eq!(inbox.prune(lately, 500).expect("pruned"), 0, "the second time nothing is left to do");
}

#[test]
fn what_came_late_is_as_young_as_its_arrival() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let mut late = arrival("n_1");
    late.notification.timestamp = at(MORNING - 100 * 24 * HOUR);
    inbox.append(&[late], at(MORNING)).expect("stored");
    assert_eq!(inbox.prune(since(MORNING), 500).expect("pruned"), 0);
}

#[test]
fn beyond_the_count_the_oldest_go_slice_by_slice() {
    let folder = Folder::new();
    let mut inbox = filled(&folder, 20);
    let slices: Vec<_> = (0..4).map(|_| inbox.prune(at_most(5), 6).expect("pruned")).collect();
    assert_eq!(slices, [6, 6, 3, 0], "a short slice is the last one");
    assert_eq!(ids(&inbox), ["n_019", "n_018", "n_017", "n_016", "n_015"]);
    let both = Retention { since: at(MORNING + 17 * HOUR), at_most: 1 };
    assert_eq!(inbox.prune(both, 3).expect("pruned"), 3, "two that are old and one too many fill one slice");
}

#[test]
fn places_numbers_and_the_outbox_stay() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let origin = Origin { address: "http://127.0.0.1:8001".into(), epoch: "e".into() };
    let mut only = arrival("n_1");
    only.notification.seq = 7;
    let batch = Batch { origin: Some(origin), entries: vec![Incoming::Arrival(only)], ..Batch::default() };
    inbox.take_in(&batch, at(MORNING)).expect("stored");
    let send = Errand::Send { client_id: "a".into() };
    inbox.queue("http://127.0.0.1:8001", &send, Some("{}"), at(0)).expect("queued");
    assert_eq!(inbox.prune(at_most(0), 500).expect("pruned"), 1);
    assert_eq!(inbox.cursors("http://127.0.0.1:8001").expect("read")["commandes"].seq, 7, "it was received");
    assert_eq!(inbox.outbox().expect("read").len(), 1, "what nobody has had yet is not old");
    let next = inbox.append(&[arrival("n_2")], at(MORNING)).expect("stored").remove(0);
    assert_eq!(next.row, 2, "a window that shows row 1 must not take this one for it");
}

#[test]
fn what_went_makes_room_for_what_comes() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let large: Vec<_> = (0..200)
        .map(|number| {
            let mut arrival = arrival(&format!("n_{number:03}"));
            arrival.notification.message = "x".repeat(4_000);
            arrival
        })
        .collect();
    inbox.append(&large, at(MORNING)).expect("stored");
    let full = inbox.bytes().expect("asked");
    assert!((800_000..2_000_000).contains(&full), "200 of 4,000 bytes each: {full}");
    inbox.prune(at_most(20), 500).expect("pruned");
    let few = inbox.bytes().expect("asked");
    assert!(few < full / 4, "the person sees that it helped: {few} of {full}");
    inbox.append(&large[..100], at(MORNING)).expect("stored");
    drop(inbox);
    let file = std::fs::metadata(folder.file()).expect("there").len();
    assert!(file <= full, "the file does not grow beyond what it was: {file}, {full}");
}
