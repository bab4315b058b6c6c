//! What a person does with the history: works off what waits, searches, deletes, is reminded, and exports.

mod support;

use std::collections::BTreeMap;

use chapfood_station::contract::{
    ChannelPreferences, Command, Detail, Event, ExportFormat, Exported, FaultCode, Filter, Outline, Row,
    Sent, SettingsChange, Waiting,
};
use rusqlite::Connection;
use serde_json::Value;
use support::{Computer, Running};

const ORDERS: Option<&str> = Some("commandes");

async fn open_shop() -> (Computer, Running) {
    let computer = Computer::hosting();
    let mut shop = computer.start().await;
    shop.ready().await;
    (computer, shop)
}

/// Sends an order and waits until it is here.
async fn order(shop: &mut Running, title: &str) -> String {
    let Ok(Sent::Confirmed { id, .. }) = shop.send(ORDERS, title).await else { panic!("not sent") };
    while shop.ask::<Detail>(Command::Open { id: id.clone() }).await.is_err() {
        shop.arrived().await;
    }
    id
}

async fn waiting(shop: &mut Running, count: u32) {
    shop.state("what waits", |now| now.todo.count == count).await;
    let filter = Filter { todo: true, ..Filter::default() };
    let listed: Outline = shop.ask(Command::Outline { filter }).await.expect("outlined");
    assert_eq!(listed.total, count, "the list is as long as its count says");
}

fn searching(search: &str) -> Filter {
    Filter { search: Some(search.into()), ..Filter::default() }
}

async fn found(shop: &Running, search: &str) -> Vec<String> {
    let page = Command::Page { filter: searching(search), offset: 0, limit: 10 };
    let rows: Vec<Row> = shop.ask(page).await.expect("listed");
    rows.into_iter().map(|row| row.title).collect()
}

async fn changed(shop: &Running, name: &str, preferences: ChannelPreferences) {
    let preferences = Some(BTreeMap::from([(name.to_owned(), preferences)]));
    let change = SettingsChange { preferences, ..SettingsChange::default() };
    shop.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good choice");
}

#[tokio::test]
async fn what_waits_follows_everything_that_is_done_with_it() {
    let (_computer, mut shop) = open_shop().await;
    let first = order(&mut shop, "Commande 1").await;
    let second = order(&mut shop, "Commande 2").await;
    shop.send(None, "Bonne année").await.expect("sent");
    shop.state("the greeting", |now| now.total == 3).await;
    waiting(&mut shop, 2).await;
    let wall: Waiting = shop.ask(Command::Waiting { channel: None, limit: 1 }).await.expect("asked");
    assert_eq!((wall.cards[0].row.id.as_str(), wall.total), (first.as_str(), 2), "oldest first");

    let now = shop.station.snapshot();
    let latest: Vec<_> = now.latest.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(latest, ["Bonne année", "Commande 2", "Commande 1"]);
    assert_eq!(now.channels[0].today, 2, "unless midnight was right now");

    shop.ask::<Value>(Command::Take { id: first.clone(), by: None }).await.expect("kept");
    waiting(&mut shop, 1).await;
    let wall: Waiting = shop.ask(Command::Waiting { channel: None, limit: 9 }).await.expect("asked");
    assert_eq!(wall.taken[0].id, first, "the wall says who has it");
    shop.ask::<Value>(Command::Release { id: first.clone() }).await.expect("kept");
    waiting(&mut shop, 2).await;
    shop.ask::<u32>(Command::Delete { ids: vec![second.clone()] }).await.expect("deleted");
    waiting(&mut shop, 1).await;
    shop.ask::<u32>(Command::Restore { ids: vec![second] }).await.expect("restored");
    waiting(&mut shop, 2).await;
    let nobody = ChannelPreferences { expects: false, ..ChannelPreferences::of_channel() };
    changed(&shop, "commandes", nobody).await;
    waiting(&mut shop, 0).await;
    changed(&shop, "", ChannelPreferences::of_channel()).await;
    waiting(&mut shop, 1).await;
}

#[tokio::test]
async fn what_is_deleted_can_be_put_back_until_the_next_start() {
    let (computer, mut shop) = open_shop().await;
    let first = order(&mut shop, "Commande 1").await;
    order(&mut shop, "Commande 2").await;
    let ids = || vec![first.clone(), "n_unknown".to_owned()];
    assert_eq!(shop.ask::<u32>(Command::Delete { ids: ids() }).await.expect("deleted"), 1);
    let removed = |event: &Event| match event {
        Event::Removed { count } => Some(*count),
        _ => None,
    };
    assert_eq!(shop.event("the removal", removed).await, 1);
    assert_eq!(shop.titles().await, ["Commande 2"]);
    assert_eq!(shop.ask::<u32>(Command::Restore { ids: ids() }).await.expect("restored"), 1);
    assert_eq!(shop.event("the return", removed).await, 0, "the window asks again");
    assert_eq!(shop.titles().await, ["Commande 2", "Commande 1"]);
    shop.ask::<u32>(Command::Delete { ids: ids() }).await.expect("deleted");
    shop.station.close().await;
    let mut shop = computer.start().await;
    shop.ready().await;
    assert_eq!(shop.ask::<u32>(Command::Restore { ids: ids() }).await.expect("asked"), 0);
    assert_eq!(shop.titles().await, ["Commande 2"]);
    assert_eq!(shop.ask::<u32>(Command::Erase).await.expect("erased"), 1);
    shop.station.close().await;
    let mut shop = computer.start().await;
    shop.ready().await;
    order(&mut shop, "Commande 3").await;
    assert_eq!(shop.titles().await, ["Commande 3"], "the hub does not send again what was received");
}

