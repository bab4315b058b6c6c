//! The first start, and whether everything is ready for service.
#![allow(missing_docs, unreachable_pub, reason = "a test program")]

#[path = "support/shifted.rs"]
mod shifted;
mod support;

use std::sync::Arc;

use chapfood_station::contract::{
    CheckOutcome, CheckSubject, Command, DoNotDisturbChoice, FaultCode, HostedHub, LanguageChoice, Link,
    Readiness, Settings, SettingsChange, SetupChoice, Sound,
};
use chapfood_station::{Player, SoundFault};
use rusqlite::Connection;
use serde_json::Value;
use shifted::{Shifted, start_with};
use support::{Computer, Running};
use tokio::sync::Notify;

async fn first_start(computer: &Computer) -> Running {
    start_with(computer, Shifted::default(), computer.sounds.clone(), true).await
}

fn host(port: u16) -> SetupChoice {
    SetupChoice::Host { port, hub_name: "Chez Awa".into(), network: false, username: "Comptoir".into() }
}

fn nothing_began(station: &Running) -> bool {
    let now = station.station.snapshot();
    (now.hosted_hub, now.link) == (HostedHub::Off, Link::Connecting)
}

#[tokio::test]
async fn nothing_begins_before_the_person_has_said_that_this_computer_hosts_the_hub() {
    let computer = Computer::hosting();
    let mut station = first_start(&computer).await;
    let now = station.station.snapshot();
    assert_eq!((now.settings.set_up, now.settings.username.as_str()), (false, "awa"));
    let change = SettingsChange { language: Some(LanguageChoice::En), ..SettingsChange::default() };
    station.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good change");
    assert!(nothing_began(&station), "another language is no answer");
    let port = now.settings.hub_port;
    let choice = host(0);
    let refused = station.ask::<Settings>(Command::SetUp { choice }).await.expect_err("no port");
    assert_eq!(refused.code, FaultCode::InvalidSetting);
    assert!(nothing_began(&station) && !computer.settings.now().set_up, "it is still to be answered");
    let choice = host(port);
    let settings: Settings = station.ask(Command::SetUp { choice }).await.expect("a good answer");
    assert!(settings.set_up && settings.host_hub);
    let now = station.ready().await;
    assert!(matches!(now.hosted_hub, HostedHub::On { .. }));
    assert_eq!(now.settings.username, "Comptoir");
    station.station.close().await;
    let mut again = first_start(&computer).await;
    again.ready().await;
}

#[tokio::test]
async fn a_computer_joins_the_hub_of_another() {
    let host = Computer::hosting();
    let _hub = started(&host).await;
    let computer = Computer::hosting();
    let mut station = first_start(&computer).await;
    let join = |address: &str| {
        let choice = SetupChoice::Join { address: address.into(), username: "Bar".into() };
        Command::SetUp { choice }
    };
    station.ask::<Settings>(join("pas une adresse")).await.expect_err("no address");
    assert!(nothing_began(&station));
    station.ask::<Settings>(join(&host.address())).await.expect("a good answer");
    let now = station.ready().await;
    assert_eq!((now.hosted_hub, now.settings.host_hub), (HostedHub::Off, false));
}

async fn started(host: &Computer) -> Running {
    let mut hub = host.start().await;
    hub.ready().await;
    hub
}

async fn trial(station: &mut Running) -> Readiness {
    station.ask::<Value>(Command::CheckReadiness).await.expect("begun");
    let over = |readiness: &Option<Readiness>| readiness.as_ref().is_some_and(|readiness| !readiness.running);
    let now = station.state("the end of the trial", |now| over(&now.readiness)).await;
    now.readiness.expect("just seen")
}

fn outcomes(readiness: &Readiness) -> Vec<CheckOutcome> {
    readiness.checks.iter().map(|check| check.outcome).collect()
}

