//! What is let go, and when.

use chapfood_protocol::Position;
use rusqlite::Connection;

use super::store::Store;
use super::tests::{EPOCH, appended, day, folder, kept, locate, pass, prune_all, send, store};
use super::{Cursor, Look, OpenFile, Outcome, Place, Request};

fn rows(file: &OpenFile, table: &str) -> i64 {
    let db = Connection::open(&file.path).expect("readable");
    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("counted")
}

fn place(store: &mut Store, request: Request<u32>) -> Place {
    match &store.commit(vec![request], day(0))[..] {
        [Outcome::Located { place, .. }] => *place,
        other => panic!("one place, got {other:?}"),
    }
}

fn bob_has(seq: u64) -> Request<u32> {
    Request::Advance(vec![Cursor { subscriber: "user:bob".into(), channel: "a".into(), seq }])
}

#[test]
fn a_clock_that_stands_in_2099_for_an_hour_makes_nobody_forgotten_and_lets_nothing_go() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    store.commit(vec![locate("a", "user:bob"), send(1, Some("a"), None), send(2, Some("b"), None)], day(0));
    let look = |clock: i64, hours: u64| Look {
        clock: clock / 1_000,
        uptime: std::time::Duration::from_secs(hours * 3_600),
    };
    store.look(look(day(26_000), 1));
    store.commit(vec![send(3, Some("a"), None), locate("c", "user:bob")], day(26_000));
    while store.prune() {}
    store.look(look(day(0), 2));
    while store.prune() {}
    assert_eq!((kept(&file, "a"), kept(&file, "b")), (vec![1, 2], vec![1]), "all of it is of today");
    store.look(look(day(0), 2 + 9 * 24));
    store.commit(vec![bob_has(2)], day(9));
    while store.prune() {}
    assert_eq!(kept(&file, "a"), [0_i64; 0], "and grows old like everything else, whatever the clock said");
}

#[test]
fn a_hub_that_was_off_over_a_long_holiday_still_waits_for_everybody() {
    let folder = folder();
    {
        let (mut store, _file) = store(folder.path());
        store.commit(vec![locate("a", "user:bob"), send(1, Some("a"), None)], day(0));
        store.close();
    }
    let (mut store, file) = store(folder.path());
    store.look(Look { clock: day(40) / 1_000, uptime: std::time::Duration::ZERO });
    while store.prune() {}
    assert_eq!(kept(&file, "a"), [1], "nobody could come while it was off");
}

#[test]
fn after_a_year_a_subscriber_is_forgotten_and_with_the_last_one_its_empty_channel_too() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    store.commit(vec![locate("a", "user:bob"), send(1, Some("a"), None), bob_has(1)], day(0));
    prune_all(&mut store, day(350) / 1_000);
    assert_eq!((rows(&file, "entry"), rows(&file, "cursor"), rows(&file, "channel")), (0, 1, 1));
    prune_all(&mut store, day(361) / 1_000);
    assert_eq!((rows(&file, "cursor"), rows(&file, "channel")), (0, 0), "a hub does not grow by who is gone");
}

#[test]
fn a_place_in_a_channel_that_was_let_go_is_never_one_in_the_channel_that_has_its_name_now() {
    let folder = folder();
    let (mut store, _file) = store(folder.path());
    store.commit((0..50).map(|tag| send(tag, Some("a"), None)).collect(), day(0));
    prune_all(&mut store, day(9) / 1_000);
    // Longer than the old one by now.
    store.commit((0..60).map(|tag| send(tag, Some("a"), None)).collect(), day(9));
    let claim = |seq| Request::Locate {
        tag: 0,
        channel: "a".into(),
        subscriber: Some("device:bar".into()),
        claim: Some(Position { epoch: EPOCH.into(), seq }),
    };
    let level = place(&mut store, claim(50));
    assert_eq!((level.head - level.start(), level.is_whole()), (60, true), "it had all of the old one");
    let behind = place(&mut store, claim(30));
    assert_eq!((behind.head - behind.start(), behind.is_whole()), (60, false), "20 of the old one are gone");
}