#[tokio::test]
async fn a_reminder_that_fell_due_while_the_computer_was_off_comes_at_the_next_start() {
    let (computer, mut shop) = open_shop().await;
    let id = order(&mut shop, "Commande 1").await;
    order(&mut shop, "Commande 2").await;
    shop.ask::<Value>(Command::MarkRead { ids: vec![id.clone()], read: true }).await.expect("marked");
    let remind = |minutes| Command::Remind { id: id.clone(), minutes };
    let fault = shop.ask::<Value>(remind(Some(0))).await.expect_err("that is now");
    assert_eq!(fault.code, FaultCode::InvalidSetting);
    shop.ask::<Value>(remind(Some(10))).await.expect("kept");
    let detail: Detail = shop.ask(Command::Open { id: id.clone() }).await.expect("here");
    assert!(detail.row.remind_at.is_some(), "the row says when");
    shop.station.close().await;
    let disk = Connection::open(computer.history()).expect("opened");
    disk.execute("UPDATE notification SET remind_at = 1 WHERE remind_at IS NOT NULL", [])
        .expect("10 minutes on");
    drop(disk);
    let alerted = computer.popups.shown.borrow().len();
    let mut shop = computer.start().await;
    let rows = shop.arrived().await;
    assert_eq!((rows[0].id.as_str(), rows[0].read, rows[0].reminded), (id.as_str(), false, true));
    assert_eq!(rows[0].remind_at, None, "once");
    assert_eq!(shop.titles().await, ["Commande 1", "Commande 2"], "it is the newest now, and there once");
    assert_eq!(computer.popups.titles(alerted + 1).await[alerted], "Commande 1", "and it alerts again");
}

#[tokio::test]
async fn a_search_finds_what_arrived() {
    let (_computer, mut shop) = open_shop().await;
    order(&mut shop, "Crème brûlée").await;
    order(&mut shop, "Commande n°42").await;
    assert_eq!(found(&shop, "creme").await, ["Crème brûlée"]);
    assert_eq!(found(&shop, "42 comm").await, ["Commande n°42"]);
    assert_eq!(found(&shop, "").await.len(), 2);
    let outline: Outline = shop.ask(Command::Outline { filter: searching("table") }).await.expect("outlined");
    assert_eq!((outline.total, outline.capped), (2, false), "in the message");
    let marked: u32 = shop.ask(Command::MarkAllRead { filter: searching("creme") }).await.expect("marked");
    assert_eq!(marked, 1);
}

#[tokio::test]
async fn an_export_holds_everything_and_no_formula() {
    let (computer, mut shop) = open_shop().await;
    order(&mut shop, "=1+1").await;
    order(&mut shop, "Crème; \"brûlée\",\n2").await;
    let export = |format, filter| Command::Export { filter, format };
    let csv: Exported = shop.ask(export(ExportFormat::Csv, Filter::default())).await.expect("exported");
    assert_eq!(csv.count, 2);
    let text = std::fs::read_to_string(&csv.path).expect("there");
    assert!(
        text.starts_with("\u{feff}id,type,title,message,"),
        "a spreadsheet sees that it is UTF-8: {text}"
    );
    assert!(text.contains(",'=1+1,"), "a formula is a text: {text}");
    assert!(text.contains("\"Crème; \"\"brûlée\"\",\n2\""), "as it came: {text}");
    let again: Exported = shop.ask(export(ExportFormat::Csv, searching("creme"))).await.expect("exported");
    assert_eq!(again.count, 1, "only what the filter shows");
    assert_ne!(again.path, csv.path, "nothing is overwritten");
    let json: Exported = shop.ask(export(ExportFormat::Json, Filter::default())).await.expect("exported");
    let text = std::fs::read_to_string(&json.path).expect("there");
    let details: Vec<Detail> = serde_json::from_str(&text).expect("an array of what the window shows");
    let titles: Vec<_> = details.iter().map(|detail| detail.row.title.as_str()).collect();
    assert_eq!(titles, ["Crème; \"brûlée\",\n2", "=1+1"], "newest first");
    std::fs::remove_dir_all(computer.exports()).expect("removed");
    std::fs::write(computer.exports(), "in the way").expect("written");
    let refused = shop.ask::<Exported>(export(ExportFormat::Csv, Filter::default())).await;
    assert_eq!(refused.expect_err("no folder can be made").code, FaultCode::Storage);
}

#[tokio::test]
async fn of_several_who_share_a_computer_the_others_see_who_took_it() {
    let (computer, mut shop) = open_shop().await;
    let bar = Computer::listening_to(&computer.address());
    let mut bar = bar.start().await;
    bar.ready().await;
    let id = order(&mut shop, "Commande 1").await;
    let take = |by: &str| Command::Take { id: id.clone(), by: Some(by.into()) };
    let fault = shop.ask::<Value>(take(" ")).await.expect_err("nobody");
    assert_eq!(fault.code, FaultCode::InvalidSetting);
    shop.ask::<Value>(take("Chloé")).await.expect("kept");
    for (station, mine) in [(&mut shop, true), (&mut bar, false)] {
        let taken = loop {
            let detail = station.ask::<Detail>(Command::Open { id: id.clone() }).await;
            match detail.ok().and_then(|detail| detail.row.taken).filter(|taken| !taken.queued) {
                Some(taken) => break taken,
                None => station.event("news", |_| Some(())).await,
            }
        };
        assert_eq!((taken.by.as_str(), taken.mine), ("Chloé", mine));
    }
    shop.state("an empty outbox", |now| now.outbox.count == 0).await;
}
