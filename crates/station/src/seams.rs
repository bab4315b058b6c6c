//! What the station needs of the computer it runs on.

use std::future::Future;

use tokio::sync::watch;

use crate::contract::{HostedHub, Settings, Sound};
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
    /// A click on it, or on one of its buttons, is reported with
    /// [`Station::toast_activated`](crate::Station::toast_activated).
    fn show(&self, toast: Toast) -> impl Future<Output = Result<(), ToastFault>> + Send;

    /// Takes the pop-up with this [`Toast::id`] off the screen, if it still shows. Given up after 2 s.
    fn withdraw(&self, id: String) -> impl Future<Output = ()> + Send;
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

/// What plays sounds.
pub trait Player: Send + Sync + 'static {
    /// Plays one, once, at a volume of 0 to 100, and returns as soon as the device has begun. Given up after
    /// 3 s, so it must bear being dropped at any await.
    fn play(&self, sound: Sound, volume: u8) -> impl Future<Output = Result<(), SoundFault>> + Send;
}

/// Why a sound was not played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SoundFault {
    /// There is nothing to play on.
    #[error("there is no sound device")]
    NoDevice,
    /// The device refused, or did not answer, with the system's words.
    #[error("the sound device does not play: {0}")]
    Failing(String),
    /// This host plays no sounds.
    #[error("this host plays no sounds")]
    Unsupported,
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
