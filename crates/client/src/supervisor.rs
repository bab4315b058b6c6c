//! The session's own thread: connects, serves, waits, connects again.

use std::ops::ControlFlow;

use chapfood_protocol::{PresenceState, Timestamp};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout};

use crate::again::Again;
use crate::connection::Connection;
use crate::establish::establish;
use crate::inflow::{Inflow, Signal};
use crate::link::{Effect, Link, LinkEvent};
use crate::network::Network;
use crate::pending::Pending;
use crate::receipts::Receipts;
use crate::refusal::Refusal;
use crate::session::Command;
use crate::slumber::{LOOK_EVERY, slept};
use crate::{Delivery, LinkState, SendFault, SessionConfig, clock};

/// Signals of one connection that may wait. The session takes them out at once; a hub that floods us with
/// them is slowed down by its own connection.
const SIGNALS: usize = 64;

/// Everything one session owns.
#[derive(Debug)]
pub(crate) struct Supervisor {
    pub(crate) config: SessionConfig,
    /// The channels to be in, in the order in which they were joined.
    pub(crate) channels: Vec<String>,
    link: Link,
    next: Effect,
    shown: watch::Sender<LinkState>,
    pub(crate) commands: mpsc::UnboundedReceiver<Command>,
    pub(crate) deliveries: mpsc::Sender<Delivery>,
    pub(crate) pending: Pending,
    pub(crate) receipts: Receipts,
    pub(crate) again: Again,
    /// What to say of who hears this computer; `None` until somebody says it here.
    pub(crate) presence: Option<PresenceState>,
    /// When the wall clock was last looked at.
    looked: Timestamp,
    network: Network,
    /// Those who wait for the end; dropped with everything else when it has come.
    pub(crate) closing: Vec<oneshot::Sender<()>>,
}

/// Why a connection is not served any longer.
#[derive(Debug)]
pub(crate) enum Ending {
    /// It broke, or was broken off; why, for the log.
    Lost(String),
    /// We are not let in.
    Refused(Refusal),
    /// The computer slept, and the hub gave the connection up meanwhile.
    Slept,
    /// No handle wants the session any more: say goodbye.
    Close,
    /// Nobody reads the deliveries: break it off, so that the hub keeps what was not read.
    Abandoned,
}

impl Supervisor {
    pub(crate) fn new(
        mut config: SessionConfig,
        shown: watch::Sender<LinkState>,
        commands: mpsc::UnboundedReceiver<Command>,
        deliveries: mpsc::Sender<Delivery>,
        network: Network,
    ) -> Self {
        let channels = std::mem::take(&mut config.channels);
        let now = clock::now();
        Self {
            config,
            channels,
            link: Link::starting(now),
            next: Effect::Attempt,
            shown,
            commands,
            deliveries,
            pending: Pending::default(),
            receipts: Receipts::default(),
            again: Again::default(),
            presence: None,
            looked: now,
            network,
            closing: Vec::new(),
        }
    }

