//! Who is connected, who is in which channel, and who gets what: one task owns all of it.
//!
//! It hears the log's outcomes in the order in which they were committed, so "joined" and "published" have
//! one order for everybody; that is what makes catch-up and live delivery meet without a seam.

mod answers;
mod attendance;
mod claims;
mod client;
mod delivery;
mod marks;
mod membership;
mod overview;
#[cfg(test)]
mod pending_tests;
mod presence;
mod push_pace;
mod seats;
mod window;

#[cfg(test)]
mod world;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chapfood_protocol::{Auth, Limits, NotificationId, PresenceState, Problem, event};
use serde::Serialize;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::socket::Sid;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::access::Access;
use crate::log::{Feed, FeedRequest, Log, Outcome, Receipt};
use crate::overview::{Live, Tally, UnheardChannels};
use crate::transport::Connection;
use crate::{Activity, clock};
use answers::Subject;
use client::Client;
use marks::Marks;
use push_pace::PushPace;

/// Sessions remembered that went over to WebSocket and are no clients yet; most never become any.
const UPGRADED: usize = 10_000;
/// Pushes of `server-stats` are at least so far apart: 200 clients that join at once must not cause 40,000.
const MERGE_STATS: Duration = Duration::from_millis(100);
/// Those of `presence-changed`, which names everybody to everybody who asked.
const MERGE_PRESENCE: Duration = Duration::from_millis(500);
/// How soon a client with a full buffer is looked at again.
const RETRY: Duration = Duration::from_millis(10);
/// A moment for the last word to clients before their connections are closed; a polling client has to come and fetch
/// it.
pub(crate) const FAREWELL: Duration = Duration::from_millis(400);

/// What a client asked, carried through the log to keep its order.
pub(crate) struct Asked {
    pub(crate) sid: Sid,
    /// Which connection of the socket, see [`Client::born`].
    pub(crate) born: u64,
    pub(crate) what: What,
    /// The callback of the client, if it passed one.
    pub(crate) ack: Option<AckSender>,
}

/// The requests of the wire, checked.
pub(crate) enum What {
    /// The socket is there; with the outcome of its place among the broadcasts it becomes a client.
    Connect {
        socket: SocketRef,
        auth: Box<Auth>,
        access: Access,
        /// Told whether the client keeps up with its answers.
        owes_little: watch::Sender<bool>,
    },
    Join,
    Leave {
        channel: String,
    },
    Received {
        channel: String,
        seq: u64,
    },
    Send {
        client_id: Option<String>,
    },
    /// Take charge of a notification, or release it.
    Claim {
        event: &'static str,
        id: NotificationId,
    },
    Stats,
    Channels,
    Presence,
    SetPresence(PresenceState),
    /// The event was faulty.
    Refuse {
        event: String,
        problems: Vec<Problem>,
        client_id: Option<String>,
        /// The one that could not be joined or left.
        channel: Option<String>,
    },
    /// The socket is gone; in order means that the client said so.
    Gone {
        in_order: bool,
    },
}

/// What the rest of the hub tells the exchange.
pub(crate) enum Notice {
    /// The client answered a ping.
    Pong(Sid),
    /// The client came for what waits for it.
    Polled(Sid),
    /// The client's session goes over WebSocket from now on, on this connection.
    Upgraded(Sid, Connection),
    /// The owner withdrew these tokens.
    Revoked(Vec<i64>),
    /// The owner looks at the hub.
    LookAround(oneshot::Sender<Live>),
    /// It is time to let go what need not be kept any longer.
    Prune,
    /// The hub is about to stop: tell everybody, write the marks.
    Closing(oneshot::Sender<()>),
}

/// A channel with somebody in it.
#[derive(Default)]
struct Room {
    members: HashSet<Sid>,
    /// The last number that was handed out to the members.
    head: u64,
}

impl Room {
    /// Somebody was placed before this head. Names the members for whom that is news: a channel that was let go
    /// while they were in it begins again after its numbers, and they have to be taken past these.
    fn place_at(&mut self, head: u64) -> impl Iterator<Item = Sid> + '_ {
        let jumps = std::mem::replace(&mut self.head, head) != head;
        self.members.iter().copied().filter(move |_| jumps)
    }
}

/// What stays the same while the hub runs.
pub(crate) struct About {
    pub(crate) epoch: String,
    pub(crate) name: String,
    pub(crate) limits: Limits,
    pub(crate) started: Instant,
}

