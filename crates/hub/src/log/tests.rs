//! The log on real files.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chapfood_protocol::{Notification, NotificationType, Problem, SendRequest};
use rusqlite::Connection;
use tempfile::TempDir;

use super::group::CHANNELS_OF_ONE;
use super::reader::Reader;
use super::store::Store;
use super::{Cursor, Entry, FeedRequest, Look, OpenFile, Outcome, Request, schema};
use crate::{HubError, Retention};

/// The databases of these tests.
pub(super) const EPOCH: &str = "e";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
pub(super) const RETENTION: Retention = Retention {
    age: DAY.saturating_mul(7),
    per_channel: 5,
    remember: DAY.saturating_mul(30),
    quota_bytes: u64::MAX,
};

pub(super) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

pub(super) fn store(folder: &Path) -> (Store, OpenFile) {
    let file = OpenFile::claim(folder).expect("the folder is ours");
    let db = schema::open(&file.path).expect("the database opens");
    schema::epoch(&db).expect("the database is named");
    let mut store = Store::new(db, EPOCH.into(), RETENTION).expect("the store opens");
    store.look(Look { clock: day(0) / 1_000, uptime: Duration::ZERO });
    (store, file)
}

pub(super) fn send(tag: u32, channel: Option<&str>, client_id: Option<&str>) -> Request<u32> {
    Request::Append {
        tag,
        request: SendRequest {
            channel: channel.map(Into::into),
            kind: NotificationType::Info,
            title: format!("Commande {tag}"),
            message: "Table 7".into(),
            data: None,
            client_id: client_id.map(Into::into),
            key: None,
            ttl: None,
        },
        sender: "Caisse".into(),
        origin: "user:caisse".into(),
    }
}

/// Notification `tag` of channel `a`, with so many bytes of data.
fn large(tag: u32, bytes: usize) -> Request<u32> {
    let mut request = send(tag, Some("a"), None);
    if let Request::Append { request, .. } = &mut request {
        request.data = Some(serde_json::Map::from_iter([("filling".into(), "x".repeat(bytes).into())]));
    }
    request
}

pub(super) fn locate(channel: &str, subscriber: &str) -> Request<u32> {
    Request::Locate { tag: 0, channel: channel.into(), subscriber: Some(subscriber.into()), claim: None }
}

fn located(outcomes: &[Outcome<u32>]) -> (u64, u64) {
    match outcomes {
        [Outcome::Located { place, .. }] => (place.head, place.start()),
        other => panic!("one place was asked for, got {other:?}"),
    }
}

pub(super) fn appended(outcomes: &[Outcome<u32>]) -> Vec<(u32, u64)> {
    let each = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Appended { tag, notification } => Some((*tag, notification.seq)),
        _ => None,
    });
    each.collect()
}

#[test]
fn each_channel_counts_for_itself_and_outcomes_keep_the_order_of_the_requests() {
    let folder = folder();
    let (mut store, _file) = store(folder.path());
    let group = vec![
        send(1, Some("a"), None),
        Request::Pass { tag: 2 },
        send(3, Some("b"), None),
        send(4, Some("a"), None),
        send(5, None, None),
    ];
    let outcomes = store.commit(group, 1_000_000);
    assert_eq!(appended(&outcomes), [(1, 1), (3, 1), (4, 2), (5, 1)]);
    assert!(matches!(outcomes[1], Outcome::Passed { tag: 2 }), "what is only passed on keeps its place");
}

#[test]
fn a_subscriber_never_seen_starts_at_the_end_and_is_remembered_across_a_restart() {
    let folder = folder();
    {
        let (mut store, _file) = store(folder.path());
        store.commit(vec![send(1, Some("a"), None)], 1);
        assert_eq!(located(&store.commit(vec![locate("a", "user:bob")], 2)), (1, 1));
        store.commit(vec![send(2, Some("a"), None)], 3);
    }
    let (mut store, _file) = store(folder.path());
    assert_eq!(located(&store.commit(vec![locate("a", "user:bob")], 4)), (2, 1), "he missed one");
    let marks = vec![Cursor { subscriber: "user:bob".into(), channel: "a".into(), seq: 2 }];
    store.commit(vec![Request::<u32>::Advance(marks)], 5);
    let stale = vec![Cursor { subscriber: "user:bob".into(), channel: "a".into(), seq: 1 }];
    store.commit(vec![Request::<u32>::Advance(stale)], 5);
    assert_eq!(located(&store.commit(vec![locate("a", "user:bob")], 6)), (2, 2), "a cursor never goes back");
}

