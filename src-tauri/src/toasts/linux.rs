//! Pop-ups by the notification service of the session's bus.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chapfood_station::contract::Language;
use chapfood_station::{Toast, ToastAction, ToastFault, Toaster, Urgency};
use notify_rust::{Hint, Notification, NotificationHandle, NotificationResponse, Timeout};
use tokio::sync::{mpsc, watch};
use tokio::{task::AbortHandle, time::timeout};

use super::{Click, buttons, text};
use crate::words::{Words, desktop_language};

/// A frozen service never answers.
const DEADLINE: Duration = Duration::from_secs(2);
/// A service that died never says that its pop-ups are gone. An error stays for as long as a shift lasts.
const CLICKABLE_FOR: Duration = Duration::from_secs(12 * 3600);
/// Each pop-up that waits for its click holds a connection to the bus.
const CLICKABLE: usize = 64;
const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const NAME: &str = "ChapFood Notifications";
/// The name of the .desktop file that the packages install; KDE files its history under it.
const DESKTOP_ENTRY: &str = "ChapFood Notifications";

/// Shows pop-ups, takes them back, and reports which of them were clicked.
#[derive(Debug)]
pub(crate) struct DesktopToaster {
    icon: PathBuf,
    language: watch::Receiver<Language>,
    clicks: mpsc::UnboundedSender<Click>,
    /// The newest pop-ups that wait for a click, oldest first. Locked only to look, to push and to drop.
    waiting: Mutex<VecDeque<Waiting>>,
}

/// A pop-up that may still show.
#[derive(Debug)]
struct Waiting {
    /// The station's id for it.
    id: String,
    place: Place,
    waiter: AbortHandle,
}

/// By which a pop-up is known on the bus. A service that was started anew counts from one again, so that the
/// number alone could mean another program's pop-up.
#[derive(Debug, Clone)]
struct Place {
    /// The service's unique name.
    service: String,
    number: u32,
}

/// Who shows pop-ups at the moment.
#[derive(Debug)]
struct Service {
    /// Its unique name.
    name: String,
    capabilities: Vec<String>,
}

impl DesktopToaster {
    /// Pop-ups with this icon, their buttons in this language; who is clicked, and where, goes to `clicks`.
    pub(crate) fn new(
        icon: PathBuf,
        language: watch::Receiver<Language>,
        clicks: mpsc::UnboundedSender<Click>,
    ) -> Self {
        Self { icon, language, clicks, waiting: Mutex::default() }
    }

    async fn send(&self, toast: &Toast) -> Result<(NotificationHandle, Place), ToastFault> {
        let service = Service::ask().await?;
        let mut notification = self.notification(toast, &service);
        // Shown once more, a pop-up takes its own place.
        let outdated = toast.replaces.as_deref().unwrap_or(&toast.id);
        if let Some(place) = self.forget(outdated).filter(|place| place.service == service.name) {
            notification.id(place.number);
        }
        let handle = notification.show_async().await.map_err(|error| {
            tracing::warn!("the notification service refused a pop-up: {error}");
            ToastFault::Failing
        })?;
        let number = handle.id();
        Ok((handle, Place { service: service.name, number }))
    }

    fn notification(&self, toast: &Toast, service: &Service) -> Notification {
        let mut notification = Notification::new();
        notification
            .appname(NAME)
            .summary(&text::title(&toast.title))
            .body(&text::body(&toast.body, service.can("body-markup")))
            .icon(&self.icon.to_string_lossy())
            .hint(Hint::DesktopEntry(DESKTOP_ENTRY.into()));
        if toast.urgency == Urgency::Critical {
            // Stays until somebody has seen it.
            notification.urgency(notify_rust::Urgency::Critical).timeout(Timeout::Never);
        } else {
            notification.urgency(notify_rust::Urgency::Normal);
        }
        if service.can("actions") {
            let language = *self.language.borrow();
            for (key, action) in pressable(&toast.actions) {
                notification.action(key, action.label(language));
            }
        }
        notification
    }

    /// Where a pop-up is that may still show, and is about to go: its click means nothing more.
    fn forget(&self, id: &str) -> Option<Place> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|waiting| !waiting.waiter.is_finished());
        // A sample has no id, and each one is to be seen.
        let position = waiting.iter().position(|waiting| !id.is_empty() && waiting.id == id)?;
        let gone = waiting.remove(position)?;
        gone.waiter.abort();
        Some(gone.place)
    }

    /// Waits for the click without a thread, for the newest pop-ups only.
    fn await_click(&self, handle: NotificationHandle, place: Place, id: String) {
        let clicks = self.clicks.clone();
        let (clicked_id, clicked_at) = (id.clone(), place.clone());
        let waiter = tauri::async_runtime::spawn(async move {
            let mut clicked = false;
            let over = handle.wait_for_action_async(|response| {
                let action = pressed(response);
                clicked = action.is_some();
                if let Some(action) = action {
                    // Nobody listens any more only while the app is ending.
                    let _ = clicks.send(Click { id: clicked_id, action });
                }
            });
            let heard = timeout(CLICKABLE_FOR, over).await.is_ok();
            if heard && clicked {
                // What was clicked is done with, but not every service closes it; those that did refuse. One that
                // went by itself is left alone: closed once more, it would go from Plasma's history too.
                let _ = timeout(DEADLINE, close(&clicked_at)).await;
            }
        });
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|waiting| !waiting.waiter.is_finished());
        if waiting.len() == CLICKABLE
            && let Some(oldest) = waiting.pop_front()
        {
            oldest.waiter.abort();
        }
        waiting.push_back(Waiting { id, place, waiter: waiter.inner().abort_handle() });
    }
}

