//! The session's own thread: connects, serves, waits, connects again.

use std::future::pending;
use std::ops::ControlFlow;

use chapfood_protocol::{SendRequest, event};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::connection::{Connection, OpenFault};
use crate::inflow::{Inflow, Signal};
use crate::link::{Effect, Link, LinkEvent};
use crate::pending::{Pending, Reply};
use crate::session::Command;
use crate::{Delivery, LinkState, SendFault, SessionConfig, clock};

/// Signals of one connection that may wait. The session takes them out at once; a hub that floods us with
/// them is slowed down by its own connection.
const SIGNALS: usize = 64;

/// Everything one session owns.
#[derive(Debug)]
pub(crate) struct Supervisor {
    config: SessionConfig,
    /// The channels to be in, in the order in which they were joined.
    channels: Vec<String>,
    link: Link,
    next: Effect,
    shown: watch::Sender<LinkState>,
    commands: mpsc::UnboundedReceiver<Command>,
    deliveries: mpsc::Sender<Delivery>,
    pending: Pending,
    /// Those who wait for the end; dropped with everything else when it has come.
    closing: Vec<oneshot::Sender<()>>,
}

/// Why a connection is not served any longer.
enum Ending {
    /// It broke, or was broken off; why, for the log.
    Lost(String),
    /// The hub does not let us in.
    Refused(String),
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
    ) -> Self {
        let channels = std::mem::take(&mut config.channels);
        let link = Link::starting(clock::now());
        let (pending, closing) = (Pending::default(), Vec::new());
        Self { config, channels, link, next: Effect::Attempt, shown, commands, deliveries, pending, closing }
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
            while self.next != Effect::Attempt {
                tokio::select! {
                    () = sleep_until(due) => self.step(LinkEvent::Due),
                    command = self.commands.recv() => self.unconnected(command)?,
                    () = self.deliveries.closed() => return ControlFlow::Break(()),
                }
            }
        }
        let (signal, mut signals) = mpsc::channel(SIGNALS);
        let inflow = Inflow::new(self.deliveries.clone(), signal, self.config.pacing.reader_patience);
        let ending = match self.connect(inflow, &mut signals).await {
            Ok(connection) => {
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
            Ending::Refused(words) => {
                tracing::warn!(hub = self.config.address, words, "the hub refused the connection");
                self.step(LinkEvent::Refused(words));
            }
            Ending::Close | Ending::Abandoned => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    async fn connect(
        &mut self,
        inflow: Inflow,
        signals: &mut mpsc::Receiver<Signal>,
    ) -> Result<Connection, Ending> {
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

    async fn serve(&mut self, connection: &Connection, signals: &mut mpsc::Receiver<Signal>) -> Ending {
        for channel in self.channels.clone() {
            if let Err(ending) = self.emit(connection, event::JOIN_CHANNEL, Some(json!(channel))).await {
                return ending;
            }
        }
        loop {
            let deadline = self.pending.next_deadline();
            let served = tokio::select! {
                signal = signals.recv() => self.heard(signal).await,
                command = self.commands.recv() => self.connected(connection, command).await,
                () = at(deadline) => {
                    self.pending.expire(Instant::now());
                    Ok(())
                }
                () = self.deliveries.closed() => Err(Ending::Abandoned),
            };
            if let Err(ending) = served {
                return ending;
            }
        }
    }

    async fn heard(&mut self, signal: Option<Signal>) -> Result<(), Ending> {
        match signal {
            Some(Signal::Accepted | Signal::Confirmed) => Ok(()),
            Some(Signal::Sent(sent)) => {
                self.pending.confirm(sent);
                Ok(())
            }
            Some(Signal::Errors(error)) => {
                let Some(error) = self.pending.refuse(error) else { return Ok(()) };
                let told = self.deliveries.send(Delivery::Errors(error));
                match timeout(self.config.pacing.reader_patience, told).await {
                    Ok(_) => Ok(()),
                    Err(_) => Err(Ending::Lost("the queue of deliveries stayed full".into())),
                }
            }
            Some(Signal::Refused(words)) => Err(Ending::Refused(words)),
            Some(Signal::Lost(why)) => Err(Ending::Lost(why)),
            None => Err(Ending::Lost("the connection ended".into())),
        }
    }

    async fn connected(&mut self, connection: &Connection, command: Option<Command>) -> Result<(), Ending> {
        match command {
            Some(Command::Join(channel)) => {
                self.remember(&channel);
                self.emit(connection, event::JOIN_CHANNEL, Some(json!(channel))).await
            }
            Some(Command::Leave(channel)) => {
                self.channels.retain(|joined| *joined != channel);
                self.emit(connection, event::LEAVE_CHANNEL, Some(json!(channel))).await
            }
            Some(Command::GetChannels) => self.emit(connection, event::GET_CHANNELS, None).await,
            Some(Command::GetStats) => self.emit(connection, event::GET_STATS, None).await,
            Some(Command::TryNow) => Ok(()),
            Some(Command::Send(request, reply)) => self.send(connection, *request, reply).await,
            Some(Command::Close(reply)) => {
                self.closing.push(reply);
                Err(Ending::Close)
            }
            None => Err(Ending::Close),
        }
    }

    /// A command while there is no connection. `Break`: the session is to end.
    fn unconnected(&mut self, command: Option<Command>) -> ControlFlow<()> {
        match command {
            Some(Command::Join(channel)) => self.remember(&channel),
            Some(Command::Leave(channel)) => self.channels.retain(|joined| *joined != channel),
            Some(Command::GetChannels | Command::GetStats) => {}
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

    async fn send(
        &mut self,
        connection: &Connection,
        mut request: SendRequest,
        reply: Reply,
    ) -> Result<(), Ending> {
        request.client_id = request.client_id.or_else(fresh_id);
        let until = Instant::now() + self.config.pacing.answer_deadline;
        self.pending.add(request.client_id.clone(), until, reply);
        self.emit(connection, event::SEND_NOTIFICATION, Some(wire(request))).await
    }

    async fn emit(&self, connection: &Connection, event: &str, payload: Option<Value>) -> Result<(), Ending> {
        match timeout(self.config.pacing.emit_deadline, connection.emit(event, payload)).await {
            Ok(sent) => sent.map_err(Ending::Lost),
            Err(_) => Err(Ending::Lost("the network took nothing more".into())),
        }
    }

    /// Says goodbye and hears the hub out: what it sent before it heard us counts as delivered there.
    async fn part(&mut self, connection: Connection, mut signals: mpsc::Receiver<Signal>) {
        let deadline = self.config.pacing.goodbye_deadline;
        let parting = async {
            connection.goodbye().await;
            while let Some(signal) = signals.recv().await {
                if let Signal::Sent(sent) = signal {
                    self.pending.confirm(sent);
                }
            }
        };
        if timeout(deadline, parting).await.is_err() {
            tracing::debug!("the hub did not close after our goodbye");
        }
    }

    fn remember(&mut self, channel: &str) {
        if !self.channels.iter().any(|joined| joined == channel) {
            self.channels.push(channel.to_owned());
        }
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

/// Opens a connection and waits until the hub has let us in.
async fn establish(
    config: &SessionConfig,
    inflow: Inflow,
    signals: &mut mpsc::Receiver<Signal>,
) -> Result<Connection, Ending> {
    let connection = Connection::open(config, inflow.clone()).await.map_err(|fault| match fault {
        OpenFault::Address(why) => Ending::Refused(why),
        OpenFault::Unreachable(why) => Ending::Lost(why),
    })?;
    let mut grace = None;
    loop {
        let signal = tokio::select! {
            signal = signals.recv() => signal,
            () = at(grace) => return Ok(connection),
        };
        match signal {
            Some(Signal::Confirmed) => return Ok(connection),
            // The published API confirms; a hub that does not is taken at its CONNECT.
            Some(Signal::Accepted) => {
                grace = Some(Instant::now() + config.pacing.confirmation_grace);
            }
            Some(Signal::Errors(error)) => inflow.deliver(Some(Delivery::Errors(error))).await,
            Some(Signal::Sent(_)) => {}
            Some(Signal::Refused(words)) => return Err(Ending::Refused(words)),
            Some(Signal::Lost(why)) => return Err(Ending::Lost(why)),
            None => return Err(Ending::Lost("the connection ended".into())),
        }
    }
}

/// The given instant; without one, never.
async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => pending().await,
    }
}

fn wire(request: SendRequest) -> Value {
    let mut payload = json!({ "type": request.kind, "title": request.title, "message": request.message });
    let optional = [
        ("channel", request.channel.map(Value::from)),
        ("data", request.data.map(Value::from)),
        ("client_id", request.client_id.map(Value::from)),
    ];
    for (field, value) in optional {
        if let Some(value) = value {
            payload[field] = value;
        }
    }
    payload
}

/// 128 random bits in hexadecimal digits. `None` if the system has none: the hub's answers are then matched
/// in order.
fn fresh_id() -> Option<String> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).ok()?;
    Some(format!("{:032x}", u128::from_be_bytes(bits)))
}

/// Between 0 and 1.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |bits| f64::from(bits) / f64::from(u32::MAX))
}
