//! What the station needs of the computer it runs on.

use std::future::Future;

use tokio::sync::watch;

use crate::contract::{HostedHub, Settings};
use crate::toast::Toast;

/// Where the settings are kept.
pub trait SettingsStore: Send + Sync + 'static {
    /// What was last saved; the defaults if there is nothing, or nothing readable. Called once, at the start.
    fn load(&self) -> Settings;

    /// Keeps the settings; they must survive a power cut once this returns. May block.
    ///
    /// # Errors
    /// [`SettingsUnsaved`]; then the ones saved before are still there.
    fn save(&self, settings: &Settings) -> Result<(), SettingsUnsaved>;
}

/// The settings could not be kept, with the system's words.
#[derive(Debug, thiserror::Error)]
#[error("the settings could not be saved: {0}")]
pub struct SettingsUnsaved(pub String);

/// What shows pop-ups.
pub trait Toaster: Send + Sync + 'static {
    /// Shows one. Given up after 2 s, so it must bear being dropped at any await.
    ///
    /// A click on it is reported with [`Station::toast_activated`](crate::Station::toast_activated).
    fn show(&self, toast: Toast) -> impl Future<Output = Result<(), ToastFault>> + Send;
}

/// Why a pop-up was not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ToastFault {
    /// Nobody on the bus shows notifications.
    #[error("no notification service answers on the session's bus")]
    NoService,
    /// There is no bus.
    #[error("there is no session bus")]
    NoBus,
    /// The service refused, or did not answer.
    #[error("the notification service refused, or did not answer")]
    Failing,
}

/// The hub that this computer can host.
///
/// The station calls `start` and `stop` one after the other, never at the same time.
pub trait LocalHub: Send + Sync + 'static {
    /// Starts the hub and returns once [`LocalHub::state`] is `On` or `Failed`. Does nothing if it is on.
    fn start(&self, port: u16) -> impl Future<Output = ()> + Send;

    /// Stops the hub in order, within 5 s, and returns once the state is `Off`. Does nothing if it is off.
    fn stop(&self) -> impl Future<Output = ()> + Send;

    /// How it stands, now and at every change.
    fn state(&self) -> watch::Receiver<HostedHub>;
}
