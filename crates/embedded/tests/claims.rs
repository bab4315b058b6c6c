//! Staff take charge of notifications: at once on their own screen, and for everybody as soon as the hub knows.

mod support;

use std::time::Duration;

use chapfood_client::{LinkState, Session, SessionConfig};
use chapfood_protocol::{Auth, NotificationType, SendRequest};
use chapfood_station::contract::{
    Command, Detail, Event, FaultCode, Filter, Row, Sent, SettingsChange, Taken,
};
use serde_json::Value;
use support::{Computer, Running, Wire};
use tokio::time::timeout;

/// Longer than anything here takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);
const ORDERS: Option<&str> = Some("commandes");

/// A hub, and two counters that listen to it.
struct Shop {
    host: Computer,
    hub: Running,
    awa: (Computer, Running),
    bob: (Computer, Running),
}

async fn counter(name: &str, address: &str) -> (Computer, Running) {
    let computer = Computer::listening_to(address);
    computer.settings.saved.lock().expect("nobody else has it").username = name.into();
    let mut station = computer.start().await;
    let change = SettingsChange { username: Some(name.into()), ..SettingsChange::default() };
    station.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good name");
    station.ready().await;
    (computer, station)
}

impl Shop {
    async fn open() -> Self {
        let host = Computer::hosting();
        let mut hub = host.start().await;
        hub.ready().await;
        let (awa, bob) = (counter("Awa", &host.address()).await, counter("Bob", &host.address()).await);
        Self { host, hub, awa, bob }
    }

    /// Sends an order that everybody has then.
    async fn order(&mut self, title: &str) -> String {
        let Ok(Sent::Confirmed { id, .. }) = self.hub.send(ORDERS, title).await else { panic!("not sent") };
        for station in [&mut self.hub, &mut self.awa.1, &mut self.bob.1] {
            has(station, &id).await;
        }
        id
    }

    async fn close_hub(&mut self) {
        self.hub.station.close().await;
        for station in [&mut self.awa.1, &mut self.bob.1] {
            let lost = |now: &chapfood_station::contract::Snapshot| now.hub_stats.is_none();
            station.state("the lost link to show", lost).await;
        }
    }

    async fn open_hub(&mut self) {
        self.hub = self.host.start().await;
        self.hub.ready().await;
    }
}

async fn has(station: &mut Running, id: &str) {
    while station.ask::<Detail>(Command::Open { id: id.into() }).await.is_err() {
        station.arrived().await;
    }
}

async fn take(station: &Running, id: &str) {
    station.ask::<Value>(Command::Take { id: id.into(), by: None }).await.expect("it is kept");
}

async fn release(station: &Running, id: &str) {
    station.ask::<Value>(Command::Release { id: id.into() }).await.expect("it is kept");
}

async fn taken(station: &Running, id: &str) -> Option<Taken> {
    station.ask::<Detail>(Command::Open { id: id.into() }).await.expect("it is here").row.taken
}