#[test]
fn a_repeated_send_is_answered_with_the_first_one_also_within_its_group_and_after_a_restart() {
    let folder = folder();
    let first = {
        let (mut store, _file) = store(folder.path());
        let outcomes = store.commit(vec![send(1, Some("a"), Some("x")), send(2, Some("a"), Some("x"))], 7);
        let [Outcome::Appended { notification, .. }, Outcome::Repeated { first, .. }] = &outcomes[..] else {
            panic!("one is stored and one repeated, got {outcomes:?}");
        };
        assert_eq!(first.id, notification.id);
        first.clone()
    };
    let (mut store, _file) = store(folder.path());
    let outcomes = store.commit(vec![send(3, Some("a"), Some("x"))], 8);
    assert!(
        matches!(&outcomes[..], [Outcome::Repeated { first: again, .. }] if *again == first),
        "{outcomes:?}"
    );
    let mut other = send(4, Some("a"), Some("x"));
    if let Request::Append { origin, .. } = &mut other {
        *origin = "user:somebody else".into();
    }
    assert_eq!(appended(&store.commit(vec![other], 9)), [(4, 2)], "another sender's mark is another mark");
}

#[test]
fn what_is_read_back_carries_the_epoch_of_now_and_all_that_its_sender_said() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    let mut request = send(1, Some("a"), None);
    if let Request::Append { request, .. } = &mut request {
        (request.key, request.ttl) = (Some("order-42".into()), Some(90));
    }
    let outcomes = store.commit(vec![request], day(0));
    let [Outcome::Appended { notification, .. }] = &outcomes[..] else { panic!("stored, got {outcomes:?}") };
    let said = (notification.epoch.as_deref(), notification.key.as_deref(), notification.ttl);
    assert_eq!(said, (Some(EPOCH), Some("order-42"), Some(90)), "live ones carry it");
    let (ask, mut read) = Reader::open(&file, "restored".into()).expect("opened").start();
    ask.send(FeedRequest { key: 0, channel: "a".into(), from: 1, to: 1 }).expect("asked");
    let feed = read.blocking_recv().expect("read");
    let restored = Notification { epoch: Some("restored".into()), ..Notification::clone(notification) };
    assert_eq!(feed.entries, [Entry::Notification(restored)], "nothing else is another");
}

#[test]
fn ids_go_on_after_a_restart_with_the_clock_set_back() {
    let folder = folder();
    let id = |store: &mut Store, now| match &store.commit(vec![send(1, None, None)], now)[..] {
        [Outcome::Appended { notification, .. }] => notification.id.clone(),
        other => panic!("it is stored, got {other:?}"),
    };
    let before = {
        let (mut store, _file) = store(folder.path());
        id(&mut store, 1_749_290_400_000_000)
    };
    let (mut store, _file) = store(folder.path());
    assert!(id(&mut store, 1_000_000) > before, "a later notification sorts later");
}

#[test]
fn when_the_disk_is_full_publishes_are_refused_and_nothing_of_the_group_is_kept() {
    let folder = folder();
    let file = OpenFile::claim(folder.path()).expect("the folder is ours");
    let db = schema::open(&file.path).expect("the database opens");
    // SQLite answers "database or disk is full" past this many pages, as it does on a full disk.
    let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0)).expect("counted");
    db.pragma_update(None, "max_page_count", pages + 2).expect("limited");
    let mut store = Store::new(db, EPOCH.into(), RETENTION).expect("the store opens");
    let mut kept = 0;
    let refused = loop {
        let group: Vec<_> = (0..20).map(|tag| send(tag, Some("a"), None)).collect();
        let outcomes = store.commit(group, 1_000_000);
        match appended(&outcomes).len() {
            20 => kept += 20,
            0 => break outcomes,
            part => panic!("{part} of 20 were kept: a group is kept whole or not at all"),
        }
    };
    assert!(refused.iter().all(|outcome| matches!(outcome, Outcome::NotAppended { .. })), "all are told");
    let rows: i64 = Connection::open(&file.path)
        .and_then(|db| db.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)))
        .expect("counted");
    assert_eq!(rows, i64::from(kept), "confirmed and stored are the same");
}