/// The owner of all that is live in the hub.
pub(crate) struct Exchange {
    about: About,
    log: Log<Asked>,
    feeds: mpsc::UnboundedSender<FeedRequest<Sid>>,
    clients: HashMap<Sid, Client>,
    rooms: BTreeMap<Arc<str>, Room>,
    /// Sessions that went over to WebSocket before they were clients.
    upgraded: HashMap<Sid, Connection>,
    /// Clients with something to give or to read from the log.
    busy: BTreeSet<Sid>,
    /// How far each subscriber surely is.
    marks: Marks,
    stats_pace: PushPace,
    presence_pace: PushPace,
    /// Tokens that were withdrawn, for whoever was let in by one just before.
    revoked: BTreeSet<i64>,
    /// How much was passed on and refused.
    tally: Tally,
    /// What nobody heard lately.
    unheard: UnheardChannels,
    activity: watch::Sender<Activity>,
}

/// What the exchange listens to.
pub(crate) struct Inputs {
    pub(crate) outcomes: mpsc::Receiver<Outcome<Asked>>,
    pub(crate) feeds: mpsc::UnboundedReceiver<Feed<Sid>>,
    pub(crate) notices: mpsc::UnboundedReceiver<Notice>,
}

impl Exchange {
    pub(crate) fn new(
        about: About,
        log: Log<Asked>,
        feeds: mpsc::UnboundedSender<FeedRequest<Sid>>,
        activity: watch::Sender<Activity>,
    ) -> Self {
        Self {
            about,
            log,
            feeds,
            clients: HashMap::new(),
            rooms: BTreeMap::new(),
            upgraded: HashMap::new(),
            busy: BTreeSet::new(),
            marks: Marks::default(),
            stats_pace: PushPace::new(MERGE_STATS),
            presence_pace: PushPace::new(MERGE_PRESENCE),
            revoked: BTreeSet::new(),
            tally: Tally::new(clock::zone(), clock::now()),
            unheard: UnheardChannels::default(),
            activity,
        }
    }

