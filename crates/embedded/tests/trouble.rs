//! What goes wrong around a station must not make it lose or delay anything.
#![allow(missing_docs, unreachable_pub, reason = "a test program")]

#[path = "support/shifted.rs"]
mod shifted;
mod support;

use std::time::Duration;

use chapfood_station::ToastAction;
use chapfood_station::contract::{
    Command, Event, FaultCode, Filter, Link, PopupHealth, Settings, SettingsChange,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use shifted::{Shifted, forward, heard, start_with};
use support::Computer;
use tokio::time::{Instant, timeout};

#[tokio::test]
async fn a_desktop_that_hangs_delays_nothing() {
    let mut computer = Computer::hosting();
    computer.popups.hangs = true;
    let mut shop = computer.start().await;
    shop.ready().await;
    let started = Instant::now();
    for number in 1..=3 {
        shop.send(Some("commandes"), &format!("Commande {number}")).await.expect("sent");
        assert_eq!(shop.arrived().await[0].title, format!("Commande {number}"), "stored and shown");
    }
    assert!(started.elapsed() < Duration::from_secs(2), "not one pop-up was waited for");
    shop.state("the pop-ups to count as failing", |now| now.popups == PopupHealth::Failing).await;
}

#[tokio::test]
async fn a_disk_that_refuses_does_not_freeze_the_link() {
    let computer = Computer::hosting();
    let mut shop = computer.start().await;
    shop.ready().await;
    let disk = computer.full_disk();
    // More than may wait for the disk, so that nothing is taken any more.
    for number in 1..=20 {
        shop.send(Some("commandes"), &format!("Commande {number}")).await.expect("the hub has it");
    }
    shop.state("the fault to show", |now| now.storage_fault.is_some()).await;
    shop.ask::<Value>(Command::StopHub).await.expect("ordered");
    shop.state("the lost link to show", |now| !matches!(now.link, Link::Connected { .. })).await;
    shop.ask::<Value>(Command::StartHub).await.expect("ordered");
    disk.execute_batch("DROP TRIGGER full").expect("there is room again");
    shop.state("everything to be stored", |now| now.total == 20).await;
}

#[tokio::test]
async fn a_disk_that_refuses_stops_the_flow_and_loses_nothing() {
    let computer = Computer::hosting();
    let mut shop = computer.start().await;
    shop.ready().await;
    let disk = computer.full_disk();
    for number in 1..=20 {
        shop.send(Some("commandes"), &format!("Commande {number}")).await.expect("the hub has it");
    }
    let now = shop.state("the fault to show", |now| now.storage_fault.is_some()).await;
    assert!(now.storage_fault.expect("just seen").contains("the disk is full"), "in the system's words");
    assert_eq!(computer.popups.shown.borrow().len(), 0, "nothing is shown that is not stored");
    disk.execute_batch("DROP TRIGGER full").expect("there is room again");
    let now = shop.state("everything to be stored", |now| now.total == 20).await;
    assert_eq!(now.storage_fault, None, "the trouble is over");
    let expected: Vec<_> = (1..=20).rev().map(|number| format!("Commande {number}")).collect();
    assert_eq!(shop.titles().await, expected, "each once, in order");
}

/// From now on the history can be written, but not counted.
fn uncountable(computer: &Computer) -> Connection {
    let disk = Connection::open(computer.history()).expect("opened");
    disk.execute_batch("DROP INDEX caught_up").expect("damaged");
    disk
}

fn countable_again(disk: &Connection) {
    let mended = "CREATE INDEX caught_up ON notification (row, channel, kind, read) WHERE caught_up = 1";
    disk.execute_batch(mended).expect("mended");
}

#[tokio::test]
async fn an_order_is_seen_and_heard_though_the_history_cannot_be_counted() {
    let computer = Computer::hosting();
    let mut shop = computer.start().await;
    shop.ready().await;
    let disk = uncountable(&computer);
    shop.send(Some("commandes"), "Commande 1").await.expect("the hub has it");
    assert_eq!(shop.arrived().await[0].title, "Commande 1", "it is on the disk");
    assert_eq!(computer.popups.titles(1).await, ["Commande 1"]);
    assert_eq!(heard(&computer.sounds, 1).await.len(), 1);
    countable_again(&disk);
    shop.state("the count, once it can be made", |now| now.total == 1 && now.unread == 1).await;
}

#[tokio::test]
async fn a_reminder_is_seen_though_the_history_cannot_be_counted() {
    let (computer, clock) = (Computer::hosting(), Shifted::default());
    let mut shop = start_with(&computer, clock.clone(), computer.sounds.clone(), false).await;
    shop.ready().await;
    shop.send(Some("commandes"), "Commande 1").await.expect("the hub has it");
    let id = shop.arrived().await[0].id.clone();
    shop.ask::<Value>(Command::Remind { id, minutes: Some(5) }).await.expect("kept");
    let disk = uncountable(&computer);
    forward(&shop, &clock, Duration::from_secs(5 * 60 + 1)).await;
    assert!(shop.arrived().await[0].reminded, "it comes back once, and is told then");
    assert_eq!(computer.popups.titles(2).await, ["Commande 1"; 2]);
    countable_again(&disk);
    shop.state("nothing to come back any more", |now| now.latest.iter().all(|row| row.reminded)).await;
}

#[tokio::test]
async fn settings_that_cannot_be_saved_are_not_used() {
    let computer = Computer::listening_to("http://127.0.0.1:9");
    let shop = computer.start().await;
    let before = shop.station.snapshot().settings;
    let invalid = SettingsChange { hub_address: Some("la caisse".into()), ..SettingsChange::default() };
    let fault =
        shop.ask::<Settings>(Command::ChangeSettings { change: invalid }).await.expect_err("no address");
    assert_eq!(fault.code, FaultCode::InvalidSetting, "the person can correct it");
    *computer.settings.broken.lock().expect("nobody else has it") = true;
    let quiet = SettingsChange { popups: Some(false), ..SettingsChange::default() };
    let fault =
        shop.ask::<Settings>(Command::ChangeSettings { change: quiet }).await.expect_err("a full disk");
    assert_eq!(fault.code, FaultCode::Storage, "a switch must not look switched and forget it");
    let join = Command::JoinChannel { name: "cuisine".into() };
    assert_eq!(shop.ask::<Value>(join).await.expect_err("a full disk").code, FaultCode::Storage);
    assert_eq!(shop.station.snapshot().settings, before, "nothing changed");
}

/// Stores `count` notifications as if they had arrived, and returns their ids.
async fn some_rows(computer: &Computer, count: usize) -> Vec<String> {
    drop(computer.start().await);
    let disk = Connection::open(computer.history()).expect("opened");
    (0..count)
        .map(|place| {
            let id = format!("n_{place}");
            disk.execute(
                "INSERT INTO notification (id, kind, title, message, sender, at, received_at, quarter, caught_up)
                 SELECT ?1, 'info', 't', 'm', 's', 0, now * 1000, now / 900, 0 FROM (SELECT unixepoch() AS now)",
                [&id],
            )
            .expect("stored");
            id
        })
        .collect()
}

fn mark(id: &str, read: bool) -> Command {
    Command::MarkRead { ids: vec![id.to_owned()], read }
}

#[tokio::test]
async fn a_window_that_falls_behind_is_told_to_ask_again() {
    let computer = Computer::listening_to("http://127.0.0.1:9");
    let ids = some_rows(&computer, 1).await;
    let mut shop = computer.start().await;
    for change in 0..400 {
        shop.ask::<Value>(mark(&ids[0], change % 2 == 0)).await.expect("marked");
    }
    let asked_again = shop.event("the word to ask again", |event| match event {
        Event::ReadChanged { ids, .. } => Some(ids.is_empty()),
        _ => None,
    });
    assert!(
        asked_again.await,
        "400 events were too many to keep: the window must not believe it has them all"
    );
}

#[tokio::test]
async fn a_click_is_not_lost_in_a_flood() {
    let computer = Computer::listening_to("http://127.0.0.1:9");
    let ids = some_rows(&computer, 1).await;
    let mut shop = computer.start().await;
    shop.station.toast_activated(&ids[0], ToastAction::Open).await;
    for change in 0..400 {
        shop.ask::<Value>(mark(&ids[0], change % 2 == 0)).await.expect("marked");
    }
    let opened = shop.event("the wish to see it", |event| match event {
        Event::OpenRequested { id } => Some(id.clone()),
        _ => None,
    });
    assert_eq!(opened.await, ids[0], "the window was only too slow to be told at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_changes_make_few_snapshots_and_the_last_one_is_right() {
    let computer = Computer::listening_to("http://127.0.0.1:9");
    let ids = some_rows(&computer, 100).await;
    let mut shop = computer.start().await;
    let started = Instant::now();
    for (place, id) in ids.iter().enumerate() {
        shop.ask::<Value>(mark(id, true)).await.expect("marked");
        let unread = shop.station.snapshot().unread as usize;
        assert_eq!(unread, 99 - place, "whoever asks after the reply sees the change");
    }
    let took = started.elapsed();
    let mut snapshots = 0;
    let last = async {
        while let Some(event) = shop.events.next().await {
            if let Event::Snapshot { snapshot } = event {
                snapshots += 1;
                if snapshot.unread == 0 {
                    return;
                }
            }
        }
    };
    timeout(Duration::from_secs(10), last).await.expect("the last state is always told");
    let most = took.as_millis() / 50 + 4;
    assert!(snapshots as u128 <= most, "{snapshots} snapshots in {took:?} would keep the window busy");
}

#[tokio::test]
async fn reading_is_told_and_counted() {
    let computer = Computer::listening_to("http://127.0.0.1:9");
    let ids = some_rows(&computer, 3).await;
    let mut shop = computer.start().await;
    shop.ask::<Value>(mark(&ids[1], true)).await.expect("marked");
    let told = |event: &Event| match event {
        Event::ReadChanged { ids, read } => Some((ids.clone(), *read)),
        _ => None,
    };
    assert_eq!(shop.event("the mark", told).await, (vec![ids[1].clone()], true), "every window follows");
    let all = Command::MarkAllRead { filter: Filter::default() };
    assert_eq!(shop.ask::<Value>(all.clone()).await, Ok(json!(2)), "two were left");
    assert_eq!(shop.event("the marks", told).await, (vec![], true), "many: ask again");
    assert_eq!(shop.station.snapshot().unread, 0, "the count follows");
    assert_eq!(shop.ask::<Value>(all).await, Ok(json!(0)), "nothing is left");
    let unknown = Command::Open { id: "n_none".into() };
    assert_eq!(shop.ask::<Value>(unknown).await.expect_err("unknown").code, FaultCode::UnknownNotification);
}

#[tokio::test]
async fn after_the_end_nothing_hangs() {
    let computer = Computer::hosting();
    let mut shop = computer.start().await;
    shop.ready().await;
    let other = shop.station.clone();
    timeout(Duration::from_secs(8), shop.station.close()).await.expect("the end is prompt");
    other.close().await;
    other.toast_activated("n_1", ToastAction::Open).await;
    assert!(other.handle(Command::TryNow).await.is_err(), "a command after the end is answered with a fault");
    while shop.events.next().await.is_some() {}
    let free = std::net::TcpListener::bind(("127.0.0.1", computer.settings.now().hub_port));
    assert!(free.is_ok(), "the hub has let go of its port");
}
