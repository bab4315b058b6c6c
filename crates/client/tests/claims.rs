//! Taking charge of notifications.

mod support;

use chapfood_client::{Delivery, Session};
use chapfood_protocol::NotificationId;
use serde_json::json;
use support::{Manners, TestHub, config, connected, find};

#[tokio::test]
async fn what_is_asked_of_the_hub_and_what_becomes_of_it_are_told_in_order() {
    let mut hub = TestHub::start(Manners::default()).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &[]));
    session.take(NotificationId::new("n_0"), None);
    connected(&session).await;
    session.take(NotificationId::new("n_1"), None);
    session.release(NotificationId::new("n_1"));
    assert_eq!(hub.saw("take-notification").await, json!({ "id": "n_1" }), "n_0 was asked of nobody");
    assert_eq!(hub.saw("release-notification").await, json!({ "id": "n_1" }));
    let claim = |delivery| match delivery {
        Delivery::Taken(change) => Some(("taken", change)),
        Delivery::Released(change) => Some(("released", change)),
        _ => None,
    };
    let (what, change) = find(&mut deliveries, claim).await;
    assert_eq!((what, change.id.as_str(), change.seq), ("taken", "n_1", 7));
    assert_eq!((change.by.username.as_str(), change.by.device_name.as_deref()), ("Alice", Some("Bar")));
}

#[tokio::test]
async fn a_refusal_names_the_notification() {
    let hub = TestHub::start(Manners::default()).await;
    let (session, mut deliveries) = Session::start(config(hub.address, &[]));
    connected(&session).await;
    session.take(NotificationId::new("n_gone"), None);
    let error = |delivery| if let Delivery::Errors(error) = delivery { Some(error) } else { None };
    let error = find(&mut deliveries, error).await;
    assert_eq!(error.id, Some(NotificationId::new("n_gone")), "it is not taken for the answer to a send");
    assert_eq!(error.codes, ["unknown_notification"]);
}
