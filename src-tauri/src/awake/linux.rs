//! Keeps the screen on, by asking the desktop on the session's bus.

use std::collections::HashMap;
use std::time::Duration;

use zbus::{OwnedObjectPath, Variant};

/// The desktop answers in a few milliseconds, or is not there.
const DEADLINE: Duration = Duration::from_secs(2);
const NAME: &str = "ChapFood Notifications";
/// "The session being idle", in the portal's words.
const IDLE: u32 = 8;

/// The screen stays on until this is released, or the app has ended.
#[derive(Debug)]
pub(crate) struct Awake {
    session: zbus::Connection,
    hold: Hold,
}

/// What the desktop gave for it.
#[derive(Debug)]
enum Hold {
    ScreenSaver(u32),
    Portal(OwnedObjectPath),
}

impl Awake {
    /// Asks the screen saver, which is there without a sandbox, else the portal. Without either nothing here turns
    /// the screen off but the screen itself.
    pub(crate) async fn keep(why: &str) -> Option<Self> {
        let kept = tokio::time::timeout(DEADLINE, Self::ask(why)).await;
        match kept {
            Ok(Ok(awake)) => Some(awake),
            Ok(Err(error)) => {
                tracing::warn!("nobody was found who keeps the screen on: {error}");
                None
            }
            Err(_) => {
                tracing::warn!("the desktop did not answer whether it keeps the screen on");
                None
            }
        }
    }

    async fn ask(why: &str) -> zbus::Result<Self> {
        let session = zbus::Connection::session().await?;
        let hold = match ask_screen_saver(&session, why).await {
            Ok(hold) => hold,
            Err(error) => {
                tracing::debug!("no screen saver to ask: {error}");
                ask_portal(&session, why).await?
            }
        };
        Ok(Self { session, hold })
    }

    /// Lets the screen go dark again.
    pub(crate) async fn release(self) {
        let Self { session, hold } = self;
        let done = match hold {
            Hold::ScreenSaver(cookie) => {
                session.call_method(Some(SAVER), SAVER_PATH, Some(SAVER), "UnInhibit", &(cookie)).await
            }
            Hold::Portal(request) => {
                session
                    .call_method(Some(PORTAL), request, Some("org.freedesktop.portal.Request"), "Close", &())
                    .await
            }
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

async fn ask_screen_saver(session: &zbus::Connection, why: &str) -> zbus::Result<Hold> {
    let reply = session.call_method(Some(SAVER), SAVER_PATH, Some(SAVER), "Inhibit", &(NAME, why)).await?;
    Ok(Hold::ScreenSaver(reply.body().deserialize()?))
}

async fn ask_portal(session: &zbus::Connection, why: &str) -> zbus::Result<Hold> {
    let options = HashMap::from([("reason", Variant::from(why))]);
    let interface = Some("org.freedesktop.portal.Inhibit");
    let reply =
        session.call_method(Some(PORTAL), PORTAL_PATH, interface, "Inhibit", &("", IDLE, options)).await?;
    Ok(Hold::Portal(reply.body().deserialize()?))
}
