//! A shop for tests: real stations and a real hub, with settings in memory and pop-ups that are written down.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    reason = "each test program uses its part of this"
)]

mod wire;

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chapfood_embedded::EmbeddedHub;
use chapfood_protocol::NotificationType;
use chapfood_station::contract::{
    Command, Draft, Event, Fault, Filter, FoundHub, HostKind, Link, Row, Sent, Settings, Snapshot, Sound,
};
use chapfood_station::{
    Events, Finder, Pacing, Player, Seams, SettingsStore, SettingsUnsaved, SoundFault, Station,
    StationConfig, SystemClock, Toast, ToastFault, Toaster, TokenFile,
};
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::timeout;

pub use wire::Wire;

/// Longer than anything here takes; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Settings in memory. They survive a station, as a file would.
#[derive(Clone, Default)]
pub struct MemorySettings {
    pub saved: Arc<Mutex<Settings>>,
    /// Whether saving fails.
    pub broken: Arc<Mutex<bool>>,
}

impl MemorySettings {
    pub fn now(&self) -> Settings {
        self.saved.lock().expect("no test panics while holding it").clone()
    }
}

impl SettingsStore for MemorySettings {
    fn load(&self) -> Settings {
        self.now()
    }

    fn save(&self, settings: &Settings) -> Result<(), SettingsUnsaved> {
        if *self.broken.lock().expect("no test panics while holding it") {
            return Err(SettingsUnsaved("the disk is full".into()));
        }
        *self.saved.lock().expect("no test panics while holding it") = settings.clone();
        Ok(())
    }
}

/// Writes pop-ups down instead of showing them.
#[derive(Clone)]
pub struct Notebook {
    pub shown: watch::Sender<Vec<Toast>>,
    /// The ids of those withdrawn.
    pub withdrawn: watch::Sender<Vec<String>>,
    /// Whether it never answers.
    pub hangs: bool,
}

impl Notebook {
    pub fn new() -> Self {
        Self { shown: watch::Sender::default(), withdrawn: watch::Sender::default(), hangs: false }
    }

    /// Waits until so many pop-ups were shown and returns their titles.
    pub async fn titles(&self, count: usize) -> Vec<String> {
        let mut shown = self.shown.subscribe();
        let waiting = shown.wait_for(|shown| shown.len() >= count);
        let shown =
            timeout(PATIENCE, waiting).await.expect("the pop-ups appear").expect("the notebook lives");
        shown.iter().map(|toast| toast.title.clone()).collect()
    }
}

impl Toaster for Notebook {
    async fn show(&self, toast: Toast) -> Result<(), ToastFault> {
        self.shown.send_modify(|shown| shown.push(toast));
        if self.hangs {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn withdraw(&self, id: String) {
        self.withdrawn.send_modify(|withdrawn| withdrawn.push(id));
    }
}

/// Writes sounds down instead of playing them.
#[derive(Clone, Default)]
pub struct Score {
    pub played: watch::Sender<Vec<(Sound, u8)>>,
}

impl Player for Score {
    async fn play(&self, sound: Sound, volume: u8) -> Result<(), SoundFault> {
        self.played.send_modify(|played| played.push((sound, volume)));
        Ok(())
    }
}

/// A free port with two more after it: the doors for other computers are there.
fn free_ports() -> u16 {
    let taken = |port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port));
    loop {
        let first = taken(0).expect("a free port");
        let port = first.local_addr().expect("it has an address").port();
        if port < u16::MAX - 2 && taken(port + 1).is_ok() && taken(port + 2).is_ok() {
            return port;
        }
    }
}

/// A computer of the shop.
pub struct Computer {
    folder: TempDir,
    pub settings: MemorySettings,
    pub popups: Notebook,
    pub sounds: Score,
    pub network: Network,
}

/// What is announced on the network of a computer.
#[derive(Debug, Clone, Default)]
pub struct Network {
    pub announced: watch::Sender<Vec<FoundHub>>,
}

impl Finder for Network {
    fn search(&self, _: Option<&str>) -> Option<watch::Receiver<Vec<FoundHub>>> {
        Some(self.announced.subscribe())
    }
}

impl Computer {
    /// One that hosts the hub on a free port.
    pub fn hosting() -> Self {
        let port = free_ports();
        let computer = Self::listening_to(&format!("http://127.0.0.1:{port}"));
        let mut settings = computer.settings.now();
        (settings.host_hub, settings.hub_port) = (true, port);
        *computer.settings.saved.lock().expect("nobody else has it") = settings;
        computer
    }

