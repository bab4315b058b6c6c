//! Taking charge, on real files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chapfood_protocol::{ClaimChanged, NotificationId, Person, Problem, Role};
use proptest::prelude::*;
use rusqlite::Connection;

use super::reader::Reader;
use super::store::Store;
use super::tests::{EPOCH, RETENTION, day, folder, kept, locate, prune_all, send, store};
use super::{Claim, ClaimKind, Cursor, Entry, FeedRequest, OpenFile, Outcome, Request, schema};
use crate::Retention;
use crate::access::{ChannelPattern, Grant};

fn claim(kind: ClaimKind, id: &NotificationId, who: &str) -> Request<u32> {
    let by = Person { user_id: None, username: who.into(), device_name: Some("Bar".into()) };
    let grant = Arc::new(Grant::of_this_computer());
    Request::Claim { tag: 0, claim: Claim { kind, id: id.clone(), holder: format!("user:{who}"), by, grant } }
}

fn take(id: &NotificationId, who: &str) -> Request<u32> {
    claim(ClaimKind::Take, id, who)
}

fn release(id: &NotificationId, who: &str) -> Request<u32> {
    claim(ClaimKind::Release, id, who)
}

/// A notification in channel `a`.
fn sent(store: &mut Store, now: i64) -> NotificationId {
    match &store.commit(vec![send(1, Some("a"), None)], now)[..] {
        [Outcome::Appended { notification, .. }] => notification.id.clone(),
        other => panic!("it is stored, got {other:?}"),
    }
}

/// What became of one claim: whether it is new, and the entry; or why it was refused.
fn outcome(outcome: &Outcome<u32>) -> Result<(bool, Entry), Problem> {
    match outcome {
        Outcome::Claimed { entry, new, .. } => Ok((*new, (**entry).clone())),
        Outcome::NotClaimed { why, .. } => Err(why.clone()),
        other => panic!("claimed or not, got {other:?}"),
    }
}

fn claimed(store: &mut Store, request: Request<u32>, now: i64) -> Result<(bool, Entry), Problem> {
    outcome(&store.commit(vec![request], now)[0])
}

fn change(entry: &Entry) -> &ClaimChanged {
    match entry {
        Entry::Taken(change) | Entry::Released(change) => change,
        Entry::Notification(_) => panic!("a claim is no notification"),
    }
}

fn rows(file: &OpenFile, table: &str) -> i64 {
    Connection::open(&file.path)
        .and_then(|db| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)))
        .expect("counted")
}

#[test]
fn of_two_who_take_it_at_once_the_first_has_it_and_the_other_is_told_who() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    let id = sent(&mut store, day(0));
    let outcomes = store.commit(vec![take(&id, "Alice"), take(&id, "Bob")], day(0));
    let (new, entry) = outcome(&outcomes[0]).expect("she was first");
    assert!(new && matches!(entry, Entry::Taken(_)));
    let ClaimChanged { seq, by, channel, epoch, answer, .. } = change(&entry);
    assert_eq!((*seq, by.username.as_str(), channel.as_deref()), (2, "Alice", Some("a")), "next in its log");
    assert_eq!((epoch.as_str(), *answer), (EPOCH, false));
    assert_eq!(outcome(&outcomes[1]), Err(Problem::AlreadyTaken("Alice (Bar)".into())));
    assert_eq!(kept(&file, "a"), [1, 2], "nothing is written of who came second");
}

#[test]
fn a_repeated_take_is_answered_with_the_first_one_also_within_its_group_and_after_a_crash() {
    let folder = folder();
    let (id, first) = {
        let (mut store, _file) = store(folder.path());
        let id = sent(&mut store, day(0));
        let outcomes = store.commit(vec![take(&id, "Alice"), take(&id, "Alice")], day(0));
        let (_, first) = outcome(&outcomes[0]).expect("taken");
        assert_eq!(outcome(&outcomes[1]), Ok((false, first.clone())));
        (id, first)
    };
    let (mut store, file) = store(folder.path());
    assert_eq!(claimed(&mut store, take(&id, "Alice"), day(1)), Ok((false, first)));
    assert!(claimed(&mut store, take(&id, "Bob"), day(1)).is_err(), "who has it is not forgotten");
    assert_eq!(kept(&file, "a"), [1, 2], "nothing was written again");
}

