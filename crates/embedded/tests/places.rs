//! How far a station is in the hub's log: whatever ends, on either side and at whatever moment, everything
//! comes, once, and what cannot come is said.

mod support;

use std::fs;
use std::sync::Arc;

use chapfood_station::contract::{Command, Gap, Link, SettingsChange};
use rusqlite::Connection;
use serde_json::Value;
use support::{Computer, Running};
use tokio::runtime::Runtime;

const ORDERS: Option<&str> = Some("commandes");

async fn send(sender: &Running, channel: Option<&str>, numbers: std::ops::RangeInclusive<u32>) {
    for number in numbers {
        sender.send(channel, &format!("Commande {number}")).await.expect("the hub has it");
    }
}

/// Titles as the list shows them, newest first.
fn listed(numbers: std::ops::RangeInclusive<u32>) -> Vec<String> {
    numbers.rev().map(|number| format!("Commande {number}")).collect()
}

/// How far the hub of `host`, which is stopped, believes another computer to be in a channel.
fn believed(host: &Computer, other: &Computer, channel: &str) -> i64 {
    let history = Connection::open(other.history()).expect("opened");
    let device: String =
        history.query_row("SELECT id FROM device", [], |row| row.get(0)).expect("it has one");
    let log = Connection::open(host.hub_database()).expect("opened");
    log.query_row(
        "SELECT cursor.seq FROM cursor JOIN channel ON channel.id = channel_id
         WHERE subscriber = 'device:' || ?1 AND name = ?2",
        [device.as_str(), channel],
        |row| row.get(0),
    )
    .expect("the hub knows this computer")
}

#[tokio::test]
async fn a_station_killed_before_its_disk_took_anything_gets_everything_once() {
    let host = Computer::hosting();
    let mut sender = host.start().await;
    sender.ready().await;
    let away = Arc::new(Computer::listening_to(&host.address()));
    let doomed = Runtime::new().expect("a runtime");
    let starting = Arc::clone(&away);
    let mut victim = doomed.spawn(async move { starting.start().await }).await.expect("it starts");
    victim.ready().await;
    send(&sender, ORDERS, 1..=1).await;
    victim.state("the first to be stored", |now| now.total == 1).await;
    let disk = away.full_disk();
    send(&sender, ORDERS, 2..=30).await;
    victim.state("the fault to show", |now| now.storage_fault.is_some()).await;
    // Nothing is closed and nobody says goodbye.
    doomed.shutdown_background();
    drop(victim);
    sender.station.close().await;
    assert!(believed(&host, &away, "commandes") <= 1, "what is not on the station's disk is not received");

    disk.execute_batch("DROP TRIGGER full").expect("there is room again");
    let mut sender = host.start().await;
    sender.ready().await;
    let mut revived = away.start().await;
    revived.state("everything", |now| now.total == 30).await;
    assert_eq!(revived.titles().await, listed(1..=30), "each once, in the hub's order");
    let titles = away.popups.titles(2).await;
    assert_eq!(titles[1], "29 notifications manquées récupérées", "none of them was shown before");
}

#[tokio::test]
async fn the_hub_learns_what_is_on_the_disk_and_nothing_more() {
    let host = Computer::hosting();
    let mut sender = host.start().await;
    sender.ready().await;
    let away = Computer::listening_to(&host.address());
    let mut shop = away.start().await;
    shop.ready().await;
    send(&sender, ORDERS, 1..=3).await;
    send(&sender, None, 4..=5).await;
    shop.state("all of them", |now| now.total == 5).await;
    shop.station.close().await;
    send(&sender, ORDERS, 6..=9).await;
    sender.station.close().await;
    assert_eq!(believed(&host, &away, "commandes"), 3, "else the hub could not forget what everybody has");
    assert_eq!(believed(&host, &away, "*"), 2, "broadcasts have a log of their own");
}

#[tokio::test]
async fn what_was_sent_while_the_station_was_away_and_the_hub_restarted_arrives_broadcasts_too() {
    let host = Computer::hosting();
    let mut sender = host.start().await;
    sender.ready().await;
    let away = Computer::listening_to(&host.address());
    let mut before = away.start().await;
    before.ready().await;
    before.station.close().await;
    send(&sender, ORDERS, 1..=3).await;
    send(&sender, None, 4..=6).await;
    sender.station.close().await;
    let mut sender = host.start().await;
    sender.ready().await;
    let mut after = away.start().await;
    let now = after.state("all of them", |now| now.total == 6).await;
    assert_eq!(now.gap, None, "nothing is missing");
    let mut titles = after.titles().await;
    titles.sort();
    titles.reverse();
    assert_eq!(titles, listed(1..=6), "each once");
}

