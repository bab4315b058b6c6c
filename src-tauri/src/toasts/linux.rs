//! Pop-ups by the notification service of the session's bus.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chapfood_station::{Toast, ToastFault, Toaster, Urgency};
use notify_rust::{Hint, Notification, NotificationHandle, NotificationResponse, Timeout};
use tokio::{sync::mpsc, task::AbortHandle, time::timeout};

use super::text;
use crate::words::{Words, desktop_language};

/// A frozen service never answers.
const DEADLINE: Duration = Duration::from_secs(2);
/// A service that died never says that its pop-ups are gone.
const CLICKABLE_FOR: Duration = Duration::from_secs(3600);
/// Each pop-up that waits for its click holds a connection to the bus.
const CLICKABLE: usize = 64;
const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const NAME: &str = "ChapFood Notifications";
/// The name of the .desktop file that the packages install; KDE files its history under it.
const DESKTOP_ENTRY: &str = "ChapFood Notifications";

/// Shows pop-ups, and reports which of them were clicked.
#[derive(Debug)]
pub(crate) struct DesktopToaster {
    icon: PathBuf,
    action: &'static str,
    clicks: mpsc::UnboundedSender<String>,
    /// The newest pop-ups that wait for a click, oldest first. Locked only to look, to push and to drop.
    waiting: Mutex<VecDeque<Waiting>>,
}

/// A pop-up that may still show.
#[derive(Debug)]
struct Waiting {
    /// The station's id for it.
    id: String,
    /// The service's number for it.
    number: u32,
    waiter: AbortHandle,
}

impl DesktopToaster {
    /// Pop-ups with this icon; the ids of those clicked go to `clicks`. Where the service draws
    /// the click as a button, it is called `action`.
    pub(crate) fn new(icon: PathBuf, action: &'static str, clicks: mpsc::UnboundedSender<String>) -> Self {
        Self { icon, action, clicks, waiting: Mutex::default() }
    }

    async fn send(&self, toast: &Toast) -> Result<NotificationHandle, ToastFault> {
        let capabilities = capabilities().await?;
        let has = |name: &str| capabilities.iter().any(|capability| capability == name);
        let mut notification = self.notification(toast, has("body-markup"), has("actions"));
        if let Some(number) = toast.replaces.as_deref().and_then(|id| self.outdated(id)) {
            notification.id(number);
        }
        notification.show_async().await.map_err(|error| {
            tracing::warn!("the notification service refused a pop-up: {error}");
            ToastFault::Failing
        })
    }

    fn notification(&self, toast: &Toast, markup: bool, actions: bool) -> Notification {
        let mut notification = Notification::new();
        notification
            .appname(NAME)
            .summary(&text::title(&toast.title))
            .body(&text::body(&toast.body, markup))
            .icon(&self.icon.to_string_lossy())
            .hint(Hint::DesktopEntry(DESKTOP_ENTRY.into()));
        if toast.urgency == Urgency::Critical {
            // Stays until somebody has seen it.
            notification.urgency(notify_rust::Urgency::Critical).timeout(Timeout::Never);
        } else {
            notification.urgency(notify_rust::Urgency::Normal);
        }
        if actions {
            notification.action("default", self.action);
        }
        notification
    }

    /// The number of a pop-up that may still show, and is about to be replaced: its click means nothing more.
    fn outdated(&self, id: &str) -> Option<u32> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|waiting| !waiting.waiter.is_finished());
        let place = waiting.iter().position(|waiting| waiting.id == id)?;
        let outdated = waiting.remove(place)?;
        outdated.waiter.abort();
        Some(outdated.number)
    }

    /// Waits for the click without a thread, for the newest pop-ups only.
    fn await_click(&self, handle: NotificationHandle, id: String) {
        let clicks = self.clicks.clone();
        let (number, clicked_id) = (handle.id(), id.clone());
        let waiter = tauri::async_runtime::spawn(async move {
            let clicked = handle.wait_for_action_async(|response| {
                if matches!(response, NotificationResponse::Default) {
                    // Nobody listens any more only while the app is ending.
                    let _ = clicks.send(clicked_id);
                }
            });
            let _ = timeout(CLICKABLE_FOR, clicked).await;
        });
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|waiting| !waiting.waiter.is_finished());
        if waiting.len() == CLICKABLE
            && let Some(oldest) = waiting.pop_front()
        {
            oldest.waiter.abort();
        }
        waiting.push_back(Waiting { id, number, waiter: waiter.inner().abort_handle() });
    }
}

impl Toaster for DesktopToaster {
    async fn show(&self, toast: Toast) -> Result<(), ToastFault> {
        match timeout(DEADLINE, self.send(&toast)).await {
            Ok(shown) => {
                self.await_click(shown?, toast.id);
                Ok(())
            }
            Err(_) => {
                tracing::warn!("the notification service did not answer within {DEADLINE:?}");
                Err(ToastFault::Failing)
            }
        }
    }

    async fn withdraw(&self, _: String) {}
}

/// Tells, once, why the app cannot start. It ends next, so that nothing is done about a failure.
pub(crate) async fn last_words(why: &str) {
    let show = async {
        let markup = capabilities().await?.iter().any(|capability| capability == "body-markup");
        let mut notification = Notification::new();
        notification.appname(NAME).urgency(notify_rust::Urgency::Critical);
        notification.summary(Words::in_language(desktop_language()).cannot_start);
        let _ = notification.body(&text::body(why, markup)).show_async().await;
        Ok::<_, ToastFault>(())
    };
    let _ = timeout(DEADLINE, show).await;
}

/// What the service can do. Asked each time, because services are replaced while the app runs;
/// and asked by ourselves, because notify-rust blocks here and keeps the kind of its errors to
/// itself, and this is where a missing bus or service shows.
async fn capabilities() -> Result<Vec<String>, ToastFault> {
    let session = zbus::Connection::session().await.map_err(|error| {
        tracing::warn!("there is no session bus: {error}");
        ToastFault::NoBus
    })?;
    let asked = session.call_method(Some(SERVICE), PATH, Some(SERVICE), "GetCapabilities", &()).await;
    asked.and_then(|reply| reply.body().deserialize()).map_err(|error| {
        tracing::warn!("no notification service: {error}");
        match &error {
            zbus::Error::MethodError(name, ..) if nobody_there(name.as_str()) => ToastFault::NoService,
            _ => ToastFault::Failing,
        }
    })
}

/// Nobody has the service's name, and starting somebody for it is not possible or failed.
fn nobody_there(error: &str) -> bool {
    error.strip_prefix("org.freedesktop.DBus.Error.").is_some_and(|name| {
        name == "ServiceUnknown" || name == "NameHasNoOwner" || name.starts_with("Spawn.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_service_is_told_from_a_failing_one() {
        assert!(nobody_there("org.freedesktop.DBus.Error.ServiceUnknown"));
        assert!(nobody_there("org.freedesktop.DBus.Error.Spawn.ExecFailed"));
        assert!(!nobody_there("org.freedesktop.DBus.Error.NoReply"));
    }
}
