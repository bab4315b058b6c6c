//! What waits for somebody.

mod support;

use std::collections::BTreeMap;

use chapfood_inbox::{
    Arrival, Audience, Batch, Claim, Errand, Expecting, Filter, Inbox, Incoming, Origin, Todo, TodoTally,
};
use chapfood_protocol::{ClaimChanged, NotificationType, Person};
use support::{Folder, HOUR, MORNING, arrival, at, id, on};

const HUB: &str = "http://127.0.0.1:8001";
const MINUTE: i64 = 60_000;

fn expecting() -> Expecting {
    Expecting { channels: BTreeMap::from([("commandes".into(), 10), ("bar".into(), 30)]), broadcasts: None }
}

fn todo(now: i64) -> Todo {
    Todo { now: at(now), expecting: expecting() }
}

fn listed(inbox: &Inbox, filter: &Filter) -> Vec<String> {
    let rows = inbox.page(filter, 0, 100).expect("listed");
    rows.into_iter().map(|row| row.id.as_str().to_owned()).collect()
}

fn waiting(inbox: &Inbox, now: i64) -> Vec<String> {
    listed(inbox, &Filter { todo: Some(todo(now)), ..Filter::default() })
}

fn told_at(mut arrival: Arrival, millis: i64) -> Arrival {
    arrival.notification.timestamp = at(millis);
    arrival
}

fn take_in(inbox: &mut Inbox, entries: Vec<Incoming>) {
    let origin = Origin { address: HUB.into(), epoch: "e".into() };
    let batch = Batch { origin: Some(origin), entries, ..Batch::default() };
    inbox.take_in(&batch, at(MORNING)).expect("stored");
}

fn claim(name: &str, taken: bool) -> Incoming {
    Incoming::Claim(Claim {
        change: ClaimChanged {
            id: id(name),
            channel: Some("commandes".into()),
            by: Person { user_id: None, username: "Awa".into(), device_name: None },
            at: at(MORNING),
            seq: 0,
            epoch: "e".into(),
            replayed: false,
            answer: false,
        },
        taken,
        mine: false,
    })
}

#[test]
fn what_nobody_took_waits_where_somebody_is_expected_for_a_day_unless_it_expired() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let info = NotificationType::Info;
    let mut expired = arrival("n_expired");
    expired.notification.expired = true;
    let arrivals = [
        arrival("n_order"),
        on(Some("bar"), info, "n_bar"),
        on(Some("bureau"), info, "n_bureau"),
        on(None, info, "n_broadcast"),
        told_at(arrival("n_yesterday"), MORNING - 24 * HOUR),
        told_at(arrival("n_late"), MORNING - 24 * HOUR + 1),
        expired,
    ];
    inbox.append(&arrivals, at(MORNING)).expect("stored");
    assert_eq!(waiting(&inbox, MORNING), ["n_late", "n_bar", "n_order"]);
    let told = Expecting { channels: BTreeMap::new(), broadcasts: Some(5) };
    let broadcasts = Todo { now: at(MORNING), expecting: told };
    assert_eq!(listed(&inbox, &Filter { todo: Some(broadcasts), ..Filter::default() }), ["n_broadcast"]);
    let names = ["commandes", "bar", "bureau"].map(|name| (name.to_owned(), 1));
    let all = Expecting { channels: BTreeMap::from(names), broadcasts: Some(1) };
    let all = Filter { todo: Some(Todo { now: at(MORNING), expecting: all }), ..Filter::default() };
    assert_eq!(listed(&inbox, &all).len(), 5, "all but what expired or is too old");
    let bar = Filter { audience: Some(Audience::Channel("bar".into())), ..all.clone() };
    assert_eq!(listed(&inbox, &bar), ["n_bar"]);
    assert_eq!(inbox.locate(&all, &id("n_order")).expect("located"), Some(4), "a list like any other");
    assert_eq!(inbox.outline(&all).expect("outlined").days[0].count, 5);
    assert_eq!(inbox.mark_all_read(&bar).expect("marked"), 1);
    assert_eq!(listed(&inbox, &Filter { unread: true, ..all }).len(), 4, "what is read still waits");
}

