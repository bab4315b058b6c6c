//! Keeps this computer from going to sleep, by asking logind. The screen may go dark meanwhile.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;
use zbus::OwnedFd;

/// logind answers in a few milliseconds, or is not there.
const DEADLINE: Duration = Duration::from_secs(2);

/// This computer does not sleep until this is dropped, or the app has ended.
#[derive(Debug)]
pub(crate) struct NoSleep {
    /// Its end is what the task waits for.
    _held: oneshot::Sender<()>,
}

impl NoSleep {
    /// Asks for it on a task of its own: a system that hangs delays nothing else.
    pub(crate) fn keep(why: &'static str) -> Self {
        let (held, released) = oneshot::channel::<()>();
        tauri::async_runtime::spawn(async move {
            match timeout(DEADLINE, inhibit(why)).await {
                Ok(Ok(_lock)) => {
                    tracing::info!("this computer does not sleep while it hosts the hub");
                    // The sender is dropped, never used; the lock goes with this task.
                    let _ = released.await;
                }
                Ok(Err(error)) => tracing::warn!("this computer may sleep while it hosts the hub: {error}"),
                Err(_) => tracing::warn!("this computer may sleep while it hosts the hub: no answer"),
            }
        });
        Self { _held: held }
    }
}

/// logind holds sleep off for as long as this descriptor is open, also if the app crashes.
async fn inhibit(why: &str) -> zbus::Result<OwnedFd> {
    let system = zbus::Connection::system().await?;
    let wish = ("sleep:idle", "ChapFood Notifications", why, "block");
    let answer = system
        .call_method(
            Some("org.freedesktop.login1"),
            "/org/freedesktop/login1",
            Some("org.freedesktop.login1.Manager"),
            "Inhibit",
            &wish,
        )
        .await?;
    answer.body().deserialize()
}
