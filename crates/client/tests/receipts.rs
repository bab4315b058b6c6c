//! What is committed here is said to the hub, and named again at the next connection.

mod support;

use std::collections::BTreeMap;

use chapfood_client::{Delivery, Session, SessionConfig};
use chapfood_protocol::Position;
use serde_json::{Value, json};
use support::{Manners, TestHub, config, connected, find, request};
use tokio::sync::watch;

const WITH_ADDITIONS: Manners = Manners {
    refuse: None,
    confirm: true,
    echo: true,
    answer: true,
    additions: true,
    ping: std::time::Duration::from_secs(5),
};

fn place(seq: u64) -> Position {
    Position { epoch: "e".into(), seq }
}

/// What the hub saw up to the notification that is sent now: everything before it has arrived by then.
async fn seen_so_far(hub: &mut TestHub, session: &Session) -> Vec<(String, Value)> {
    session.send(request("the end")).await.expect("sent");
    let mut seen = Vec::new();
    loop {
        let next = hub.seen.recv().await.expect("the hub is alive");
        if next.0 == "send-notification" {
            return seen;
        }
        seen.push(next);
    }
}

#[tokio::test]
async fn each_connection_names_the_places_as_they_are_then() {
    let mut hub = TestHub::start(WITH_ADDITIONS).await;
    let address = hub.address;
    let (now_at, cursors) = watch::channel(BTreeMap::from([("bar".to_owned(), place(3))]));
    let (session, _deliveries) =
        Session::start(SessionConfig { cursors: Some(cursors), ..config(address, &["bar"]) });
    assert_eq!(hub.saw("auth").await["cursors"], json!({ "bar": { "epoch": "e", "seq": 3 } }));
    connected(&session).await;
    now_at.send_modify(|places| drop(places.insert("*".into(), place(9))));
    hub.stop().await;
    let mut hub = TestHub::start_at(address, WITH_ADDITIONS).await;
    let expected = json!({ "*": { "epoch": "e", "seq": 9 }, "bar": { "epoch": "e", "seq": 3 } });
    assert_eq!(hub.saw("auth").await["cursors"], expected, "else the hub would send what is stored here");
}

#[tokio::test]
async fn receipts_in_quick_succession_are_one() {
    let mut hub = TestHub::start(WITH_ADDITIONS).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &["bar"]));
    find(&mut deliveries, |d| matches!(d, Delivery::Joined(_)).then_some(())).await;
    for seq in 1..=200 {
        session.received("bar", place(seq));
    }
    session.received("*", place(4));
    assert_eq!(hub.saw("received").await, json!({ "channel": "*", "seq": 4 }), "also the broadcasts");
    assert_eq!(hub.saw("received").await, json!({ "channel": "bar", "seq": 200 }), "the last says it all");
}

#[tokio::test]
async fn a_receipt_is_said_before_leaving_and_never_after() {
    let mut hub = TestHub::start(WITH_ADDITIONS).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &["bar"]));
    find(&mut deliveries, |d| matches!(d, Delivery::Joined(_)).then_some(())).await;
    hub.saw("join-channel").await;
    session.received("bar", place(1));
    session.leave("bar");
    session.received("bar", place(2));
    session.received("*", place(5));
    let names = |seen: Vec<(String, Value)>| seen.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(seen_so_far(&mut hub, &session).await), ["received", "leave-channel"]);
    let last = hub.saw("received").await;
    assert_eq!(last, json!({ "channel": "*", "seq": 5 }), "2 came after leaving: the hub would refuse it");
}

#[tokio::test]
async fn a_receipt_that_the_hub_refuses_is_nothing_to_show() {
    let mut hub = TestHub::start(WITH_ADDITIONS).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &["bar"]));
    connected(&session).await;
    session.received("bar", place(1));
    hub.saw("received").await;
    session.get_stats();
    let shown = find(&mut deliveries, |delivery| match delivery {
        Delivery::Errors(error) => Some(error.errors),
        Delivery::Stats(_) => Some(Vec::new()),
        _ => None,
    });
    assert_eq!(shown.await, Vec::<String>::new(), "the person has asked for nothing");
}

#[tokio::test]
async fn a_hub_without_the_additions_or_with_another_database_is_told_nothing() {
    for (manners, epoch) in [(Manners::default(), "e"), (WITH_ADDITIONS, "restored")] {
        let mut hub = TestHub::start(manners).await;
        let (session, mut deliveries) = Session::start(config(hub.address, &["bar"]));
        find(&mut deliveries, |d| matches!(d, Delivery::Joined(_)).then_some(())).await;
        session.received("bar", Position { epoch: epoch.into(), seq: 1 });
        session.leave("bar");
        let seen = seen_so_far(&mut hub, &session).await;
        assert!(seen.iter().all(|(name, _)| name != "received"), "{seen:?}");
    }
}
