//! One connected socket, as the exchange holds it.

use std::collections::VecDeque;

use chapfood_protocol::{Auth, ErrorMessage, Lang, Person, PresenceState, Problem, Timestamp, event};
use serde::Serialize;
use serde_json::{Value, json};
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::{SendError, SocketError};
use tokio::sync::watch;

use crate::access::Access;
use crate::clock;
use crate::exchange::FAREWELL;
use crate::exchange::seats::Seats;
use crate::exchange::window::Window;
use crate::transport::Doorkeeper;

/// Answers that may wait for a client that does not read. Past it the connection is ended; the client comes
/// back and is fed what it missed.
const ANSWERS_WAITING: usize = 16_384;
/// Answers that may wait before the client's further requests have to.
const ANSWERS_IN_STEP: usize = 1_000;

/// A connected socket.
pub(crate) struct Client {
    pub(crate) socket: SocketRef,
    pub(crate) lang: Lang,
    /// What it may do.
    pub(super) access: Access,
    /// The channels that it is in.
    pub(crate) seats: Seats,
    /// Tells this connection of a socket from an earlier one: a client may disconnect and connect again on
    /// the same transport, under the same id.
    pub(crate) born: u64,
    /// What may be on its way.
    pub(super) window: Window,
    /// It had no room for the last `server-stats`.
    pub(super) stats_owed: bool,
    /// As others see it.
    pub(super) person: Person,
    /// What it says of itself.
    pub(super) presence: PresenceState,
    /// Since when it is connected.
    pub(super) since: Timestamp,
    /// It wants to be told who is connected.
    pub(super) watches_presence: bool,
    /// Its questions for that which are not answered yet. The answer is long, and is made when there is room for it.
    pub(super) presence_asked: VecDeque<Option<AckSender>>,
    /// It had no room for the last word of that.
    pub(super) presence_owed: bool,
    /// Answers that found the socket's buffer full, in order.
    waiting: VecDeque<Answer>,
    cut_off: bool,
    owes_little: watch::Sender<bool>,
}

/// Something that only this client is told.
enum Answer {
    Event(&'static str, Value),
    Ack(AckSender, Value),
}

/// Whether the socket took what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given {
    Yes,
    /// Its buffer is full: later.
    Full,
    /// It is gone, or going.
    Gone,
}

impl Client {
    pub(crate) fn new(
        socket: SocketRef,
        auth: &Auth,
        access: Access,
        born: u64,
        owes_little: watch::Sender<bool>,
    ) -> Self {
        Self {
            access,
            lang: auth.lang,
            seats: Seats::of(auth),
            socket,
            born,
            window: Window::default(),
            stats_owed: false,
            person: auth.person(),
            presence: PresenceState::default(),
            since: clock::now(),
            watches_presence: false,
            presence_asked: VecDeque::new(),
            presence_owed: false,
            waiting: VecDeque::new(),
            cut_off: false,
            owes_little,
        }
    }

    /// Its token is withdrawn: tells it so, and ends its connections for good. What it still asks is not done.
    pub(super) fn show_out(&self) {
        self.access.withdraw();
        let words =
            ErrorMessage { event: None, ..ErrorMessage::new("", &[Problem::TokenRevoked], self.lang) };
        let _ = self.socket.emit(event::ERROR_MESSAGE, &words);
        let _ = self.socket.clone().disconnect();
        let sid = self.socket.id;
        if let Some(keeper) = self.socket.extensions.get::<Doorkeeper>() {
            tokio::spawn(async move {
                tokio::time::sleep(FAREWELL).await;
                keeper.show_out(sid);
            });
        }
    }

    /// Whether something may be given now.
    pub(super) fn has_room(&mut self) -> bool {
        self.waiting.is_empty() && !self.cut_off && self.window.has_room()
    }

