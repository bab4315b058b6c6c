//! Puts the station together with its desktop, once Tauri is there.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chapfood_embedded::EmbeddedHub;
use chapfood_station::contract::{Event, HostKind};
use chapfood_station::{Events, Seams, SettingsStore as _, Station, StationConfig, SystemClock, ToastAction};
use tauri::{AppHandle, Manager};
use tokio::sync::mpsc;

use crate::desktop::Desktop;
use crate::options::Options;
use crate::settings::StoredSettings;
use crate::toasts::DesktopToaster;
use crate::tray::Tray;
use crate::window::{self, Screen};
use crate::words::{self, Words};
use crate::{autostart, signals};

const ICON: &[u8] = include_bytes!("../../icons/128x128.png");

/// Starts everything; returns once the station runs.
pub(crate) fn start(app: &AppHandle, options: &Options) -> anyhow::Result<()> {
    let folder = match &options.data_dir {
        Some(folder) => std::path::absolute(folder)?,
        None => app.path().app_data_dir()?,
    };
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let asked_to_end = signals::listen()?;
    tracing::info!("keeping everything in {}", folder.display());

    let settings = StoredSettings::open(app, &folder, options.hub_port)?;
    let (clicks, clicked) = mpsc::unbounded_channel();
    let seams = Seams {
        toaster: DesktopToaster::new(icon_file(&folder)?, Words::of(&settings.load()).open_toast, clicks),
        settings,
        player: crate::sounds::Silence,
        // Only this computer reaches it until the hub asks who somebody is.
        hub: EmbeddedHub::new(Ipv4Addr::LOCALHOST.into(), folder.join("hub"), SystemClock),
        clock: SystemClock,
    };
    let version = app.package_info().version.to_string();
    let config = StationConfig {
        desktop_language: words::desktop_language(),
        ..StationConfig::new(folder.join("history.sqlite"), HostKind::Desktop, version)
    };
    let station = tauri::async_runtime::block_on(Station::start(config, seams))?;

    let tray = Tray::new(app, &station.snapshot())?;
    let events = station.events();
    app.manage(Screen::default());
    app.manage(Desktop::new(station, folder));
    signals::follow(app, asked_to_end);
    tauri::async_runtime::spawn(follow_station(app.clone(), events, tray));
    tauri::async_runtime::spawn(follow_clicks(app.clone(), clicked));
    if !options.hidden {
        window::show(app);
    }
    Ok(())
}

/// The icon as a file of its own, because pop-ups take a path, and a program that was only built
/// has no icon in any theme.
fn icon_file(folder: &Path) -> anyhow::Result<PathBuf> {
    let file = folder.join("icon.png");
    if !fs::read(&file).is_ok_and(|present| present == ICON) {
        fs::write(&file, ICON).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(file)
}

/// Passes on what the station tells: to the tray, to the system's autostart and to the window.
async fn follow_station(app: AppHandle, mut events: Events, mut tray: Tray) {
    let mut autostart = None;
    while let Some(event) = events.next().await {
        if let Event::Snapshot { snapshot } = &event {
            if let Err(error) = tray.show(snapshot) {
                tracing::error!("the tray does not show the state: {error}");
            }
            let wanted = snapshot.settings.autostart;
            if autostart.replace(wanted) != Some(wanted) {
                autostart::follow(&app, wanted);
            }
        }
        if let Err(error) = window::tell(&app, event).await {
            tracing::error!("the window was not told: {error:#}");
        }
    }
}

/// A click on a pop-up brings the window, and the notification in it if it stands for one.
async fn follow_clicks(app: AppHandle, mut clicked: mpsc::UnboundedReceiver<String>) {
    while let Some(id) = clicked.recv().await {
        window::show(&app);
        app.state::<Desktop>().station().toast_activated(&id, ToastAction::Open).await;
    }
}
