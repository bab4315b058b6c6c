//! Sends and their answers.

mod support;

use chapfood_client::{Delivery, LinkState, SendFault, Session};
use support::{Manners, Network, PATIENCE, TestHub, config, connected, find, request, until};
use tokio::time::timeout;

#[tokio::test]
async fn a_send_is_answered_with_the_hubs_id() {
    let mut hub = TestHub::start(Manners::default()).await;
    let (session, _deliveries) = Session::start(config(hub.address, &[]));
    connected(&session).await;
    let sent = session.send(request("CPU")).await.expect("the hub confirms");
    assert_eq!(sent.notification_id.as_str(), "1");
    let seen = hub.saw("send-notification").await;
    assert_eq!((&seen["type"], &seen["channel"]), (&"info".into(), &"devops".into()));
    assert_eq!(seen["client_id"].as_str().map(str::len), Some(32), "128 bits in hexadecimal: {seen}");
    assert_eq!(seen.get("data"), None, "absent is absent, not null");
}

#[tokio::test]
async fn sends_under_way_at_once_get_their_own_answers() {
    for echo in [true, false] {
        let hub = TestHub::start(Manners { echo, ..Manners::default() }).await;
        let (session, _deliveries) = Session::start(config(hub.address, &[]));
        connected(&session).await;
        let (first, second) = (request("a"), request(""));
        let (good, bad) = tokio::join!(session.send(first), session.send(second));
        assert!(good.is_ok(), "{good:?} with echo {echo}");
        let refused = bad.expect_err("a title is needed");
        assert!(
            matches!(&refused, SendFault::Refused(error) if error.errors == ["Le champ 'title' est obligatoire"]),
            "{refused:?} with echo {echo}"
        );
    }
}

#[tokio::test]
async fn without_a_link_nothing_is_sent() {
    let (session, _deliveries) = Session::start(config(([127, 0, 0, 1], 1).into(), &[]));
    until(&session, |link| matches!(link, LinkState::Reconnecting { .. })).await;
    assert_eq!(session.send(request("CPU")).await, Err(SendFault::NotConnected));
}

#[tokio::test]
async fn a_hub_that_does_not_answer_leaves_a_send_unconfirmed() {
    let hub = TestHub::start(Manners { answer: false, ..Manners::default() }).await;
    let (session, _deliveries) = Session::start(config(hub.address, &[]));
    connected(&session).await;
    assert_eq!(session.send(request("CPU")).await, Err(SendFault::Unconfirmed));
    assert!(matches!(*session.link().borrow(), LinkState::Connected { .. }), "the link itself is fine");
}

#[tokio::test]
async fn a_link_that_breaks_leaves_a_send_unconfirmed() {
    let mut hub = TestHub::start(Manners { answer: false, ..Manners::default() }).await;
    let network = Network::to(hub.address).await;
    let mut config = config(network.address, &[]);
    config.pacing.answer_deadline = std::time::Duration::from_secs(3_600);
    let (session, _deliveries) = Session::start(config);
    connected(&session).await;
    let cut = async {
        hub.saw("send-notification").await;
        network.cut();
    };
    let both = async { tokio::join!(session.send(request("CPU")), cut) };
    let (sent, ()) = timeout(PATIENCE, both).await.expect("the sender is told, long before the hour is over");
    assert_eq!(sent, Err(SendFault::Unconfirmed));
}

#[tokio::test]
async fn an_error_that_answers_no_send_is_delivered() {
    let hub = TestHub::start(Manners::default()).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &[]));
    connected(&session).await;
    let error = serde_json::json!({ "errors": ["Événement inconnu : x"] });
    hub.io.emit("error-message", &error).await.expect("the buffer has room");
    let words = |d| if let Delivery::Errors(error) = d { Some(error.errors) } else { None };
    assert_eq!(find(&mut deliveries, words).await, ["Événement inconnu : x"]);
}
