//! What is old goes from a station's history, without being in the way.

mod support;

use chapfood_station::contract::{Command, Event, FaultCode, Settings, SettingsChange};
use rusqlite::Connection;
use support::{Computer, Running};

/// Stores so many rows that arrived so many days ago.
async fn some_rows(computer: &Computer, rows: &[(u32, u32)]) {
    computer.start().await.station.close().await;
    let disk = Connection::open(computer.history()).expect("opened");
    for (count, days) in rows {
        disk.execute_batch(&format!(
            "WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < {count})
         INSERT INTO notification (id, kind, title, message, sender, at, received_at, quarter, caught_up)
         SELECT 'old_{days}_' || n, 'info', 't', 'm', 's', 0, at * 1000, at / 900, 0
         FROM count, (SELECT unixepoch() - {days} * 86400 AS at)"
        ))
        .expect("stored");
    }
}

async fn removed(station: &mut Running) -> u32 {
    station
        .event("the removal", |event| match event {
            Event::Removed { count } => Some(*count),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn what_is_older_than_90_days_goes_at_the_start() {
    let computer = Computer::listening_to("http://127.0.0.1:9");
    some_rows(&computer, &[(1_200, 91), (3, 89)]).await;
    let mut station = computer.start().await;
    assert_eq!(removed(&mut station).await, 1_200, "the window is told once, not slice by slice");
    let now = station.station.snapshot();
    assert_eq!((now.total, now.unread), (3, 3), "what is younger stays");
    assert!(now.history_bytes > 0, "the person sees what it takes");
}

#[tokio::test]
async fn what_is_kept_is_the_persons_choice() {
    let computer = Computer::listening_to("http://127.0.0.1:9");
    some_rows(&computer, &[(1_500, 8), (200, 2)]).await;
    let mut station = computer.start().await;
    let before = station.station.snapshot();
    assert_eq!(before.total, 1_700, "they are younger than 90 days");
    let change = |change| Command::ChangeSettings { change };
    let none = change(SettingsChange { keep_days: Some(0), ..SettingsChange::default() });
    let fault = station.ask::<Settings>(none).await.expect_err("that would keep nothing");
    assert_eq!(fault.code, FaultCode::InvalidSetting);
    let few = change(SettingsChange { keep_at_most: Some(1_000), ..SettingsChange::default() });
    station.ask::<Settings>(few).await.expect("a good choice");
    assert_eq!(removed(&mut station).await, 700, "at once, not in an hour");
    let week = change(SettingsChange { keep_days: Some(7), ..SettingsChange::default() });
    station.ask::<Settings>(week).await.expect("a good choice");
    assert_eq!(removed(&mut station).await, 800, "the younger ones had not been touched");
    let now = station.station.snapshot();
    assert_eq!(now.total, 200);
    assert!(now.history_bytes < before.history_bytes, "the person sees that it helped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_arrives_does_not_wait_for_what_goes() {
    let computer = Computer::hosting();
    some_rows(&computer, &[(100_000, 100)]).await;
    let mut shop = computer.start().await;
    shop.ready().await;
    for number in 1..=20 {
        shop.send(Some("commandes"), &format!("Commande {number}")).await.expect("sent");
        shop.arrived().await;
    }
    let left = shop.station.snapshot().total;
    assert!(left > 20, "20 have come and gone through while the old ones were still going");
    shop.state("the old ones to be gone", |now| now.total == 20).await;
    let expected: Vec<_> = (1..=20).rev().map(|number| format!("Commande {number}")).collect();
    assert_eq!(shop.titles().await, expected, "nothing that is young went with them");
}
