//! Notifications that come back as new.

mod support;

use chapfood_inbox::{Errand, Filter, Inbox};
use support::{Folder, HOUR, MORNING, arrival, at, id};

const HUB: &str = "http://127.0.0.1:8001";

fn three(folder: &Folder) -> Inbox {
    let mut inbox = folder.open();
    inbox.append(&[arrival("n_1"), arrival("n_2"), arrival("n_3")], at(MORNING)).expect("stored");
    inbox.mark_read(&[id("n_1"), id("n_2")], true).expect("marked");
    inbox
}

fn back(inbox: &mut Inbox, millis: i64) -> Vec<String> {
    let entries = inbox.come_back(at(millis)).expect("back");
    entries.into_iter().map(|entry| entry.id.as_str().to_owned()).collect()
}

#[test]
fn at_its_time_it_is_the_newest_and_unread_and_says_why() {
    let folder = Folder::new();
    let mut inbox = three(&folder);
    assert!(inbox.remind(&id("n_2"), Some(at(MORNING + 20))).expect("kept"));
    assert!(inbox.remind(&id("n_1"), Some(at(MORNING + 30))).expect("kept"));
    assert!(!inbox.remind(&id("n_unknown"), Some(at(MORNING))).expect("asked"), "it is not here");
    drop(inbox);
    let mut inbox = folder.open();
    assert_eq!(inbox.next_reminder().expect("asked"), Some(at(MORNING + 20)), "a restart forgets nothing");
    assert_eq!(back(&mut inbox, MORNING + 19), [""; 0]);
    assert_eq!(back(&mut inbox, MORNING + HOUR), ["n_2", "n_1"], "in the order in which they were due");
    let rows = inbox.page(&Filter::default(), 0, 9).expect("listed");
    let shown: Vec<_> =
        rows.iter().map(|r| (r.row, r.id.as_str(), r.read, r.reminded, r.remind_at)).collect();
    let expected =
        [(5, "n_1", false, true, None), (4, "n_2", false, true, None), (3, "n_3", false, false, None)];
    assert_eq!(shown, expected);
    assert_eq!(inbox.tally().expect("counted").unread, 3);
    assert_eq!(inbox.next_reminder().expect("asked"), None, "once");
    let stored = inbox.append(&[arrival("n_4")], at(MORNING)).expect("stored");
    assert_eq!(stored[0].row, 6, "numbers are never used twice");
    assert_eq!(
        inbox.arrived_since(at(MORNING + HOUR)).expect("counted")["commandes"],
        2,
        "they are news again"
    );
}

#[test]
fn whoever_takes_or_deletes_it_needs_no_reminder() {
    let folder = Folder::new();
    let mut inbox = three(&folder);
    for name in ["n_1", "n_2", "n_3"] {
        inbox.remind(&id(name), Some(at(MORNING + 1))).expect("kept");
    }
    inbox.remind(&id("n_3"), None).expect("cancelled");
    inbox.queue(HUB, &Errand::Take(id("n_1")), Some("Moi"), at(MORNING)).expect("queued");
    inbox.delete(&[id("n_2")], at(MORNING)).expect("deleted");
    inbox.restore(&[id("n_2")]).expect("restored");
    assert_eq!(inbox.next_reminder().expect("asked"), None);
    assert_eq!(back(&mut inbox, MORNING + HOUR), [""; 0]);
}

#[test]
fn what_was_missed_is_not_missed_any_more_once_it_comes_back() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let mut missed = [arrival("n_1"), arrival("n_2")];
    missed.iter_mut().for_each(|arrival| arrival.caught_up = true);
    inbox.append(&missed, at(MORNING)).expect("stored");
    inbox.remind(&id("n_1"), Some(at(MORNING))).expect("kept");
    back(&mut inbox, MORNING);
    assert_eq!(inbox.catch_up().expect("asked").expect("the other").count, 1);
    inbox.delete(&[id("n_1")], at(MORNING)).expect("deleted");
    assert_eq!(inbox.catch_up().expect("asked").expect("the other").count, 1, "it was counted off before");
}