    /// Serves until the last handle, or the reader of the deliveries, is gone.
    ///
    /// Each connection has a runtime of its own: ending it is the only way to be rid of every task that
    /// `rust_socketio` left behind. Callbacks of an earlier connection cannot come late for the same reason.
    pub(crate) fn run(mut self) {
        loop {
            let runtime = match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => {
                    tracing::error!(%error, "no runtime for the session; is the system out of descriptors?");
                    std::thread::sleep(self.config.pacing.first_delay);
                    if self.commands.is_closed() {
                        return;
                    }
                    continue;
                }
            };
            let flow = runtime.block_on(self.round());
            runtime.shutdown_background();
            if flow.is_break() {
                return;
            }
        }
    }

    /// One wait, if one is due, and one connection.
    async fn round(&mut self) -> ControlFlow<()> {
        if let Effect::Wait(delay) = self.next {
            let due = Instant::now() + delay;
            let mut look = self.looks();
            while self.next != Effect::Attempt {
                tokio::select! {
                    () = sleep_until(due) => self.step(LinkEvent::Due),
                    _ = look.tick() => if self.woke() || self.network.changed() {
                        self.step(LinkEvent::TryNow);
                    },
                    command = self.commands.recv() => self.unconnected(command)?,
                    () = self.deliveries.closed() => return ControlFlow::Break(()),
                }
            }
        }
        self.network.try_with_this();
        let (signal, mut signals) = mpsc::channel(SIGNALS);
        let inflow = Inflow::new(self.deliveries.clone(), signal, self.config.pacing.reader_patience);
        let ending = match self.connect(inflow, &mut signals).await {
            Ok((connection, epoch)) => {
                self.receipts.connected(epoch);
                self.again.connected();
                self.step(LinkEvent::Confirmed);
                let ending = self.serve(&connection, &mut signals).await;
                if matches!(ending, Ending::Close) {
                    self.part(connection, signals).await;
                }
                ending
            }
            Err(ending) => ending,
        };
        self.pending.abandon();
        match ending {
            Ending::Lost(why) => {
                tracing::info!(hub = self.config.address, why, "not connected to the hub");
                self.step(LinkEvent::Lost);
            }
            Ending::Slept => {
                tracing::info!(hub = self.config.address, "the computer slept: connecting anew");
                self.step(LinkEvent::Lost);
                self.step(LinkEvent::TryNow);
            }
            Ending::Refused(refusal) => {
                let (reason, words) = (refusal.reason.code(), &refusal.words);
                tracing::warn!(hub = self.config.address, reason, words, "the connection was refused");
                self.step(LinkEvent::Refused(refusal));
            }
            Ending::Close | Ending::Abandoned => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    async fn connect(
        &mut self,
        inflow: Inflow,
        signals: &mut mpsc::Receiver<Signal>,
    ) -> Result<(Connection, Option<String>), Ending> {
        let config = self.config.clone();
        let opening = timeout(config.pacing.connect_deadline, establish(&config, inflow, signals));
        tokio::pin!(opening);
        loop {
            tokio::select! {
                opened = &mut opening => {
                    return opened.unwrap_or_else(|_| Err(Ending::Lost("the hub did not answer in time".into())));
                }
                command = self.commands.recv() => if self.unconnected(command).is_break() {
                    return Err(Ending::Close);
                },
                () = self.deliveries.closed() => return Err(Ending::Abandoned),
            }
        }
    }

    /// A command while there is no connection. `Break`: the session is to end.
    fn unconnected(&mut self, command: Option<Command>) -> ControlFlow<()> {
        match command {
            Some(Command::Join(channel)) => self.remember(&channel),
            Some(Command::Leave(channel)) => self.channels.retain(|joined| *joined != channel),
            Some(Command::Presence(state)) => self.presence = Some(state),
            Some(Command::GetChannels | Command::GetStats | Command::Received(..) | Command::Claim(..)) => {}
            Some(Command::TryNow) => self.step(LinkEvent::TryNow),
            Some(Command::Send(_, reply)) => {
                let _ = reply.send(Err(SendFault::NotConnected));
            }
            Some(Command::Close(reply)) => {
                self.closing.push(reply);
                return ControlFlow::Break(());
            }
            None => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    pub(crate) fn remember(&mut self, channel: &str) {
        if !self.channels.iter().any(|joined| joined == channel) {
            self.channels.push(channel.to_owned());
        }
    }

    /// The times to look at the wall clock, and at the network while waiting, from now on.
    pub(crate) fn looks(&mut self) -> Interval {
        self.looked = clock::now();
        let mut looks = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        looks
    }

    /// Whether the computer slept since the last look.
    pub(crate) fn woke(&mut self) -> bool {
        let last = std::mem::replace(&mut self.looked, clock::now());
        slept(last, self.looked)
    }

    fn step(&mut self, event: LinkEvent) {
        let link = self.link.clone();
        let (link, effect) = link.after(event, clock::now(), chance(), &self.config.pacing);
        self.link = link;
        if effect != Effect::None {
            self.next = effect;
        }
        self.shown.send_if_modified(|shown| {
            let changed = *shown != self.link.shown;
            shown.clone_from(&self.link.shown);
            changed
        });
    }
}

/// Between 0 and 1.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |bits| f64::from(bits) / f64::from(u32::MAX))
}

#[cfg(test)]
#[path = "supervisor_tests.rs"]
mod tests;
