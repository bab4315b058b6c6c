//! What the parts of the app share: the station, its last snapshot, and the way out.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chapfood_station::Station;
use chapfood_station::contract::{Command, Settings};
use tauri::{AppHandle, Manager};

use crate::words::Words;

/// The hub takes at most this long to say goodbye to whoever is connected.
const ORDERLY: Duration = Duration::from_secs(4);
/// Then the process ends, whatever hangs: a system that shuts down would kill it a little later.
const AT_ONCE: Duration = Duration::from_millis(4_800);

/// The app, as its window, tray and signals see it.
pub(crate) struct Desktop {
    station: Station,
    data_dir: PathBuf,
    quitting: AtomicBool,
}

impl Desktop {
    pub(crate) fn new(station: Station, data_dir: PathBuf) -> Self {
        Self { station, data_dir, quitting: AtomicBool::new(false) }
    }

    pub(crate) fn station(&self) -> &Station {
        &self.station
    }

    pub(crate) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub(crate) fn settings(&self) -> Settings {
        self.station.snapshot().settings
    }

    pub(crate) fn words(&self) -> &'static Words {
        Words::of(&self.settings())
    }

    /// Skips the wait before the next attempt to reach the hub.
    pub(crate) fn try_now(&self) {
        let station = self.station.clone();
        tauri::async_runtime::spawn(async move {
            if let Err(fault) = station.handle(Command::TryNow).await {
                tracing::warn!("not tried now: {}", fault.message);
            }
        });
    }

    /// Stops the hub and the station in order, then ends the process. Returns at once; asked
    /// again, it does nothing more.
    pub(crate) fn quit(&self, app: &AppHandle) {
        if self.quitting.swap(true, Ordering::SeqCst) {
            return;
        }
        std::thread::spawn(|| {
            std::thread::sleep(AT_ONCE);
            tracing::error!("not everything stopped in time");
            std::process::exit(1);
        });
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let desktop = app.state::<Self>();
            if tokio::time::timeout(ORDERLY, desktop.station.close()).await.is_err() {
                tracing::error!("the station did not stop within {ORDERLY:?}");
            }
            app.exit(0);
        });
    }
}
