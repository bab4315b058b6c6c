//! Keeps the screen on, by asking the desktop on the session's bus, or the X server where there is no desktop.

use std::collections::HashMap;
use std::time::Duration;

use x11rb::protocol::screensaver::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use zbus::{OwnedObjectPath, Variant};

/// The desktop answers in a few milliseconds, or is not there.
const DEADLINE: Duration = Duration::from_secs(2);
const NAME: &str = "ChapFood Notifications";
/// "The session being idle", in the portal's words.
const IDLE: u32 = 8;

/// The screen stays on until this is released, or the app has ended.
#[derive(Debug)]
pub(crate) enum Awake {
    /// By the screen saver, which gave a number for it.
    ScreenSaver(zbus::Connection, u32),
    /// By the portal, which gave a place for it.
    Portal(zbus::Connection, OwnedObjectPath),
    /// By the X server, for as long as it is connected to.
    Server { _held: Box<RustConnection> },
}

impl Awake {
    /// Asks the screen saver, which is there without a sandbox, then the portal, then the X server.
    pub(crate) async fn keep(why: &str) -> Option<Self> {
        match tokio::time::timeout(DEADLINE, ask_desktop(why)).await {
            Ok(Ok(awake)) => return Some(awake),
            Ok(Err(error)) => tracing::info!("no desktop keeps the screen on: {error}"),
            Err(_) => tracing::warn!("the desktop did not answer whether it keeps the screen on"),
        }
        let asked = tokio::task::spawn_blocking(ask_server).await;
        match asked.map_err(anyhow::Error::from).flatten() {
            Ok(held) => Some(Self::Server { _held: Box::new(held) }),
            Err(error) => {
                tracing::warn!("nobody was found who keeps the screen on: {error}");
                None
            }
        }
    }

    /// Lets the screen go dark again.
    pub(crate) async fn release(self) {
        let done = match self {
            Self::ScreenSaver(session, cookie) => {
                session.call_method(Some(SAVER), SAVER_PATH, Some(SAVER), "UnInhibit", &(cookie)).await
            }
            Self::Portal(session, request) => {
                session
                    .call_method(Some(PORTAL), request, Some("org.freedesktop.portal.Request"), "Close", &())
                    .await
            }
            Self::Server { .. } => return,
        };
        if let Err(error) = done {
            tracing::warn!("the screen may stay on until the app ends: {error}");
        }
    }
}

const SAVER: &str = "org.freedesktop.ScreenSaver";
const SAVER_PATH: &str = "/org/freedesktop/ScreenSaver";
const PORTAL: &str = "org.freedesktop.portal.Desktop";
const PORTAL_PATH: &str = "/org/freedesktop/portal/desktop";

async fn ask_desktop(why: &str) -> zbus::Result<Awake> {
    let session = zbus::Connection::session().await?;
    match ask_screen_saver(&session, why).await {
        Ok(cookie) => Ok(Awake::ScreenSaver(session, cookie)),
        Err(error) => {
            tracing::debug!("no screen saver to ask: {error}");
            let request = ask_portal(&session, why).await?;
            Ok(Awake::Portal(session, request))
        }
    }
}

async fn ask_screen_saver(session: &zbus::Connection, why: &str) -> zbus::Result<u32> {
    let reply = session.call_method(Some(SAVER), SAVER_PATH, Some(SAVER), "Inhibit", &(NAME, why)).await?;
    reply.body().deserialize()
}

async fn ask_portal(session: &zbus::Connection, why: &str) -> zbus::Result<OwnedObjectPath> {
    let options = HashMap::from([("reason", Variant::from(why))]);
    let interface = Some("org.freedesktop.portal.Inhibit");
    let reply =
        session.call_method(Some(PORTAL), PORTAL_PATH, interface, "Inhibit", &("", IDLE, options)).await?;
    reply.body().deserialize()
}

/// A screen without a desktop around it goes dark by the server's own timers, which it stops as long as somebody is
/// connected who wants that.
fn ask_server() -> anyhow::Result<RustConnection> {
    let (connection, _) = x11rb::connect(None)?;
    connection.screensaver_query_version(1, 1)?.reply()?;
    connection.screensaver_suspend(1)?.check()?;
    Ok(connection)
}
