//! Pop-ups on Windows and macOS, where notify-rust can only block, and can neither replace a pop-up nor take it
//! back: an update has one of its own, above the one that it makes out of date, and what somebody took stays until
//! the system lets it go. A click on it still shows who took it. What is to show once more while it still shows has
//! nothing new to say, and is left as it is.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use chapfood_station::contract::Language;
use chapfood_station::{Toast, ToastAction, ToastFault, Toaster};
use notify_rust::{CloseReason, Notification, NotificationResponse};
use tokio::sync::{mpsc, oneshot, watch};

use super::live::{Live, Place};
use super::{Click, buttons, text};
use crate::words::{Words, desktop_language};

/// Without an id of its own the pop-up calls itself PowerShell.
#[cfg(windows)]
const APP_ID: &str = "app.chapfood.notifications";

/// Shows pop-ups, and reports which of them were clicked.
#[derive(Debug)]
pub(crate) struct DesktopToaster {
    language: watch::Receiver<Language>,
    clicks: mpsc::UnboundedSender<Click>,
    /// Locked only to look and to note.
    live: Arc<Mutex<Live>>,
}

impl DesktopToaster {
    /// Pop-ups with their buttons in this language; who is clicked, and where, goes to `clicks`. These systems take
    /// the icon from the bundle.
    pub(crate) fn new(
        _: PathBuf,
        language: watch::Receiver<Language>,
        clicks: mpsc::UnboundedSender<Click>,
    ) -> Self {
        Self { language, clicks, live: Arc::default() }
    }
}

impl Toaster for DesktopToaster {
    async fn show(&self, toast: Toast) -> Result<(), ToastFault> {
        match self.live.lock().unwrap_or_else(PoisonError::into_inner).comes(&toast.id) {
            Place::Own => {}
            Place::Shows => return Ok(()),
            Place::Full => {
                tracing::warn!("no pop-up: too many of them are still open");
                return Err(ToastFault::Failing);
            }
        }
        let (shown, outcome) = oneshot::channel();
        let (clicks, live) = (self.clicks.clone(), self.live.clone());
        let language = *self.language.borrow();
        std::thread::spawn(move || {
            show_and_wait(&toast, language, shown, &clicks);
            live.lock().unwrap_or_else(PoisonError::into_inner).gone(&toast.id);
        });
        outcome.await.unwrap_or(Err(ToastFault::Failing))
    }

    /// Nothing: see the module.
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
    language: Language,
    shown: oneshot::Sender<Result<(), ToastFault>>,
    clicks: &mpsc::UnboundedSender<Click>,
) {
    let mut notification = Notification::new();
    notification.summary(&text::title(&toast.title)).body(&text::body(&toast.body, false));
    for action in buttons::shown(&toast.actions) {
        notification.action(buttons::key(action), action.label(language));
    }
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
        let action = match response {
            // Windows reports a click on the body as closed by something else.
            NotificationResponse::Default | NotificationResponse::Closed(CloseReason::Other(_)) => {
                Some(ToastAction::Open)
            }
            NotificationResponse::Action(key) => buttons::named(key),
            NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => None,
        };
        if let Some(action) = action {
            let _ = clicks.send(Click { id: toast.id.clone(), action });
        }
    });
}