#[test]
fn anybody_may_release_once_and_then_anybody_may_take() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    let id = sent(&mut store, day(0));
    claimed(&mut store, take(&id, "Alice"), day(0)).expect("taken");
    let (new, released) = claimed(&mut store, release(&id, "Bob"), day(0)).expect("she may have gone home");
    assert!(new && matches!(released, Entry::Released(_)));
    assert_eq!(change(&released).by.username, "Bob", "it says who released it");
    assert_eq!(claimed(&mut store, release(&id, "Carol"), day(0)), Ok((false, released)), "it is so already");
    let (new, taken) = claimed(&mut store, take(&id, "Bob"), day(0)).expect("nobody has it");
    assert_eq!((new, change(&taken).seq), (true, 4));
    assert_eq!(kept(&file, "a"), [1, 2, 3, 4]);
    assert_eq!(rows(&file, "claim"), 1, "one row says how it stands");
}

#[test]
fn what_nobody_ever_took_is_released_since_it_came() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    sent(&mut store, day(0));
    let id = sent(&mut store, day(0));
    let (new, entry) = claimed(&mut store, release(&id, "Bob"), day(0)).expect("that is no fault");
    assert_eq!((new, change(&entry).seq), (false, 2), "the place is its own");
    assert_eq!((kept(&file, "a"), rows(&file, "claim")), (vec![1, 2], 0), "nothing was written");
}

#[test]
fn only_a_notification_that_is_kept_can_be_taken() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    let id = sent(&mut store, day(0));
    claimed(&mut store, take(&id, "Alice"), day(0)).expect("taken");
    let of_claim: String = Connection::open(&file.path)
        .and_then(|db| db.query_row("SELECT id FROM entry WHERE kind > 0", [], |row| row.get(0)))
        .expect("a claim is an entry with an id of its own");
    for id in ["n_0000000001.000000", "", of_claim.as_str()] {
        let id = NotificationId::new(id);
        assert_eq!(claimed(&mut store, take(&id, "Bob"), day(0)), Err(Problem::UnknownNotification), "{id}");
        assert_eq!(claimed(&mut store, release(&id, "Bob"), day(0)), Err(Problem::UnknownNotification));
    }
    prune_all(&mut store, day(8) / 1_000);
    assert_eq!((kept(&file, "a"), rows(&file, "claim")), (vec![], 0), "who had it went with it");
    assert_eq!(claimed(&mut store, take(&id, "Alice"), day(8)), Err(Problem::UnknownNotification));
    assert!(sent(&mut store, day(0)).as_str() > of_claim.as_str(), "ids go on after those of claims too");
}

#[test]
fn claims_are_read_back_in_the_logs_order_and_told_apart_from_what_is_pending() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    store.commit(vec![locate("a", "user:bob")], day(0));
    let id = sent(&mut store, day(0));
    claimed(&mut store, take(&id, "Alice"), day(0)).expect("taken");
    sent(&mut store, day(0));
    claimed(&mut store, release(&id, "Alice"), day(0)).expect("released");
    let [Outcome::Located { claims, .. }] = &store.commit(vec![locate("a", "user:bob")], day(0))[..] else {
        panic!("he is found")
    };
    assert_eq!(claims, &[2, 4]);
    let marks = vec![Cursor { subscriber: "user:bob".into(), channel: "a".into(), seq: 2 }];
    let group = vec![Request::Advance(marks), locate("a", "user:bob")];
    let [_, Outcome::Located { claims, .. }] = &store.commit(group, day(0))[..] else {
        panic!("he is found")
    };
    assert_eq!(claims, &[4], "only what is ahead of him");

    let (ask, mut read) = Reader::open(&file, "restored".into()).expect("opened").start();
    ask.send(FeedRequest { key: 0, channel: "a".into(), from: 1, to: 4 }).expect("asked");
    let entries = read.blocking_recv().expect("read").entries;
    let events: Vec<_> = entries.iter().map(|entry| (entry.seq(), entry.event())).collect();
    let (told, taken, released) = ("notification-received", "notification-taken", "notification-released");
    assert_eq!(events, [(1, told), (2, taken), (3, told), (4, released)]);
    assert_eq!(change(&entries[1]).epoch, "restored", "the epoch is the one of now");
}