#[test]
fn whoever_is_remembered_nowhere_follows_a_channel_that_is_let_go_and_comes_again() {
    let folder = folder();
    let (mut store, _file) = store(folder.path());
    store.commit(vec![send(1, Some("a"), None)], day(0));
    prune_all(&mut store, day(9) / 1_000);
    let nobody = Request::Locate { tag: 0, channel: "a".into(), subscriber: None, claim: None };
    let at = place(&mut store, nobody).start();
    let outcomes = store.commit(vec![send(2, Some("a"), None)], day(9));
    let [Outcome::Appended { notification, .. }] = &outcomes[..] else { panic!("stored, got {outcomes:?}") };
    assert_eq!(notification.seq, at + 1, "the next one is the one after its place");
}

#[test]
fn what_is_old_goes_once_everybody_has_it_and_what_is_young_stays() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    store.commit(vec![send(1, Some("a"), None), send(2, Some("a"), None)], day(0));
    store.commit(vec![locate("a", "user:bob")], day(0));
    pass(&mut store, day(5));
    store.commit(vec![send(3, Some("a"), None)], day(5));
    prune_all(&mut store, day(8) / 1_000);
    assert_eq!(kept(&file, "a"), [3], "1 and 2 are older than a week, and Bob came after them");
    prune_all(&mut store, day(14) / 1_000);
    assert_eq!(kept(&file, "a"), [3], "3 is old as well, and Bob has not received it");
    let marks = vec![Cursor { subscriber: "user:bob".into(), channel: "a".into(), seq: 3 }];
    store.commit(vec![Request::<u32>::Advance(marks)], day(14));
    prune_all(&mut store, day(14) / 1_000);
    assert_eq!(kept(&file, "a"), [0_i64; 0], "now he has");
    assert_eq!(appended(&store.commit(vec![send(4, Some("a"), None)], day(14))), [(4, 4)], "numbers go on");
}

#[test]
fn ids_go_on_after_everything_was_let_go_and_the_clock_was_set_back() {
    let folder = folder();
    let id = |store: &mut Store, now| match &store.commit(vec![send(1, Some("a"), None)], now)[..] {
        [Outcome::Appended { notification, .. }] => notification.id.clone(),
        other => panic!("it is stored, got {other:?}"),
    };
    let before = {
        let (mut store, file) = store(folder.path());
        let id = id(&mut store, day(100));
        prune_all(&mut store, day(110) / 1_000);
        assert_eq!(kept(&file, "a"), [0_i64; 0], "nothing is left to go on from");
        id
    };
    let (mut store, _file) = store(folder.path());
    assert!(id(&mut store, day(0)) > before, "a later notification sorts later");
}

#[test]
fn a_subscriber_away_for_a_month_is_no_longer_waited_for_and_is_told_of_the_gap() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    store.commit(vec![locate("a", "user:bob")], day(0));
    store.commit(vec![send(1, Some("a"), None), send(2, Some("a"), None)], day(1));
    prune_all(&mut store, day(29) / 1_000);
    assert_eq!(kept(&file, "a"), [1, 2], "he was here 29 days ago");
    prune_all(&mut store, day(31) / 1_000);
    assert_eq!(kept(&file, "a"), [0_i64; 0]);
    let outcomes = store.commit(vec![locate("a", "user:bob")], day(31));
    let [Outcome::Located { place, .. }] = &outcomes[..] else { panic!("one place, got {outcomes:?}") };
    assert_eq!((place.start(), place.is_whole()), (2, false), "the gap is said");
}

#[test]
fn of_too_many_in_a_channel_the_oldest_go_and_more_than_a_slice_goes_too() {
    let folder = folder();
    let (mut store, file) = store(folder.path());
    store.commit((0..1_234).map(|tag| send(tag, Some("a"), None)).collect(), day(0));
    store.commit(vec![send(0, Some("b"), None)], day(0));
    prune_all(&mut store, day(0) / 1_000);
    assert_eq!(kept(&file, "a"), [1_230, 1_231, 1_232, 1_233, 1_234], "five are kept");
    assert_eq!(kept(&file, "b"), [1], "another channel counts for itself");
}
