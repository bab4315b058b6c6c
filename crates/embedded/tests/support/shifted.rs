//! A station whose clock the test sets, and whose device may be missing.
#![allow(dead_code, reason = "each test program uses its part of this")]

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chapfood_embedded::EmbeddedHub;
use chapfood_protocol::Timestamp;
use chapfood_station::contract::{Command, HostKind, Sound};
use chapfood_station::{Clock, Pacing, Player, Seams, Station, StationConfig, SystemClock};
use serde_json::Value;
use tokio::time::timeout;

use super::support::{Computer, Running, Score};

/// Longer than anything here takes; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The computer's clock, set forward. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Shifted {
    millis: Arc<AtomicI64>,
}

impl Shifted {
    pub fn forward(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).expect("not for ever");
        self.millis.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for Shifted {
    fn now(&self) -> Timestamp {
        let shift = self.millis.load(Ordering::Relaxed);
        Timestamp::from_millis(SystemClock.now().as_millis() + shift)
    }

    /// The same everywhere.
    fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::UTC
    }
}

/// Starts the app with this clock and this device; `asks_first` as in [`StationConfig`].
pub async fn start_with<P: Player>(
    computer: &Computer,
    clock: Shifted,
    player: P,
    asks_first: bool,
) -> Running {
    let mut config = StationConfig::new(computer.history(), HostKind::Desktop, "0.1.0");
    config.os_user = Some("awa".into());
    config.asks_first = asks_first;
    let quick = Duration::from_millis(50);
    config.pacing = Pacing { first_delay: quick, max_delay: quick, ..Pacing::default() };
    let seams = Seams {
        settings: computer.settings.clone(),
        tokens: Box::new(computer.tokens()),
        finder: Box::new(computer.network.clone()),
        toaster: computer.popups.clone(),
        player,
        hub: EmbeddedHub::new(Ipv4Addr::LOCALHOST.into(), computer.folder().join("hub"), SystemClock),
        clock,
    };
    let station = Station::start(config, seams).await.expect("the station starts");
    let events = station.events();
    Running { station, events }
}

/// Sets the clock forward, and has the station look at it: a clock that jumps wakes nobody.
pub async fn forward(station: &Running, clock: &Shifted, by: Duration) {
    clock.forward(by);
    station.ask::<Value>(Command::RefreshChannels).await.expect("asked");
}

/// Waits until so many sounds were played, and returns them.
pub async fn heard(score: &Score, count: usize) -> Vec<Sound> {
    let mut played = score.played.subscribe();
    let waiting = played.wait_for(|played| played.len() >= count);
    let played = timeout(PATIENCE, waiting).await.expect("the sounds are played").expect("the score lives");
    played.iter().map(|(sound, _)| *sound).collect()
}
