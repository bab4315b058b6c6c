//! What a person sends while no hub answers: each arrives once, in the order in which it was sent.

mod support;

use std::sync::Arc;

use chapfood_station::contract::{Command, Draft, Event, FaultCode, Sent, SettingsChange};
use rusqlite::Connection;
use serde_json::{Value, json};
use support::{Computer, Running, Wire};
use tokio::runtime::Runtime;

const ORDERS: Option<&str> = Some("commandes");

/// A hub, and somebody at another computer who sees everything that is sent there.
struct Shop {
    host: Computer,
    hub: Running,
    witness: Running,
    _others: Computer,
}

impl Shop {
    async fn open() -> Self {
        let host = Computer::hosting();
        let mut hub = host.start().await;
        hub.ready().await;
        let others = Computer::listening_to(&host.address());
        let mut witness = others.start().await;
        witness.ready().await;
        Self { host, hub, witness, _others: others }
    }

    async fn close_hub(&self) {
        self.hub.station.close().await;
    }

    async fn open_hub(&mut self) {
        self.hub = self.host.start().await;
        self.hub.ready().await;
    }

    /// What the witness has seen, oldest first, once it has seen something with this title.
    async fn seen_up_to(&mut self, last: &str) -> Vec<String> {
        loop {
            let mut titles = self.witness.titles().await;
            if titles.first().is_some_and(|title| title == last) {
                titles.reverse();
                return titles;
            }
            self.witness.arrived().await;
        }
    }
}

async fn queue(station: &Running, title: &str) -> i64 {
    match station.send(ORDERS, title).await {
        Ok(Sent::Queued { number }) => number,
        other => panic!("no hub has answered, and yet {other:?}"),
    }
}

async fn emptied(station: &mut Running) {
    station.state("an empty outbox", |now| now.outbox.count == 0).await;
}

#[tokio::test]
async fn what_is_sent_without_a_hub_outlives_a_restart_and_arrives_once_in_order() {
    let mut shop = Shop::open().await;
    let computer = Computer::listening_to(&shop.host.address());
    shop.close_hub().await;
    let station = computer.start().await;
    for title in ["Un", "Deux"] {
        queue(&station, title).await;
    }
    station.station.close().await;
    let mut station = computer.start().await;
    queue(&station, "Trois").await;
    let now = station.state("all three to show", |now| now.outbox.count == 3).await;
    let shown: Vec<_> = now.outbox.drafts.iter().map(|draft| draft.title.as_str()).collect();
    assert_eq!(shown, ["Un", "Deux", "Trois"], "oldest first, those from before the restart too");
    assert!(now.outbox.drafts.iter().all(|draft| draft.refused.is_empty()), "they wait");

    shop.open_hub().await;
    emptied(&mut station).await;
    station.send(ORDERS, "Quatre").await.expect("sent");
    assert_eq!(shop.seen_up_to("Quatre").await, ["Un", "Deux", "Trois", "Quatre"], "each once");
}

#[tokio::test]
async fn what_the_hub_stored_without_being_able_to_say_so_is_not_sent_twice() {
    let mut shop = Shop::open().await;
    let wire = Wire::to(&shop.host.address()).await;
    let computer = Computer::listening_to(&wire.address);
    let mut station = computer.start().await;
    station.ready().await;
    wire.mute();
    let window = station.station.clone();
    let sending = tokio::spawn(async move {
        let number = queue(&station, "Un").await;
        (station, number)
    });
    assert_eq!(shop.seen_up_to("Un").await, ["Un"], "the hub has it");
    assert_eq!(window.snapshot().outbox.count, 0, "what is about to be answered does not flash as queued");
    wire.cut();
    let (mut station, number) = sending.await.expect("the form is told that it is queued");
    assert_eq!(window.snapshot().outbox.count, 1, "whoever is told so sees it");
    let taken_back = station.ask::<Draft>(Command::Unqueue { number }).await;
    assert_eq!(
        taken_back.expect_err("the hub may have it").code,
        FaultCode::AlreadySent,
        "else it would be sent again as another one"
    );
    queue(&station, "Deux").await;
    // The hub forgets whom it was talking to, not what it has.
    shop.close_hub().await;
    shop.open_hub().await;
    wire.clear();
    emptied(&mut station).await;
    assert_eq!(shop.seen_up_to("Deux").await, ["Un", "Deux"], "each once");
}