#[test]
fn at_the_quota_staff_can_still_work_off_what_is_there_within_a_reserve() {
    let folder = folder();
    let (id, quota_bytes) = {
        let (mut store, file) = store(folder.path());
        let id = sent(&mut store, day(0));
        let db = schema::open(&file.path).expect("opened");
        (id, super::prune::used_bytes(&db).expect("measured"))
    };
    let file = OpenFile::claim(folder.path()).expect("the folder is ours");
    let db = schema::open(&file.path).expect("opened");
    let mut store =
        Store::new(db, EPOCH.into(), Retention { quota_bytes, ..RETENTION }).expect("the store opens");
    let refused = store.commit(vec![send(1, Some("a"), None)], day(0));
    assert!(matches!(&refused[..], [Outcome::NotAppended { why: Problem::QuotaReached, .. }]));
    claimed(&mut store, take(&id, "Alice"), day(0)).expect("the shop goes on");

    let long = "é".repeat(2_000);
    let flood = || (0..500).flat_map(|_| [release(&id, &long), take(&id, &long)]).collect::<Vec<_>>();
    let full = (0..20).find_map(|_| {
        let outcomes = store.commit(flood(), day(0));
        outcomes.iter().map(outcome).find_map(Result::err)
    });
    assert_eq!(full, Some(Problem::QuotaReached), "somebody who only takes and releases is stopped too");
}

#[test]
fn what_the_disk_refuses_is_not_so_for_anybody() {
    let folder = folder();
    let id = {
        let (mut store, _file) = store(folder.path());
        sent(&mut store, day(0))
    };
    let file = OpenFile::claim(folder.path()).expect("the folder is ours");
    let db = schema::open(&file.path).expect("the database opens");
    // SQLite answers "database or disk is full" past this many pages, as it does on a full disk.
    let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0)).expect("counted");
    db.pragma_update(None, "max_page_count", pages).expect("limited");
    let mut limited = Store::new(db, EPOCH.into(), RETENTION).expect("the store opens");
    let mut changes = 0;
    let refused = loop {
        let next = if changes % 2 == 0 { take(&id, "Alice") } else { release(&id, "Alice") };
        match claimed(&mut limited, next, day(0)) {
            Ok((true, _)) => changes += 1,
            Ok((false, entry)) => panic!("it was told as so before it was: {entry:?}"),
            Err(why) => break why,
        }
        assert!(changes < 10_000, "the disk never fills");
    };
    assert_eq!(refused, Problem::NotStored);
    assert_eq!(kept(&file, "a").len(), 1 + changes, "told and stored are the same");
    drop((limited, file));
    let (mut store, _file) = store(folder.path());
    let again = if changes % 2 == 0 { take(&id, "Alice") } else { release(&id, "Alice") };
    assert!(claimed(&mut store, again, day(0)).expect("there is room").0, "it had not happened");
}

#[test]
fn a_notification_of_a_hub_before_this_one_can_be_taken() {
    let folder = folder();
    {
        let file = OpenFile::claim(folder.path()).expect("the folder is ours");
        let db = Connection::open(&file.path).expect("made");
        for migration in &schema::MIGRATIONS[..4] {
            db.execute_batch(migration).expect("migrated");
        }
        db.pragma_update(None, "application_id", schema::APPLICATION_ID).expect("ours");
        db.pragma_update(None, "user_version", 4).expect("but older");
        db.execute_batch(
            r#"INSERT INTO channel (name, head) VALUES ('a', 1);
               INSERT INTO entry (channel_id, seq, id, accepted_at, payload) VALUES (1, 1, 'n_1', 0, '{}');"#,
        )
        .expect("filled");
    }
    let (mut store, file) = store(folder.path());
    let (new, entry) = claimed(&mut store, take(&NotificationId::new("n_1"), "Alice"), day(0)).expect("kept");
    assert_eq!((new, entry.seq(), kept(&file, "a")), (true, 2, vec![1, 2]));
}

