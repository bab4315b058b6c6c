//! A session whose hub stops, refuses, stalls or disappears.

mod support;

use std::time::{Duration, Instant};

use chapfood_client::{Delivery, LinkState, Pacing, Session};
use futures_util::{SinkExt, StreamExt};
use support::{Manners, Network, TestHub, config, connected, find, quick, until};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_hub_that_was_restarted_is_joined_again() {
    let hub = TestHub::start(Manners::default()).await;
    let address = hub.address;
    let (session, mut deliveries) = Session::start(config(address, &["devops"]));
    session.join("orders");
    connected(&session).await;
    hub.stop().await;
    let down = Instant::now();
    until(&session, |link| matches!(link, LinkState::Reconnecting { attempt: 1, of: 5, .. })).await;
    assert!(down.elapsed() < Duration::from_secs(1), "an orderly stop is noticed at once, not by a ping");
    session.join("kitchen");
    session.leave("orders");
    until(&session, |link| matches!(link, LinkState::Offline { .. })).await;

    let mut hub = TestHub::start_at(address, Manners::default()).await;
    connected(&session).await;
    assert_eq!(hub.saw("join-channel").await, "devops");
    assert_eq!(hub.saw("join-channel").await, "kitchen", "joined while away; orders was left while away");
    find(&mut deliveries, |d| matches!(d, Delivery::Joined(j) if j.channel == "kitchen").then_some(())).await;
}

#[tokio::test]
async fn a_broken_connection_is_noticed_at_once() {
    let hub = TestHub::start(Manners::default()).await;
    let network = Network::to(hub.address).await;
    let (session, _deliveries) = Session::start(config(network.address, &[]));
    connected(&session).await;
    let broken = Instant::now();
    network.cut();
    until(&session, |link| matches!(link, LinkState::Reconnecting { .. })).await;
    assert!(broken.elapsed() < Duration::from_secs(1), "a reset is noticed at once, not by a ping");
    connected(&session).await;
}

#[tokio::test]
async fn a_pulled_cable_is_noticed_by_the_missing_ping() {
    let ping = Duration::from_millis(300);
    let hub = TestHub::start(Manners { ping, ..Manners::default() }).await;
    let network = Network::to(hub.address).await;
    let (session, _deliveries) = Session::start(config(network.address, &[]));
    connected(&session).await;
    let pulled = Instant::now();
    network.freeze();
    until(&session, |link| matches!(link, LinkState::Reconnecting { .. })).await;
    let noticed = pulled.elapsed();
    assert!(
        noticed < ping * 2 + Duration::from_millis(300),
        "interval and timeout are over after {noticed:?}"
    );
}

#[tokio::test]
async fn a_hub_that_accepts_and_never_answers_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let pacing = Pacing { connect_deadline: Duration::from_millis(100), ..quick() };
    let address = silent.local_addr().expect("it listens");
    let (session, _deliveries) =
        Session::start(chapfood_client::SessionConfig { pacing, ..config(address, &[]) });
    let started = Instant::now();
    until(&session, |link| matches!(link, LinkState::Offline { .. })).await;
    let all = started.elapsed();
    assert!(all >= Duration::from_millis(6 * 100 + 5 * 50), "six attempts and five waits, not {all:?}");
}

#[tokio::test]
async fn a_refusal_is_shown_in_the_hubs_words_and_tried_again() {
    let hub = TestHub::start(Manners { refuse: Some("Jeton inconnu"), ..Manners::default() }).await;
    let address = hub.address;
    let (session, _deliveries) = Session::start(config(address, &[]));
    let refused = until(&session, |link| matches!(link, LinkState::Refused { .. })).await;
    assert!(matches!(&refused, LinkState::Refused { words, .. } if words == "Jeton inconnu"), "{refused:?}");
    hub.stop().await;
    let _hub = TestHub::start_at(address, Manners::default()).await;
    connected(&session).await;
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_with_a_reason() {
    for address in ["nonsense", "ftp://127.0.0.1:1"] {
        let config = chapfood_client::SessionConfig {
            address: address.into(),
            ..config(([127, 0, 0, 1], 1).into(), &[])
        };
        let (session, _deliveries) = Session::start(config);
        until(&session, |link| matches!(link, LinkState::Refused { words, .. } if !words.is_empty())).await;
    }
}

#[tokio::test]
async fn try_now_does_not_wait_for_the_next_attempt() {
    let hub = TestHub::start(Manners::default()).await;
    let address = hub.address;
    let hour = Duration::from_secs(3_600);
    let pacing = Pacing { first_delay: hour, max_delay: hour, ..quick() };
    let (session, _deliveries) =
        Session::start(chapfood_client::SessionConfig { pacing, ..config(address, &[]) });
    connected(&session).await;
    hub.stop().await;
    until(&session, |link| matches!(link, LinkState::Reconnecting { .. })).await;
    let _hub = TestHub::start_at(address, Manners::default()).await;
    session.try_now();
    connected(&session).await;
}

#[tokio::test]
async fn a_reader_that_stalls_ends_the_connection_and_misses_nothing_of_the_next() {
    let hub = TestHub::start(Manners::default()).await;
    let pacing = Pacing { reader_patience: Duration::from_millis(100), ..quick() };
    let (session, mut deliveries) =
        Session::start(chapfood_client::SessionConfig { pacing, ..config(hub.address, &["devops"]) });
    find(&mut deliveries, |d| matches!(d, Delivery::Joined(_)).then_some(())).await;
    for n in 0..5_000 {
        hub.notify("devops", n).await;
    }
    until(&session, |link| !matches!(link, LinkState::Connected { .. })).await;
    let mut received = Vec::new();
    loop {
        let batch = deliveries.next().await.expect("the session lives");
        let mut confirmed = false;
        for delivery in batch {
            match delivery {
                Delivery::Notification(notification) => received.push(notification.id.as_str().to_owned()),
                Delivery::Confirmed(_) => confirmed = true,
                _ => {}
            }
        }
        if confirmed {
            break;
        }
    }
    let expected: Vec<_> = (0..received.len()).map(|n| format!("n_{n:010}.000000")).collect();
    assert_eq!(received, expected, "what was delivered has no gap; the rest is the hub's to send again");
    assert!((3_000..5_000).contains(&received.len()), "the queue is bounded: {}", received.len());
}

/// `rust_socketio` panics here, and its task dies without a word.
#[tokio::test]
async fn a_hub_that_breaks_off_within_an_attachment_is_a_lost_hub() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    let hub = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("the session comes");
        let mut socket = tokio_tungstenite::accept_async(stream).await.expect("it is a WebSocket");
        let open =
            r#"0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
        let attachment_follows = r#"451-["photo",{"_placeholder":true,"num":0}]"#;
        for packet in [open, r#"40{"sid":"b"}"#, attachment_follows] {
            socket.send(Message::text(packet)).await.expect("the session listens");
        }
        socket.close(None).await.expect("the session listens");
        while let Some(Ok(_)) = socket.next().await {}
    });
    let (session, _deliveries) = Session::start(config(address, &[]));
    until(&session, |link| matches!(link, LinkState::Reconnecting { .. })).await;
    hub.await.expect("the hub played its part");
}
