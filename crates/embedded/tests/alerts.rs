//! Asking for attention: seen and heard until somebody has it, and not when nobody wants it.
#![allow(missing_docs, unreachable_pub, reason = "a test program")]

#[path = "support/shifted.rs"]
mod shifted;
mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use chapfood_station::contract::{
    ChannelPreferences, Command, DoNotDisturb, DoNotDisturbChoice, Event, Filter, QuietHours, Row, Sent,
    SettingsChange, Sound, SoundHealth, Span,
};
use chapfood_station::{Clock as _, Player, SoundFault, ToastAction};
use rusqlite::Connection;
use serde_json::Value;
use shifted::{PATIENCE, Shifted, forward, heard, start_with};
use support::{Computer, Running};
use tokio::time::timeout;

const ORDERS: Option<&str> = Some("commandes");
/// Of a day.
const MINUTES: i64 = 24 * 60;
const RING: Duration = Duration::from_secs(21);

/// The hub's computer, and a counter that listens to it with a clock of its own.
struct Shop {
    hub: Running,
    counter: Computer,
    awa: Running,
    clock: Shifted,
    _host: Computer,
}

impl Shop {
    async fn open() -> Self {
        let host = Computer::hosting();
        let mut hub = host.start().await;
        hub.ready().await;
        let (counter, clock) = (Computer::listening_to(&host.address()), Shifted::default());
        let mut awa = start_with(&counter, clock.clone(), counter.sounds.clone(), false).await;
        awa.ready().await;
        Self { hub, counter, awa, clock, _host: host }
    }

    /// Sends an order that both have then.
    async fn order(&mut self, title: &str) -> String {
        let Ok(Sent::Confirmed { id, .. }) = self.hub.send(ORDERS, title).await else { panic!("not sent") };
        for station in [&mut self.hub, &mut self.awa] {
            while !station.titles().await.contains(&title.to_owned()) {
                station.arrived().await;
            }
        }
        id
    }

    async fn ringing(&mut self, count: u32) {
        self.awa.state(&format!("{count} that ring"), |now| now.ringing == count).await;
    }

    async fn withdrawn(&self, id: &str) {
        let mut withdrawn = self.counter.popups.withdrawn.subscribe();
        let waiting = withdrawn.wait_for(|withdrawn| withdrawn.iter().any(|it| it == id));
        timeout(PATIENCE, waiting).await.expect("the pop-up goes").expect("the notebook lives");
    }

    async fn change(&self, change: SettingsChange) {
        self.awa.ask::<Value>(Command::ChangeSettings { change }).await.expect("a good change");
    }

    async fn do_not_disturb(&self, choice: DoNotDisturbChoice) {
        self.awa.ask::<Value>(Command::DoNotDisturb { choice }).await.expect("chosen");
    }

    fn sounds(&self) -> usize {
        self.counter.sounds.played.borrow().len()
    }
}

#[tokio::test]
async fn an_order_rings_and_its_pop_up_stays_until_somebody_elsewhere_takes_it() {
    let mut shop = Shop::open().await;
    let id = shop.order("Commande 1").await;
    assert_eq!(heard(&shop.counter.sounds, 1).await, [Sound::Bell]);
    assert_eq!(shop.counter.popups.titles(1).await, ["Commande 1"]);
    shop.ringing(1).await;
    for count in 2..=4 {
        forward(&shop.awa, &shop.clock, RING).await;
        assert_eq!(heard(&shop.counter.sounds, count).await.len(), count, "again, and once");
    }
    shop.counter.popups.titles(2).await;
    let again = shop.counter.popups.shown.borrow()[1].clone();
    assert_eq!((again.title.as_str(), again.replaces), ("Commande 1", Some(id.clone())), "not stacked");
    shop.hub.ask::<Value>(Command::Take { id: id.clone(), by: None }).await.expect("taken");
    shop.ringing(0).await;
    shop.withdrawn(&id).await;
    forward(&shop.awa, &shop.clock, RING).await;
    assert_eq!(shop.sounds(), 4, "nobody need hear it any more");
    shop.hub.ask::<Value>(Command::Release { id }).await.expect("released");
    shop.ringing(1).await;
    assert_eq!(heard(&shop.counter.sounds, 5).await.len(), 5, "it waits again");
}

#[tokio::test]
async fn what_still_waits_rings_again_after_a_restart() {
    let mut shop = Shop::open().await;
    shop.order("Commande 1").await;
    heard(&shop.counter.sounds, 1).await;
    shop.awa.station.close().await;
    shop.awa = start_with(&shop.counter, shop.clock.clone(), shop.counter.sounds.clone(), false).await;
    assert_eq!(heard(&shop.counter.sounds, 2).await, [Sound::Bell; 2]);
    shop.ringing(1).await;
    shop.awa.station.close().await;
    shop.clock.forward(Duration::from_secs(25 * 60 * 60));
    shop.awa = start_with(&shop.counter, shop.clock.clone(), shop.counter.sounds.clone(), false).await;
    shop.awa.ready().await;
    assert_eq!((shop.awa.station.snapshot().ringing, shop.sounds()), (0, 2), "but not what is of yesterday");
}