/// Waits until who is in charge is as wanted, however often it changes meanwhile.
async fn until(
    station: &mut Running,
    id: &str,
    what: &str,
    wanted: impl Fn(Option<&Taken>) -> bool,
) -> Option<Taken> {
    let waiting = async {
        loop {
            let taken = taken(station, id).await;
            if wanted(taken.as_ref()) {
                return taken;
            }
            station.event(what, |event| matches!(event, Event::Changed { .. }).then_some(())).await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what} was never seen"))
}

async fn nobodys(station: &mut Running, id: &str) {
    until(station, id, "the release", |taken| taken.is_none()).await;
}

/// Waits until it is somebody's, by the hub's word.
async fn somebodys(station: &mut Running, id: &str, name: &str) -> Taken {
    let wanted = |taken: Option<&Taken>| taken.is_some_and(|taken| taken.by == name && !taken.queued);
    until(station, id, "the claim", wanted).await.expect("just seen")
}

async fn emptied(station: &mut Running) {
    station.state("an empty outbox", |now| now.outbox.count == 0).await;
}

#[tokio::test]
async fn what_one_takes_everybody_sees_and_what_is_released_is_free_again() {
    let mut shop = Shop::open().await;
    let id = shop.order("Commande 1").await;
    take(&shop.awa.1, &id).await;
    let at_once = taken(&shop.awa.1, &id).await.expect("taken at once");
    assert_eq!((at_once.by.as_str(), at_once.mine), ("Awa", true), "her screen does not wait for the hub");
    let hers = somebodys(&mut shop.awa.1, &id, "Awa").await;
    assert!(hers.mine, "it is hers by the hub's word too");
    let seen = somebodys(&mut shop.bob.1, &id, "Awa").await;
    assert!(!seen.mine, "Bob sees that it is not his");
    assert_eq!((seen.at, &seen.device), (hers.at, &hers.device), "both see the hub's time and her computer");
    emptied(&mut shop.awa.1).await;
    take(&shop.awa.1, &id).await;
    assert_eq!(shop.awa.1.station.snapshot().outbox.count, 0, "what she has she need not take");
    release(&shop.bob.1, &id).await;
    nobodys(&mut shop.awa.1, &id).await;
    nobodys(&mut shop.bob.1, &id).await;
    let unknown = shop.awa.1.ask::<Value>(Command::Take { id: "n_none".into(), by: None }).await;
    assert_eq!(unknown.expect_err("unknown").code, FaultCode::UnknownNotification);
}

#[tokio::test]
async fn what_is_taken_without_a_hub_shows_as_queued_and_the_others_learn_it_later() {
    let mut shop = Shop::open().await;
    let (first, second) = (shop.order("Commande 1").await, shop.order("Commande 2").await);
    shop.close_hub().await;
    take(&shop.awa.1, &first).await;
    take(&shop.awa.1, &second).await;
    release(&shop.awa.1, &second).await;
    assert_eq!(taken(&shop.awa.1, &second).await, None, "nobody has heard of the second, and nobody will");
    assert_eq!(shop.awa.1.station.snapshot().outbox.count, 1);
    shop.awa.1.station.close().await;
    shop.awa.1 = shop.awa.0.start().await;
    let page = Command::Page { filter: Filter::default(), offset: 0, limit: 10 };
    let rows: Vec<Row> = shop.awa.1.ask(page).await.expect("listed");
    let queued = rows[1].taken.as_ref().expect("the list shows it, after a restart too");
    assert_eq!((queued.by.as_str(), queued.mine, queued.queued), ("Awa", true, true));
    assert_eq!(taken(&shop.bob.1, &first).await, None, "only she knows");
    shop.open_hub().await;
    somebodys(&mut shop.bob.1, &first, "Awa").await;
    somebodys(&mut shop.awa.1, &first, "Awa").await;
    emptied(&mut shop.awa.1).await;
    assert_eq!(taken(&shop.bob.1, &second).await, None);
}

#[tokio::test]
async fn of_two_who_take_the_same_the_second_learns_who_was_first() {
    let mut shop = Shop::open().await;
    let id = shop.order("Commande 1").await;
    shop.awa.1.station.close().await;
    let wire = Wire::to(&shop.host.address()).await;
    wire.cut();
    shop.awa.0.settings.saved.lock().expect("nobody else has it").hub_address.clone_from(&wire.address);
    shop.awa.1 = shop.awa.0.start().await;
    take(&shop.awa.1, &id).await;
    take(&shop.bob.1, &id).await;
    somebodys(&mut shop.bob.1, &id, "Bob").await;
    wire.clear();
    let told = shop.awa.1.event("the hub's word", |event| match event {
        Event::HubErrors { codes, .. } => Some(codes.clone()),
        _ => None,
    });
    assert_eq!(told.await, ["already_taken"], "she hears it in the hub's words");
    let truth = somebodys(&mut shop.awa.1, &id, "Bob").await;
    assert!(!truth.mine, "and sees it on the row");
    emptied(&mut shop.awa.1).await;
}

#[tokio::test]
async fn who_was_away_knows_at_the_end_who_has_what() {
    let mut shop = Shop::open().await;
    let first = shop.order("Commande 1").await;
    shop.awa.1.station.close().await;
    take(&shop.bob.1, &first).await;
    somebodys(&mut shop.bob.1, &first, "Bob").await;
    let Ok(Sent::Confirmed { id: second, .. }) = shop.hub.send(ORDERS, "Commande 2").await else {
        panic!("not sent")
    };
    release(&shop.bob.1, &first).await;
    nobodys(&mut shop.bob.1, &first).await;
    has(&mut shop.bob.1, &second).await;
    take(&shop.bob.1, &second).await;
    somebodys(&mut shop.bob.1, &second, "Bob").await;
    for round in 0..2 {
        let mut awa = shop.awa.0.start().await;
        has(&mut awa, &second).await;
        somebodys(&mut awa, &second, "Bob").await;
        assert_eq!(taken(&awa, &first).await, None, "the last word counts");
        awa.ready().await;
        let now = awa.station.snapshot();
        assert_eq!((now.gap, now.total), (None, 2), "round {round}: claims are no notifications, nor gaps");
        awa.station.close().await;
    }
}

#[tokio::test]
async fn one_who_has_left_the_channel_is_answered_alone() {
    let mut shop = Shop::open().await;
    let id = shop.order("Commande 1").await;
    let leave = Command::LeaveChannel { name: "commandes".into() };
    shop.awa.1.ask::<Value>(leave).await.expect("left");
    take(&shop.awa.1, &id).await;
    somebodys(&mut shop.awa.1, &id, "Awa").await;
    somebodys(&mut shop.bob.1, &id, "Awa").await;
    emptied(&mut shop.awa.1).await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_again() {
    let mut shop = Shop::open().await;
    let id = shop.order("Commande 1").await;
    shop.awa.1.station.close().await;
    let wire = Wire::to(&shop.host.address()).await;
    shop.awa.0.settings.saved.lock().expect("nobody else has it").hub_address.clone_from(&wire.address);
    shop.awa.1 = shop.awa.0.start().await;
    shop.awa.1.ready().await;
    wire.mute();
    take(&shop.awa.1, &id).await;
    somebodys(&mut shop.bob.1, &id, "Awa").await;
    assert!(taken(&shop.awa.1, &id).await.expect("taken").queued, "she has heard nothing");
    wire.cut();
    // The hub answers a repeat word for word, under the id of that time.
    let change = SettingsChange { user_id: Some("awa-2".into()), ..SettingsChange::default() };
    shop.awa.1.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good id");
    wire.clear();
    let hers = until(&mut shop.awa.1, &id, "her claim", |t| t.is_some_and(|t| t.mine && !t.queued)).await;
    assert_eq!(hers.expect("just seen").by, "Awa");
    emptied(&mut shop.awa.1).await;
}

#[tokio::test]
async fn a_hub_that_knows_nothing_of_it_leaves_it_to_the_computer() {
    let mut shop = Shop::open().await;
    let id = shop.order("Commande 1").await;
    shop.awa.1.station.close().await;
    let wire = Wire::to(&shop.host.address()).await;
    wire.old();
    shop.awa.0.settings.saved.lock().expect("nobody else has it").hub_address.clone_from(&wire.address);
    shop.awa.1 = shop.awa.0.start().await;
    shop.awa.1.ready().await;
    take(&shop.awa.1, &id).await;
    emptied(&mut shop.awa.1).await;
    let local = taken(&shop.awa.1, &id).await.expect("it is on her screen");
    assert_eq!((local.mine, local.queued), (true, true), "which says that nobody else knows");
    shop.awa.1.send(ORDERS, "Commande 2").await.expect("it is in nobody's way");
    release(&shop.awa.1, &id).await;
    nobodys(&mut shop.awa.1, &id).await;
    assert_eq!(taken(&shop.bob.1, &id).await, None, "nobody was told");
}

/// A sender that knows the additions.
async fn sender(address: &str) -> Session {
    let config = SessionConfig {
        pin: None,
        address: address.into(),
        auth: Auth::default(),
        channels: Vec::new(),
        cursors: None,
        pacing: chapfood_client::Pacing::default(),
    };
    let (session, mut deliveries) = Session::start(config);
    tokio::spawn(async move { while deliveries.next().await.is_some() {} });
    let mut link = session.link();
    let connected = link.wait_for(|link| matches!(link, LinkState::Connected { .. }));
    timeout(PATIENCE, connected).await.expect("it connects").expect("it lives");
    session
}

fn update(title: &str, ttl: Option<u32>) -> SendRequest {
    SendRequest {
        channel: Some("commandes".into()),
        kind: NotificationType::Info,
        title: title.into(),
        message: "Table 4".into(),
        data: None,
        client_id: None,
        key: Some("commande-7".into()),
        ttl,
    }
}

#[tokio::test]
async fn an_update_takes_the_earlier_ones_place_live_and_missed() {
    let mut shop = Shop::open().await;
    let till = sender(&shop.host.address()).await;
    till.send(update("En cuisine", None)).await.expect("sent");
    shop.awa.1.arrived().await;
    let earlier =
        shop.awa.1.ask::<Vec<Row>>(Command::Page { filter: Filter::default(), offset: 0, limit: 9 });
    let earlier = earlier.await.expect("listed").remove(0).id;
    shop.bob.1.arrived().await;
    shop.bob.1.station.close().await;
    till.send(update("Prête", None)).await.expect("sent");
    let changed = shop.awa.1.event("the replacement", |event| match event {
        Event::Changed { ids } => Some(ids.clone()),
        _ => None,
    });
    assert_eq!(changed.await, std::slice::from_ref(&earlier), "the window lets the earlier one go");
    assert_eq!(shop.awa.1.arrived().await[0].title, "Prête");
    assert_eq!(shop.awa.1.titles().await, ["Prête"], "one order, one line");
    let shown = shop.awa.0.popups.titles(2).await;
    assert_eq!(shown, ["En cuisine", "Prête"]);
    let replaces = shop.awa.0.popups.shown.borrow()[1].replaces.clone();
    assert_eq!(replaces, Some(earlier), "and one pop-up");
    till.send(update("Servie", Some(0))).await.expect("sent");
    let mut bob = shop.bob.0.start().await;
    bob.state("what was missed", |now| now.catch_up.is_some()).await;
    let page = Command::Page { filter: Filter::default(), offset: 0, limit: 9 };
    let rows: Vec<Row> = bob.ask(page).await.expect("listed");
    let rows: Vec<_> = rows.iter().map(|row| (row.title.as_str(), row.caught_up, row.expired)).collect();
    assert_eq!(rows, [("Servie", true, true)], "the last word, marked as over");
    let sum = bob.station.snapshot().catch_up.expect("it came late");
    assert_eq!(sum.count, 1, "what is gone was not missed");
}