#[tokio::test]
async fn a_shop_that_is_ready_for_service_says_so_and_bothers_nobody() {
    use CheckOutcome::{Passed, Warned};
    let host = Computer::hosting();
    let bob = started(&host).await;
    let computer = Computer::listening_to(&host.address());
    let mut awa = start_with(&computer, Shifted::default(), computer.sounds.clone(), false).await;
    awa.ready().await;
    let change = SettingsChange { autostart: Some(true), ..SettingsChange::default() };
    awa.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good change");
    let ready = trial(&mut awa).await;
    assert_eq!(outcomes(&ready), [Passed; 6], "{ready:?}");
    assert_eq!(computer.popups.titles(1).await, ["Essai de bulle"], "the sample, and nothing else");
    assert_eq!(computer.sounds.played.borrow().len(), 1);
    for station in [&awa, &bob] {
        assert_eq!(station.titles().await, [] as [&str; 0], "the sample is in no history");
        let now = station.station.snapshot();
        assert_eq!((now.unread, now.gap), (0, None));
    }
    let own = awa.station.snapshot().channels;
    assert!(own.iter().all(|channel| !channel.name.starts_with("essai")), "{own:?}");
    let choice = DoNotDisturbChoice::Manual;
    awa.ask::<Value>(Command::DoNotDisturb { choice }).await.expect("chosen");
    let again = trial(&mut awa).await;
    assert_eq!(outcomes(&again), [Passed, Passed, Warned, Passed, Passed, Passed], "held back by choice");
    assert_eq!(host.popups.shown.borrow().len(), 0, "nobody else was bothered");
}

#[tokio::test]
async fn what_a_hub_still_says_of_an_earlier_trial_is_neither_stored_nor_shown() {
    let host = Computer::hosting();
    let bob = started(&host).await;
    let computer = Computer::listening_to(&host.address());
    let mut awa = start_with(&computer, Shifted::default(), computer.sounds.clone(), false).await;
    awa.ready().await;
    trial(&mut awa).await;
    trial(&mut awa).await;
    let tried = Connection::open(host.hub_database()).expect("opened");
    let first = "SELECT name FROM channel WHERE name LIKE 'essai-%' ORDER BY id LIMIT 1";
    let first: String = tried.query_row(first, [], |row| row.get(0)).expect("the first trial's");
    awa.ask::<Value>(Command::JoinChannel { name: first.clone() }).await.expect("as if it had not been left");
    awa.send(None, "Bonjour").await.expect("sent, so that the hub has let it in before");
    bob.send(Some(&first), "Essai").await.expect("sent");
    bob.send(Some("commandes"), "Commande 1").await.expect("sent");
    awa.state("the order", |now| now.total >= 2).await;
    assert_eq!(awa.titles().await, ["Commande 1", "Bonjour"], "and no sample");
}

/// A device that begins when the test says so.
#[derive(Clone, Default)]
struct Slow(Arc<Notify>);

impl Player for Slow {
    async fn play(&self, _: Sound, _: u8) -> Result<(), SoundFault> {
        self.0.notified().await;
        Ok(())
    }
}

#[tokio::test]
async fn a_hub_that_is_away_is_named_and_a_trial_under_way_is_not_begun_again() {
    let computer = Computer::listening_to("http://127.0.0.1:9");
    let device = Slow::default();
    let mut station = start_with(&computer, Shifted::default(), device.clone(), false).await;
    station.ask::<Value>(Command::CheckReadiness).await.expect("begun");
    station.ask::<Value>(Command::CheckReadiness).await.expect("nothing more");
    device.0.notify_one();
    let over = |readiness: &Option<Readiness>| readiness.as_ref().is_some_and(|readiness| !readiness.running);
    let now = station.state("the end of the trial", |now| over(&now.readiness)).await;
    let readiness = now.readiness.expect("just seen");
    for check in readiness.checks {
        let of_hub = matches!(check.subject, CheckSubject::Hub | CheckSubject::EndToEnd);
        assert_eq!(check.outcome == CheckOutcome::Failed, of_hub, "{check:?}");
        assert_eq!(check.detail.is_some(), of_hub, "{check:?}");
    }
    assert_eq!(computer.popups.titles(1).await.len(), 1, "one sample");
}
