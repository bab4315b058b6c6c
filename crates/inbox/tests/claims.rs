//! Who is in charge of what.

mod support;

use chapfood_inbox::{Batch, Claim, Errand, Inbox, Incoming, Origin, Stored, Taken};
use chapfood_protocol::{ClaimChanged, Person};
use support::{Folder, MORNING, arrival, at, id};

const HUB: &str = "http://127.0.0.1:8001";

fn notification(name: &str, seq: u64) -> Incoming {
    let mut arrival = arrival(name);
    arrival.notification.seq = seq;
    Incoming::Arrival(arrival)
}

fn claim(name: &str, seq: u64, by: &str, taken: bool) -> Incoming {
    let by = Person { user_id: None, username: by.into(), device_name: Some("Bar".into()) };
    Incoming::Claim(Claim {
        change: ClaimChanged {
            id: id(name),
            channel: Some("commandes".into()),
            by,
            at: at(MORNING + seq as i64),
            seq,
            epoch: "e".into(),
            replayed: false,
            answer: false,
        },
        taken,
        mine: false,
    })
}

fn take(name: &str, seq: u64, by: &str) -> Incoming {
    claim(name, seq, by, true)
}

fn release(name: &str, seq: u64) -> Incoming {
    claim(name, seq, "Bob", false)
}

fn take_in(inbox: &mut Inbox, entries: Vec<Incoming>) -> Stored {
    let origin = Origin { address: HUB.into(), epoch: "e".into() };
    let batch = Batch { origin: Some(origin), entries, ..Batch::default() };
    inbox.take_in(&batch, at(MORNING)).expect("stored")
}

fn taken(inbox: &Inbox, name: &str) -> Option<Taken> {
    inbox.details(&id(name)).expect("read").expect("there").entry.taken
}

fn by(inbox: &Inbox, name: &str) -> Option<String> {
    taken(inbox, name).map(|taken| taken.by)
}

#[test]
fn a_claim_that_the_hub_said_is_ours_stays_ours_when_the_log_brings_it_too() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let Incoming::Claim(mut answer) = take("n_1", 2, "Alice") else { unreachable!("a claim") };
    answer.mine = true;
    take_in(&mut inbox, vec![notification("n_1", 1), Incoming::Claim(answer)]);
    take_in(&mut inbox, vec![take("n_1", 2, "Alice")]);
    assert!(taken(&inbox, "n_1").is_some_and(|taken| taken.mine), "the same claim");
    take_in(&mut inbox, vec![release("n_1", 3), take("n_1", 4, "Alice")]);
    assert!(taken(&inbox, "n_1").is_some_and(|taken| !taken.mine), "another claim");
}

#[test]
fn the_log_says_in_its_order_who_has_what() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let entries = vec![notification("n_1", 1), take("n_1", 2, "Alice"), notification("n_2", 3)];
    let stored = take_in(&mut inbox, entries);
    let alice = Taken {
        by: "Alice".into(),
        device: Some("Bar".into()),
        at: at(MORNING + 2),
        mine: false,
        local: false,
    };
    assert_eq!(stored.new[0].taken.as_ref(), Some(&alice), "the window shows it at once");
    assert_eq!(stored.claimed, [], "nobody has seen it otherwise");
    let later = vec![release("n_1", 4), take("n_1", 5, "Chloé"), take("n_2", 6, "Bob"), release("n_2", 7)];
    assert_eq!(take_in(&mut inbox, later).claimed, [id("n_1"), id("n_1"), id("n_2"), id("n_2")]);
    drop(inbox);
    let inbox = folder.open();
    assert_eq!(
        (by(&inbox, "n_1").as_deref(), by(&inbox, "n_2")),
        (Some("Chloé"), None),
        "the last word counts"
    );
    assert_eq!(
        inbox.cursors(HUB).expect("read")["commandes"].seq,
        7,
        "claims have places like notifications"
    );
    assert_eq!(inbox.tally().expect("counted").total, 2, "they are no notifications");
}

#[test]
fn a_claim_on_what_is_not_here_only_moves_the_place() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let stored = take_in(&mut inbox, vec![take("n_gone", 9, "Alice")]);
    let cursors = inbox.cursors(HUB).expect("read");
    assert_eq!(cursors["commandes"].seq, 9, "else it would come for ever");
    assert_eq!(
        stored,
        Stored { cursors, ..Stored::default() },
        "and whoever stores it knows the place at once"
    );
}

#[test]
fn an_answer_out_of_turn_moves_no_place() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    take_in(&mut inbox, vec![notification("n_1", 1)]);
    let mut answer = take("n_1", 5, "Alice");
    if let Incoming::Claim(claim) = &mut answer {
        claim.change.answer = true;
    }
    take_in(&mut inbox, vec![answer]);
    assert_eq!(by(&inbox, "n_1").as_deref(), Some("Alice"), "it is true");
    assert_eq!(inbox.cursors(HUB).expect("read")["commandes"].seq, 1, "2 to 4 may still be on their way");
}

#[test]
fn what_waits_shows_on_its_row_and_the_truth_is_under_it() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    take_in(&mut inbox, vec![notification("n_1", 1), notification("n_2", 2), take("n_2", 3, "Alice")]);
    let mut queue = |errand| inbox.queue(HUB, &errand, Some("Moi"), at(MORNING + 60)).expect("queued");
    let first = queue(Errand::Take(id("n_1"))).expect("there is room");
    let second = queue(Errand::Release(id("n_2"))).expect("there is room");
    queue(Errand::Send { client_id: "n_1".into() });
    let mine = Taken { by: "Moi".into(), device: None, at: at(MORNING + 60), mine: true, local: true };
    assert_eq!((taken(&inbox, "n_1"), taken(&inbox, "n_2")), (Some(mine), None), "at once");
    take_in(&mut inbox, vec![take("n_1", 4, "Bob")]);
    assert!(taken(&inbox, "n_1").expect("taken").mine, "until the hub has answered");
    inbox.settle(first).expect("settled");
    inbox.settle(second).expect("settled");
    assert_eq!(by(&inbox, "n_1").as_deref(), Some("Bob"), "he was first");
    assert_eq!(by(&inbox, "n_2").as_deref(), Some("Alice"), "the hub did not release it");
}

#[test]
fn a_hub_that_knows_nothing_of_it_leaves_it_to_this_computer() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    take_in(&mut inbox, vec![notification("n_1", 1)]);
    for (errand, shown) in [(Errand::Take(id("n_1")), Some("Moi")), (Errand::Release(id("n_1")), None)] {
        inbox.queue(HUB, &errand, Some("Moi"), at(MORNING)).expect("queued");
        let waiting = inbox.outbox().expect("read").remove(0);
        inbox.keep_here(&waiting).expect("kept");
        assert!(inbox.outbox().expect("read").is_empty(), "nobody is to be told");
        assert_eq!(by(&inbox, "n_1").as_deref(), shown);
        assert!(taken(&inbox, "n_1").is_none_or(|taken| taken.local && taken.mine), "others do not see it");
    }
}

#[test]
fn an_update_is_nobodys_yet() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let keyed = |name: &str, seq| match notification(name, seq) {
        Incoming::Arrival(mut arrival) => {
            arrival.notification.key = Some("commande-7".into());
            Incoming::Arrival(arrival)
        }
        claim => claim,
    };
    take_in(&mut inbox, vec![keyed("n_1", 1), take("n_1", 2, "Alice")]);
    take_in(&mut inbox, vec![keyed("n_3", 3), release("n_1", 4)]);
    assert_eq!(taken(&inbox, "n_3"), None, "what is new has to be taken anew");
}
