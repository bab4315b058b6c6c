//! What a station says of who hears it.

mod support;

use chapfood_client::Session;
use chapfood_protocol::PresenceState;
use serde_json::{Value, json};
use support::{Manners, TestHub, config, connected, request};

const QUIET: PresenceState = PresenceState { do_not_disturb: true, ring_muted: false };
const MUTED: PresenceState = PresenceState { do_not_disturb: false, ring_muted: true };

fn with_additions() -> Manners {
    Manners { additions: true, ..Manners::default() }
}

/// What the hub was told of the presence up to now: everything before the notification has arrived with it.
async fn told_so_far(hub: &mut TestHub, session: &Session) -> Vec<Value> {
    session.send(request("the end")).await.expect("sent");
    let mut told = Vec::new();
    loop {
        match hub.seen.recv().await.expect("the hub is alive") {
            (name, _) if name == "send-notification" => return told,
            (name, state) if name == "set-presence" => told.push(state),
            _ => {}
        }
    }
}

#[tokio::test]
async fn each_connection_says_it_and_so_does_each_change() {
    let mut hub = TestHub::start(with_additions()).await;
    let address = hub.address;
    let (session, _deliveries) = Session::start(config(address, &["bar"]));
    session.presence(QUIET);
    connected(&session).await;
    let quiet = json!({ "do_not_disturb": true, "ring_muted": false });
    assert_eq!(hub.saw("set-presence").await, quiet);
    session.presence(QUIET);
    session.presence(PresenceState::default());
    let free = json!({ "do_not_disturb": false, "ring_muted": false });
    assert_eq!(
        told_so_far(&mut hub, &session).await,
        std::slice::from_ref(&free),
        "what stayed as it was is not said again"
    );
    hub.stop().await;
    let mut hub = TestHub::start_at(address, with_additions()).await;
    assert_eq!(hub.saw("set-presence").await, free, "a hub forgets with the connection");
}

#[tokio::test]
async fn a_station_that_says_nothing_and_a_hub_without_the_additions_are_left_alone() {
    for (manners, says) in [(Manners::default(), true), (with_additions(), false)] {
        let mut hub = TestHub::start(manners).await;
        let (session, _deliveries) = Session::start(config(hub.address, &[]));
        if says {
            session.presence(QUIET);
        }
        connected(&session).await;
        if says {
            session.presence(PresenceState::default());
        }
        assert_eq!(told_so_far(&mut hub, &session).await, Vec::<Value>::new(), "it would call it unknown");
    }
}

#[tokio::test]
async fn a_hub_that_asks_for_patience_is_told_again_what_holds_then() {
    let mut hub = TestHub::start(with_additions()).await;
    let (session, _deliveries) = Session::start(config(hub.address, &[]));
    connected(&session).await;
    session.presence(MUTED);
    for _ in 0..3 {
        assert_eq!(hub.saw("set-presence").await["ring_muted"], true, "this hub never takes it");
    }
    session.presence(QUIET);
    while hub.saw("set-presence").await["do_not_disturb"] != true {}
}
