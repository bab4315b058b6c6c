//! One connected socket, as the exchange holds it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chapfood_protocol::{Auth, Lang};
use serde::Serialize;
use serde_json::{Value, json};
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::{SendError, SocketError};

use crate::exchange::membership::Membership;

/// Answers that may wait for a client that does not read. Past it the client is cut off; it comes back and
/// is fed what it missed.
const ANSWERS_WAITING: usize = 4_096;

/// A connected socket.
pub(crate) struct Client {
    pub(crate) socket: SocketRef,
    pub(crate) lang: Lang,
    pub(crate) subscriber: Option<Arc<str>>,
    /// Whether it says itself what it has received.
    pub(crate) acknowledges: bool,
    /// By channel.
    pub(crate) memberships: HashMap<Arc<str>, Membership>,
    /// Answers that found the socket's buffer full, in order.
    waiting: VecDeque<Answer>,
    cut_off: bool,
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
    pub(crate) fn new(socket: SocketRef, auth: &Auth) -> Self {
        Self {
            lang: auth.lang,
            subscriber: auth.subscriber().map(Into::into),
            acknowledges: auth.acknowledges(),
            socket,
            memberships: HashMap::new(),
            waiting: VecDeque::new(),
            cut_off: false,
        }
    }

    /// Gives the socket an event if its buffer has room.
    pub(crate) fn give(&self, event: &'static str, payload: &impl Serialize) -> Given {
        if !self.waiting.is_empty() {
            return Given::Full;
        }
        given(&self.socket.emit(event, payload))
    }

    /// Answers with an event, and to the callback if the client passed one. Waits in order behind a full buffer.
    pub(crate) fn answer(&mut self, event: &'static str, payload: Value, ack: Option<AckSender>) {
        if let Some(ack) = ack {
            let acknowledged = acknowledgement(event, &payload);
            self.put(Answer::Ack(ack, acknowledged));
        }
        self.put(Answer::Event(event, payload));
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
        if self.cut_off {
            // Refused while the buffer is full, so it is asked for again at each turn; a client that does
            // not read at all is ended by the stall guard of its connection.
            self.waiting.clear();
            let _ = self.socket.clone().disconnect();
            return;
        }
        while let Some(answer) = self.waiting.pop_front() {
            match answer {
                Answer::Event(event, payload) => {
                    if given(&self.socket.emit(event, &payload)) == Given::Full {
                        self.waiting.push_front(Answer::Event(event, payload));
                        return;
                    }
                }
                // An acknowledgement is used up by trying; the answering event says the same.
                Answer::Ack(ack, payload) => {
                    let _ = ack.send(&payload);
                }
            }
        }
    }

    /// Whether it is to be looked at again soon.
    pub(crate) fn owes(&self) -> bool {
        self.cut_off || !self.waiting.is_empty()
    }
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
    let status = if event == chapfood_protocol::event::ERROR_MESSAGE { "error" } else { "ok" };
    match payload {
        Value::Object(fields) => {
            let mut fields = fields.clone();
            fields.insert("status".into(), status.into());
            Value::Object(fields)
        }
        list => json!({ "status": status, "channels": list }),
    }
}