    /// One that listens to a hub elsewhere.
    pub fn listening_to(address: &str) -> Self {
        let settings = Settings { hub_address: address.into(), host_hub: false, ..Settings::default() };
        let settings = MemorySettings { saved: Arc::new(Mutex::new(settings)), ..MemorySettings::default() };
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            folder,
            settings,
            popups: Notebook::new(),
            sounds: Score::default(),
            network: Network::default(),
        }
    }

    /// Where its tokens are.
    pub fn tokens(&self) -> TokenFile {
        TokenFile::new(self.folder.path().join("tokens.json"))
    }

    pub fn address(&self) -> String {
        self.settings.now().hub_address
    }

    pub fn history(&self) -> std::path::PathBuf {
        self.folder.path().join("history.db")
    }

    /// The database of the hub that this computer hosts.
    pub fn hub_database(&self) -> std::path::PathBuf {
        self.folder.path().join("hub").join("hub.sqlite3")
    }

    /// Where exports go.
    pub fn exports(&self) -> std::path::PathBuf {
        self.folder.path().join("exports")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// From now on the history takes nothing, until the trigger `full` is dropped.
    pub fn full_disk(&self) -> Connection {
        let disk = Connection::open(self.history()).expect("opened");
        disk.execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON notification
             BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
        )
        .expect("the disk is full");
        disk
    }

    /// Starts the app.
    pub async fn start(&self) -> Running {
        let mut config = StationConfig::new(self.history(), HostKind::Browser, "0.1.0");
        config.os_user = Some("awa".into());
        config.exports = Some(self.exports());
        let quick = Duration::from_millis(50);
        config.pacing = Pacing { first_delay: quick, max_delay: quick, ..Pacing::default() };
        let seams = Seams {
            settings: self.settings.clone(),
            tokens: Box::new(self.tokens()),
            finder: Box::new(self.network.clone()),
            toaster: self.popups.clone(),
            player: self.sounds.clone(),
            hub: EmbeddedHub::new(Ipv4Addr::LOCALHOST.into(), self.folder.path().join("hub"), SystemClock),
            clock: SystemClock,
        };
        let station = Station::start(config, seams).await.expect("the station starts");
        let events = station.events();
        Running { station, events }
    }
}

/// The app on a computer, and somebody who watches its window.
pub struct Running {
    pub station: Station,
    pub events: Events,
}

impl Running {
    /// Waits for an event that is wanted.
    pub async fn event<T>(&mut self, what: &str, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let waiting = async {
            loop {
                let event = self.events.next().await.expect("the station lives");
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
        };
        timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what} never happened"))
    }

    /// Waits until the state is as wanted. What an event of before says of it does not count.
    pub async fn state(&mut self, what: &str, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let station = self.station.clone();
        let as_wanted = || Some(station.snapshot()).filter(&wanted);
        if let Some(now) = as_wanted() {
            return now;
        }
        self.event(what, |event| match event {
            Event::Snapshot { .. } => as_wanted(),
            _ => None,
        })
        .await
    }

    /// Waits until the station is connected and the hub has let it into all of its channels.
    pub async fn ready(&mut self) -> Snapshot {
        self.state("being connected and in all channels", |now| {
            matches!(now.link, Link::Connected { .. })
                && now.channels.iter().filter(|c| c.joined).all(|c| c.confirmed)
        })
        .await
    }

    /// Waits for rows and returns them, newest first.
    pub async fn arrived(&mut self) -> Vec<Row> {
        self.event("an arrival", |event| match event {
            Event::Arrived { rows, .. } => Some(rows.clone()),
            _ => None,
        })
        .await
    }

    pub async fn ask<T: DeserializeOwned>(&self, command: Command) -> Result<T, Fault> {
        let reply =
            timeout(PATIENCE, self.station.handle(command)).await.expect("every command is answered")?;
        Ok(serde_json::from_value(reply).expect("the reply is what the contract says"))
    }

    pub async fn send(&self, channel: Option<&str>, title: &str) -> Result<Sent, Fault> {
        let draft = Draft {
            channel: channel.map(str::to_owned),
            kind: NotificationType::Info,
            title: title.into(),
            message: "Table 4".into(),
            data: None,
        };
        self.ask(Command::Send { draft }).await
    }

    pub async fn titles(&self) -> Vec<String> {
        let page = Command::Page { filter: Filter::default(), offset: 0, limit: 500 };
        let rows: Vec<Row> = self.ask(page).await.expect("listed");
        rows.into_iter().map(|row| row.title).collect()
    }
}
