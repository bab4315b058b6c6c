//! Pop-ups on Windows and macOS, where notify-rust can only block, and cannot replace one by another: an update
//! has a pop-up of its own, above the one that it makes out of date.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chapfood_station::{Toast, ToastFault, Toaster};
use notify_rust::{CloseReason, Notification, NotificationResponse};
use tokio::sync::{mpsc, oneshot};

use super::text;
use crate::words::{Words, desktop_language};

/// Without an id of its own the pop-up calls itself PowerShell.
#[cfg(windows)]
const APP_ID: &str = "app.chapfood.notifications";
/// Each pop-up holds a thread until it is gone.
const LIVE: usize = 64;

/// Shows pop-ups, and reports which of them were clicked.
#[derive(Debug)]
pub(crate) struct DesktopToaster {
    clicks: mpsc::UnboundedSender<String>,
    live: Arc<AtomicUsize>,
}

impl DesktopToaster {
    /// The ids of the pop-ups clicked go to `clicks`. These systems take the icon from the bundle.
    pub(crate) fn new(_: PathBuf, _: &'static str, clicks: mpsc::UnboundedSender<String>) -> Self {
        Self { clicks, live: Arc::default() }
    }
}

impl Toaster for DesktopToaster {
    async fn show(&self, toast: Toast) -> Result<(), ToastFault> {
        if self.live.fetch_add(1, Ordering::Relaxed) >= LIVE {
            self.live.fetch_sub(1, Ordering::Relaxed);
            tracing::warn!("no pop-up: {LIVE} of them are still open");
            return Err(ToastFault::Failing);
        }
        let (shown, outcome) = oneshot::channel();
        let (clicks, live) = (self.clicks.clone(), self.live.clone());
        std::thread::spawn(move || {
            show_and_wait(&toast, shown, &clicks);
            live.fetch_sub(1, Ordering::Relaxed);
        });
        outcome.await.unwrap_or(Err(ToastFault::Failing))
    }

    async fn withdraw(&self, _: String) {}
}

/// Tells, once, why the app cannot start. It ends next, so that nothing is done about a failure.
pub(crate) async fn last_words(why: &str) {
    let mut notification = Notification::new();
    notification.summary(Words::in_language(desktop_language()).cannot_start).body(&text::body(why, false));
    #[cfg(windows)]
    notification.app_id(APP_ID);
    let _ = notification.show();
}

fn show_and_wait(
    toast: &Toast,
    shown: oneshot::Sender<Result<(), ToastFault>>,
    clicks: &mpsc::UnboundedSender<String>,
) {
    let mut notification = Notification::new();
    notification.summary(&text::title(&toast.title)).body(&text::body(&toast.body, false));
    #[cfg(windows)]
    {
        notification.app_id(APP_ID);
        if toast.urgency == chapfood_station::Urgency::Critical {
            notification.urgency(notify_rust::Urgency::Critical);
        }
    }
    let handle = match notification.show() {
        Ok(handle) => handle,
        Err(error) => {
            tracing::warn!("no pop-up: {error}");
            let _ = shown.send(Err(ToastFault::Failing));
            return;
        }
    };
    let _ = shown.send(Ok(()));
    let _ = handle.wait_for_response(|response: &NotificationResponse| {
        // Windows reports a click on the body as closed by something else.
        let clicked = matches!(
            response,
            NotificationResponse::Default | NotificationResponse::Closed(CloseReason::Other(_))
        );
        if clicked {
            let _ = clicks.send(toast.id.clone());
        }
    });
}