#[test]
fn what_is_read_back_at_a_time_is_bounded_in_entries_and_in_bytes() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    let sizes = std::iter::repeat_n(60_000, 5).chain([300_000, 300_000]).chain(std::iter::repeat_n(1, 300));
    store.commit((1..).zip(sizes).map(|(tag, bytes)| large(tag, bytes)).collect(), 1);
    let (ask, mut fed) = Reader::open(&file, EPOCH.into()).expect("opened").start::<()>();
    let (mut from, mut chunks) = (1, Vec::new());
    while from <= 307 {
        ask.send(FeedRequest { key: (), channel: "a".into(), from, to: 307 }).expect("it listens");
        let feed = fed.blocking_recv().expect("it answers");
        assert!(feed.entries.iter().map(Entry::seq).eq(from..feed.next), "in order, none left out");
        chunks.push(feed.entries.len());
        from = feed.next;
    }
    assert_eq!(chunks, [3, 3, 1, 256, 44], "128 KiB, or one that is larger, or 256");
}

#[test]
fn two_hubs_never_share_a_folder() {
    let folder = folder();
    let _held = OpenFile::claim(folder.path()).expect("the folder is ours");
    assert!(matches!(OpenFile::claim(folder.path()), Err(HubError::DatabaseInUse { .. })));
}

/// The error for a file that is in the way, after making sure that the file is as it was.
fn refusal(folder: &Path) -> HubError {
    let path = folder.join("hub.sqlite3");
    let before = std::fs::read(&path).expect("the file is there");
    let error = OpenFile::claim(folder).expect_err("the file is not ours");
    assert_eq!(std::fs::read(&path).expect("the file is there"), before, "it was left as it was");
    let others: Vec<_> = std::fs::read_dir(folder).expect("readable").collect();
    assert_eq!(others.len(), 1, "nothing was put beside it");
    error
}

#[test]
fn a_file_of_another_program_or_of_a_newer_version_is_refused_untouched() {
    let text = folder();
    std::fs::write(text.path().join("hub.sqlite3"), "my shopping list").expect("written");
    assert!(matches!(refusal(text.path()), HubError::ForeignDatabase { .. }));

    let other = folder();
    let db = Connection::open(other.path().join("hub.sqlite3")).expect("made");
    db.execute_batch("CREATE TABLE recipes (name TEXT)").expect("filled");
    drop(db);
    assert!(matches!(refusal(other.path()), HubError::ForeignDatabase { .. }));

    let newer = folder();
    let db = Connection::open(newer.path().join("hub.sqlite3")).expect("made");
    db.pragma_update(None, "application_id", schema::APPLICATION_ID).expect("ours");
    db.pragma_update(None, "user_version", schema::VERSION + 1).expect("but newer");
    db.execute_batch("CREATE TABLE future (x)").expect("filled");
    drop(db);
    assert!(matches!(refusal(newer.path()), HubError::NewerDatabase { .. }));
}

/// The content of every file in a folder, by name.
fn contents(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let files = std::fs::read_dir(folder).expect("readable").map(|file| file.expect("readable"));
    files.map(|file| (file.file_name(), std::fs::read(file.path()).expect("readable"))).collect()
}

#[test]
fn what_a_killed_newer_version_left_in_its_log_only_is_refused_untouched_too() {
    let newer = folder();
    let held = OpenFile::claim(newer.path()).expect("ours");
    let db = schema::open(&held.path).expect("opened");
    db.pragma_update(None, "wal_checkpoint", "truncate").expect("the header is today's");
    db.pragma_update(None, "user_version", schema::VERSION + 1).expect("the log is newer");
    let killed = folder();
    for name in ["hub.sqlite3", "hub.sqlite3-wal"] {
        std::fs::copy(newer.path().join(name), killed.path().join(name)).expect("copied");
    }
    let held = OpenFile::claim(killed.path()).expect("the header says that it is ours");
    let before = contents(killed.path());
    assert!(
        matches!(schema::open(&held.path), Err(HubError::NewerDatabase { found, .. }) if found > schema::VERSION)
    );
    assert!(contents(killed.path()) == before, "every byte is as it was, and nothing was put beside it");
}

