use chapfood_protocol::{Notification, NotificationId, NotificationType, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::{Arrival, Filter, Incoming};

const HUB: &str = "http://127.0.0.1:8001";

fn inbox(folder: &tempfile::TempDir) -> Inbox {
    Inbox::open(&folder.path().join("history.db")).expect("the history opens")
}

fn batch(seqs: impl IntoIterator<Item = u64>, message: &str) -> Batch {
    let arrival = |seq| Arrival {
        caught_up: false,
        notification: Notification {
            id: NotificationId::new(format!("n_{seq}")),
            kind: NotificationType::Info,
            title: "Commande".into(),
            message: message.into(),
            data: None,
            sender: "Caisse 1".into(),
            channel: Some("commandes".into()),
            timestamp: Timestamp::default(),
            seq,
            replayed: false,
            epoch: None,
            key: None,
            ttl: None,
            expired: false,
        },
    };
    let origin = Origin { address: HUB.into(), epoch: "e".into() };
    Batch {
        origin: Some(origin),
        entries: seqs.into_iter().map(arrival).map(Incoming::Arrival).collect(),
        ..Batch::default()
    }
}

fn cursor(inbox: &Inbox) -> Option<u64> {
    inbox.cursors(HUB).expect("read").get("commandes").map(|position| position.seq)
}

#[test]
fn a_full_disk_leaves_neither_rows_nor_cursor() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut inbox = inbox(&folder);
    inbox.take_in(&batch([1], "m"), Timestamp::default()).expect("there is room for one");
    let pages: i64 =
        inbox.connection.pragma_query_value(None, "page_count", |row| row.get(0)).expect("counted");
    inbox.connection.pragma_update(None, "max_page_count", pages).expect("the disk is full");
    let large = batch(2..20, &"x".repeat(4_000));
    inbox.take_in(&large, Timestamp::default()).expect_err("there is no room for these");
    assert_eq!(inbox.tally().expect("counted").total, 1, "all or nothing");
    assert_eq!(cursor(&inbox), Some(1), "what is not on the disk must not count as received");
    inbox.connection.pragma_update(None, "max_page_count", pages + 100).expect("there is room again");
    assert_eq!(
        inbox.take_in(&large, Timestamp::default()).expect("stored").new.len(),
        18,
        "the same call works"
    );
    assert_eq!(cursor(&inbox), Some(19));
}

/// A day of one channel: what the hub no longer keeps, and how the connections of the day went.
#[derive(Debug, Clone)]
struct Day {
    pruned: Vec<bool>,
    connections: Vec<Connection>,
}

/// How much a connection gives before it breaks, in batches of which size, and at which of them the disk
/// refuses, if at any: from there on nothing of the connection is stored.
#[derive(Debug, Clone)]
struct Connection {
    gives: usize,
    batch: usize,
    refused_from: Option<usize>,
    /// How far behind its cursor the hub begins: its last receipts were lost.
    repeats: u64,
}

fn day() -> impl Strategy<Value = Day> {
    let connection = (0..30_usize, 1..8_usize, prop::option::of(0..4_usize), 0..5_u64)
        .prop_map(|(gives, batch, refused_from, repeats)| Connection { gives, batch, refused_from, repeats });
    (prop::collection::vec(any::<bool>(), 40), prop::collection::vec(connection, 1..6))
        .prop_map(|(pruned, connections)| Day { pruned, connections })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everything_up_to_the_cursor_is_stored_or_no_longer_kept(day in day()) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut inbox = inbox(&folder);
        let kept: Vec<u64> = (1..).zip(&day.pruned).filter(|(_, gone)| !**gone).map(|(seq, _)| seq).collect();
        for connection in &day.connections {
            let before = cursor(&inbox);
            let from = before.unwrap_or(0).saturating_sub(connection.repeats);
            let given: Vec<u64> =
                kept.iter().copied().filter(|seq| *seq > from).take(connection.gives).collect();
            let taken = connection.refused_from.unwrap_or(usize::MAX);
            for some in given.chunks(connection.batch).take(taken) {
                inbox.take_in(&batch(some.iter().copied(), "m"), Timestamp::default()).expect("stored");
            }
            let now = cursor(&inbox);
            prop_assert!(now >= before, "a cursor never goes back");
            let stored = inbox.tally().expect("counted").total as usize;
            let passed = kept.iter().filter(|seq| Some(**seq) <= now).count();
            prop_assert_eq!(stored, passed, "exactly what the cursor has passed is stored");
        }
        let rows = inbox.page(&Filter::default(), 0, 100).expect("listed");
        let order: Vec<_> = rows.iter().rev().map(|row| row.id.as_str().to_owned()).collect();
        let expected: Vec<_> = kept.iter().take(order.len()).map(|seq| format!("n_{seq}")).collect();
        prop_assert_eq!(order, expected, "each once, in the hub's order");
    }
}

#[test]
fn a_cursor_goes_on_passes_what_is_gone_and_never_goes_back() {
    assert_eq!(after(None, 7), Some(7), "what came before was not ours to receive");
    assert_eq!(after(Some(7), 8), Some(8));
    assert_eq!(after(Some(7), 20), Some(20), "8 to 19 are no longer kept: nobody can send them");
    assert_eq!(after(Some(7), 3), Some(7), "a repeat");
    assert_eq!(after(Some(7), 0), Some(7), "a hub without a log");
    assert_eq!(after(None, 0), None, "a hub without a log has no places");
}