#[test]
fn what_somebody_takes_waits_no_longer_and_what_is_released_waits_again() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    inbox.append(&[arrival("n_1"), arrival("n_2")], at(MORNING)).expect("stored");
    take_in(&mut inbox, vec![claim("n_1", true)]);
    assert_eq!(waiting(&inbox, MORNING), ["n_2"]);
    take_in(&mut inbox, vec![claim("n_1", false)]);
    assert_eq!(waiting(&inbox, MORNING), ["n_2", "n_1"]);
    let mut queue = |errand| inbox.queue(HUB, &errand, Some("Moi"), at(MORNING)).expect("queued");
    let take = queue(Errand::Take(id("n_2"))).expect("there is room");
    assert_eq!(waiting(&inbox, MORNING), ["n_1"], "at once, whatever the hub will say");
    inbox.settle(take).expect("settled");
    assert_eq!(waiting(&inbox, MORNING), ["n_2", "n_1"], "the hub did not say that it is taken");
    take_in(&mut inbox, vec![claim("n_2", true)]);
    inbox.queue(HUB, &Errand::Release(id("n_2")), None, at(MORNING)).expect("queued");
    assert_eq!(waiting(&inbox, MORNING), ["n_2", "n_1"]);
    take_in(&mut inbox, vec![claim("n_2", true)]);
    assert_eq!(
        waiting(&inbox, MORNING),
        ["n_2", "n_1"],
        "the person's word counts until the hub has answered"
    );
    let waits = inbox.outbox().expect("read").remove(0);
    inbox.keep_here(&waits).expect("kept");
    assert_eq!(waiting(&inbox, MORNING), ["n_2", "n_1"], "nobody else is to be told");
}

#[test]
fn the_figures_say_how_much_is_late_and_when_they_change_next() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let order = |name: &str, minutes: i64| told_at(arrival(name), MORNING + minutes * MINUTE);
    let bar = told_at(on(Some("bar"), NotificationType::Info, "n_bar"), MORNING);
    inbox.append(&[order("n_0", 0), order("n_5", 5), bar], at(MORNING)).expect("stored");
    let told = |now: i64| inbox.todo(&todo(MORNING + now)).expect("counted");
    let expected = |count, late, next: Option<i64>| TodoTally {
        count,
        late,
        next_change: next.map(|next| at(MORNING + next)),
    };
    assert_eq!(told(6 * MINUTE), expected(3, 0, Some(10 * MINUTE)));
    assert_eq!(told(10 * MINUTE - 1), expected(3, 0, Some(10 * MINUTE)));
    assert_eq!(told(10 * MINUTE), expected(3, 1, Some(15 * MINUTE)), "each channel has its own patience");
    assert_eq!(told(15 * MINUTE), expected(3, 2, Some(30 * MINUTE)));
    assert_eq!(told(30 * MINUTE), expected(3, 3, Some(24 * HOUR)), "then only what gets too old changes");
    assert_eq!(told(24 * HOUR), expected(1, 1, Some(24 * HOUR + 5 * MINUTE)));
    assert_eq!(told(25 * HOUR), expected(0, 0, None));
}

#[test]
fn the_wall_shows_the_oldest_first_and_what_was_lately_taken() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let order = |number: i64| told_at(arrival(&format!("n_{number}")), MORNING - number * MINUTE);
    inbox.append(&[order(1), order(3), order(2), order(4)], at(MORNING)).expect("stored");
    take_in(&mut inbox, vec![claim("n_1", true)]);
    inbox.queue(HUB, &Errand::Take(id("n_4")), Some("Moi"), at(MORNING + 5)).expect("queued");
    let filter = Filter { todo: Some(todo(MORNING)), ..Filter::default() };
    let wall = inbox.waiting(&filter, 1, 5).expect("asked");
    assert_eq!((wall.cards[0].entry.id.as_str(), wall.cards.len(), wall.total), ("n_3", 1, 2));
    let taken: Vec<_> = wall.taken.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(taken, ["n_4", "n_1"], "the person's own claim before the hub knows of it");
    let last = inbox.waiting(&filter, 200, 1).expect("asked");
    assert_eq!((last.cards.len(), last.taken[0].id.as_str()), (2, "n_4"));
    let bar = Filter { audience: Some(Audience::Channel("bar".into())), ..filter };
    let empty = inbox.waiting(&bar, 200, 5).expect("asked");
    assert_eq!((empty.total, empty.taken.len()), (0, 0), "only of that channel");
}

#[test]
fn a_day_begins_at_a_quarter_of_an_hour() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    inbox.append(&[arrival("n_1")], at(MORNING - 1)).expect("stored");
    inbox.append(&[arrival("n_2"), on(None, NotificationType::Info, "n_3")], at(MORNING)).expect("stored");
    let today = inbox.arrived_since(at(MORNING)).expect("counted");
    assert_eq!(today, BTreeMap::from([("commandes".into(), 1), (String::new(), 1)]));
}
