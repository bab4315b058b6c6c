//! A second computer of the shop: let in by code and by link, cut off, and finding the hub again that moved.
#![allow(missing_docs, unreachable_pub, reason = "a test program")]

mod support;

use chapfood_station::contract::{
    Command, DoNotDisturbChoice, FoundHub, HostedHub, HubOverview, Link, NewToken, OfferState, Pairing,
    PairingFailure, PairingOffer, PairingWay, RefusalReason, SettingsChange, Snapshot, TokenKept, TokenWish,
};
use rusqlite::Connection;
use serde_json::Value;
use support::{Computer, PATIENCE, Running};
use tokio::time::timeout;

/// The hub of a shop that other computers may come to.
async fn open_hub(computer: &Computer) -> Running {
    {
        let mut settings = computer.settings.saved.lock().expect("nobody else has it");
        (settings.hub_network, settings.hub_name) = (true, "Chez Awa".into());
    }
    let mut station = computer.start().await;
    station.ready().await;
    station.state("the door for others opens", |now| door(now).is_some()).await;
    station
}

/// The port for other computers.
fn door(now: &Snapshot) -> Option<u16> {
    let HostedHub::On { network: Some(_), .. } = &now.hosted_hub else { return None };
    Some(now.settings.hub_port + 1)
}

fn offer(now: &Snapshot) -> Option<Box<PairingOffer>> {
    let HostedHub::On { offer, .. } = &now.hosted_hub else { return None };
    offer.clone()
}

async fn offered(host: &mut Running) -> Box<PairingOffer> {
    host.ask::<Value>(Command::OfferPairing).await.expect("there is a door");
    let now =
        host.state("a code is shown", |now| offer(now).is_some_and(|it| it.state == OfferState::Open)).await;
    offer(&now).expect("it was there")
}

fn by_code(port: u16, code: &str) -> Command {
    let way = PairingWay::Code { address: format!("127.0.0.1:{port}"), code: code.into() };
    Command::Pair { way, username: "Bar".into() }
}

/// A computer that was let in.
async fn paired(host: &mut Running, computer: &Computer) -> Running {
    let port = door(&host.station.snapshot()).expect("the hub is open");
    let mut station = computer.start().await;
    let code = offered(host).await.code;
    station.ask::<Value>(by_code(port, &code)).await.expect("it begins");
    host.state("somebody asks", |now| {
        offer(now).is_some_and(|it| matches!(it.state, OfferState::Asking { .. }))
    })
    .await;
    host.ask::<Value>(Command::AnswerPairing { accept: true }).await.expect("let in");
    station
        .state("it is connected", |now| {
            now.settings.known_hub.is_some() && matches!(now.link, Link::Connected { .. })
        })
        .await;
    station
}