impl Toaster for DesktopToaster {
    async fn show(&self, toast: Toast) -> Result<(), ToastFault> {
        match timeout(DEADLINE, self.send(&toast)).await {
            Ok(shown) => {
                let (handle, place) = shown?;
                self.await_click(handle, place, toast.id);
                Ok(())
            }
            Err(_) => {
                tracing::warn!("the notification service did not answer within {DEADLINE:?}");
                Err(ToastFault::Failing)
            }
        }
    }

    async fn withdraw(&self, id: String) {
        let Some(place) = self.forget(&id) else { return };
        match timeout(DEADLINE, close(&place)).await {
            Ok(Ok(())) => {}
            // It went by itself, or with its service.
            Ok(Err(error)) => tracing::debug!("a pop-up was not withdrawn: {error}"),
            Err(_) => tracing::warn!("the notification service did not answer within {DEADLINE:?}"),
        }
    }
}

async fn close(place: &Place) -> zbus::Result<()> {
    let session = zbus::Connection::session().await?;
    let service = Some(place.service.as_str());
    session.call_method(service, PATH, Some(SERVICE), "CloseNotification", &(place.number)).await?;
    Ok(())
}

/// Tells, once, why the app cannot start. It ends next, so that nothing is done about a failure.
pub(crate) async fn last_words(why: &str) {
    let show = async {
        let markup = Service::ask().await?.can("body-markup");
        let mut notification = Notification::new();
        notification.appname(NAME).urgency(notify_rust::Urgency::Critical);
        notification.summary(Words::in_language(desktop_language()).cannot_start);
        let _ = notification.body(&text::body(why, markup)).show_async().await;
        Ok::<_, ToastFault>(())
    };
    let _ = timeout(DEADLINE, show).await;
}

impl Service {
    /// Asked each time, because services are replaced while the app runs; and asked by ourselves, because
    /// notify-rust blocks here and keeps the kind of its errors to itself, and this is where a missing bus or
    /// service shows.
    async fn ask() -> Result<Self, ToastFault> {
        let session = zbus::Connection::session().await.map_err(|error| {
            tracing::warn!("there is no session bus: {error}");
            ToastFault::NoBus
        })?;
        let asked = session.call_method(Some(SERVICE), PATH, Some(SERVICE), "GetCapabilities", &()).await;
        let answered = asked.and_then(|reply| {
            let name = reply.header().sender().map(ToString::to_string).unwrap_or_default();
            Ok(Self { name, capabilities: reply.body().deserialize()? })
        });
        answered.map_err(|error| {
            tracing::warn!("no notification service: {error}");
            match &error {
                zbus::Error::MethodError(name, ..) if nobody_there(name.as_str()) => ToastFault::NoService,
                _ => ToastFault::Failing,
            }
        })
    }

    fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|one| one == capability)
    }
}

/// What can be pressed, by the keys that the service reports. First a click beside the buttons, which some services
/// draw as one more; not on a locked screen, where nothing is offered and anybody could press.
fn pressable(offered: &[ToastAction]) -> Vec<(&'static str, ToastAction)> {
    let beside = offered.contains(&ToastAction::Open).then_some(("default", ToastAction::Open));
    let buttons = buttons::shown(offered).into_iter().map(|action| (buttons::key(action), action));
    beside.into_iter().chain(buttons).collect()
}

/// What was pressed, unless the pop-up is over without that.
fn pressed(response: &NotificationResponse) -> Option<ToastAction> {
    match response {
        NotificationResponse::Default => Some(ToastAction::Open),
        NotificationResponse::Action(key) => buttons::named(key),
        NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => None,
    }
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
    fn what_offers_to_open_opens_by_a_click_beside_the_buttons_and_a_locked_screen_by_none() {
        use ToastAction::{Open, Take};
        let everything = [("default", Open), ("take", Take), ("open", Open)];
        assert_eq!(pressable(&[Take, Open]), everything);
        assert_eq!(pressable(&[Open]), [("default", Open), ("open", Open)]);
        assert_eq!(pressable(&[]), [], "a stranger opens nothing");
    }

    #[test]
    fn a_pop_up_that_went_by_itself_was_not_pressed() {
        use notify_rust::CloseReason::{Dismissed, Expired};
        for gone in [Expired, Dismissed] {
            assert_eq!(pressed(&NotificationResponse::Closed(gone)), None);
        }
        assert_eq!(pressed(&NotificationResponse::Default), Some(ToastAction::Open));
        assert_eq!(pressed(&"take".into()), Some(ToastAction::Take));
    }

    #[test]
    fn an_absent_service_is_told_from_a_failing_one() {
        assert!(nobody_there("org.freedesktop.DBus.Error.ServiceUnknown"));
        assert!(nobody_there("org.freedesktop.DBus.Error.Spawn.ExecFailed"));
        assert!(!nobody_there("org.freedesktop.DBus.Error.NoReply"));
    }
}
