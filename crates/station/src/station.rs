use std::path::PathBuf;
use std::sync::Arc;

use chapfood_client::Pacing;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::contract::{
    Command, Fault, FaultCode, Filter, HostKind, HubOverview, Language, Place, Settings, Snapshot,
};
use crate::events::{Events, Subscribing};
use crate::export;
use crate::history::{self, History, HistoryFault};
use crate::hosting::Hosting;
use crate::owner::{Owner, Request};
use crate::seams::{Finder, LocalHub, PairingOrder, Player, SettingsStore, Toaster, TokenStore};
use crate::toast::ToastAction;

/// Requests that may wait; past that callers wait.
const REQUESTS: usize = 64;

/// How a station is run.
#[derive(Debug, Clone)]
pub struct StationConfig {
    /// The file of the history. Its folder must exist.
    pub history: PathBuf,
    /// What carries the UI.
    pub host: HostKind,
    /// The app's version, for the UI to show.
    pub version: String,
    /// The desktop's language, used while the person has chosen none.
    pub desktop_language: Language,
    /// The computer user's name, proposed as sender at the very first start.
    pub os_user: Option<String>,
    /// The computer's name, by which others see where somebody took charge of something.
    pub device_name: Option<String>,
    /// Where exports go; `None`: the computer has no place for them.
    pub exports: Option<PathBuf>,
    /// Whether the very first start asks how this computer gets its notifications. Otherwise it hosts a hub.
    pub asks_first: bool,
    /// How patient the session with the hub is. The default suits a shop.
    pub pacing: Pacing,
}

impl StationConfig {
    /// A station with its history in `history`, in French, under the name of the computer's user.
    pub fn new(history: impl Into<PathBuf>, host: HostKind, version: impl Into<String>) -> Self {
        let os_user = ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        Self {
            history: history.into(),
            host,
            version: version.into(),
            desktop_language: Language::default(),
            os_user,
            device_name: computer_name(),
            exports: None,
            asks_first: false,
            pacing: Pacing::default(),
        }
    }
}

/// What the station needs of the computer.
#[derive(Debug)]
pub struct Seams<S, T, P, H, C> {
    /// Where the settings are kept.
    pub settings: S,
    /// Where tokens are kept.
    pub tokens: Box<dyn TokenStore>,
    /// What looks for hubs.
    pub finder: Box<dyn Finder>,
    /// What shows pop-ups.
    pub toaster: T,
    /// What plays sounds.
    pub player: P,
    /// The hub this computer can host.
    pub hub: H,
    /// The wall clock.
    pub clock: C,
}

/// A handle on the station. Clones are handles on the same one; it ends with the last of them, or with
/// [`Station::close`].
#[derive(Debug, Clone)]
pub struct Station {
    requests: mpsc::Sender<Request>,
    told: Subscribing,
    history: History,
    clock: Arc<dyn Clock>,
    exports: Option<PathBuf>,
    hosting: Hosting,
    device_name: Option<String>,
}

/// Why a station could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The history could not be opened.
    #[error(transparent)]
    History(#[from] HistoryFault),
    /// The system gave no random bytes for the person's id.
    #[error("no random bytes for the id of this station: {0}")]
    NoRandom(getrandom::Error),
}

impl Station {
    /// Opens the history, starts the hub of this computer if the settings say so, then the session.
    /// Returns as soon as the history is open. Needs a tokio runtime with time.
    ///
    /// # Errors
    /// See [`StartFault`]. A hub that cannot start or be reached is no error but a state.
    pub async fn start<S, T, P, H, C>(
        config: StationConfig,
        seams: Seams<S, T, P, H, C>,
    ) -> Result<Self, StartFault>
    where
        S: SettingsStore,
        T: Toaster,
        P: Player,
        H: LocalHub,
        C: Clock,
    {
        let history = History::open(config.history.clone()).await?;
        let (exports, device_name) = (config.exports.clone(), config.device_name.clone());
        let owner = Owner::start(config, seams, history.clone()).await?;
        let (requests, asked) = mpsc::channel(REQUESTS);
        let (told, clock, hosting) = (owner.subscribing(), owner.clock(), owner.hosting());
        tokio::spawn(owner.run(asked));
        Ok(Self { requests, told, history, clock, exports, hosting, device_name })
    }

