//! What the station needs of the computer it runs on.

use std::fmt::Debug;
use std::future::Future;

use chapfood_protocol::Secret;
use tokio::sync::watch;

use crate::contract::{FoundHub, HostedHub, HubOverview, NewToken, Settings, Sound, TokenKept, TokenWish};
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
/// The station calls everything but `state` one after the other, never at the same time.
pub trait LocalHub: Send + Sync + 'static {
    /// Starts the hub and returns once [`LocalHub::state`] is `On` or `Failed`. Does nothing if it is on.
    fn start(&self, plan: HubPlan) -> impl Future<Output = ()> + Send;

    /// Stops the hub in order, within 5 s, and returns once the state is `Off`. Does nothing if it is off.
    fn stop(&self) -> impl Future<Output = ()> + Send;

    /// How it stands, now and at every change.
    fn state(&self) -> watch::Receiver<HostedHub>;

    /// What is going on there.
    fn overview(&self) -> impl Future<Output = Result<HubOverview, LocalHubFault>> + Send;

    /// Opens, closes or answers an offer to let another computer in. How it stands is in [`LocalHub::state`].
    fn pair(&self, order: PairingOrder) -> impl Future<Output = Result<(), LocalHubFault>> + Send;

    /// Gives out a token.
    fn create_token(&self, wish: TokenWish) -> impl Future<Output = Result<NewToken, LocalHubFault>> + Send;

    /// Withdraws a token, and with it whoever came in by it. Does nothing if there is none with this number.
    fn revoke_token(&self, id: i64) -> impl Future<Output = Result<(), LocalHubFault>> + Send;
}

/// How a hub is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubPlan {
    /// Where programs of this computer reach it.
    pub port: u16,
    /// What it calls itself.
    pub name: String,
    /// Whether other computers come in, with a token and by TLS, at `port + 1`.
    pub network: bool,
    /// Whether devices do that cannot do TLS, with a token, at `port + 2`. Only if `network` is.
    pub plain: bool,
}

/// What the owner of a hub does about letting another computer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairingOrder {
    /// There is a new code; an earlier one is not good any more.
    Open,
    /// There is none any more.
    Close,
    /// The computer that knows it comes in, or does not.
    Answer(bool),
}

/// Why the hub hosted here did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LocalHubFault {
    /// It is off.
    #[error("the hub of this computer is off")]
    Off,
    /// Other computers do not come in there at all.
    #[error("the hub of this computer has no door for others")]
    NoDoor,
    /// What was asked makes no sense, with the reason.
    #[error("{0}")]
    Senseless(&'static str),
    /// Its disk refused, with the system's words.
    #[error("the hub's disk refused: {0}")]
    Disk(String),
}

/// Where the tokens are kept by which hubs let this computer in, each under the fingerprint of its hub.
pub trait TokenStore: Debug + Send + Sync + 'static {
    /// The token for that hub, and where it was. May block.
    fn load(&self, hub: &str) -> Option<(Secret, TokenKept)>;

    /// Keeps it; it must survive a power cut once this returns. May block.
    ///
    /// # Errors
    /// [`TokenUnsaved`].
    fn save(&self, hub: &str, token: &Secret) -> Result<TokenKept, TokenUnsaved>;
}

/// A token could not be kept, with the system's words.
#[derive(Debug, thiserror::Error)]
#[error("the token could not be kept: {0}")]
pub struct TokenUnsaved(pub String);

/// What looks for hubs on the network.
pub trait Finder: Debug + Send + Sync + 'static {
    /// Those that announce themselves, or those alone that claim the id `only`, now and at every change, for as long
    /// as the receiver is kept. [`FoundHub::known`] is the station's to say. `None`: this host cannot look.
    fn search(&self, only: Option<&str>) -> Option<watch::Receiver<Vec<FoundHub>>>;
}
