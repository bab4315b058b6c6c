//! The desktop app of ChapFood Notifications: the only code that knows Tauri.
//!
//! Everything that can be decided without a desktop is decided in the station. What is here puts
//! its parts together ([`run`]) and lends it a window, a tray, pop-ups and a place for settings.

mod autostart;
#[cfg(target_os = "linux")]
#[path = "awake/linux.rs"]
mod awake;
#[cfg(not(target_os = "linux"))]
#[path = "awake/elsewhere.rs"]
mod awake;
mod commands;
mod desktop;
#[cfg(target_os = "linux")]
#[path = "no_sleep/linux.rs"]
mod no_sleep;
#[cfg(not(target_os = "linux"))]
#[path = "no_sleep/elsewhere.rs"]
mod no_sleep;
mod options;
#[cfg(target_os = "linux")]
#[path = "screen_lock/linux.rs"]
mod screen_lock;
#[cfg(not(target_os = "linux"))]
#[path = "screen_lock/elsewhere.rs"]
mod screen_lock;
mod settings;
mod signals;
mod start;
mod toasts;
mod tokens;
mod tray;
mod tray_host;
mod wall;
#[cfg(target_os = "linux")]
mod web_process;
mod window;
mod words;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use chapfood_station::LOG_GUARD;
use clap::Parser as _;
use tauri::{App, Manager as _, RunEvent};
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::EnvFilter;

use desktop::Desktop;
use options::Options;

/// Runs the app until it is asked to end.
pub fn run() -> ExitCode {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_env_filter(log_filter(std::env::var("CHAPFOOD_LOG").ok()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    #[cfg(target_os = "linux")]
    if gtk::init().is_err() {
        tracing::error!("there is no display to open a window on; `make demo` shows the app without one");
        return ExitCode::FAILURE;
    }
    match build_patiently(&options) {
        Ok(app) => {
            app.run(|_app, event| match event {
                // The last window was closed to the tray. An exit that the app itself asks for has a code.
                RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
                #[cfg(target_os = "macos")]
                RunEvent::Reopen { .. } => window::show(_app),
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            cannot_start(&error.into());
            ExitCode::FAILURE
        }
    }
}

/// What is logged: what was asked for, else what matters; in either case without what people write to each other.
fn log_filter(asked: Option<String>) -> EnvFilter {
    let guarded = |directives: &str| EnvFilter::try_new(format!("{directives},{LOG_GUARD}"));
    asked
        .and_then(|asked| guarded(&asked).ok())
        .unwrap_or_else(|| EnvFilter::new(format!("info,{LOG_GUARD}")))
}

/// Says why on stderr, and as a pop-up for whoever started the app from a menu.
fn cannot_start(error: &anyhow::Error) {
    tracing::error!("ChapFood Notifications cannot start: {error:#}");
    tauri::async_runtime::block_on(toasts::last_words(&format!("{error:#}")));
}

/// A start while the previous instance is just ending finds it neither there nor gone: once more.
fn build_patiently(options: &Options) -> tauri::Result<App> {
    match build(options) {
        Err(tauri::Error::PluginInitialization(plugin, error)) => {
            tracing::info!("{plugin}: {error}; trying once more");
            std::thread::sleep(Duration::from_secs(1));
            build(options)
        }
        outcome => outcome,
    }
}

fn build(options: &Options) -> tauri::Result<App> {
    let mut window_state = tauri_plugin_window_state::Builder::new()
        // Whether it is visible is for `--hidden` and the tray to say.
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED);
    if let Some(folder) = &options.data_dir {
        window_state = window_state.with_filename(folder.join("window.json").to_string_lossy());
    }
    let options = options.clone();
    tauri::Builder::default()
        // First, so that a second start ends before it opens anything.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            // One that asks while this one is still starting gets the window that is on the way.
            if let Some(desktop) = app.try_state::<Desktop>() {
                desktop.started_again(app);
            }
        }))
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(window_state.build())
        .plugin(tauri_plugin_autostart::Builder::new().arg("--hidden").build())
        .invoke_handler(tauri::generate_handler![commands::station])
        .setup(move |app| {
            if let Err(error) = start::start(app.handle(), &options) {
                cannot_start(&error);
                // Tauri would panic on an error from here; nothing is at work yet that could end in order.
                std::process::exit(1);
            }
            Ok(())
        })
        .build(tauri::generate_context!())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_log_however_fine_holds_what_people_write_to_each_other() {
        for asked in
            [None, Some("trace"), Some("tungstenite=trace"), Some(""), Some("is no directive=at all")]
        {
            let filter = log_filter(asked.map(str::to_owned)).to_string();
            assert!(
                filter.contains(LOG_GUARD) && !filter.contains("tungstenite=trace"),
                "{asked:?}: {filter}"
            );
        }
    }
}
