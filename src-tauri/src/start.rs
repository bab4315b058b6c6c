//! Puts the station together with its desktop, once Tauri is there.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chapfood_embedded::{EmbeddedHub, NetworkFinder};
use chapfood_sound::SoundPlayer;
use chapfood_station::contract::{Event, HostKind, HostedHub, Language, OfferState};
use chapfood_station::{Events, Seams, SettingsStore as _, Station, StationConfig, SystemClock, ToastAction};
use tauri::{AppHandle, Manager};
use tokio::sync::{mpsc, watch};

use crate::desktop::Desktop;
use crate::no_sleep::NoSleep;
use crate::options::Options;
use crate::settings::StoredSettings;
use crate::toasts::{Click, DesktopToaster};
use crate::tokens::DesktopTokens;
use crate::tray::Tray;
use crate::wall::WallScreen;
use crate::window::{self, Screen};
use crate::{autostart, screen_lock, signals, words};

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
    let (language, spoken) = watch::channel(words::language(&settings.load()));
    let seams = Seams {
        tokens: Box::new(DesktopTokens::new(&folder, options.data_dir.is_none())),
        finder: Box::new(NetworkFinder),
        toaster: DesktopToaster::new(icon_file(&folder)?, spoken, clicks),
        settings,
        player: SoundPlayer::start(),
        // Programs of this computer come in here without a token; others have doors of their own.
        hub: EmbeddedHub::new(Ipv4Addr::LOCALHOST.into(), folder.join("hub"), SystemClock),
        clock: SystemClock,
    };
    let version = app.package_info().version.to_string();
    let config = StationConfig {
        desktop_language: words::desktop_language(),
        exports: exports(app, options),
        asks_first: options.asks_first(),
        ..StationConfig::new(folder.join("history.sqlite"), HostKind::Desktop, version)
    };
    let station = tauri::async_runtime::block_on(Station::start(config, seams))?;

    let tray = Tray::new(app, &station.snapshot())?;
    let events = station.events();
    app.manage(Screen::default());
    app.manage(Desktop::new(station, folder));
    signals::follow(app, asked_to_end);
    screen_lock::follow(app);
    let shown =
        Shown { tray, language, autostart: None, wall: WallScreen::default(), no_sleep: None, asks: false };
    tauri::async_runtime::spawn(follow_station(app.clone(), events, shown));
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

/// Where a person looks for a file that they have just asked for.
fn exports(app: &AppHandle, options: &Options) -> Option<PathBuf> {
    if let Some(folder) = &options.data_dir {
        return std::path::absolute(folder).ok().map(|folder| folder.join("exports"));
    }
    let places = app.path();
    places.download_dir().or_else(|_| places.document_dir()).or_else(|_| places.home_dir()).ok()
}

/// What of the station's state shows outside the window.
struct Shown {
    tray: Tray,
    language: watch::Sender<Language>,
    autostart: Option<bool>,
    wall: WallScreen,
    /// There while other computers depend on this one.
    no_sleep: Option<NoSleep>,
    /// Whether another computer asks to be let in.
    asks: bool,
}

fn is_asked(hub: &HostedHub) -> bool {
    let HostedHub::On { offer: Some(offer), .. } = hub else { return false };
    matches!(offer.state, OfferState::Asking { .. })
}

/// Passes on what the station tells: to the tray, the pop-ups, the system's autostart, the screen and the window.
async fn follow_station(app: AppHandle, mut events: Events, mut shown: Shown) {
    while let Some(event) = events.next().await {
        if let Event::Snapshot { snapshot } = &event {
            if let Err(error) = shown.tray.show(snapshot) {
                tracing::error!("the tray does not show the state: {error}");
            }
            let settings = &snapshot.settings;
            shown.language.send_replace(words::language(settings));
            if shown.autostart.replace(settings.autostart) != Some(settings.autostart) {
                autostart::follow(&app, settings.autostart);
            }
            let asks = is_asked(&snapshot.hosted_hub);
            // Whoever offered a code is waited for by somebody at another computer.
            if asks && !shown.asks {
                window::show(&app);
            }
            shown.asks = asks;
            let hosts = matches!(snapshot.hosted_hub, HostedHub::On { network: Some(_), .. });
            if !hosts {
                shown.no_sleep = None;
            } else if shown.no_sleep.is_none() {
                shown.no_sleep = Some(NoSleep::keep(app.state::<Desktop>().words().hub_is_hosted));
            }
            shown.wall.follow(&app, settings.wall.open).await;
        }
        if let Err(error) = window::tell(&app, event).await {
            tracing::error!("the window was not told: {error:#}");
        }
    }
}

/// A click on a pop-up does what its button says. Whatever is to be shown, the station has the window show; a
/// sample has nothing to show but the window itself.
async fn follow_clicks(app: AppHandle, mut clicked: mpsc::UnboundedReceiver<Click>) {
    while let Some(Click { id, action }) = clicked.recv().await {
        if action == ToastAction::Open {
            window::show(&app);
        }
        app.state::<Desktop>().station().toast_activated(&id, action).await;
    }
}
