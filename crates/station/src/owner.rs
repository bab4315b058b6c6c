//! The one task that holds the station's state.

mod commands;
mod hearing;
mod sessions;
mod storing;

use std::sync::Arc;
use std::time::Duration;

use chapfood_client::Pacing;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::channels::Channels;
use crate::clock::Clock;
use crate::contract::{Command, Fault, Link, PopupHealth, Snapshot};
use crate::drafts::Drafts;
use crate::events::{Announcer, Subscribing};
use crate::feed::{BATCHES, Feed, Word};
use crate::history::History;
use crate::hosting::Hosting;
use crate::popups::Popups;
use crate::seams::{LocalHub, SettingsStore, Toaster};
use crate::state::State;
use crate::station::{Seams, StartFault, StationConfig};
use crate::toast_policy::ToastPolicy;
use commands::SendOutcome;
use storing::Unstored;

/// How long the last words of a session are waited for at the end.
const GOODBYE: Duration = Duration::from_secs(3);

/// Where the answer to a command goes.
pub(crate) type Reply = oneshot::Sender<Result<Value, Fault>>;

/// What handles ask of the owner.
#[derive(Debug)]
pub(crate) enum Request {
    Do(Command, Reply),
    ToastActivated(String),
    Close(oneshot::Sender<()>),
}

/// What the owner's own helpers report, once per thing they were given.
#[derive(Debug)]
enum Report {
    Popup(PopupHealth),
    /// The hub of this computer is on or has failed, as ordered.
    HubStarted,
    Sent(Box<SendOutcome>),
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
    popups: Popups,
    policy: ToastPolicy,
    drafts: Drafts,
    /// What the disk has not taken yet.
    unstored: Option<Unstored>,

    pacing: Pacing,
    /// The session that counts; none while the hub of this computer is being started for it.
    feed: Option<Feed>,
    /// Sessions started so far.
    sessions: u64,
    /// When the hub is to be asked again who is in which channel.
    refresh_at: Option<Instant>,

    to_words: mpsc::Sender<Word>,
    words: mpsc::Receiver<Word>,
    to_reports: mpsc::UnboundedSender<Report>,
    reports: mpsc::UnboundedReceiver<Report>,
}

impl Owner {
    pub(crate) async fn start<S, T, H, C>(
        config: StationConfig,
        seams: Seams<S, T, H, C>,
        history: History,
    ) -> Result<Self, StartFault>
    where
        S: SettingsStore,
        T: Toaster,
        H: LocalHub,
        C: Clock,
    {
        let store: Arc<dyn SettingsStore> = Arc::new(seams.settings);
        let hosting = Hosting::start(seams.hub);
        let hosted_hub = hosting.state().borrow().clone();
        let state = State {
            host: config.host,
            version: config.version,
            desktop_language: config.desktop_language,
            settings: commands::first_settings(&store, config.os_user.as_deref()).await?,
            link: Link::Connecting,
            hub_name: None,
            hub_stats: None,
            channels: Channels::default(),
            tally: history.run(|inbox| inbox.tally()).await?,
            hosted_hub,
            popup_health: PopupHealth::Unknown,
            storage_fault: None,
        };
        let (to_words, words) = mpsc::channel(BATCHES);
        let (to_reports, reports) = mpsc::unbounded_channel();
        let told = to_reports.clone();
        let popups = Popups::start(seams.toaster, move |health| drop(told.send(Report::Popup(health))));
        let shown = watch::Sender::new(state.snapshot());
        let announcer = Announcer::start(shown.subscribe());
        Ok(Self {
            state,
            shown,
            announcer,
            store,
            clock: Arc::new(seams.clock),
            history,
            hosting,
            popups,
            policy: ToastPolicy::default(),
            drafts: Drafts::default(),
            unstored: None,
            pacing: config.pacing,
            feed: None,
            sessions: 0,
            refresh_at: None,
            to_words,
            words,
            to_reports,
            reports,
        })
    }

    pub(crate) fn subscribing(&self) -> Subscribing {
        self.announcer.subscribing(self.shown.subscribe())
    }

    /// Runs until it is told to close, or until the last handle is gone.
    pub(crate) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        self.begin();
        let mut hub = self.hosting.state();
        let closer = loop {
            self.publish();
            let wake = self.next_wake();
            tokio::select! {
                request = requests.recv() => match request {
                    Some(Request::Do(command, reply)) => self.perform(command, reply).await,
                    Some(Request::ToastActivated(id)) => self.open_requested(id).await,
                    Some(Request::Close(reply)) => break Some(reply),
                    None => break None,
                },
                // While the disk refuses, nothing more is taken: the hub keeps it.
                Some(word) = self.words.recv(), if self.unstored.is_none() => self.hear(word).await,
                Some(report) = self.reports.recv() => self.note(report),
                Ok(()) = hub.changed() => self.state.hosted_hub = hub.borrow_and_update().clone(),
                () = at(wake) => self.wake().await,
            }
        };
        self.end().await;
        if let Some(closer) = closer {
            // Whoever asked may be gone.
            let _ = closer.send(());
        }
    }

    /// First the hub of this computer, then the session: the other way round, the first attempt would fail.
    fn begin(&mut self) {
        let hosts = self.state.settings.host_hub;
        if hosts {
            self.turn_hub_on();
        }
        if !(hosts && self.state.listens_to_own_hub()) {
            self.start_session();
        }
    }

    async fn end(&mut self) {
        self.end_session();
        // With our own sender gone, the words end with the last session.
        self.to_words = mpsc::channel(1).0;
        // What the hub still says is stored, or it would count as received and be lost.
        let hearing_out = async {
            while self.unstored.is_none()
                && let Some(word) = self.words.recv().await
            {
                self.hear(word).await;
            }
        };
        if timeout(GOODBYE, hearing_out).await.is_err() {
            tracing::warn!("the session did not end in time");
        }
        // An order that nobody takes any more leaves nothing to stop.
        let _ = self.hosting.turn_off().await;
    }

    fn note(&mut self, report: Report) {
        match report {
            Report::Popup(health) => self.state.popup_health = health,
            Report::HubStarted => self.own_hub_started(),
            Report::Sent(outcome) => self.sent(*outcome),
        }
    }

    async fn wake(&mut self) {
        let now = Instant::now();
        if self.refresh_at.is_some_and(|due| due <= now) {
            self.ask_for_channels();
        }
        self.store_again(now).await;
        let toasts = self.policy.due(self.clock.now(), self.state.language());
        self.popups.show(toasts);
    }

    fn next_wake(&self) -> Option<Instant> {
        let toasts = self.policy.next_due().map(|due| {
            let millis = due.as_millis() - self.clock.now().as_millis();
            Instant::now() + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
        });
        let retry = self.unstored.as_ref().map(|unstored| unstored.retry_at);
        [toasts, retry, self.refresh_at].into_iter().flatten().min()
    }

    /// Puts the state where handles and subscribers see it, if it changed.
    fn publish(&self) {
        let next = self.state.snapshot();
        self.shown.send_if_modified(|shown| {
            let changed = *shown != next;
            *shown = next;
            changed
        });
    }
}

/// The given instant; without one, never.
async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
