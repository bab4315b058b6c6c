//! A notification with a key takes the place of the earlier one.

mod support;

use chapfood_inbox::{Arrival, Batch, Filter, Inbox, Incoming, Origin, Replaced, Stored};
use rusqlite::Connection;
use support::{Folder, MORNING, arrival, at, id};

fn keyed(channel: Option<&str>, key: &str, seq: u64) -> Arrival {
    let mut arrival = arrival(&format!("n_{seq}"));
    arrival.notification.channel = channel.map(str::to_owned);
    arrival.notification.key = Some(key.into());
    arrival.notification.seq = seq;
    arrival
}

fn order(seq: u64) -> Arrival {
    keyed(Some("bar"), "commande-7", seq)
}

fn take_in(inbox: &mut Inbox, arrivals: &[Arrival]) -> Stored {
    let origin = Origin { address: "http://127.0.0.1:8001".into(), epoch: "e".into() };
    let batch = Batch {
        origin: Some(origin),
        entries: arrivals.iter().cloned().map(Incoming::Arrival).collect(),
        ..Batch::default()
    };
    inbox.take_in(&batch, at(MORNING)).expect("stored")
}

fn ids(inbox: &Inbox) -> Vec<String> {
    let rows = inbox.page(&Filter::default(), 0, 100).expect("listed");
    rows.into_iter().map(|row| row.id.as_str().to_owned()).collect()
}

fn replaced(earlier: &str, later: &str) -> Replaced {
    Replaced { earlier: id(earlier), later: id(later) }
}

#[test]
fn an_update_comes_on_top_unread_and_the_earlier_one_goes() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    take_in(&mut inbox, &[order(1), keyed(Some("bar"), "commande-8", 2)]);
    inbox.mark_read(&[id("n_1"), id("n_2")], true).expect("marked");
    let stored = take_in(&mut inbox, &[order(3)]);
    assert_eq!(stored.replaced, [replaced("n_1", "n_3")], "the window and the pop-up must follow");
    assert_eq!(stored.new.len(), 1);
    assert_eq!(ids(&inbox), ["n_3", "n_2"], "another order is another order");
    assert_eq!(inbox.details(&id("n_1")).expect("read"), None, "what is out of date is not kept");
    let tally = inbox.tally().expect("counted");
    assert_eq!((tally.total, tally.unread, tally.unread_by_channel["bar"]), (2, 1, 1), "it is news");
}

#[test]
fn the_same_key_elsewhere_is_another_key() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let elsewhere = [order(1), keyed(Some("salle"), "commande-7", 2), keyed(None, "commande-7", 3)];
    assert_eq!(take_in(&mut inbox, &elsewhere).replaced, []);
    assert_eq!(take_in(&mut inbox, &[keyed(None, "commande-7", 4)]).replaced, [replaced("n_3", "n_4")]);
    assert_eq!(ids(&inbox), ["n_4", "n_2", "n_1"], "channels do not update each other");
    take_in(&mut inbox, &[arrival("n_5"), arrival("n_6")]);
    assert_eq!(ids(&inbox).len(), 5, "those without a key never do");
}

#[test]
fn one_that_comes_late_has_been_superseded() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    take_in(&mut inbox, &[order(1), order(5)]);
    let late = take_in(&mut inbox, &[order(3), order(1), order(5)]);
    assert_eq!((late.new, late.replaced), (vec![], vec![]), "what a hub gives again after a gap is old news");
    assert_eq!(ids(&inbox), ["n_5"]);
    assert_eq!(inbox.tally().expect("counted").total, 1);
    take_in(&mut inbox, &[keyed(Some("bar"), "autre", 9), order(7)]);
    let place = inbox.cursors("http://127.0.0.1:8001").expect("read")["bar"].seq;
    assert_eq!(place, 9, "what is not kept counts as received all the same");
}

#[test]
fn of_several_in_one_batch_only_the_last_is_new() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    take_in(&mut inbox, &[order(1)]);
    let stored = take_in(&mut inbox, &[order(2), order(3), keyed(None, "x", 4), order(5)]);
    let new: Vec<_> = stored.new.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(new, ["n_4", "n_5"], "a pop-up for 2 or 3 would open nothing");
    assert_eq!(stored.replaced, [replaced("n_1", "n_5")], "the pop-up of 1 shows 5 now");
    assert_eq!(ids(&inbox), ["n_5", "n_4"]);
}

#[test]
fn a_disk_that_refuses_the_update_leaves_the_earlier_one() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    take_in(&mut inbox, &[order(1)]);
    let disk = Connection::open(folder.file()).expect("opened");
    disk.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON notification BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    .expect("the disk is full");
    inbox.append(&[order(2)], at(MORNING)).expect_err("the disk refuses");
    assert_eq!(ids(&inbox), ["n_1"], "an old word is better than none");
}

#[test]
fn what_came_too_late_to_be_of_use_says_so() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let mut expired = arrival("n_1");
    expired.notification.expired = true;
    let stored = inbox.append(&[expired, arrival("n_2")], at(MORNING)).expect("stored");
    assert_eq!(stored.iter().map(|entry| entry.expired).collect::<Vec<_>>(), [true, false]);
    let listed = inbox.page(&Filter::default(), 0, 10).expect("listed");
    assert_eq!(listed.iter().map(|entry| entry.expired).collect::<Vec<_>>(), [false, true], "it is kept");
}
