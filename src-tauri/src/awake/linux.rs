//! Keeps the screen on, by asking the desktop on the session's bus, or the X server where there is no desktop.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use tokio::sync::oneshot;
use tokio::time::timeout;
use x11rb::protocol::screensaver::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use zbus::{OwnedObjectPath, Variant};

/// The desktop answers in a few milliseconds, or is not there.
const DEADLINE: Duration = Duration::from_secs(2);
const NAME: &str = "ChapFood Notifications";
/// "The session being idle", in the portal's words.
const IDLE: u32 = 8;
const SAVER: &str = "org.freedesktop.ScreenSaver";
const SAVER_PATH: &str = "/org/freedesktop/ScreenSaver";
const PORTAL: &str = "org.freedesktop.portal.Desktop";
const PORTAL_PATH: &str = "/org/freedesktop/portal/desktop";

/// The screen stays on until this is dropped, or the app has ended.
#[derive(Debug)]
pub(crate) struct Awake {
    /// Its end is what the task waits for.
    _held: oneshot::Sender<()>,
}

impl Awake {
    /// Asks for it, and for its end later, on a task of its own: a desktop that hangs delays nothing else.
    pub(crate) fn keep(why: &'static str) -> Self {
        let (held, released) = oneshot::channel();
        tauri::async_runtime::spawn(keep(why, released));
        Self { _held: held }
    }
}

async fn keep(why: &str, mut released: oneshot::Receiver<()>) {
    // Before the first question, so that nobody comes unnoticed.
    let mut owners = match timeout(DEADLINE, new_owners()).await {
        Ok(Ok(owners)) => owners,
        Ok(Err(_)) | Err(_) => futures_util::stream::pending().boxed(),
    };
    let mut granted = Granted::ask(why).await;
    loop {
        tokio::select! {
            _ = &mut released => break,
            Some((service, owner)) = owners.next() => {
                if is_outdated(granted.as_ref().and_then(Granted::by), &service, &owner) {
                    tracing::info!(%service, "somebody new is asked to keep the screen on");
                    // What somebody granted who has left is not given back: its number may mean another's now.
                    granted = Granted::ask(why).await.or(granted);
                }
            }
        }
    }
    if let Some(granted) = granted {
        granted.give_back().await;
    }
}

/// By whom the screen is kept on.
#[derive(Debug)]
enum Granted {
    /// By the screen saver with this unique name, which gave a number for it.
    ScreenSaver { session: zbus::Connection, by: String, cookie: u32 },
    /// By the portal with this unique name, which gave a place for it.
    Portal { session: zbus::Connection, by: String, request: OwnedObjectPath },
    /// By the X server, for as long as it is connected to.
    Server { _held: Box<RustConnection> },
}

impl Granted {
    /// Asks the screen saver, which is there without a sandbox, then the portal, then the X server.
    async fn ask(why: &str) -> Option<Self> {
        match timeout(DEADLINE, ask_desktop(why)).await {
            Ok(Ok(granted)) => return Some(granted),
            Ok(Err(error)) => tracing::info!("no desktop keeps the screen on: {error}"),
            Err(_) => tracing::warn!("the desktop did not answer whether it keeps the screen on"),
        }
        // A thread that waits for a frozen server is left behind; what it gets too late is given up at once.
        match timeout(DEADLINE, tokio::task::spawn_blocking(ask_server)).await {
            Ok(asked) => match asked.map_err(anyhow::Error::from).flatten() {
                Ok(held) => return Some(Self::Server { _held: Box::new(held) }),
                Err(error) => tracing::warn!("nobody was found who keeps the screen on: {error}"),
            },
            Err(_) => tracing::warn!("the X server did not answer whether it keeps the screen on"),
        }
        None
    }

    /// Who granted it, by service and unique name. `None`: the X server.
    fn by(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::ScreenSaver { by, .. } => Some((SAVER, by)),
            Self::Portal { by, .. } => Some((PORTAL, by)),
            Self::Server { .. } => None,
        }
    }

    /// Lets the screen go dark again.
    async fn give_back(self) {
        let asked = async {
            match &self {
                Self::ScreenSaver { session, by, cookie } => {
                    let by = Some(by.as_str());
                    session.call_method(by, SAVER_PATH, Some(SAVER), "UnInhibit", cookie).await.map(drop)
                }
                Self::Portal { session, by, request } => {
                    let interface = Some("org.freedesktop.portal.Request");
                    session.call_method(Some(by.as_str()), request, interface, "Close", &()).await.map(drop)
                }
                Self::Server { .. } => Ok(()),
            }
        };
        match timeout(DEADLINE, asked).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("the screen may stay on until the app ends: {error}"),
            Err(_) => tracing::warn!("the screen may stay on until the app ends: no answer"),
        }
    }
}

