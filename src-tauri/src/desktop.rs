//! What the parts of the app share: the station, its last snapshot, and the way out.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chapfood_station::contract::{Command, Place, Settings, SettingsChange, Wall};
use chapfood_station::{Station, ToastAction};
use tauri::{AppHandle, Manager};

use crate::window;
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
    wanted_again: AtomicBool,
}

impl Desktop {
    pub(crate) fn new(station: Station, data_dir: PathBuf) -> Self {
        Self { station, data_dir, quitting: AtomicBool::new(false), wanted_again: AtomicBool::new(false) }
    }

    pub(crate) fn station(&self) -> &Station {
        &self.station
    }

    pub(crate) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub(crate) fn settings(&self) -> Settings {
        self.station.settings()
    }

    pub(crate) fn words(&self) -> &'static Words {
        Words::of(&self.settings())
    }

    /// Has the station do something whose outcome shows in its state.
    pub(crate) fn order(&self, command: Command) {
        let station = self.station.clone();
        tauri::async_runtime::spawn(async move {
            if let Err(fault) = station.handle(command).await {
                tracing::warn!("not done: {}", fault.message);
            }
        });
    }

    /// Has the window show a place.
    pub(crate) fn show(&self, place: Place) {
        let station = self.station.clone();
        tauri::async_runtime::spawn(async move { station.show(place).await });
    }

    /// Has the window show a notification, as a click on its pop-up does.
    pub(crate) fn open(&self, id: String) {
        let station = self.station.clone();
        tauri::async_runtime::spawn(async move { station.toast_activated(&id, ToastAction::Open).await });
    }

    /// Opens the view for a screen on the wall, or closes it.
    pub(crate) fn open_wall(&self, open: bool) {
        let wall = self.settings().wall;
        if wall.open != open {
            let change = SettingsChange { wall: Some(Wall { open, ..wall }), ..SettingsChange::default() };
            self.order(Command::ChangeSettings { change });
        }
    }

    /// Ends the app, unless that cuts off others: then the window asks first.
    pub(crate) fn ask_to_quit(&self, app: &AppHandle) {
        let (station, app) = (self.station.clone(), app.clone());
        tauri::async_runtime::spawn(async move {
            if station.may_quit().await {
                app.state::<Self>().quit(&app);
            }
        });
    }

    /// A second start. While this one is ending, it has handed over to somebody who leaves: then
    /// the app starts again once it has ended.
    pub(crate) fn started_again(&self, app: &AppHandle) {
        if self.quitting.load(Ordering::SeqCst) {
            self.wanted_again.store(true, Ordering::SeqCst);
        } else {
            window::show(app);
        }
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
            if desktop.wanted_again.load(Ordering::SeqCst) {
                app.request_restart();
            } else {
                app.exit(0);
            }
        });
    }
}
