//! A station and a hub on the network: known by its certificate, entered by a token.

mod support;

use std::sync::Arc;

use chapfood_client::{Delivery, LinkState, RefusalReason, Session, SessionConfig};
use chapfood_hub::Pace;
use chapfood_protocol::{Presence, PresenceList, PresenceState, Rate, Secret};
use futures_util::{SinkExt, StreamExt};
use serde_json::from_str;
use support::hub::OwnersHub;
use support::{PATIENCE, connected, find, request, until};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// Every state of a link, in order, from now on.
fn watched(session: &Session) -> Arc<Mutex<Vec<LinkState>>> {
    let states = Arc::new(Mutex::new(Vec::new()));
    let (seen, mut link) = (Arc::clone(&states), session.link());
    tokio::spawn(async move {
        loop {
            let state = link.borrow_and_update().clone();
            seen.lock().await.push(state);
            if link.changed().await.is_err() {
                return;
            }
        }
    });
    states
}

async fn refused(session: &Session) -> (RefusalReason, String) {
    match until(session, |link| matches!(link, LinkState::Refused { .. })).await {
        LinkState::Refused { reason, words, .. } => (reason, words),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_station_with_pin_and_token_receives_and_sends() {
    let hub = OwnersHub::start().await;
    let (_, token) = hub.token();
    let (session, mut deliveries) = Session::start(hub.station(Some(token), &["devops"]));
    find(&mut deliveries, |d| matches!(d, Delivery::Joined(_)).then_some(())).await;
    let sent = session.send(request("Four en panne")).await.expect("the hub has it");
    let received = |d| if let Delivery::Notification(notification) = d { Some(notification) } else { None };
    let received = find(&mut deliveries, received).await;
    assert_eq!((received.id, received.title), (sent.notification_id, "Four en panne".into()));
    session.close().await;
    hub.hub.stop().await;
}

#[tokio::test]
async fn without_a_good_token_nobody_is_let_in_and_the_reason_is_told() {
    let hub = OwnersHub::start().await;
    let cases = [
        (None, RefusalReason::TokenRequired),
        (Some(Secret::new("cf_1_nonsense")), RefusalReason::TokenInvalid),
    ];
    for (token, expected) in cases {
        let (session, _deliveries) = Session::start(hub.station(token, &[]));
        let (reason, words) = refused(&session).await;
        assert_eq!(reason, expected);
        assert!(words.contains("propriétaire") && !words.contains('['), "{words}");
    }
}

#[tokio::test]
async fn a_token_that_is_withdrawn_ends_the_connection_as_refused() {
    let hub = OwnersHub::start().await;
    let (number, token) = hub.token();
    let (session, _deliveries) = Session::start(hub.station(Some(token), &["devops"]));
    connected(&session).await;
    let states = watched(&session);
    hub.revoke(number);
    assert_eq!(refused(&session).await.0, RefusalReason::TokenRevoked);
    // The next attempt is made, and ends in the same way.
    session.try_now();
    until(&session, |link| matches!(link, LinkState::Connecting)).await;
    assert_eq!(refused(&session).await.0, RefusalReason::TokenRevoked);
    let states = states.lock().await;
    let hopeful =
        |state: &LinkState| matches!(state, LinkState::Reconnecting { .. } | LinkState::Offline { .. });
    assert!(!states.iter().any(hopeful), "no connection was lost: {states:?}");
}

#[tokio::test]
async fn another_hub_at_the_same_address_is_never_trusted_and_the_right_one_is_found_again() {
    let hub = OwnersHub::start().await;
    let (_, token) = hub.token();
    let station = hub.station(Some(token), &[]);
    let (session, _deliveries) = Session::start(station);
    connected(&session).await;
    let OwnersHub { hub, door, folder, .. } = hub;
    hub.stop().await;
    until(&session, |link| !matches!(link, LinkState::Connected { .. })).await;

    let stranger = OwnersHub::start_at(door, |_| {}).await;
    let (reason, words) = refused(&session).await;
    assert_eq!(reason, RefusalReason::CertificateChanged, "{words}");
    assert_eq!(stranger.hub.activity().borrow().connected_clients, 0);
    let audit = chapfood_hub::Tokens::open(stranger.folder.path()).expect("its audit").audit().expect("read");
    assert!(audit.is_empty(), "it has seen no token: {audit:?}");
    stranger.hub.stop().await;

    let hub = OwnersHub::start_in(folder, door, |_| {}).await;
    connected(&session).await;
    hub.hub.stop().await;
    until(&session, |link| matches!(link, LinkState::Reconnecting { .. })).await;
}

#[tokio::test]
async fn a_hub_whose_certificate_is_known_is_not_spoken_to_in_plain_sight() {
    let hub = OwnersHub::start().await;
    let (_, token) = hub.token();
    let address = hub.hub.url();
    let (session, _deliveries) = Session::start(SessionConfig { address, ..hub.station(Some(token), &[]) });
    assert_eq!(refused(&session).await.0, RefusalReason::Other);
    assert_eq!(hub.hub.activity().borrow().connected_clients, 0);
}

#[tokio::test]
async fn without_a_pin_a_certificate_that_nobody_vouches_for_is_not_trusted() {
    let hub = OwnersHub::start().await;
    let (_, token) = hub.token();
    let (session, _deliveries) = Session::start(SessionConfig { pin: None, ..hub.station(Some(token), &[]) });
    until(&session, |link| matches!(link, LinkState::Reconnecting { .. })).await;
}

/// Only OpenSSL is told by its environment whom to trust, and only at its start.
#[cfg(target_os = "linux")]
#[test]
fn what_this_computer_trusts_is_not_trusted_in_place_of_the_hub() {
    let folder = tempfile::tempdir().expect("a folder");
    let itself = std::env::current_exe().expect("this program");
    let ran = std::process::Command::new(itself)
        .args(["--exact", "a_stranger_whom_this_computer_trusts", "--ignored"])
        .env("SSL_CERT_FILE", folder.path().join("trusted.pem"))
        .output()
        .expect("this program runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "run by the test above, in a program that trusts others"]
async fn a_stranger_whom_this_computer_trusts() {
    let stranger = OwnersHub::start().await;
    let pem = std::fs::read(stranger.folder.path().join("hub-certificate.pem")).expect("it has one");
    let trusted = std::env::var_os("SSL_CERT_FILE").expect("told by the test above");
    std::fs::write(trusted, pem).expect("written");
    let (_, token) = stranger.token();
    let address = format!("https://localhost:{}", stranger.door.port());
    let station = SessionConfig { address, pin: None, ..stranger.station(Some(token), &[]) };
    let (session, _deliveries) = Session::start(station.clone());
    connected(&session).await;

    let hub = OwnersHub::start().await;
    let (session, _deliveries) = Session::start(SessionConfig { pin: Some(hub.pin.clone()), ..station });
    assert_eq!(refused(&session).await.0, RefusalReason::CertificateChanged);
}

#[tokio::test]
async fn channels_that_the_hub_could_not_join_at_once_are_joined_all_the_same() {
    let joins = Rate { burst: 3, per_second: 50 };
    let pace = Pace { joins, ..Pace::default() };
    let hub = OwnersHub::start_at(support::hub::ANY_PORT, |config| config.pace = pace).await;
    let (_, token) = hub.token();
    let channels = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let (session, mut deliveries) = Session::start(hub.station(Some(token), &channels));
    let mut missing: Vec<_> = channels.to_vec();
    while !missing.is_empty() {
        let batch =
            timeout(PATIENCE, deliveries.next()).await.expect("they come").expect("the session lives");
        for delivery in batch {
            match delivery {
                Delivery::Joined(joined) => missing.retain(|channel| *channel != joined.channel),
                Delivery::Errors(error) => panic!("nobody has to hear of it: {error:?}"),
                _ => {}
            }
        }
    }
    assert!(matches!(*session.link().borrow(), LinkState::Connected { .. }), "on the same connection");
}

#[tokio::test]
async fn a_send_that_is_one_too_many_says_when_it_may_be_tried_again() {
    let sends = Rate { burst: 1, per_second: 1 };
    let pace = Pace { sends, ..Pace::default() };
    let hub = OwnersHub::start_at(support::hub::ANY_PORT, |config| config.pace = pace).await;
    let (_, token) = hub.token();
    let (session, _deliveries) = Session::start(hub.station(Some(token), &[]));
    connected(&session).await;
    session.send(request("one")).await.expect("there is room for one");
    let fault = session.send(request("two")).await.expect_err("and for no more");
    let after = fault.retry_after().expect("the hub says when");
    assert!(after.as_millis() > 0 && after.as_millis() <= 1_000, "{after:?}");
    tokio::time::sleep(after).await;
    session.send(request("two")).await.expect("then there is room again");
}

/// Waits until a program on the hub's own computer sees everybody as `wanted`.
async fn until_seen(hub: &OwnersHub, wanted: impl Fn(&[Presence]) -> bool) {
    let address = format!("ws://{}/socket.io/?EIO=4&transport=websocket", hub.hub.address());
    let (mut observer, _) = tokio_tungstenite::connect_async(address).await.expect("a WebSocket");
    let watching = async {
        while let Some(Ok(message)) = observer.next().await {
            let text = message.into_text().expect("text");
            let answer = match &text {
                open if open.starts_with('0') => "40",
                ping if ping.starts_with('2') => "3",
                connected if connected.starts_with("40") => r#"42["get-presence"]"#,
                said if said.starts_with(r#"42["presence-"#) => {
                    let (_, list): (String, PresenceList) = from_str(&said[2..]).expect("a list");
                    if wanted(&list.devices) {
                        return;
                    }
                    continue;
                }
                _ => continue,
            };
            observer.send(Message::text(answer)).await.expect("the hub listens");
        }
        panic!("the hub hung up");
    };
    timeout(PATIENCE, watching).await.expect("it is seen in time");
}

#[tokio::test]
async fn others_see_what_a_station_says_of_its_presence() {
    let hub = OwnersHub::start().await;
    let (_, token) = hub.token();
    let (session, _deliveries) = Session::start(hub.station(Some(token), &["devops"]));
    let sees = |state: PresenceState| {
        move |devices: &[Presence]| {
            devices.iter().any(|device| device.username == "Alice" && device.state == state)
        }
    };
    let quiet = PresenceState { do_not_disturb: true, ring_muted: false };
    session.presence(quiet);
    until_seen(&hub, sees(quiet)).await;
    let muted = PresenceState { do_not_disturb: false, ring_muted: true };
    session.presence(muted);
    until_seen(&hub, sees(muted)).await;
}