/// Whether to ask again, now that `service` belongs to `owner`: what was granted went with who granted it, and a
/// screen saver that comes late is better than the X server, or than nobody.
fn is_outdated(granted_by: Option<(&str, &str)>, service: &str, owner: &str) -> bool {
    match granted_by {
        // The question itself may have started them.
        Some((asked, name)) => service == asked && owner != name,
        None => service == SAVER,
    }
}

/// Who comes to have one of the names, with that name: not who leaves one.
async fn new_owners() -> zbus::Result<BoxStream<'static, (String, String)>> {
    let session = zbus::Connection::session().await?;
    let bus = zbus::fdo::DBusProxy::new(&session).await?;
    let of_saver = bus.receive_name_owner_changed_with_args(&[(0, SAVER)]).await?;
    let of_portal = bus.receive_name_owner_changed_with_args(&[(0, PORTAL)]).await?;
    let changes = futures_util::stream::select(of_saver, of_portal);
    let come = changes.filter_map(async |change| {
        let args = change.args().ok()?;
        let owner = args.new_owner.as_ref()?;
        Some((args.name.to_string(), owner.to_string()))
    });
    Ok(come.boxed())
}

async fn ask_desktop(why: &str) -> zbus::Result<Granted> {
    let session = zbus::Connection::session().await?;
    match ask_screen_saver(&session, why).await {
        Ok((by, cookie)) => Ok(Granted::ScreenSaver { session, by, cookie }),
        Err(error) => {
            tracing::debug!("no screen saver to ask: {error}");
            let (by, request) = ask_portal(&session, why).await?;
            Ok(Granted::Portal { session, by, request })
        }
    }
}

async fn ask_screen_saver(session: &zbus::Connection, why: &str) -> zbus::Result<(String, u32)> {
    let reply = session.call_method(Some(SAVER), SAVER_PATH, Some(SAVER), "Inhibit", &(NAME, why)).await?;
    Ok((sender(&reply), reply.body().deserialize()?))
}

async fn ask_portal(session: &zbus::Connection, why: &str) -> zbus::Result<(String, OwnedObjectPath)> {
    let options = HashMap::from([("reason", Variant::from(why))]);
    let interface = Some("org.freedesktop.portal.Inhibit");
    let reply =
        session.call_method(Some(PORTAL), PORTAL_PATH, interface, "Inhibit", &("", IDLE, options)).await?;
    Ok((sender(&reply), reply.body().deserialize()?))
}

fn sender(reply: &zbus::Message) -> String {
    reply.header().sender().map(ToString::to_string).unwrap_or_default()
}

/// A screen without a desktop around it goes dark by the server's own timers, which it stops as long as somebody is
/// connected who wants that.
fn ask_server() -> anyhow::Result<RustConnection> {
    let (connection, _) = x11rb::connect(None)?;
    connection.screensaver_query_version(1, 1)?.reply()?;
    connection.screensaver_suspend(1)?.check()?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_takes_over_from_who_keeps_the_screen_on_is_asked_and_nobody_else() {
        let saver = Some((SAVER, ":1.7"));
        assert!(is_outdated(saver, SAVER, ":1.9"));
        assert!(!is_outdated(saver, PORTAL, ":1.9"), "the portal is not needed");
        let portal = Some((PORTAL, ":1.8"));
        assert!(is_outdated(portal, PORTAL, ":1.9"));
        assert!(!is_outdated(portal, PORTAL, ":1.8"), "it was started by the question");
    }

    #[test]
    fn a_screen_saver_that_comes_after_the_app_is_asked_too() {
        assert!(is_outdated(None, SAVER, ":1.7"));
        assert!(!is_outdated(None, PORTAL, ":1.7"), "one that failed would be started again and again");
    }
}