#[tokio::test]
async fn the_button_of_a_pop_up_takes_the_order() {
    let mut shop = Shop::open().await;
    let id = shop.order("Commande 1").await;
    shop.counter.popups.titles(1).await;
    assert_eq!(shop.counter.popups.shown.borrow()[0].actions[0], ToastAction::Take);
    shop.awa.station.toast_activated(&id, ToastAction::Take).await;
    shop.withdrawn(&id).await;
    shop.ringing(0).await;
    let taken = |event: &Event| matches!(event, Event::Changed { .. }).then_some(());
    shop.hub.event("the claim", taken).await;
    let page = Command::Page { filter: Filter::default(), offset: 0, limit: 1 };
    let rows: Vec<Row> = shop.hub.ask(page).await.expect("listed");
    assert!(rows[0].taken.is_some(), "everybody knows");
}

#[tokio::test]
async fn what_is_read_in_the_window_leaves_the_screen() {
    let mut shop = Shop::open().await;
    let id = shop.order("Commande 1").await;
    shop.counter.popups.titles(1).await;
    let read = Command::MarkRead { ids: vec![id.clone()], read: true };
    shop.awa.ask::<Value>(read).await.expect("read");
    shop.withdrawn(&id).await;
    assert_eq!(shop.awa.station.snapshot().ringing, 1, "it is still to be taken");
}

#[tokio::test]
async fn what_is_dealt_with_while_the_disk_does_not_say_what_waits_leaves_the_screen_all_the_same() {
    let mut shop = Shop::open().await;
    let id = shop.order("Commande 1").await;
    shop.counter.popups.titles(1).await;
    let disk = Connection::open(shop.counter.history()).expect("opened");
    disk.execute_batch("DROP INDEX todo").expect("damaged");
    let preferences = ChannelPreferences { late_after: 20, ..ChannelPreferences::of_channel() };
    let preferences = Some(BTreeMap::from([("commandes".to_owned(), preferences)]));
    shop.change(SettingsChange { preferences, ..SettingsChange::default() }).await;
    shop.awa.ask::<Value>(Command::MarkRead { ids: vec![id.clone()], read: true }).await.expect("read");
    assert_eq!(*shop.counter.popups.withdrawn.borrow(), [] as [String; 0], "nobody can know yet");
    let mended = "CREATE INDEX todo ON notification (at, channel, kind, read, quarter)
                  WHERE held = 0 AND expired = 0";
    disk.execute_batch(mended).expect("mended");
    forward(&shop.awa, &shop.clock, Duration::ZERO).await;
    shop.withdrawn(&id).await;
}

#[tokio::test]
async fn whoever_is_not_to_be_disturbed_sees_and_hears_nothing_until_it_ends_by_itself() {
    let mut shop = Shop::open().await;
    shop.order("Commande 1").await;
    heard(&shop.counter.sounds, 1).await;
    shop.ringing(1).await;
    shop.do_not_disturb(DoNotDisturbChoice::HalfHour).await;
    assert_eq!(shop.awa.station.snapshot().ringing, 0, "at once");
    let chosen = shop.counter.settings.now().do_not_disturb;
    assert!(matches!(chosen, DoNotDisturb::Until { .. }), "it survives a restart: {chosen:?}");
    shop.order("Commande 2").await;
    forward(&shop.awa, &shop.clock, RING).await;
    assert_eq!((shop.sounds(), shop.counter.popups.shown.borrow().len()), (1, 1), "as before");
    forward(&shop.awa, &shop.clock, Duration::from_secs(30 * 60)).await;
    shop.ringing(2).await;
    assert_eq!(heard(&shop.counter.sounds, 2).await.len(), 2, "both wait, and ring as one");
    assert_eq!(shop.counter.settings.now().do_not_disturb, DoNotDisturb::Off);
    shop.do_not_disturb(DoNotDisturbChoice::Manual).await;
    shop.ringing(0).await;
    shop.do_not_disturb(DoNotDisturbChoice::Off).await;
    shop.ringing(2).await;
}