#[tokio::test]
async fn a_computer_is_let_in_by_its_code_and_one_click_and_hears_what_is_sent() {
    let (counter, bar) = (Computer::hosting(), Computer::listening_to("http://127.0.0.1:1"));
    let mut host = open_hub(&counter).await;
    let port = door(&host.station.snapshot()).expect("open");
    let mut station = bar.start().await;
    let code = offered(&mut host).await.code;
    station.ask::<Value>(by_code(port, &code)).await.expect("it begins");
    let asks = |now: &Snapshot| match offer(now)?.state {
        OfferState::Asking { username, address, .. } => Some((username, address)),
        _ => None,
    };
    let now = host.state("somebody asks", |now| asks(now).is_some()).await;
    assert_eq!(asks(&now), Some(("Bar".into(), "127.0.0.1".into())));
    let waits = |now: &Snapshot| matches!(now.pairing, Some(Pairing::Waiting { .. }));
    station.state("it waits for the click", waits).await;
    assert_eq!(bar.settings.now().known_hub, None, "nothing is decided yet");

    host.ask::<Value>(Command::AnswerPairing { accept: true }).await.expect("let in");
    let now = station.state("it is connected", |now| matches!(now.link, Link::Connected { .. })).await;
    let known = now.settings.known_hub.as_ref().expect("it knows the hub");
    assert_eq!((known.name.as_str(), now.pairing.as_ref()), ("Chez Awa", None));
    assert_eq!(now.token_kept, Some(TokenKept::File));
    assert_eq!(now.settings.hub_address, format!("https://127.0.0.1:{port}"));
    let HostedHub::On { network: Some(network), .. } = host.station.snapshot().hosted_hub.clone() else {
        panic!("the hub is open")
    };
    assert_eq!(network.fingerprint, known.fingerprint, "both screens show the same");

    station.state("it is in the channel", |now| now.channels.iter().any(|channel| channel.confirmed)).await;
    host.send(Some("commandes"), "Commande ORD-42").await.expect("sent");
    assert_eq!(bar.popups.titles(1).await, ["Commande ORD-42"]);

    let disk = Connection::open(bar.history()).expect("opened");
    let hubs = disk
        .prepare("SELECT address FROM hub")
        .and_then(|mut all| all.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>())
        .expect("read");
    assert_eq!(hubs, [known.fingerprint.as_str()], "its places are the hub's own, wherever that is");

    let overview: HubOverview = host.ask(Command::HubOverview).await.expect("it is on");
    let names: Vec<_> = overview.tokens.iter().map(|token| (token.reads, token.sends)).collect();
    assert_eq!(names, [(true, true)]);
    assert_eq!(overview.devices.iter().filter(|device| device.here).count(), 1, "{:?}", overview.devices);
    assert!(overview.audit.iter().any(|line| line.event == "paired"), "{:?}", overview.audit);
    assert_eq!(overview.sent_today, 1);

    let restarted = {
        station.station.close().await;
        let mut again = bar.start().await;
        again.state("it comes back by itself", |now| matches!(now.link, Link::Connected { .. })).await;
        again
    };
    restarted.station.close().await;
}

#[tokio::test]
async fn a_wrong_code_lets_nobody_in_and_says_how_often_it_may_be_tried() {
    let (counter, bar) = (Computer::hosting(), Computer::listening_to("http://127.0.0.1:1"));
    let mut host = open_hub(&counter).await;
    let port = door(&host.station.snapshot()).expect("open");
    let mut station = bar.start().await;
    let code = offered(&mut host).await.code;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    station.ask::<Value>(by_code(port, wrong)).await.expect("it begins");
    let failed = |now: &Snapshot| match &now.pairing {
        Some(Pairing::Failed { reason, tries_left, .. }) => Some((*reason, *tries_left)),
        _ => None,
    };
    let now = station.state("it fails", |now| failed(now).is_some()).await;
    assert_eq!(failed(&now), Some((PairingFailure::CodeWrong, Some(4))));
    station.ask::<Value>(Command::CancelPairing).await.expect("read");
    station.state("the page is as before", |now| now.pairing.is_none()).await;
    station.ask::<Value>(by_code(port, "12")).await.expect("it begins");
    let now = station.state("it fails", |now| failed(now).is_some()).await;
    assert_eq!(failed(&now), Some((PairingFailure::Unreadable, None)));
    assert_eq!(bar.settings.now().known_hub, None);
}

#[tokio::test]
async fn whoever_the_owner_refuses_is_told_so() {
    let (counter, bar) = (Computer::hosting(), Computer::listening_to("http://127.0.0.1:1"));
    let mut host = open_hub(&counter).await;
    let port = door(&host.station.snapshot()).expect("open");
    let mut station = bar.start().await;
    let code = offered(&mut host).await.code;
    station.ask::<Value>(by_code(port, &code)).await.expect("it begins");
    host.state("somebody asks", |now| {
        offer(now).is_some_and(|it| matches!(it.state, OfferState::Asking { .. }))
    })
    .await;
    host.ask::<Value>(Command::AnswerPairing { accept: false }).await.expect("not let in");
    let refused =
        |now: &Snapshot| matches!(now.pairing, Some(Pairing::Failed { reason: PairingFailure::Refused, .. }));
    station.state("it is told", refused).await;
    let overview: HubOverview = host.ask(Command::HubOverview).await.expect("it is on");
    assert!(overview.tokens.is_empty(), "nobody was given anything");
}

