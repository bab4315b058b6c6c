//! What came after an outage, until the person knows of it.

mod support;

use chapfood_inbox::{Arrival, CatchUp, Filter, Inbox, Retention};
use support::{Folder, HOUR, MORNING, arrival, at, id};

/// Accepted by the hub `minute` minutes after the morning began.
fn missed(name: &str, minute: i64) -> Arrival {
    let mut arrival = arrival(name);
    arrival.caught_up = true;
    arrival.notification.timestamp = at(MORNING + minute * 60_000);
    arrival
}

fn append(inbox: &mut Inbox, arrivals: &[Arrival]) {
    inbox.append(arrivals, at(MORNING + HOUR)).expect("stored");
}

fn catch_up(count: u32, from: i64, to: i64, newest: &str) -> Option<CatchUp> {
    let at = |minute: i64| at(MORNING + minute * 60_000);
    Some(CatchUp { count, from: at(from), to: at(to), newest: id(newest) })
}

#[test]
fn what_was_missed_adds_up_until_the_person_knows() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    append(&mut inbox, &[arrival("n_0")]);
    assert_eq!(inbox.catch_up().expect("read"), None, "what came in time was not missed");
    append(&mut inbox, &[missed("n_2", 5), missed("n_1", 3), missed("n_2", 5)]);
    append(&mut inbox, &[missed("n_3", 4), arrival("n_9")]);
    assert_eq!(inbox.catch_up().expect("read"), catch_up(3, 3, 5, "n_3"), "over batches, a repeat once");
    drop(inbox);
    let mut inbox = folder.open();
    assert_eq!(inbox.catch_up().expect("read"), catch_up(3, 3, 5, "n_3"), "nobody has seen it yet");
    inbox.dismiss_catch_up().expect("dismissed");
    assert_eq!(inbox.catch_up().expect("read"), None);
    append(&mut inbox, &[missed("n_4", 8)]);
    assert_eq!(inbox.catch_up().expect("read"), catch_up(1, 8, 8, "n_4"), "the next outage begins anew");
}

#[test]
fn what_is_gone_is_not_counted() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let keyed = |name, minute| {
        let mut missed = missed(name, minute);
        missed.notification.key = Some("commande-7".into());
        missed
    };
    append(&mut inbox, &[missed("n_1", 1), keyed("n_2", 2)]);
    append(&mut inbox, &[keyed("n_3", 3)]);
    assert_eq!(inbox.catch_up().expect("read"), catch_up(2, 1, 3, "n_3"), "the update stands for both");
    inbox.dismiss_catch_up().expect("dismissed");
    append(&mut inbox, &[missed("n_4", 4), missed("n_5", 5)]);
    let few = Retention { since: at(0), at_most: 1 };
    inbox.prune(few, 500).expect("pruned");
    assert_eq!(
        inbox.catch_up().expect("read"),
        catch_up(1, 4, 5, "n_5"),
        "n_1 and n_3 were not in the count"
    );
}

#[test]
fn they_can_be_listed_alone() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    append(&mut inbox, &[missed("n_1", 1), arrival("n_2"), missed("n_3", 3), missed("n_4", 4)]);
    inbox.mark_read(&[id("n_3")], true).expect("marked");
    let caught_up = Filter { caught_up: true, ..Filter::default() };
    let listed = |filter: &Filter| {
        let rows = inbox.page(filter, 0, 10).expect("listed");
        rows.into_iter().map(|row| row.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&caught_up), ["n_4", "n_3", "n_1"]);
    assert_eq!(listed(&Filter { unread: true, ..caught_up.clone() }), ["n_4", "n_1"]);
    assert_eq!(inbox.locate(&caught_up, &id("n_1")).expect("located"), Some(2));
    assert_eq!(inbox.outline(&caught_up).expect("outlined").days[0].count, 3);
    assert_eq!(inbox.mark_all_read(&caught_up).expect("marked"), 2, "and read alone");
    assert_eq!(inbox.tally().expect("counted").unread, 1, "the one that came in time is still unread");
}