#[tokio::test]
async fn a_station_killed_before_the_answer_came_sends_nothing_twice() {
    let mut shop = Shop::open().await;
    let wire = Wire::to(&shop.host.address()).await;
    let computer = Arc::new(Computer::listening_to(&wire.address));
    let doomed = Runtime::new().expect("a runtime");
    let starting = Arc::clone(&computer);
    let mut station = doomed.spawn(async move { starting.start().await }).await.expect("it starts");
    station.ready().await;
    wire.mute();
    let form = doomed.spawn(async move { station.send(ORDERS, "Un").await });
    assert_eq!(shop.seen_up_to("Un").await, ["Un"], "the hub has it");
    // Nothing is closed and nobody says goodbye.
    doomed.shutdown_background();
    form.await.expect_err("nobody was told anything");
    wire.clear();
    let mut station = computer.start().await;
    assert_eq!(station.station.snapshot().outbox.count, 1, "it is on the disk, and unanswered");
    emptied(&mut station).await;
    station.send(ORDERS, "Deux").await.expect("sent");
    assert_eq!(shop.seen_up_to("Deux").await, ["Un", "Deux"], "each once");
}

#[tokio::test]
async fn a_hub_that_would_not_notice_a_repeat_is_not_sent_one() {
    let mut shop = Shop::open().await;
    let wire = Wire::to(&shop.host.address()).await;
    wire.old();
    let computer = Computer::listening_to(&wire.address);
    let mut station = computer.start().await;
    station.ready().await;
    wire.mute();
    let sending = tokio::spawn(async move {
        let number = queue(&station, "Un").await;
        (station, number)
    });
    assert_eq!(shop.seen_up_to("Un").await, ["Un"], "the hub has it");
    wire.cut();
    let (mut station, number) = sending.await.expect("the form is told that it is queued");
    queue(&station, "Deux").await;
    wire.old();
    let now = station.state("only the doubtful one to wait", |now| now.outbox.count == 1).await;
    let held = &now.outbox.drafts[0];
    assert_eq!((held.number, held.title.as_str()), (number, "Un"), "the other one has never been sent");
    assert!(held.refused[0].starts_with("Peut-être déjà envoyée"), "a person can look: {:?}", held.refused);
    assert_eq!(shop.seen_up_to("Deux").await, ["Un", "Deux"], "each once");
    let back: Draft = station.ask(Command::Unqueue { number }).await.expect("the person decides");
    assert_eq!(back.title, "Un");
    assert_eq!(station.station.snapshot().outbox.count, 0, "and it is out");
}

#[tokio::test]
async fn what_the_hub_refuses_later_stays_with_its_words_until_it_is_taken_out() {
    let mut shop = Shop::open().await;
    let computer = Computer::listening_to(&shop.host.address());
    shop.close_hub().await;
    let mut station = computer.start().await;
    let refused = queue(&station, " ").await;
    queue(&station, "Deux").await;
    shop.open_hub().await;
    assert_eq!(shop.seen_up_to("Deux").await, ["Deux"], "it holds nothing up");
    let now = station.state("the refusal to show", |now| {
        now.outbox.count == 1 && !now.outbox.drafts[0].refused.is_empty()
    });
    let draft = now.await.outbox.drafts.remove(0);
    assert_eq!(draft.number, refused);
    assert_eq!(draft.refused, ["Le champ 'title' est obligatoire"], "in the hub's words");
    let back: Draft = station.ask(Command::Unqueue { number: refused }).await.expect("it can be corrected");
    assert_eq!((back.channel.as_deref(), back.message.as_str()), (ORDERS, "Table 4"), "as it was typed");
    assert_eq!(station.station.snapshot().outbox.count, 0, "and it is out");
    let again = station.ask::<Draft>(Command::Unqueue { number: refused }).await;
    assert_eq!(again.expect_err("it is gone").code, FaultCode::AlreadySent);
}