#[tokio::test]
async fn a_computer_whose_token_is_withdrawn_is_cut_off_and_says_why() {
    let (counter, bar) = (Computer::hosting(), Computer::listening_to("http://127.0.0.1:1"));
    let mut host = open_hub(&counter).await;
    let mut station = paired(&mut host, &bar).await;
    let overview: HubOverview = host.ask(Command::HubOverview).await.expect("it is on");
    let [token] = overview.tokens.as_slice() else { panic!("one token: {:?}", overview.tokens) };
    host.ask::<Value>(Command::RevokeToken { id: token.id }).await.expect("withdrawn");
    let revoked =
        |now: &Snapshot| matches!(now.link, Link::Refused { reason: RefusalReason::TokenRevoked, .. });
    station.state("it is told", revoked).await;
}

#[tokio::test]
async fn a_hub_that_moved_is_found_by_its_certificate_and_nobody_who_only_says_so() {
    let (counter, bar) = (Computer::hosting(), Computer::listening_to("http://127.0.0.1:1"));
    let mut host = open_hub(&counter).await;
    let mut station = paired(&mut host, &bar).await;
    let known = station.station.snapshot().settings.known_hub.clone().expect("it knows the hub");
    let stranger = Computer::hosting();
    let other = open_hub(&stranger).await;
    let elsewhere = door(&other.station.snapshot()).expect("open");
    // The same hub, from now on at other ports.
    let moved = Computer::hosting().settings.now().hub_port;
    let change = SettingsChange { hub_port: Some(moved), ..SettingsChange::default() };
    host.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good port");
    let announced = |port: u16| FoundHub {
        id: known.fingerprint[..16].to_owned(),
        name: "Chez Awa".into(),
        addresses: vec![format!("127.0.0.1:{port}")],
        known: false,
    };
    bar.network.announced.send_replace(vec![announced(elsewhere), announced(moved + 1)]);
    let there = |now: &Snapshot| {
        matches!(now.link, Link::Connected { .. })
            && now.settings.hub_address == format!("https://127.0.0.1:{}", moved + 1)
    };
    station.state("it found the hub", there).await;
    assert_eq!(bar.settings.now().known_hub, Some(known), "and knows it by the same certificate");
}

#[tokio::test]
async fn the_owner_sees_where_nobody_wants_to_be_disturbed() {
    let counter = Computer::hosting();
    let host = open_hub(&counter).await;
    let choice = DoNotDisturbChoice::Hour;
    host.ask::<Value>(Command::DoNotDisturb { choice }).await.expect("it is quiet");
    let seen = async {
        loop {
            let overview: HubOverview = host.ask(Command::HubOverview).await.expect("it is on");
            if overview.devices.iter().any(|device| device.here && device.do_not_disturb) {
                return;
            }
        }
    };
    timeout(PATIENCE, seen).await.expect("the hub is told");
}

#[tokio::test]
async fn a_token_for_software_is_shown_once_and_says_what_it_is_for() {
    let counter = Computer::hosting();
    let host = open_hub(&counter).await;
    let wish =
        TokenWish { label: "Caisse".into(), reads: false, sends: true, channels: vec!["commandes*".into()] };
    let token: NewToken = host.ask(Command::CreateToken { wish }).await.expect("given out");
    assert!(token.secret.starts_with("cf_"));
    let overview: HubOverview = host.ask(Command::HubOverview).await.expect("it is on");
    assert_eq!(overview.tokens.len(), 1);
    assert_eq!((overview.tokens[0].label.as_str(), overview.tokens[0].sends), ("Caisse", true));
    assert!(!format!("{overview:?}").contains(&token.secret));
}

#[tokio::test]
async fn without_a_door_for_others_nobody_is_offered_to_come() {
    let counter = Computer::hosting();
    let mut host = counter.start().await;
    let now = host.ready().await;
    assert_eq!(door(&now), None, "the network is not open before the owner says so");
    host.ask::<Value>(Command::OfferPairing).await.expect_err("there is no door");
}
