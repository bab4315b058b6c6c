//! Who is connected, who is in which channel, and who gets what: one task owns all of it.
//!
//! It hears the log's outcomes in the order in which they were committed, so "joined" and "published" have
//! one order for everybody; that is what makes catch-up and live delivery meet without a seam.

mod client;
mod delivery;
mod membership;
mod stats_pace;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chapfood_protocol::{
    Auth, BROADCAST, ChannelJoined, ChannelLeft, ChannelSummary, ConnectionConfirmed, ErrorMessage,
    HubIdentity, Lang, Limits, NotificationSent, PROTOCOL_VERSION, Problem, ServerStats, event,
};
use serde::Serialize;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::socket::Sid;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::log::{Cursor, Feed, FeedRequest, Log, Outcome, Receipt};
use crate::{Activity, clock};
use client::{Client, Given};
use membership::Membership;
use stats_pace::StatsPace;

/// How soon a client with a full buffer is looked at again.
const RETRY: Duration = Duration::from_millis(10);
/// How long received-marks gather before they are written. After a crash the clients concerned get again
/// what was not written, under the same ids.
const MARKS: Duration = Duration::from_millis(500);

/// What a client asked, carried through the log to keep its order.
pub(crate) struct Asked {
    pub(crate) sid: Sid,
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
    },
    Join,
    Leave {
        channel: String,
    },
    Send {
        client_id: Option<String>,
    },
    Stats,
    Channels,
    /// The event was faulty.
    Refuse {
        event: String,
        problems: Vec<Problem>,
        client_id: Option<String>,
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
    /// Clients with something to give or to read from the log.
    busy: BTreeSet<Sid>,
    /// How far each subscriber surely is: ahead of the disk by at most [`MARKS`].
    received: HashMap<(Arc<str>, Arc<str>), u64>,
    unwritten: HashSet<(Arc<str>, Arc<str>)>,
    marks_due: Option<Instant>,
    stats_pace: StatsPace,
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
            busy: BTreeSet::new(),
            received: HashMap::new(),
            unwritten: HashSet::new(),
            marks_due: None,
            stats_pace: StatsPace::default(),
            activity,
        }
    }

    /// Serves until the hub is told to close; then the exchange's own way to the log goes with it.
    pub(crate) async fn run(mut self, mut inputs: Inputs) {
        let mut retry = Instant::now();
        loop {
            let due = [(!self.busy.is_empty()).then_some(retry), self.stats_pace.due(), self.marks_due]
                .into_iter()
                .flatten()
                .min();
            let timer = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some(notice) = inputs.notices.recv() => match notice {
                    Notice::Pong(sid) => self.on_pong(sid),
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
                    if self.marks_due.is_some_and(|due| due <= now) {
                        self.write_marks();
                    }
                }
            }
        }
    }

    fn on_outcome(&mut self, outcome: Outcome<Asked>) {
        match outcome {
            Outcome::Appended { tag, notification } => {
                let subscribers = self.deliver(&notification);
                let receipt = Receipt {
                    id: notification.id.clone(),
                    channel: notification.channel.clone(),
                    seq: notification.seq,
                    accepted_at: notification.timestamp,
                };
                self.confirm(tag, receipt, false, Some(subscribers));
            }
            Outcome::Repeated { tag, first } => self.confirm(tag, first, true, None),
            Outcome::NotAppended { tag } => {
                let client_id = if let What::Send { client_id } = tag.what { client_id } else { None };
                self.refuse(tag.sid, event::SEND_NOTIFICATION, &[Problem::NotStored], client_id, tag.ack);
            }
            Outcome::Located { tag, channel, head, cursor } => match tag.what {
                What::Connect { socket, auth } => self.on_connect(socket, &auth, head),
                _ => self.on_join(tag.sid, &channel.into(), head, cursor, tag.ack),
            },
            Outcome::Passed { tag } => self.on_passed(tag),
        }
    }

    fn on_passed(&mut self, asked: Asked) {
        let Asked { sid, what, ack } = asked;
        match what {
            What::Leave { channel } => self.on_leave(sid, channel, ack),
            What::Stats => {
                let stats = self.stats();
                self.answer(sid, event::SERVER_STATS, &stats, ack);
            }
            What::Channels => {
                let channels = self.channels();
                self.answer(sid, event::CHANNELS_LIST, &channels, ack);
            }
            What::Refuse { event, problems, client_id } => {
                self.refuse(sid, &event, &problems, client_id, ack);
            }
            What::Gone { in_order } => self.on_gone(sid, in_order),
            // These always go through the log's own requests.
            What::Connect { .. } | What::Join | What::Send { .. } => {}
        }
    }

    fn on_connect(&mut self, socket: SocketRef, auth: &Auth, broadcast_head: u64) {
        let sid = socket.id;
        // It may have gone while the log was busy; its leaving may even have been heard first.
        if !socket.connected() {
            return;
        }
        let confirmed = ConnectionConfirmed {
            socket_id: sid.to_string(),
            server_time: clock::now(),
            protocol: Some(PROTOCOL_VERSION),
            epoch: Some(self.about.epoch.clone()),
            hub: Some(HubIdentity {
                name: self.about.name.clone(),
                version: env!("CARGO_PKG_VERSION").into(),
            }),
            limits: Some(self.about.limits),
        };
        let mut client = Client::new(socket, auth);
        client.memberships.insert(BROADCAST.into(), Membership::new(broadcast_head, broadcast_head));
        self.clients.insert(sid, client);
        self.answer(sid, event::CONNECTION_CONFIRMED, &confirmed, None);
        let room = self.rooms.entry(BROADCAST.into()).or_default();
        room.head = broadcast_head;
        room.members.insert(sid);
        self.changed();
    }

    fn on_join(&mut self, sid: Sid, channel: &Arc<str>, head: u64, cursor: u64, ack: Option<AckSender>) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        let known = client.subscriber.clone().map(|subscriber| (subscriber, Arc::clone(channel)));
        // What was received may not be on the disk yet.
        let cursor = known.and_then(|key| self.received.get(&key)).map_or(cursor, |seq| cursor.max(*seq));
        let membership = client
            .memberships
            .entry(Arc::clone(channel))
            .or_insert_with(|| Membership::new(cursor.min(head), head));
        let pending_count = membership.missing(head);
        let lang = client.lang;
        let room = self.rooms.entry(Arc::clone(channel)).or_default();
        room.head = head;
        let came = room.members.insert(sid);
        let joined = ChannelJoined {
            message: match lang {
                Lang::Fr => format!("Vous avez rejoint « {channel} »"),
                Lang::En => format!("You joined « {channel} »"),
            },
            channel: channel.to_string(),
            client_count: count(room.members.len()),
            pending_count,
            timestamp: clock::now(),
            epoch: Some(self.about.epoch.clone()),
            head: Some(head),
        };
        self.answer(sid, event::CHANNEL_JOINED, &joined, ack);
        if pending_count > 0 {
            self.serve(sid);
        }
        if came {
            self.changed();
        }
    }

    fn on_leave(&mut self, sid: Sid, channel: String, ack: Option<AckSender>) {
        let channel: Arc<str> = channel.into();
        let Some(client) = self.clients.get_mut(&sid) else { return };
        let Some(mut membership) = client.memberships.remove(&channel) else {
            let problem = Problem::NotInChannel(channel.to_string());
            self.refuse(sid, event::LEAVE_CHANNEL, &[problem], None, ack);
            return;
        };
        // The connection lives, so what was given on it arrives; were it given again after another join,
        // a stock client would show it twice.
        let received = membership.on_clean_end();
        let (lang, subscriber) = (client.lang, client.subscriber.clone());
        self.mark(subscriber, &channel, received);
        self.remove_member(&channel, sid);
        let left = ChannelLeft {
            message: match lang {
                Lang::Fr => format!("Vous avez quitté « {channel} »"),
                Lang::En => format!("You left « {channel} »"),
            },
            channel: channel.to_string(),
            timestamp: clock::now(),
        };
        self.answer(sid, event::CHANNEL_LEFT, &left, ack);
        self.changed();
    }

    fn on_gone(&mut self, sid: Sid, in_order: bool) {
        let Some(client) = self.clients.remove(&sid) else { return };
        self.busy.remove(&sid);
        for (channel, mut membership) in client.memberships {
            // Otherwise the marks stay where the last pong put them: the rest comes again.
            if in_order {
                let received = membership.on_clean_end();
                self.mark(client.subscriber.clone(), &channel, received);
            }
            self.remove_member(&channel, sid);
        }
        self.changed();
    }

    fn remove_member(&mut self, channel: &Arc<str>, sid: Sid) {
        if let Some(room) = self.rooms.get_mut(channel) {
            room.members.remove(&sid);
            if room.members.is_empty() {
                self.rooms.remove(channel);
            }
        }
    }

    fn on_pong(&mut self, sid: Sid) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        let Some(subscriber) = client.subscriber.clone() else { return };
        let received: Vec<_> = client
            .memberships
            .iter_mut()
            .filter_map(|(channel, membership)| Some((Arc::clone(channel), membership.on_pong()?)))
            .collect();
        for (channel, seq) in received {
            self.mark(Some(subscriber.clone()), &channel, Some(seq));
        }
    }

    /// Notes that a subscriber has a channel up to a number. Broadcasts are not kept for anybody yet.
    fn mark(&mut self, subscriber: Option<Arc<str>>, channel: &Arc<str>, received: Option<u64>) {
        let (Some(subscriber), Some(seq)) = (subscriber, received) else { return };
        if **channel == *BROADCAST {
            return;
        }
        let key = (subscriber, Arc::clone(channel));
        let mark = self.received.entry(key.clone()).or_default();
        *mark = seq.max(*mark);
        self.unwritten.insert(key);
        self.marks_due.get_or_insert_with(|| Instant::now() + MARKS);
    }

    fn write_marks(&mut self) {
        self.marks_due = None;
        let cursors: Vec<_> = self
            .unwritten
            .drain()
            .filter_map(|key| {
                let seq = *self.received.get(&key)?;
                Some(Cursor { subscriber: key.0, channel: key.1, seq })
            })
            .collect();
        if cursors.is_empty() {
            return;
        }
        // The exchange never waits for the log, which waits for the exchange.
        if let Err(cursors) = self.log.advance(cursors) {
            self.unwritten.extend(cursors.into_iter().map(|cursor| (cursor.subscriber, cursor.channel)));
            self.marks_due = Some(Instant::now() + MARKS);
        }
    }

    fn confirm(&mut self, asked: Asked, receipt: Receipt, duplicate: bool, subscribers: Option<u32>) {
        let client_id = if let What::Send { client_id } = asked.what { client_id } else { None };
        let sent = NotificationSent {
            notification_id: receipt.id,
            channel: receipt.channel,
            timestamp: receipt.accepted_at,
            seq: receipt.seq,
            duplicate,
            subscribers,
            client_id,
        };
        self.answer(asked.sid, event::NOTIFICATION_SENT, &sent, asked.ack);
    }

    fn refuse(
        &mut self,
        sid: Sid,
        event: &str,
        problems: &[Problem],
        client_id: Option<String>,
        ack: Option<AckSender>,
    ) {
        let Some(client) = self.clients.get(&sid) else { return };
        let message = ErrorMessage { client_id, ..ErrorMessage::new(event, problems, client.lang) };
        self.answer(sid, event::ERROR_MESSAGE, &message, ack);
    }

    fn answer(&mut self, sid: Sid, event: &'static str, payload: &impl Serialize, ack: Option<AckSender>) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        match serde_json::to_value(payload) {
            Ok(payload) => client.answer(event, payload, ack),
            Err(error) => tracing::error!(%error, event, "an answer could not be written as JSON"),
        }
        if client.owes() {
            self.busy.insert(sid);
        }
    }

    fn channels(&self) -> Vec<ChannelSummary> {
        let named = self.rooms.iter().filter(|(name, _)| &***name != BROADCAST);
        named
            .map(|(name, room)| ChannelSummary {
                name: name.to_string(),
                client_count: count(room.members.len()),
            })
            .collect()
    }

    fn activity(&self) -> Activity {
        let everybody = usize::from(self.rooms.contains_key(BROADCAST));
        Activity {
            connected_clients: count(self.clients.len()),
            active_channels: count(self.rooms.len() - everybody),
        }
    }

    fn stats(&self) -> ServerStats {
        let Activity { connected_clients, active_channels } = self.activity();
        let uptime = self.about.started.elapsed().as_secs_f64();
        ServerStats { connected_clients, active_channels, uptime, timestamp: clock::now() }
    }

    fn changed(&mut self) {
        self.stats_pace.changed(Instant::now());
        self.activity.send_replace(self.activity());
    }

    fn push_stats(&mut self, now: Instant) {
        self.stats_pace.pushed(now);
        let stats = self.stats();
        let mut missed = false;
        for client in self.clients.values() {
            missed |= client.give(event::SERVER_STATS, &stats) == Given::Full;
        }
        if missed {
            // The last state always arrives: whoever had no room is told at the next turn, like everybody.
            self.stats_pace.changed(now);
        }
    }

    fn close(&mut self) {
        /// A client may try again this soon.
        #[derive(Serialize)]
        struct Closing {
            retry_after_ms: u32,
        }
        for client in self.clients.values() {
            let _ = client.give(event::HUB_CLOSING, &Closing { retry_after_ms: 1_000 });
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