#[tokio::test]
async fn quiet_hours_hold_back_all_but_errors_and_say_until_when() {
    let mut shop = Shop::open().await;
    let minute = shop.clock.now().as_millis() / 60_000 % MINUTES;
    let of_day = |minute: i64| u16::try_from(minute % MINUTES).expect("of a day");
    let around_now = Span { from: of_day(minute + MINUTES - 60), to: of_day(minute + 60) };
    let quiet = QuietHours { days: [Some(around_now); 7], errors_pierce: true };
    shop.change(SettingsChange { quiet_hours: Some(quiet), ..SettingsChange::default() }).await;
    shop.awa.state("the quiet hours", |now| now.quiet_until.is_some()).await;
    shop.order("Commande 1").await;
    let mut draft = chapfood_station::contract::Draft {
        channel: Some("commandes".into()),
        kind: chapfood_protocol::NotificationType::Error,
        title: "Four en panne".into(),
        message: "Table 4".into(),
        data: None,
    };
    shop.hub.ask::<Sent>(Command::Send { draft: draft.clone() }).await.expect("sent");
    assert_eq!(heard(&shop.counter.sounds, 1).await, [Sound::Error]);
    assert_eq!(shop.counter.popups.titles(1).await, ["Erreur\u{a0}: Four en panne"]);
    shop.ringing(1).await;
    let none = Some(QuietHours::default());
    shop.change(SettingsChange { quiet_hours: none, ..SettingsChange::default() }).await;
    shop.ringing(2).await;
    assert_eq!(shop.awa.station.snapshot().quiet_until, None);
    draft.title = "Four réparé".into();
    shop.hub.ask::<Sent>(Command::Send { draft }).await.expect("sent");
    assert_eq!(shop.counter.popups.titles(2).await.len(), 2);
}

#[tokio::test]
async fn a_hub_that_is_lost_is_heard_once() {
    let mut shop = Shop::open().await;
    shop.hub.station.close().await;
    assert_eq!(heard(&shop.counter.sounds, 1).await, [Sound::Lost]);
    let offline = |now: &chapfood_station::contract::Snapshot| match now.link {
        chapfood_station::contract::Link::Offline { next_at, .. } => Some(next_at),
        _ => None,
    };
    let first = offline(&shop.awa.station.snapshot());
    shop.awa.state("another attempt", |now| offline(now).is_some_and(|next| Some(next) != first)).await;
    assert_eq!(shop.sounds(), 1, "not at each attempt");
}

#[tokio::test]
async fn on_a_locked_screen_a_pop_up_names_the_channel_only() {
    let mut shop = Shop::open().await;
    shop.awa.station.screen_locked(true).await;
    shop.order("Commande 1").await;
    assert_eq!(shop.counter.popups.titles(1).await, ["Nouvelle notification sur #commandes"]);
    let locked = shop.counter.popups.shown.borrow()[0].clone();
    assert_eq!((locked.body.as_str(), locked.sender.as_str(), locked.actions.as_slice()), ("", "", &[][..]));
    shop.awa.station.screen_locked(false).await;
    shop.order("Commande 2").await;
    assert_eq!(shop.counter.popups.titles(2).await[1], "Commande 2");
}

/// A computer without loudspeakers.
struct Deaf;

impl Player for Deaf {
    async fn play(&self, _: Sound, _: u8) -> Result<(), SoundFault> {
        Err(SoundFault::NoDevice)
    }
}

#[tokio::test]
async fn a_sound_is_tried_out_though_sounds_are_off_and_a_missing_device_shows() {
    let shop = Shop::open().await;
    let change = SettingsChange { sounds: Some(false), volume: Some(30), ..SettingsChange::default() };
    shop.change(change).await;
    shop.awa.ask::<Value>(Command::TestSound { sound: Sound::Marimba }).await.expect("ordered");
    heard(&shop.counter.sounds, 1).await;
    assert_eq!(*shop.counter.sounds.played.borrow(), [(Sound::Marimba, 30)]);
    let computer = Computer::hosting();
    let mut deaf = start_with(&computer, Shifted::default(), Deaf, false).await;
    deaf.ask::<Value>(Command::TestSound { sound: Sound::Bell }).await.expect("ordered");
    deaf.state("the missing device", |now| now.sound == SoundHealth::NoDevice).await;
}

#[tokio::test]
async fn whoever_ends_the_hubs_app_is_told_who_is_cut_off() {
    let mut shop = Shop::open().await;
    shop.hub.state("two computers", |now| connected(now) == 2).await;
    assert!(shop.awa.station.may_quit().await, "nobody listens to the counter");
    assert!(!shop.hub.station.may_quit().await);
    let asked = shop.hub.event("the question", |event| match event {
        Event::QuitRequested { computers } => Some(*computers),
        _ => None,
    });
    assert_eq!(asked.await, 1, "itself is not cut off");
    shop.awa.station.close().await;
    shop.hub.state("one computer", |now| connected(now) == 1).await;
    assert!(shop.hub.station.may_quit().await);
}

fn connected(now: &chapfood_station::contract::Snapshot) -> u32 {
    match now.hosted_hub {
        chapfood_station::contract::HostedHub::On { connected_clients, .. } => connected_clients,
        _ => 0,
    }
}
