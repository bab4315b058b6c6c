//! What waits for a hub.

mod support;

use chapfood_inbox::{Errand, Inbox, OUTBOX_LIMIT, Outgoing};
use rusqlite::Connection;
use support::{Folder, MORNING, at, id};

const HUB: &str = "http://127.0.0.1:8001";

fn send(client_id: &str) -> Errand {
    Errand::Send { client_id: client_id.into() }
}

fn queue(inbox: &mut Inbox, client_id: &str) -> i64 {
    let number = inbox.queue(HUB, &send(client_id), Some("{}"), at(MORNING)).expect("the disk takes it");
    number.expect("there is room")
}

fn numbers(inbox: &Inbox) -> Vec<i64> {
    inbox.outbox().expect("read").iter().map(|outgoing| outgoing.number).collect()
}

#[test]
fn what_was_queued_is_there_after_an_unclean_end_in_its_order() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let draft = "{\"title\":\"Four\\u0000 en panne\"}";
    inbox.queue(HUB, &send("a"), Some(draft), at(MORNING)).expect("queued");
    inbox.queue("http://autre:8001", &Errand::Take(id("n_1")), None, at(MORNING + 1)).expect("queued");
    inbox.queue(HUB, &Errand::Release(id("n_1")), None, at(MORNING + 2)).expect("queued");
    inbox.mark_attempted(1, true).expect("marked");
    inbox.mark_refused(3, &["Non".into(), "« Non »".into()]).expect("marked");
    std::mem::forget(inbox);
    let inbox = folder.open();
    let outgoing = |number, address: &str, errand, attempted, refusal: &[&str]| Outgoing {
        number,
        address: address.into(),
        errand,
        queued_at: at(MORNING + number - 1),
        attempted,
        refusal: refusal.iter().map(|&words| words.to_owned()).collect(),
    };
    let expected = [
        outgoing(1, HUB, send("a"), true, &[]),
        outgoing(2, "http://autre:8001", Errand::Take(id("n_1")), false, &[]),
        outgoing(3, HUB, Errand::Release(id("n_1")), false, &["Non", "« Non »"]),
    ];
    assert_eq!(inbox.outbox().expect("read"), expected, "each as it was left");
    assert_eq!(inbox.draft(1).expect("read").as_deref(), Some(draft), "byte for byte");
    assert_eq!(inbox.draft(2).expect("read"), None, "what is taken has no text");
}

#[test]
fn what_is_settled_is_gone_and_its_number_never_means_another() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    for client_id in ["a", "b", "c"] {
        queue(&mut inbox, client_id);
    }
    inbox.settle(2).expect("settled");
    inbox.settle(3).expect("settled");
    inbox.settle(3).expect("a second answer to the same changes nothing");
    assert_eq!(numbers(&inbox), [1]);
    assert_eq!(inbox.draft(3).expect("read"), None);
    drop(inbox);
    let mut inbox = folder.open();
    assert_eq!(queue(&mut inbox, "d"), 4, "a window that still shows 3 must not take out another one");
}

#[test]
fn a_full_outbox_takes_nothing_until_something_goes() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    // One call each would flush the disk a thousand times.
    let disk = Connection::open(folder.file()).expect("opened");
    disk.execute_batch(&format!(
        "WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < {OUTBOX_LIMIT})
         INSERT INTO outbox (kind, address, subject, queued_at) SELECT 'send', 'a', n, 0 FROM count"
    ))
    .expect("filled");
    let refused = inbox.queue(HUB, &send("one more"), Some("{}"), at(MORNING)).expect("the disk is fine");
    assert_eq!(refused, None, "the person must hear it now, not find it missing later");
    inbox.settle(7).expect("settled");
    queue(&mut inbox, "one more");
    assert_eq!(numbers(&inbox).len(), OUTBOX_LIMIT as usize);
}

#[test]
fn a_disk_that_refuses_queues_nothing() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let disk = Connection::open(folder.file()).expect("opened");
    disk.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    .expect("the disk is full");
    inbox.queue(HUB, &send("a"), Some("{}"), at(MORNING)).expect_err("the person must hear it");
    assert!(numbers(&inbox).is_empty(), "and it is not queued all the same");
}