    /// Serves until the hub is told to close; then the exchange's own way to the log goes with it.
    pub(crate) async fn run(mut self, mut inputs: Inputs) {
        let mut retry = Instant::now();
        loop {
            let paces = [self.stats_pace.due(), self.presence_pace.due(), self.marks.due()];
            let due = paces.into_iter().chain([(!self.busy.is_empty()).then_some(retry)]).flatten().min();
            let timer = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(notice) = inputs.notices.recv() => match notice {
                    Notice::Pong(sid) => self.on_pong(sid),
                    Notice::Polled(sid) => {
                        if let Some(client) = self.clients.get_mut(&sid) {
                            client.window.on_poll();
                        }
                    }
                    Notice::Prune => self.prune(),
                    Notice::LookAround(reply) => {
                        let _ = reply.send(self.look_around());
                    }
                    Notice::Revoked(tokens) => self.on_revoked(tokens),
                    Notice::Upgraded(sid, connection) => self.on_upgrade(sid, connection),
                    Notice::Closing(done) => {
                        // What is committed by now is still confirmed.
                        while let Ok(outcome) = inputs.outcomes.try_recv() {
                            self.on_outcome(outcome);
                        }
                        self.close();
                        let _ = done.send(());
                        return;
                    }
                },
                outcome = inputs.outcomes.recv() => match outcome {
                    Some(outcome) => self.on_outcome(outcome),
                    None => return,
                },
                Some(feed) = inputs.feeds.recv() => self.on_feed(feed),
                () = timer => {
                    let now = Instant::now();
                    if retry <= now {
                        retry = now + RETRY;
                        self.serve_busy();
                    }
                    if self.stats_pace.due().is_some_and(|due| due <= now) {
                        self.push_stats(now);
                    }
                    if self.presence_pace.due().is_some_and(|due| due <= now) {
                        self.push_presence(now);
                    }
                    if self.marks.due().is_some_and(|due| due <= now) {
                        self.write_marks();
                    }
                }
            }
        }
    }

    fn on_upgrade(&mut self, sid: Sid, connection: Connection) {
        match self.clients.get_mut(&sid) {
            Some(client) => client.window.goes_over(connection),
            None => {
                if self.upgraded.len() >= UPGRADED {
                    self.upgraded.clear();
                }
                self.upgraded.insert(sid, connection);
            }
        }
    }

    /// Whether it was asked on the socket's present connection.
    fn is_current(&self, asked: &Asked) -> bool {
        self.clients.get(&asked.sid).is_some_and(|client| client.born == asked.born)
    }

    fn on_outcome(&mut self, outcome: Outcome<Asked>) {
        match outcome {
            Outcome::Appended { tag, notification } => {
                let (channel, seq) = (notification.channel.as_deref(), notification.seq);
                let subscribers = self.deliver(event::NOTIFICATION_RECEIVED, channel, seq, &*notification);
                self.note_transmitted(tag.sid, channel);
                let receipt = Receipt {
                    id: notification.id.clone(),
                    channel: notification.channel.clone(),
                    seq: notification.seq,
                    accepted_at: notification.timestamp,
                };
                if self.is_current(&tag) {
                    self.confirm(tag, receipt, false, Some(subscribers));
                }
            }
            Outcome::Repeated { tag, .. }
            | Outcome::NotAppended { tag, .. }
            | Outcome::NotClaimed { tag, .. }
            | Outcome::NotLocated { tag, .. }
                if !self.is_current(&tag) => {}
            Outcome::Repeated { tag, first } => self.confirm(tag, first, true, None),
            Outcome::NotAppended { tag, why } => {
                let client_id = if let What::Send { client_id } = tag.what { client_id } else { None };
                let subject = Subject { client_id, ..Subject::default() };
                self.refuse(tag.sid, event::SEND_NOTIFICATION, &[why], subject, tag.ack);
            }
            Outcome::NotLocated { tag, why } => {
                self.refuse(tag.sid, event::JOIN_CHANNEL, &[why], Subject::default(), tag.ack);
            }
            Outcome::Claimed { tag, entry, new } => self.on_claimed(tag, *entry, new),
            Outcome::NotClaimed { tag, why } => {
                if let What::Claim { event, id } = tag.what {
                    let subject = Subject { id: Some(id), ..Subject::default() };
                    self.refuse(tag.sid, event, &[why], subject, tag.ack);
                }
            }
            Outcome::Located {
                tag: Asked { what: What::Connect { socket, auth, access, owes_little }, born, .. },
                place,
                claims,
                ..
            } => {
                let client = Client::new(socket, &auth, access, born, owes_little);
                self.on_connect(client, place, &claims);
            }
            Outcome::Located { tag, channel, place, claims } => {
                if self.is_current(&tag) {
                    self.on_join(tag.sid, &channel.into(), place, &claims, tag.ack);
                }
            }
            Outcome::Advanced(cursors) => self.marks.written(&cursors),
            Outcome::NotAdvanced(cursors) => self.marks.give_back(cursors, Instant::now()),
            Outcome::Passed { tag } => {
                if self.is_current(&tag) {
                    self.on_passed(tag);
                }
            }
        }
    }

    fn on_passed(&mut self, asked: Asked) {
        let Asked { sid, what, ack, .. } = asked;
        match what {
            What::Leave { channel } => self.on_leave(sid, channel, ack),
            What::Received { channel, seq } => self.on_received(sid, channel, seq, ack),
            What::Stats => {
                let stats = self.stats();
                self.answer(sid, event::SERVER_STATS, &stats, ack);
            }
            What::Channels => {
                let channels = self.channels(sid);
                self.answer(sid, event::CHANNELS_LIST, &channels, ack);
            }
            What::Presence => self.on_get_presence(sid, ack),
            What::SetPresence(state) => self.on_set_presence(sid, state, ack),
            What::Refuse { event, problems, client_id, channel } => {
                let subject = Subject { client_id, id: None, channel };
                self.refuse(sid, &event, &problems, subject, ack);
            }
            What::Gone { in_order } => self.on_gone(sid, in_order),
            // These always go through the log's own requests.
            What::Connect { .. } | What::Join | What::Send { .. } | What::Claim { .. } => {}
        }
    }

    fn close(&mut self) {
        /// A client may try again this soon.
        #[derive(Serialize)]
        struct Closing {
            retry_after_ms: u32,
        }
        for client in self.clients.values_mut() {
            let _ = client.give(event::HUB_CLOSING, &Closing { retry_after_ms: 1_000 }, 0);
        }
        self.write_marks();
    }
}

/// Counts on the wire are small; 4 billion sockets do not fit into a shop.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// An [`Asked`] is opaque to the log.
impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("sid", &self.sid).finish_non_exhaustive()
    }
}
