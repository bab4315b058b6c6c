//! The one task that holds the station's state.

mod alerting;
mod claiming;
mod commands;
mod deleting;
mod hearing;
mod joining;
mod keeping;
mod preferences;
mod pruning;
mod running;
mod sending;
mod sessions;
mod storing;
mod trying;

use std::collections::BTreeMap;
use std::sync::Arc;

use chapfood_client::{Delivery, LinkState, Pacing, SendFault};
use chapfood_inbox::Tally;
use chapfood_protocol::NotificationSent;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::channels::Channels;
use crate::clock::Clock;
use crate::contract::{Command, Fault, Link, Place, PopupHealth, Snapshot, SoundHealth, Todo};
use crate::events::{Announcer, Subscribing};
use crate::feed::{BATCHES, Ears, Feed};
use crate::fresh_id::fresh_id;
use crate::history::History;
use crate::hosting::Hosting;
use crate::pairing::Step;
use crate::popups::Popups;
use crate::seams::{LocalHub, Player, SettingsStore, Toaster};
use crate::sounds::Sounds;
use crate::state::State;
use crate::station::{Seams, StartFault, StationConfig};
use crate::toast::ToastAction;
use crate::toast_policy::ToastPolicy;
use alerting::Alerting;
use joining::{Held, Joining};
use keeping::Keeping;
use pruning::Pruning;
use sending::Sending;
use storing::{Asked, Figures, Unstored};
use trying::{Trial, Tried};

/// Where the answer to a command goes.
pub(crate) type Reply = oneshot::Sender<Result<Value, Fault>>;

/// What handles ask of the owner.
#[derive(Debug)]
pub(crate) enum Request {
    Do(Box<Command>, Reply),
    ToastActivated(String, ToastAction),
    Show(Place),
    MayQuit(oneshot::Sender<bool>),
    ScreenLocked(bool),
    Close(oneshot::Sender<()>),
}

/// What the owner's own helpers report, once per thing they were given.
#[derive(Debug)]
enum Report {
    Popup(PopupHealth),
    Sound(SoundHealth),
    Tried(Tried),
    /// The hub of this computer is on or has failed, as ordered.
    HubStarted,
    /// How far being let in at a hub is, by the number of the attempt.
    Pairing(u64, Step),
    /// What this computer has to show a hub.
    TokenHeld(Held),
    /// What was sent under this number has been answered, or will not be.
    Answered(i64, Box<Result<NotificationSent, SendFault>>),
}

/// A running station.
pub(crate) struct Owner {
    state: State,
    shown: watch::Sender<Snapshot>,
    announcer: Announcer,

    store: Arc<dyn SettingsStore>,
    clock: Arc<dyn Clock>,
    history: History,
    hosting: Hosting,
    joining: Joining,
    popups: Popups,
    policy: ToastPolicy,
    sounds: Sounds,
    alerting: Alerting,
    trial: Trial,
    sending: Sending,
    pruning: Pruning,
    keeping: Keeping,
    /// What the disk has not taken yet.
    unstored: Option<Unstored>,
    /// Whether strangers may be looking at a locked screen.
    screen_locked: bool,

    pacing: Pacing,
    /// By which hubs know this computer.
    device_id: String,
    /// By which people know this computer.
    device_name: Option<String>,
    /// The session that counts; none while the hub of this computer is being started for it.
    feed: Option<Feed>,
    /// Sessions started so far.
    sessions: u64,
    /// When the hub is to be asked again who is in which channel.
    refresh_at: Option<Instant>,

    /// Where new sessions are heard; none at the end, so that the batches end with the last session.
    ears: Option<Ears>,
    links: mpsc::UnboundedReceiver<(u64, LinkState)>,
    batches: mpsc::Receiver<(u64, Vec<Delivery>)>,
    to_reports: mpsc::UnboundedSender<Report>,
    reports: mpsc::UnboundedReceiver<Report>,
}

impl Owner {
    pub(crate) async fn start<S, T, P, H, C>(
        config: StationConfig,
        seams: Seams<S, T, P, H, C>,
        history: History,
    ) -> Result<Self, StartFault>
    where
        S: SettingsStore,
        T: Toaster,
        P: Player,
        H: LocalHub,
        C: Clock,
    {
        let store: Arc<dyn SettingsStore> = Arc::new(seams.settings);
        let hosting = Hosting::start(seams.hub);
        let hosted_hub = hosting.state().borrow().clone();
        let fresh_id = fresh_id().map_err(StartFault::NoRandom)?;
        let device_id = history.run(move |inbox| inbox.device_id(&fresh_id)).await?;
        let mut state = State {
            host: config.host,
            version: config.version,
            desktop_language: config.desktop_language,
            settings: preferences::first_settings(&store, config.os_user.as_deref(), config.asks_first)
                .await?,
            link: Link::Connecting,
            hub_name: None,
            hub_stats: None,
            channels: Channels::default(),
            tally: Tally::default(),
            history_bytes: 0,
            catch_up: None,
            hosted_hub,
            popup_health: PopupHealth::Unknown,
            sound_health: SoundHealth::Unknown,
            todo: Todo::default(),
            today: BTreeMap::new(),
            ringing: 0,
            quiet_until: None,
            latest: Vec::new(),
            readiness: None,
            found: Vec::new(),
            pairing: None,
            token_kept: None,
            storage_fault: None,
            gap: None,
        };
        let mut keeping = Keeping::start();
        let clock: Arc<dyn Clock> = Arc::new(seams.clock);
        let asked = Asked::now(&state.settings, &*clock);
        history.run(move |inbox| Figures::of(inbox, Some(&asked))).await?.show(&mut state, &mut keeping);
        let sending = Sending::load(&history).await?;
        let (to_links, links) = mpsc::unbounded_channel();
        let (to_batches, batches) = mpsc::channel(BATCHES);
        let (to_reports, reports) = mpsc::unbounded_channel();
        let told = to_reports.clone();
        let popups = Popups::start(seams.toaster, move |health| drop(told.send(Report::Popup(health))));
        let told = to_reports.clone();
        let sounds = Sounds::start(seams.player, move |health| drop(told.send(Report::Sound(health))));
        let shown = watch::Sender::new(state.snapshot(sending.shown()));
        let announcer = Announcer::start(shown.subscribe());
        Ok(Self {
            state,
            shown,
            announcer,
            store,
            clock,
            history,
            hosting,
            joining: Joining::new(seams.finder, Arc::from(seams.tokens)),
            popups,
            policy: ToastPolicy::default(),
            sounds,
            alerting: Alerting::start(),
            trial: Trial::default(),
            sending,
            pruning: Pruning::start(),
            keeping,
            unstored: None,
            screen_locked: false,
            pacing: config.pacing,
            device_id,
            device_name: config.device_name,
            feed: None,
            sessions: 0,
            refresh_at: None,
            ears: Some(Ears { links: to_links, batches: to_batches }),
            links,
            batches,
            to_reports,
            reports,
        })
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    pub(crate) fn hosting(&self) -> Hosting {
        self.hosting.clone()
    }

    pub(crate) fn subscribing(&self) -> Subscribing {
        self.announcer.subscribing(self.shown.subscribe())
    }
}