#[derive(Debug, Clone)]
enum Step {
    Send,
    Take(usize, usize),
    Release(usize, usize),
    Crash,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Several people take and release several notifications, pipelined, while the hub crashes now and then.
    #[test]
    fn one_person_at_most_has_it_and_the_log_tells_every_change_once(
        groups in prop::collection::vec(prop::collection::vec(prop_oneof![
            1 => Just(Step::Send),
            4 => (0_usize..3, 0_usize..3).prop_map(|(n, who)| Step::Take(n, who)),
            3 => (0_usize..3, 0_usize..3).prop_map(|(n, who)| Step::Release(n, who)),
            1 => Just(Step::Crash),
        ], 1..8), 1..8),
    ) {
        let folder = folder();
        let mut opened = store(folder.path());
        let ids: Vec<_> = (0..3).map(|n| sent(&mut opened.0, day(0) + n)).collect();
        let people = ["Alice", "Bob", "Carol"];
        let mut holders: BTreeMap<usize, usize> = BTreeMap::new();
        let mut head = 3;
        for group in groups {
            if group.iter().any(|step| matches!(step, Step::Crash)) {
                drop(opened);
                opened = store(folder.path());
            }
            let requests = group.iter().filter_map(|step| match step {
                Step::Send => Some(send(1, Some("a"), None)),
                Step::Take(n, who) => Some(take(&ids[*n], people[*who])),
                Step::Release(n, who) => Some(release(&ids[*n], people[*who])),
                Step::Crash => None,
            });
            let outcomes = opened.0.commit(requests.collect(), day(0));
            let steps = group.iter().filter(|step| !matches!(step, Step::Crash));
            for (step, outcome_of) in steps.zip(&outcomes) {
                let changes = match step {
                    Step::Send => { head += 1; continue },
                    Step::Take(n, who) => match holders.get(n) {
                        Some(holder) if holder != who => {
                            let words = format!("{} (Bar)", people[*holder]);
                            prop_assert_eq!(outcome(outcome_of), Err(Problem::AlreadyTaken(words)));
                            continue;
                        }
                        _ => holders.insert(*n, *who).is_none(),
                    },
                    Step::Release(n, _) => holders.remove(n).is_some(),
                    Step::Crash => continue,
                };
                let (new, entry) = outcome(outcome_of).expect("it is kept, and free or theirs");
                prop_assert_eq!(new, changes, "{:?}", step);
                if new {
                    head += 1;
                    prop_assert_eq!(entry.seq(), head, "the next number");
                }
            }
        }
        let numbers = kept(&opened.1, "a");
        prop_assert_eq!(numbers, (1..=i64::try_from(head).unwrap_or(0)).collect::<Vec<_>>());
    }
}

#[test]
fn who_may_not_read_a_channel_does_not_learn_what_is_in_it() {
    let folder = folder();
    let (mut store, _file) = store(folder.path());
    let id = sent(&mut store, 1);
    assert!(outcome(&store.commit(vec![take(&id, "alice")], 2)[0]).is_ok());
    let elsewhere = Grant {
        roles: BTreeSet::from([Role::Subscriber]),
        channels: ChannelPattern::parse("bar*").into_iter().collect(),
    };
    for kind in [ClaimKind::Take, ClaimKind::Release] {
        let Request::Claim { tag, mut claim } = claim(kind, &id, "mallory") else { panic!("a claim") };
        claim.grant = Arc::new(elsewhere.clone());
        let refused = outcome(&store.commit(vec![Request::Claim { tag, claim }], 3)[0]);
        assert_eq!(refused, Err(Problem::UnknownNotification), "as if there were none; nor who has it");
    }
}