    /// Does what the UI asks. The reply is what [`Command`] documents for each variant, as JSON.
    ///
    /// # Errors
    /// A [`Fault`] for the UI.
    pub async fn handle(&self, command: Command) -> Result<Value, Fault> {
        match command {
            Command::Snapshot => json(self.snapshot()),
            Command::Outline { filter } => json(self.history.outline(self.asked(&filter)).await?),
            Command::Page { filter, offset, limit } => {
                json(self.history.page(self.asked(&filter), offset, limit).await?)
            }
            Command::Locate { filter, id } => json(self.history.locate(self.asked(&filter), id).await?),
            Command::Waiting { channel, limit } => {
                let filter = Filter { todo: true, channel, ..Filter::default() };
                json(self.history.waiting(self.asked(&filter), limit).await?)
            }
            Command::Export { filter, format } => {
                let exports = self.exports.as_deref();
                json(export::export(&self.history, self.asked(&filter), format, exports, &*self.clock).await?)
            }
            Command::Open { id } => json(self.history.detail(id).await?),
            Command::HubOverview => json(self.overview().await?),
            Command::OfferPairing => json(self.hosting.pair(PairingOrder::Open).await?),
            Command::ClosePairing => json(self.hosting.pair(PairingOrder::Close).await?),
            Command::AnswerPairing { accept } => json(self.hosting.pair(PairingOrder::Answer(accept)).await?),
            Command::CreateToken { wish } => json(self.hosting.create_token(wish).await?),
            Command::RevokeToken { id } => json(self.hosting.revoke_token(id).await?),
            other => {
                let (reply, answer) = oneshot::channel();
                self.ask(Request::Do(Box::new(other), reply)).await?;
                answer.await.map_err(|_| ended())?
            }
        }
    }

    /// What the UI's filter means at the moment.
    fn asked(&self, filter: &Filter) -> chapfood_inbox::Filter {
        history::asked(filter, &self.told.snapshot().settings, self.clock.now())
    }

    async fn overview(&self) -> Result<HubOverview, Fault> {
        let mut overview = self.hosting.overview().await?;
        let snapshot = self.told.snapshot();
        let settings = &snapshot.settings;
        for device in &mut overview.devices {
            device.here =
                device.user_id.as_ref() == Some(&settings.user_id) && device.device_name == self.device_name;
        }
        Ok(overview)
    }

    /// The small state now.
    pub fn snapshot(&self) -> Snapshot {
        self.told.snapshot().clone()
    }

    /// What the person has chosen, as it is now.
    pub fn settings(&self) -> Settings {
        self.told.snapshot().settings.clone()
    }

    /// What happens from now on, beginning with a snapshot.
    pub fn events(&self) -> Events {
        self.told.subscribe()
    }

    /// A pop-up was clicked, or one of its buttons: `id` is its [`Toast::id`](crate::Toast::id). What is to be
    /// opened, the UI is told to open.
    pub async fn toast_activated(&self, id: &str, action: ToastAction) {
        // A click after the end has nothing to act on.
        let _ = self.ask(Request::ToastActivated(id.to_owned(), action)).await;
    }

    /// Has the UI show a place: somebody asked for it in the tray.
    pub async fn show(&self, place: Place) {
        let _ = self.ask(Request::Show(place)).await;
    }

    /// The person wants to end the app. Returns `true` if nobody else is cut off by that; else the UI asks them.
    pub async fn may_quit(&self) -> bool {
        let (reply, answer) = oneshot::channel();
        if self.ask(Request::MayQuit(reply)).await.is_err() {
            return true;
        }
        answer.await.unwrap_or(true)
    }

    /// Whether strangers may be looking at a locked screen: then pop-ups name the channel and nothing else.
    pub async fn screen_locked(&self, locked: bool) {
        let _ = self.ask(Request::ScreenLocked(locked)).await;
    }

    /// Ends the station in order: says goodbye to the hub, then stops the hub of this computer. Within 8 s.
    /// Other handles then answer with faults.
    pub async fn close(&self) {
        let (reply, end) = oneshot::channel();
        if self.ask(Request::Close(reply)).await.is_ok() {
            // Dropped or sent, it has ended.
            let _ = end.await;
        }
    }

    async fn ask(&self, request: Request) -> Result<(), Fault> {
        self.requests.send(request).await.map_err(|_| ended())
    }
}

/// As Windows, or a file that every Linux has, says it.
fn computer_name() -> Option<String> {
    let said = std::env::var("COMPUTERNAME").or_else(|_| std::fs::read_to_string("/etc/hostname")).ok()?;
    Some(said.trim().to_owned()).filter(|name| !name.is_empty())
}

fn ended() -> Fault {
    Fault::new(FaultCode::Unsupported, "the station has ended")
}

fn json(reply: impl Serialize) -> Result<Value, Fault> {
    // Only maps with keys that are no strings could fail, and the contract has none.
    serde_json::to_value(reply).map_err(|error| Fault::new(FaultCode::Unsupported, error))
}
