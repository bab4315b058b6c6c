//! What the person takes out of the history.

mod support;

use chapfood_inbox::{Batch, Errand, Filter, Inbox, Incoming, Origin, Retention};
use support::{Folder, HOUR, MORNING, arrival, at, id};

const HUB: &str = "http://127.0.0.1:8001";

fn ids(inbox: &Inbox) -> Vec<String> {
    let rows = inbox.page(&Filter::default(), 0, 100).expect("listed");
    rows.into_iter().map(|row| row.id.as_str().to_owned()).collect()
}

fn replay(inbox: &mut Inbox, name: &str, seq: u64) -> usize {
    let mut arrival = arrival(name);
    arrival.notification.seq = seq;
    let origin = Origin { address: HUB.into(), epoch: "e".into() };
    let batch = Batch { origin: Some(origin), entries: vec![Incoming::Arrival(arrival)], ..Batch::default() };
    inbox.take_in(&batch, at(MORNING)).expect("stored").new.len()
}

#[test]
fn what_is_put_back_is_where_it_was_and_as_it_was() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let mut missed = arrival("n_2");
    missed.caught_up = true;
    inbox.append(&[arrival("n_1"), missed, arrival("n_3")], at(MORNING)).expect("stored");
    inbox.mark_read(&[id("n_2")], true).expect("marked");
    let before = (inbox.page(&Filter::default(), 0, 9).expect("listed"), inbox.tally().expect("counted"));
    let wanted = [id("n_2"), id("n_3"), id("n_unknown")];
    assert_eq!(inbox.delete(&wanted, at(MORNING)).expect("deleted"), 2, "what was there");
    assert_eq!((ids(&inbox), inbox.tally().expect("counted").unread), (vec!["n_1".to_owned()], 1));
    assert_eq!(inbox.catch_up().expect("asked"), None, "what is gone was not missed");
    assert_eq!(inbox.restore(&wanted).expect("restored"), 2);
    let after = (inbox.page(&Filter::default(), 0, 9).expect("listed"), inbox.tally().expect("counted"));
    assert_eq!(after, before);
    assert_eq!(inbox.catch_up().expect("asked").expect("it was missed").count, 1);
    assert_eq!(inbox.restore(&wanted).expect("asked"), 0, "they are there");
    inbox.dismiss_catch_up().expect("dismissed");
    inbox.delete(&wanted, at(MORNING)).expect("deleted");
    inbox.restore(&wanted).expect("restored");
    assert_eq!(inbox.catch_up().expect("asked"), None, "the person knows of it");
}

#[test]
fn what_is_deleted_goes_for_good_after_its_time_and_no_hub_brings_it_back() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    inbox.append(&[arrival("n_1"), arrival("n_2")], at(MORNING)).expect("stored");
    inbox.delete(&[id("n_1")], at(MORNING)).expect("deleted");
    inbox.delete(&[id("n_2")], at(MORNING + 10)).expect("deleted");
    assert_eq!(replay(&mut inbox, "n_1", 7), 0, "the person has deleted it");
    assert_eq!(inbox.cursors(HUB).expect("read")["commandes"].seq, 7, "else it would come for ever");
    assert_eq!(
        inbox.empty_trash(at(MORNING)).expect("emptied"),
        Some(at(MORNING + 10)),
        "the next is due then"
    );
    assert_eq!(inbox.restore(&[id("n_1"), id("n_2")]).expect("restored"), 1, "the first is gone");
    assert_eq!(ids(&inbox), ["n_2"]);
    assert_eq!(inbox.empty_trash(at(MORNING + 99)).expect("emptied"), None);
    drop(inbox);
    let mut inbox = folder.open();
    assert_eq!(replay(&mut inbox, "n_1", 8), 0, "after a restart too");
    let since = |millis| Retention { since: at(millis), at_most: 9 };
    inbox.prune(since(MORNING - HOUR), 9).expect("pruned");
    assert_eq!(replay(&mut inbox, "n_1", 9), 0);
    inbox.prune(since(MORNING + 1), 9).expect("pruned");
    assert_eq!(replay(&mut inbox, "n_1", 9), 1, "not longer than it would have been kept");
}

#[test]
fn what_was_superseded_meanwhile_does_not_come_back() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let keyed = |name: &str| {
        let mut arrival = arrival(name);
        arrival.notification.key = Some("commande-7".into());
        arrival
    };
    inbox.append(&[keyed("n_1")], at(MORNING)).expect("stored");
    inbox.delete(&[id("n_1")], at(MORNING)).expect("deleted");
    inbox.append(&[keyed("n_2")], at(MORNING)).expect("stored");
    assert_eq!(inbox.restore(&[id("n_1")]).expect("asked"), 0);
    assert_eq!(ids(&inbox), ["n_2"], "one order, one line");
}

#[test]
fn everything_goes_and_the_disk_with_it_but_places_and_the_outbox_stay() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let large = |number: u32| {
        let mut arrival = arrival(&format!("n_{number:04}"));
        arrival.notification.message = "Table 4 ".repeat(500);
        arrival
    };
    inbox.append(&(0..300).map(large).collect::<Vec<_>>(), at(MORNING)).expect("stored");
    replay(&mut inbox, "n_seen", 7);
    let send = Errand::Send { client_id: "a".into() };
    inbox.queue(HUB, &send, Some("{}"), at(MORNING)).expect("queued");
    inbox.delete(&[id("n_0000")], at(MORNING)).expect("deleted");
    let newest = inbox.newest_row().expect("asked");
    let before = inbox.bytes().expect("asked");
    assert_eq!(inbox.erase().expect("erased"), 300);
    let after = std::fs::metadata(folder.file()).expect("there").len();
    assert!(after < before / 4, "the disk is given back: {after} of {before}");
    assert_eq!(inbox.tally().expect("counted").total, 0);
    assert_eq!(inbox.restore(&[id("n_0000")]).expect("asked"), 0, "for good");
    assert_eq!(inbox.cursors(HUB).expect("read")["commandes"].seq, 7, "no hub sends it again");
    assert_eq!(inbox.outbox().expect("read").len(), 1, "what nobody has had yet still leaves");
    let next = inbox.append(&[arrival("n_new")], at(MORNING)).expect("stored").remove(0);
    assert!(next.row > newest, "a window that shows an old row must not take this one for it");
    inbox.delete(&[id("n_new")], at(MORNING)).expect("deleted");
    assert_eq!(inbox.tally().expect("counted").total, 0, "the counts still follow");
}