#[tokio::test]
async fn what_a_form_hears_the_outbox_does_not_keep() {
    let shop = Shop::open().await;
    let hub = shop.hub;
    let sent = hub.send(ORDERS, "Un").await.expect("sent");
    assert!(matches!(sent, Sent::Confirmed { .. }), "{sent:?}");
    let sent = hub.send(ORDERS, " ").await.expect("answered");
    assert!(matches!(sent, Sent::Refused { .. }), "{sent:?}");
    assert_eq!(hub.station.snapshot().outbox.count, 0, "the form has the text");
}

#[tokio::test]
async fn a_hub_that_cannot_store_is_asked_again() {
    let mut shop = Shop::open().await;
    let disk = Connection::open(shop.host.hub_database()).expect("opened");
    disk.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    .expect("the disk is full");
    let number = queue(&shop.hub, "Un").await;
    let told = shop.hub.event("the hub's words", |event| match event {
        Event::HubErrors { codes, .. } => Some(codes.clone()),
        _ => None,
    });
    assert_eq!(told.await, ["not_stored"], "the person must look after the hub");
    let now = shop.hub.state("it to show as queued", |now| now.outbox.count == 1).await;
    assert_eq!(now.outbox.drafts[0].refused, Vec::<String>::new(), "it waits, it is not refused");
    disk.execute_batch("DROP TRIGGER full").expect("there is room again");
    emptied(&mut shop.hub).await;
    assert_eq!(shop.seen_up_to("Un").await, ["Un"]);
    assert_eq!(
        shop.hub.ask::<Draft>(Command::Unqueue { number }).await.expect_err("the hub has it").code,
        FaultCode::AlreadySent
    );
}

#[tokio::test]
async fn what_was_meant_for_one_hub_is_not_sent_to_another() {
    let (mut here, mut there) = (Shop::open().await, Shop::open().await);
    let computer = Computer::listening_to(&here.host.address());
    here.close_hub().await;
    let mut station = computer.start().await;
    queue(&station, "Ici").await;
    for (address, left) in [(there.host.address(), 1), (here.host.address(), 0)] {
        let change = SettingsChange { hub_address: Some(address.clone()), ..SettingsChange::default() };
        station.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good address");
        if left == 1 {
            station.ready().await;
            station.send(ORDERS, "Là-bas").await.expect("sent");
            assert_eq!(there.seen_up_to("Là-bas").await, ["Là-bas"], "the people there are not meant");
            assert_eq!(station.station.snapshot().outbox.count, 1, "it still shows");
            here.open_hub().await;
        }
    }
    emptied(&mut station).await;
    assert_eq!(here.seen_up_to("Ici").await, ["Ici"], "once its hub is back");
}

#[tokio::test]
async fn an_outbox_that_is_full_says_so() {
    let computer = Computer::listening_to("http://127.0.0.1:9");
    drop(computer.start().await);
    let disk = Connection::open(computer.history()).expect("opened");
    disk.execute_batch(
        "WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 1000)
         INSERT INTO outbox (kind, address, subject, queued_at, draft)
         SELECT 'send', 'http://127.0.0.1:9', n, 0,
                json_object('channel', NULL, 'type', 'info', 'title', 't' || n, 'message', 'm', 'data', NULL)
         FROM count",
    )
    .expect("filled");
    let station = computer.start().await;
    let fault = station.send(ORDERS, "1001").await.expect_err("nobody has come for the first thousand");
    assert_eq!(fault.code, FaultCode::OutboxFull);
    let outbox = station.station.snapshot().outbox;
    assert_eq!((outbox.count, outbox.drafts.len()), (1_000, 50), "the window is not flooded");
    let number = outbox.drafts[0].number;
    let back: Value = station.ask(Command::Unqueue { number }).await.expect("it was never sent");
    assert_eq!(back["title"], json!("t1"));
    station.send(ORDERS, "1001").await.expect("there is room again");
}
