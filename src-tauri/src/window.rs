//! The one window: made when it is wanted and destroyed when it is closed, because a hidden one
//! keeps 220 MB and a new one paints within a quarter of a second.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use chapfood_station::contract::{Event, Theme};
use tauri::webview::{Color, NewWindowResponse};
use tauri::{AppHandle, Emitter, Manager, Url, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use tokio::sync::Mutex;

use crate::{desktop::Desktop, tray_host};

const LABEL: &str = "main";
const EVENT: &str = "station-event";
/// The ground of the dark look, as in the UI's tokens.
const DARK: Color = Color(0x1a, 0x1a, 0x18, 0xff);
/// A page that dies again this soon would die for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of the window while it comes and goes.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    /// Held while a window is made, so that two wishes for one do not make two.
    waiting: Mutex<Listening>,
    /// Locked only to read and write it.
    deaths: std::sync::Mutex<Deaths>,
}

#[derive(Debug, Default)]
struct Deaths {
    last: Option<Instant>,
    replace: bool,
}

impl Screen {
    /// The page's process ended: the window is only a grey box, to be replaced unless it just was.
    pub(crate) fn page_died(&self, now: Instant) -> bool {
        let mut deaths = self.deaths.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = deaths.last.replace(now);
        deaths.replace = before.is_none_or(|before| now.duration_since(before) > PATIENCE);
        deaths.replace
    }

    fn take_replacement(&self) -> bool {
        let mut deaths = self.deaths.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::take(&mut deaths.replace)
    }
}

#[derive(Debug, Default)]
struct Listening {
    /// Whether the present page has said that it listens.
    now: bool,
    /// Sent before it listened.
    unheard: Option<Event>,
}

/// Brings the window to the front, making it if need be. Returns at once.
pub(crate) fn show(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = show_now(&app).await {
            tracing::error!("the window cannot be shown: {error:#}");
        }
    });
}

async fn show_now(app: &AppHandle) -> anyhow::Result<()> {
    let screen = app.state::<Screen>();
    let mut listening = screen.waiting.lock().await;
    if let Some(window) = app.get_webview_window(LABEL) {
        window.unminimize()?;
        window.show()?;
        window.set_focus()?;
        return Ok(());
    }
    listening.now = false;
    let window = build(app)?;
    window.set_focus()?;
    Ok(())
}

fn build(app: &AppHandle) -> anyhow::Result<WebviewWindow> {
    let config = app.config();
    let window = config.app.windows.iter().find(|window| window.label == LABEL);
    let dev_server = config.build.dev_url.clone();
    let settings = app.state::<Desktop>().settings();
    let mut builder = WebviewWindowBuilder::from_config(app, window.context("no window is configured")?)?;
    // The wall's page may be a new one because the last one died.
    builder = builder.fullscreen(settings.wall.open);
    if settings.theme == Theme::Dark {
        // Until the page has painted: no white flash in a dark room.
        builder = builder.background_color(DARK);
    }
    let window = builder
        .data_directory(app.state::<Desktop>().data_dir().join("webview"))
        .on_navigation(move |url| stays_at_home(url, dev_server.as_ref()))
        .on_new_window(|url, _| {
            tracing::warn!(%url, "refused a new window");
            NewWindowResponse::Deny
        })
        .build()?;
    let events = window.clone();
    window.on_window_event(move |event| match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            tauri::async_runtime::spawn(close(events.clone()));
        }
        WindowEvent::Focused(true) if !events.is_minimized().unwrap_or(false) => {
            // Whatever the title said about a minimised window is over.
            let _ = events.set_title(&events.app_handle().package_info().name);
        }
        WindowEvent::Destroyed if events.state::<Screen>().take_replacement() => {
            show(events.app_handle());
        }
        _ => {}
    });
    #[cfg(target_os = "linux")]
    crate::web_process::watch(&window)?;
    Ok(window)
}

/// Only the app's own pages: nothing that came over the wire can lead the window elsewhere.
fn stays_at_home(url: &Url, dev_server: Option<&Url>) -> bool {
    let own = url.scheme() == "tauri" && url.host_str() == Some("localhost")
        // On Windows the app's own pages have this address.
        || cfg!(windows) && url.host_str() == Some("tauri.localhost")
        || dev_server.is_some_and(|server| server.origin() == url.origin());
    if !own {
        tracing::warn!(%url, "refused to leave the app's own pages");
    }
    own
}

/// Gives the wall's view the whole screen, or takes it back from it. A window is made only for the first.
pub(crate) async fn fill_screen(app: &AppHandle, fill: bool) -> anyhow::Result<()> {
    if fill {
        show_now(app).await?;
    }
    if let Some(window) = app.get_webview_window(LABEL) {
        window.set_fullscreen(fill)?;
    }
    Ok(())
}

/// The person closed the window: to the tray if there is one and they want it so.
async fn close(window: WebviewWindow) {
    let app = window.app_handle().clone();
    let desktop = app.state::<Desktop>();
    let settings = desktop.settings();
    let done = if settings.wall.open {
        // The first step back is out of the wall's view: a hand on a keyboard in a kitchen must not end more.
        desktop.open_wall(false);
        Ok(())
    } else if !settings.close_to_tray {
        desktop.ask_to_quit(&app);
        Ok(())
    } else if tray_host::present().await {
        window.destroy()
    } else {
        tracing::warn!("nothing shows tray icons here: the window is minimised instead of closed");
        let name = &app.package_info().name;
        let _ = window.set_title(&format!("{name} ({})", desktop.words().no_tray));
        window.minimize()
    };
    if let Err(error) = done {
        tracing::error!("the window did not close: {error}");
    }
}

/// Passes an event of the station on to the page. What the person is to see or to answer makes a window and
/// waits until its page listens; everything else is in the snapshot that a new page asks for.
pub(crate) async fn tell(app: &AppHandle, event: Event) -> anyhow::Result<()> {
    if matches!(
        event,
        Event::OpenRequested { .. } | Event::ShowRequested { .. } | Event::QuitRequested { .. }
    ) {
        show_now(app).await?;
        let screen = app.state::<Screen>();
        let mut listening = screen.waiting.lock().await;
        if !listening.now {
            listening.unheard = Some(event);
            return Ok(());
        }
    }
    Ok(app.emit_to(LABEL, EVENT, event)?)
}

/// The page listens: it is about to ask for its first snapshot.
pub(crate) async fn page_listens(app: &AppHandle) {
    let screen = app.state::<Screen>();
    let mut listening = screen.waiting.lock().await;
    listening.now = true;
    if let Some(event) = listening.unheard.take()
        && let Err(error) = app.emit_to(LABEL, EVENT, event)
    {
        tracing::error!("the window was not told what to open: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes(url: &str) -> bool {
        stays_at_home(&url.parse().expect("a url"), None)
    }

    #[test]
    fn the_window_stays_on_the_apps_own_pages() {
        assert!(goes("tauri://localhost/index.html"));
        assert!(!goes("https://example.org/"));
        assert!(!goes("tauri://elsewhere/"));
        assert!(!goes("file:///etc/passwd"));
        assert!(!goes("data:text/html,<p>"));
    }
}
