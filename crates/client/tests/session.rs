//! A session against a hub that behaves.

mod support;

use std::time::Duration;

use chapfood_client::{Delivery, Session};
use serde_json::json;
use support::{Manners, PATIENCE, TestHub, config, connected, find};
use tokio::time::timeout;

#[tokio::test]
async fn a_session_connects_says_who_it_is_and_joins_its_channels() {
    let mut hub = TestHub::start(Manners::default()).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &["devops", "orders"]));
    connected(&session).await;
    assert_eq!(hub.saw("auth").await["username"], "Alice");
    let first = timeout(PATIENCE, deliveries.next()).await.expect("it comes").expect("the session lives");
    assert!(matches!(first[0], Delivery::Confirmed(_)), "the confirmation is the first word, not {first:?}");
    assert_eq!(hub.saw("join-channel").await, "devops");
    assert_eq!(hub.saw("join-channel").await, "orders");
}

#[tokio::test]
async fn a_channel_named_like_a_number_travels_as_a_string() {
    let mut hub = TestHub::start(Manners::default()).await;
    let (session, _deliveries) = Session::start(config(hub.address, &["42"]));
    session.join("true");
    assert_eq!(hub.saw("join-channel").await, json!("42"));
    assert_eq!(hub.saw("join-channel").await, json!("true"));
}

#[tokio::test]
async fn a_thousand_notifications_come_in_the_order_of_the_hub() {
    let hub = TestHub::start(Manners::default()).await;
    let (_session, mut deliveries) = Session::start(config(hub.address, &["devops"]));
    find(&mut deliveries, |d| matches!(d, Delivery::Joined(_)).then_some(())).await;
    for n in 0..1_000 {
        hub.notify("devops", n).await;
    }
    let mut received = Vec::new();
    while received.len() < 1_000 {
        let batch =
            timeout(PATIENCE, deliveries.next()).await.expect("they come").expect("the session lives");
        assert!(batch.len() <= 256, "a batch is one transaction's worth, not {}", batch.len());
        received.extend(batch.into_iter().filter_map(|delivery| match delivery {
            Delivery::Notification(notification) => Some(notification.id),
            _ => None,
        }));
    }
    assert!(received.is_sorted(), "the hub's order is the order of the ids");
    assert_eq!(received.first().map(ToString::to_string).as_deref(), Some("n_0000000000.000000"));
    assert_eq!(received.len(), 1_000, "nothing came twice");
}

#[tokio::test]
async fn a_channel_can_be_joined_and_left_and_the_hub_can_be_asked() {
    let mut hub = TestHub::start(Manners::default()).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &[]));
    connected(&session).await;
    session.join("devops");
    let joined = |delivery| if let Delivery::Joined(joined) = delivery { Some(joined.channel) } else { None };
    assert_eq!(find(&mut deliveries, joined).await, "devops");
    session.get_stats();
    let stats =
        |delivery| if let Delivery::Stats(stats) = delivery { Some(stats.connected_clients) } else { None };
    assert_eq!(find(&mut deliveries, stats).await, 1);
    session.get_channels();
    let list =
        |delivery| if let Delivery::Channels(list) = delivery { Some(list[0].name.clone()) } else { None };
    assert_eq!(find(&mut deliveries, list).await, "42");
    session.leave("devops");
    let left = |delivery| if let Delivery::Left(left) = delivery { Some(left.channel) } else { None };
    assert_eq!(find(&mut deliveries, left).await, "devops");
    assert_eq!(hub.saw("leave-channel").await, "devops");
}

#[tokio::test]
async fn a_hub_that_sends_no_confirmation_is_taken_at_its_connect() {
    let hub = TestHub::start(Manners { confirm: false, ..Manners::default() }).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &["devops"]));
    connected(&session).await;
    find(&mut deliveries, |d| matches!(d, Delivery::Joined(_)).then_some(())).await;
}

#[tokio::test]
async fn closing_says_goodbye_and_ends_the_deliveries() {
    let hub = TestHub::start(Manners::default()).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &[]));
    connected(&session).await;
    let mut link = session.link();
    timeout(Duration::from_millis(900), session.close())
        .await
        .expect("the hub closes at once, no deadline runs");
    while let Some(batch) = timeout(PATIENCE, deliveries.next()).await.expect("it ends") {
        assert!(!batch.is_empty(), "an empty batch would be a busy loop");
    }
    while link.changed().await.is_ok() {}
    assert!(hub.io.sockets().is_empty(), "the hub has nobody left");
}

#[tokio::test]
async fn dropping_the_last_handle_ends_the_session() {
    let hub = TestHub::start(Manners::default()).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &[]));
    connected(&session).await;
    let other = session.clone();
    drop(session);
    other.get_stats();
    find(&mut deliveries, |d| matches!(d, Delivery::Stats(_)).then_some(())).await;
    drop(other);
    while timeout(PATIENCE, deliveries.next()).await.expect("it ends").is_some() {}
}

#[tokio::test]
async fn dropping_the_deliveries_breaks_the_connection_off() {
    let hub = TestHub::start(Manners::default()).await;
    let (session, deliveries) = Session::start(config(hub.address, &[]));
    connected(&session).await;
    drop(deliveries);
    let mut link = session.link();
    let ended = async { while link.changed().await.is_ok() {} };
    timeout(PATIENCE, ended).await.expect("the session ends, its handle notwithstanding");
}
