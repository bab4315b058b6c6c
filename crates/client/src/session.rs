use chapfood_protocol::{NotificationId, NotificationSent, Position, PresenceState, SendRequest, event};
use tokio::sync::{mpsc, oneshot, watch};

use crate::network::{Network, addresses};
use crate::pending::Reply;
use crate::supervisor::Supervisor;
use crate::{Deliveries, LinkState, SendFault, SessionConfig};

/// Deliveries that may wait to be read: as many as a hub has in its own buffer for one client (4,096), and
/// with ordinary notifications (under 1 kB) a few megabytes.
const DELIVERIES: usize = 4_096;

/// A handle on a session. Clones are handles on the same one; dropping the last one ends it.
#[derive(Debug, Clone)]
pub struct Session {
    commands: mpsc::UnboundedSender<Command>,
    link: watch::Receiver<LinkState>,
}

/// What a handle asks of its session.
#[derive(Debug)]
pub(crate) enum Command {
    Join(String),
    Leave(String),
    GetChannels,
    GetStats,
    Received(String, Position),
    /// The event that says what, and the notification.
    Claim(&'static str, NotificationId, Option<String>),
    Presence(PresenceState),
    TryNow,
    Send(Box<SendRequest>, Reply),
    Close(oneshot::Sender<()>),
}

impl Session {
    /// Starts a session on a thread of its own; the caller needs no runtime.
    ///
    /// Without a thread to be had, the session has ended before it began: [`Deliveries::next`] says so.
    pub fn start(config: SessionConfig) -> (Self, Deliveries) {
        let (commands, asked) = mpsc::unbounded_channel();
        let (shown, link) = watch::channel(LinkState::Connecting);
        let (deliver, deliveries) = mpsc::channel(DELIVERIES);
        let supervisor = Supervisor::new(config, shown, asked, deliver, Network::new(addresses));
        if let Err(error) =
            std::thread::Builder::new().name("chapfood-session".into()).spawn(move || supervisor.run())
        {
            tracing::error!(%error, "no thread for the session");
        }
        (Self { commands, link }, Deliveries::new(deliveries))
    }

    /// How the link stands, now and at every change. Its sender is gone once the session has ended.
    pub fn link(&self) -> watch::Receiver<LinkState> {
        self.link.clone()
    }

    /// Joins a channel, now and again after each connect. Answered with [`Delivery::Joined`](crate::Delivery).
    pub fn join(&self, channel: &str) {
        self.ask(Command::Join(channel.to_owned()));
    }

    /// Leaves a channel for good.
    pub fn leave(&self, channel: &str) {
        self.ask(Command::Leave(channel.to_owned()));
    }

    /// Asks for the active channels. Does nothing while not connected.
    pub fn get_channels(&self) {
        self.ask(Command::GetChannels);
    }

    /// Asks for the hub's figures. Does nothing while not connected.
    pub fn get_stats(&self) {
        self.ask(Command::GetStats);
    }

    /// Tells the hub that everything up to `position` is committed here; `*` stands for the broadcasts. Of what
    /// is said in quick succession only the furthest is sent. Does nothing while not connected, or with a hub
    /// that has another database or takes no receipts: the next connection names the place anyway.
    pub fn received(&self, channel: &str, position: Position) {
        self.ask(Command::Received(channel.to_owned(), position));
    }

    /// Takes charge of a notification. The answer is [`Delivery::Taken`](crate::Delivery), by us, or
    /// [`Delivery::Errors`](crate::Delivery) with its id; to ask again is safe. Does nothing while not connected.
    ///
    /// With `by`, under that name instead of the connection's, for a computer that several people share. A hub that
    /// does not know of it keeps the connection's.
    pub fn take(&self, id: NotificationId, by: Option<String>) {
        self.ask(Command::Claim(event::TAKE_NOTIFICATION, id, by));
    }

    /// Has nobody in charge of a notification any more; answered and repeated like [`Session::take`].
    pub fn release(&self, id: NotificationId) {
        self.ask(Command::Claim(event::RELEASE_NOTIFICATION, id, None));
    }

    /// Says whether anybody here can hear this computer: now, and again at each connect. What was said last counts; a
    /// hub without the additions is not told.
    pub fn presence(&self, state: PresenceState) {
        self.ask(Command::Presence(state));
    }

    /// Makes the next attempt at once instead of waiting for its time. Does nothing while connected.
    pub fn try_now(&self) {
        self.ask(Command::TryNow);
    }

    /// Sends a notification and waits for the hub to have it on its disk.
    ///
    /// A request without `client_id` gets a fresh one.
    ///
    /// # Errors
    /// See [`SendFault`]; the answer comes within 10 s ([`Pacing::answer_deadline`](crate::Pacing)).
    pub async fn send(&self, request: SendRequest) -> Result<NotificationSent, SendFault> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::Send(Box::new(request), reply));
        // A session that ended before it took the request never sent it.
        answer.await.unwrap_or(Err(SendFault::NotConnected))
    }

    /// Says goodbye to the hub and waits for the end, about a second at most. What the hub still said
    /// before it comes out of [`Deliveries`] until that ends.
    pub async fn close(self) {
        let (reply, end) = oneshot::channel();
        self.ask(Command::Close(reply));
        // Only dropped, never sent: the error is the end.
        let _ = end.await;
    }

    /// A session that has ended has nothing left to do.
    fn ask(&self, command: Command) {
        let _ = self.commands.send(command);
    }
}