    /// Gives the socket an event if there is room; `bytes` is the size of its payload as JSON.
    pub(crate) fn give(&mut self, event: &'static str, payload: &impl Serialize, bytes: u64) -> Given {
        if !self.has_room() {
            return Given::Full;
        }
        let given = given(&self.socket.emit(event, payload));
        if given == Given::Yes {
            self.window.gave(bytes);
        }
        given
    }

    /// Answers with an event, and to the callback if the client passed one. Waits in order behind a full buffer.
    pub(crate) fn answer(&mut self, event: &'static str, payload: Value, ack: Option<AckSender>) {
        self.acknowledge(event, &payload, ack);
        self.put(Answer::Event(event, payload));
    }

    /// As [`Client::answer`], without the event.
    pub(super) fn acknowledge(&mut self, event: &'static str, payload: &Value, ack: Option<AckSender>) {
        if let Some(ack) = ack {
            let acknowledged = acknowledgement(event, payload);
            self.put(Answer::Ack(ack, acknowledged));
        }
    }

    fn put(&mut self, answer: Answer) {
        self.waiting.push_back(answer);
        self.flush();
        if self.waiting.len() > ANSWERS_WAITING && !self.cut_off {
            tracing::warn!(socket = %self.socket.id, "cutting off a client that reads none of its answers");
            self.cut_off = true;
        }
    }

    /// Gives what waits, as far as there is room.
    pub(crate) fn flush(&mut self) {
        self.give_waiting();
        let little = self.waiting.len() + self.presence_asked.len() < ANSWERS_IN_STEP;
        self.owes_little.send_if_modified(|before| std::mem::replace(before, little) != little);
    }

    fn give_waiting(&mut self) {
        if self.cut_off {
            self.waiting.clear();
            match self.window.connection() {
                Some(connection) => connection.end(),
                // Polling: refused while the buffer is full, so it is asked for again at each turn.
                None => {
                    let _ = self.socket.clone().disconnect();
                }
            }
            return;
        }
        // Looked at before anything is taken: an acknowledgement is used up by trying.
        while self.window.has_room()
            && let Some(answer) = self.waiting.pop_front()
        {
            let bytes = answer.bytes();
            match answer {
                Answer::Event(event, payload) => {
                    if given(&self.socket.emit(event, &payload)) == Given::Full {
                        self.waiting.push_front(Answer::Event(event, payload));
                        return;
                    }
                }
                Answer::Ack(ack, payload) => {
                    let _ = ack.send(&payload);
                }
            }
            self.window.gave(bytes);
        }
    }

    /// Whether it is to be looked at again soon.
    pub(crate) fn owes(&self) -> bool {
        let presence_owed = self.presence_owed || !self.presence_asked.is_empty();
        self.cut_off || self.stats_owed || presence_owed || !self.waiting.is_empty()
    }
}

impl Answer {
    /// The size of its payload as JSON, or a little less.
    fn bytes(&self) -> u64 {
        match self {
            Self::Event(_, payload) | Self::Ack(_, payload) => json_bytes(payload),
        }
    }
}

/// The size of a payload as JSON.
pub(super) fn json_bytes(payload: &impl Serialize) -> u64 {
    serde_json::to_vec(payload).map_or(0, |json| json.len() as u64)
}

fn given(result: &Result<(), SendError>) -> Given {
    match result {
        Ok(()) => Given::Yes,
        Err(SendError::Socket(SocketError::InternalChannelFull)) => Given::Full,
        Err(_) => Given::Gone,
    }
}

/// What a callback gets: the answering event's payload with a status. A list goes under `channels`.
fn acknowledgement(event: &str, payload: &Value) -> Value {
    let status = if event == event::ERROR_MESSAGE { "error" } else { "ok" };
    match payload {
        Value::Object(fields) => {
            let mut fields = fields.clone();
            fields.insert("status".into(), status.into());
            Value::Object(fields)
        }
        list => json!({ "status": status, "channels": list }),
    }
}
