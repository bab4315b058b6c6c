//! A day in a shop: real stations, a real hub, real files.

mod support;

use chapfood_protocol::NotificationType;
use chapfood_station::ToastAction;
use chapfood_station::contract::{
    Command, Detail, Draft, Event, HostedHub, HubFailure, Link, Sent, SettingsChange,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use support::Computer;

#[tokio::test]
async fn the_first_start_asks_nothing_and_works() {
    let computer = Computer::hosting();
    let mut shop = computer.start().await;
    let now = shop.ready().await;
    assert!(matches!(now.hosted_hub, HostedHub::On { .. }), "the hub of a shop's first computer runs");
    assert_eq!(now.settings.username, "awa", "the computer's user is proposed as sender");
    assert_eq!(now.settings.user_id.len(), 32, "the hub must know this station again");
    assert_eq!(computer.settings.now(), now.settings, "an identity that is not kept is none");
    assert_eq!(now.channels[0].name, "commandes", "something can arrive without any choice");
    assert_eq!(now.hub_name.as_deref(), Some("ChapFood"), "the hub has said its name");
    shop.station.close().await;
    let again = computer.start().await;
    assert_eq!(again.station.snapshot().settings, now.settings, "the second start changes nothing");
}

#[tokio::test]
async fn what_is_sent_is_stored_then_shown_then_popped_up() {
    let computer = Computer::hosting();
    let mut shop = computer.start().await;
    shop.ready().await;
    let draft = Draft {
        channel: Some("commandes".into()),
        kind: NotificationType::Error,
        title: " Four en panne\0 ".into(),
        message: "long ".repeat(100),
        data: Some(json!({ "four": 2, "depuis": ["12:04"] })),
    };
    let sent = shop.ask::<Sent>(Command::Send { draft: draft.clone() }).await.expect("it is sent");
    let Sent::Confirmed { id, subscribers } = sent else { panic!("the hub refused: {sent:?}") };
    assert_eq!(subscribers, Some(1), "this station is in the channel");
    let row = shop.arrived().await.remove(0);
    assert_eq!((row.id.as_str(), row.title.as_str()), (id.as_str(), draft.title.as_str()), "as it was typed");
    assert_eq!(row.message.chars().count(), 300, "a line shows the beginning");
    let detail: Detail =
        shop.ask(Command::Open { id: id.clone() }).await.expect("it is stored when it is shown");
    assert_eq!((detail.row.message, detail.data), (draft.message, draft.data), "the detail has it whole");
    assert_eq!(computer.popups.titles(1).await, ["Erreur\u{a0}: Four en panne"], "own ones too");
    let now = shop.state("the count", |now| now.unread == 1).await;
    assert_eq!((now.channels[0].unread, now.total, now.newest_row), (1, 1, row.row), "the figures follow");

    shop.station.toast_activated("n_unknown", ToastAction::Open).await;
    shop.station.toast_activated(&id, ToastAction::Open).await;
    let opened = shop.event("the request to open", |event| match event {
        Event::OpenRequested { id } => Some(id.clone()),
        _ => None,
    });
    assert_eq!(opened.await, id, "a click on a pop-up opens its notification, and an unknown one nothing");
}

#[tokio::test]
async fn what_was_missed_comes_later_and_pops_up_once() {
    let host = Computer::hosting();
    let mut sender = host.start().await;
    sender.ready().await;
    let away = Computer::listening_to(&host.address());
    let mut before = away.start().await;
    before.ready().await;
    before.station.close().await;
    for number in 1..=12 {
        sender.send(Some("commandes"), &format!("Commande {number}")).await.expect("sent");
    }
    let mut after = away.start().await;
    let now = after.state("everything missed", |now| now.total == 12).await;
    assert_eq!(now.unread, 12, "nobody has read them");
    let expected: Vec<_> = (1..=12).rev().map(|number| format!("Commande {number}")).collect();
    assert_eq!(after.titles().await, expected, "each once, in the hub's order");
    let caught_up = now.catch_up.expect("the window sums it up");
    assert_eq!(caught_up.count, 12);
    assert!(caught_up.from <= caught_up.to, "from the first to the last of them");
    let newest = after.ask::<Detail>(Command::Open { id: caught_up.newest });
    assert_eq!(newest.await.expect("it is there").row.title, "Commande 12");
    let row = after.ask::<Vec<Value>>(Command::Page { filter: Default::default(), offset: 0, limit: 1 });
    assert_eq!(row.await.expect("listed")[0]["caughtUp"], true, "it says that it came late");
    let titles = away.popups.titles(1).await;
    assert_eq!(titles, ["12 notifications manquées récupérées"], "twelve pop-ups would hide the screen");
    after.ask::<Value>(Command::DismissCatchUp).await.expect("the person knows");
    assert_eq!(after.station.snapshot().catch_up, None);
}

/// Puts notifications into the log of a hub that is off, as if they had been sent.
fn log(host: &Computer, channel: &str, count: u32) {
    let log = Connection::open(host.hub_database()).expect("opened");
    let sent = log.execute(
        "WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < ?2)
         INSERT INTO entry (channel_id, seq, id, accepted_at, payload)
         SELECT id, head + n, 'n_0000000001.' || printf('%06d', n), unixepoch() * 1000, json_object(
             'id', 'n_0000000001.' || printf('%06d', n), 'type', 'info', 'title', 'Commande ' || n,
             'message', 'm', 'data', NULL, 'sender', 'Caisse', 'channel', name,
             'timestamp', '2026-06-07T10:00:00.000Z', 'seq', head + n)
         FROM count, channel WHERE name = ?1",
        rusqlite::params![channel, count],
    );
    assert_eq!(sent.expect("logged"), count as usize);
    log.execute("UPDATE channel SET head = head + ?2 WHERE name = ?1", rusqlite::params![channel, count])
        .expect("logged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_missed_ones_are_one_pop_up_and_one_sum() {
    let host = Computer::hosting();
    let mut hub = host.start().await;
    hub.ready().await;
    let away = Computer::listening_to(&host.address());
    let mut station = away.start().await;
    station.ready().await;
    station.station.close().await;
    hub.station.close().await;
    log(&host, "commandes", 10_000);
    let mut hub = host.start().await;
    hub.ready().await;
    let mut station = away.start().await;
    let now = station.state("everything missed", |now| now.total == 10_000).await;
    assert_eq!(now.catch_up.expect("the window sums it up").count, 10_000);
    let titles = away.popups.titles(1).await;
    assert_eq!(titles, ["10000 notifications manquées récupérées"], "neither 10,000 nor 40");
}

#[tokio::test]
async fn a_refused_channel_does_not_stay() {
    let computer = Computer::hosting();
    let mut shop = computer.start().await;
    shop.ready().await;
    for name in ["*", "", "x\u{7}"] {
        shop.ask::<Value>(Command::JoinChannel { name: name.into() }).await.expect("the hub is asked");
        let about = shop.event("the hub's refusal", |event| match event {
            Event::HubErrors { errors, about, .. } => Some((errors.len(), about.clone())),
            _ => None,
        });
        assert_eq!(
            about.await,
            (1, Some("join-channel".into())),
            "the person reads the hub's words for {name:?}"
        );
        let now = shop.state("the channel to go", |now| now.channels.iter().all(|c| c.name != name)).await;
        assert_eq!(now.settings.channels, ["commandes"], "{name:?} would be refused at every start");
    }
    shop.ask::<Value>(Command::JoinChannel { name: "cuisine".into() }).await.expect("the hub is asked");
    let now = shop.ready().await;
    assert_eq!(now.settings.channels, ["commandes", "cuisine"], "a good one stays");
    shop.ask::<Value>(Command::LeaveChannel { name: "commandes".into() }).await.expect("left");
    assert_eq!(computer.settings.now().channels, ["cuisine"], "what was left is left at the next start too");
    shop.ask::<Value>(Command::StopHub).await.expect("ordered");
    shop.state("the link to be lost", |now| !matches!(now.link, Link::Connected { .. })).await;
    let mut watched = shop.station.events();
    shop.ask::<Value>(Command::StartHub).await.expect("ordered");
    shop.ready().await;
    shop.send(None, "Retrouvé").await.expect("sent");
    loop {
        match watched.next().await.expect("the station lives") {
            Event::HubErrors { errors, .. } => panic!("what was refused must not be asked again: {errors:?}"),
            Event::Arrived { .. } => break,
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changing_the_name_in_the_rush_loses_nothing() {
    let host = Computer::hosting();
    let mut sender = host.start().await;
    sender.ready().await;
    let computer = Computer::listening_to(&host.address());
    let mut shop = computer.start().await;
    shop.ready().await;
    let rush = tokio::spawn(async move {
        for number in 0..400 {
            sender.send(Some("commandes"), &format!("Commande {number}")).await.expect("sent");
        }
    });
    for number in 0..8 {
        shop.arrived().await;
        let change = SettingsChange { username: Some(format!("Awa {number}")), ..SettingsChange::default() };
        shop.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good name");
    }
    rush.await.expect("all are sent");
    let now = shop.state("all of them", |now| now.total == 400).await;
    assert_eq!(now.settings.username, "Awa 7", "under the last name");
    let titles: std::collections::BTreeSet<_> = shop.titles().await.into_iter().collect();
    assert_eq!(titles.len(), 400, "what an old session was told is stored, what it was not is sent again");
}

#[tokio::test]
async fn stopping_the_hub_cuts_off_and_starting_it_brings_back() {
    let computer = Computer::hosting();
    let mut shop = computer.start().await;
    shop.ready().await;
    shop.ask::<Value>(Command::StopHub).await.expect("ordered");
    shop.state("the hub to be off", |now| now.hosted_hub == HostedHub::Off).await;
    let now = shop.state("the link to be lost", |now| !matches!(now.link, Link::Connected { .. })).await;
    assert_eq!(
        (now.channels[0].confirmed, now.channels[0].client_count),
        (false, None),
        "nothing looks live"
    );
    let sent = shop.send(None, "Perdu ?").await.expect("it is kept");
    assert!(matches!(sent, Sent::Queued { .. }), "nobody is there: {sent:?}");
    shop.ask::<Value>(Command::StartHub).await.expect("ordered");
    assert_eq!(shop.arrived().await[0].title, "Perdu ?", "the same hub on the same port");
    shop.send(None, "Retrouvé").await.expect("sent");
    assert_eq!(shop.arrived().await[0].title, "Retrouvé", "and all is as before");
}

#[tokio::test]
async fn a_second_hub_on_a_port_says_so_and_its_station_uses_the_first() {
    let first = Computer::hosting();
    let mut running = first.start().await;
    running.ready().await;
    let second = Computer::hosting();
    *second.settings.saved.lock().expect("nobody else has it") = first.settings.now();
    let mut other = second.start().await;
    let now = other.ready().await;
    let HostedHub::Failed { reason, detail } = now.hosted_hub else { panic!("two hubs on one port") };
    assert_eq!(reason, HubFailure::PortInUse, "the UI words it: {detail}");
}

#[tokio::test]
async fn another_address_is_another_hub() {
    let (here, there) = (Computer::hosting(), Computer::hosting());
    let (mut shop, mut other) = (here.start().await, there.start().await);
    shop.ready().await;
    other.ready().await;
    let change = SettingsChange { hub_address: Some(there.address()), ..SettingsChange::default() };
    shop.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good address");
    shop.state("both at the other hub", |now| {
        now.hub_stats.as_ref().is_some_and(|stats| stats.connected_clients == 2)
    })
    .await;
    shop.ready().await;
    other.send(Some("commandes"), "De là-bas").await.expect("sent");
    assert_eq!(shop.arrived().await[0].title, "De là-bas", "the station listens where it was told to");
}