#[test]
fn a_database_with_a_log_is_opened_while_it_is_being_copied() {
    let folder = folder();
    let held = OpenFile::claim(folder.path()).expect("ours");
    std::mem::forget(schema::open(&held.path).expect("a hub that was killed left its log"));
    let copying = Connection::open(&held.path).expect("opened");
    copying.execute_batch("BEGIN; SELECT * FROM hub").expect("it reads");
    assert!(schema::open(&held.path).is_ok(), "nobody waits for a copy");
}

#[test]
fn a_subscriber_without_a_name_is_at_the_end_and_leaves_no_trace() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    let nobody: Option<Arc<str>> = None;
    let request = Request::Locate { tag: 0, channel: "new".into(), subscriber: nobody, claim: None };
    assert_eq!(located(&store.commit(vec![request], 1)), (0, 0));
    let channels: i64 = Connection::open(&file.path)
        .and_then(|db| db.query_row("SELECT count(*) FROM channel", [], |row| row.get(0)))
        .expect("counted");
    assert_eq!(channels, 0, "looking at a channel does not make it");
}

#[test]
fn nobody_is_remembered_in_more_channels_than_the_bound_and_the_known_ones_stay() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    let db = Connection::open(&file.path).expect("opened");
    db.execute_batch(&format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {CHANNELS_OF_ONE})
         INSERT INTO channel (name) SELECT 'c' || n FROM n;
         INSERT INTO cursor (subscriber, channel_id, seq, seen_at) SELECT 'user:bob', id, 0, 0 FROM channel;"
    ))
    .expect("he was everywhere");
    let outcomes = store.commit(vec![locate("one more", "user:bob")], day(0));
    let refused = Problem::TooManyChannels(CHANNELS_OF_ONE);
    assert!(matches!(&outcomes[..], [Outcome::NotLocated { why, .. }] if *why == refused), "{outcomes:?}");
    for (channel, who) in [("c7", "user:bob"), ("*", "user:bob"), ("one more", "user:eve")] {
        assert_eq!(located(&store.commit(vec![locate(channel, who)], day(0))), (0, 0), "{channel} {who}");
    }
}

/// So many days after the first, in microseconds.
pub(super) fn day(n: i64) -> i64 {
    1_749_290_400_000_000 + n * 24 * 60 * 60 * 1_000_000
}

/// The hub runs until then, counted from the first day.
pub(super) fn pass(store: &mut Store, until: i64) {
    let uptime = Duration::from_micros((until - day(0)).unsigned_abs());
    store.look(Look { clock: until / 1_000, uptime });
}

pub(super) fn prune_all(store: &mut Store, now_millis: i64) {
    pass(store, now_millis * 1_000);
    while store.prune() {}
}

/// The numbers that a channel still holds.
pub(super) fn kept(file: &OpenFile, channel: &str) -> Vec<i64> {
    let db = Connection::open(&file.path).expect("readable");
    let mut numbers = db
        .prepare("SELECT seq FROM entry JOIN channel ON channel.id = channel_id WHERE name = ?1 ORDER BY seq")
        .expect("prepared");
    let numbers = numbers.query_map([channel], |row| row.get(0)).expect("asked");
    numbers.collect::<Result<_, _>>().expect("read")
}

#[test]
fn at_the_quota_new_notifications_are_refused_and_old_ones_stay() {
    let folder = folder();
    let file = OpenFile::claim(folder.path()).expect("the folder is ours");
    let db = schema::open(&file.path).expect("the database opens");
    let quota_bytes = super::prune::used_bytes(&db).expect("measured") + 40_000;
    let mut store =
        Store::new(db, EPOCH.into(), Retention { quota_bytes, ..RETENTION }).expect("the store opens");
    let mut confirmed = 0;
    loop {
        match &store.commit(vec![send(1, Some("a"), None)], day(0))[..] {
            [Outcome::Appended { .. }] => confirmed += 1,
            [Outcome::NotAppended { why: Problem::QuotaReached, .. }] => break,
            other => panic!("stored or refused, got {other:?}"),
        }
        assert!(confirmed < 10_000, "the quota is never reached");
    }
    assert_eq!(kept(&file, "a").len(), confirmed, "nothing confirmed was dropped");
    assert_eq!(
        located(&store.commit(vec![locate("a", "user:bob")], day(0))).0,
        confirmed as u64,
        "joins go on"
    );
}