#[tokio::test]
async fn a_hub_that_restarts_under_a_connected_station_doubles_nothing() {
    let host = Computer::hosting();
    let mut sender = host.start().await;
    sender.ready().await;
    let other = Computer::listening_to(&host.address());
    let mut shop = other.start().await;
    shop.ready().await;
    for round in 0..3 {
        send(&sender, ORDERS, round * 3 + 1..=round * 3 + 3).await;
        shop.state("them", |now| now.total == round * 3 + 3).await;
        sender.station.close().await;
        shop.state("the lost link to show", |now| !matches!(now.link, Link::Connected { .. })).await;
        sender = host.start().await;
        sender.ready().await;
        shop.ready().await;
    }
    assert_eq!(shop.titles().await, listed(1..=9), "each once, in the hub's order");
    let shown = other.popups.shown.borrow();
    assert!(shown.iter().all(|toast| !toast.title.contains("récupérées")), "nothing was missed: {shown:?}");
}

/// Replaces the hub's database by a copy made earlier; a restored backup is another database.
fn restore(host: &Computer, backup: &[u8]) {
    fs::write(host.hub_database(), backup).expect("restored");
    let log = Connection::open(host.hub_database()).expect("opened");
    log.execute_batch("UPDATE hub SET epoch = 'restored'").expect("marked");
}

#[tokio::test]
async fn a_restored_backup_is_said_and_neither_loses_nor_doubles_what_the_station_has() {
    let host = Computer::hosting();
    let mut sender = host.start().await;
    sender.ready().await;
    let other = Computer::listening_to(&host.address());
    let mut shop = other.start().await;
    shop.ready().await;
    send(&sender, ORDERS, 1..=3).await;
    send(&sender, None, 4..=4).await;
    shop.state("the first ones", |now| now.total == 4).await;
    sender.station.close().await;
    let backup = fs::read(host.hub_database()).expect("copied");
    sender = host.start().await;
    sender.ready().await;
    shop.ready().await;
    send(&sender, ORDERS, 5..=6).await;
    shop.state("the later ones", |now| now.total == 6).await;
    sender.station.close().await;
    restore(&host, &backup);

    sender = host.start().await;
    sender.ready().await;
    let now = shop.state("the gap to be said", |now| now.gap.as_ref().is_some_and(|g| g.channels.len() == 2));
    let Gap { channels, .. } = now.await.gap.expect("just seen");
    assert_eq!(channels, ["", "commandes"], "5 and 6 would be unknown to a station that had been away");
    shop.ready().await;
    send(&sender, ORDERS, 7..=7).await;
    shop.state("the one after it", |now| now.total == 7).await;
    assert_eq!(shop.titles().await, listed(1..=7), "the history has what the backup has not, and once");
    shop.ask::<Value>(Command::DismissGap).await.expect("dismissed");
    shop.station.close().await;
    let mut again = other.start().await;
    assert_eq!(again.ready().await.gap, None, "the person knows, and the new places are known to the hub");
    send(&sender, ORDERS, 8..=8).await;
    assert_eq!(again.arrived().await[0].title, "Commande 8", "in order from there");
}

#[tokio::test]
async fn a_visit_to_another_hub_is_no_gap_and_what_was_missed_meanwhile_arrives() {
    let (here, there) = (Computer::hosting(), Computer::hosting());
    let (mut sender, mut stranger) = (here.start().await, there.start().await);
    sender.ready().await;
    stranger.ready().await;
    send(&stranger, ORDERS, 100..=103).await;
    let visitor = Computer::listening_to(&here.address());
    let mut shop = visitor.start().await;
    shop.ready().await;
    send(&sender, ORDERS, 1..=2).await;
    shop.state("the first ones", |now| now.total == 2).await;
    for address in [there.address(), here.address()] {
        let change = SettingsChange { hub_address: Some(address.clone()), ..SettingsChange::default() };
        shop.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good address");
        let now = shop.ready().await;
        assert_eq!(now.gap, None, "{address} does not know the places of the other one, nor need it");
        if address == there.address() {
            send(&sender, ORDERS, 3..=4).await;
        }
    }
    shop.state("what was missed here", |now| now.total == 4).await;
    assert_eq!(shop.titles().await, listed(1..=4), "and nothing from before the visit there");
}
