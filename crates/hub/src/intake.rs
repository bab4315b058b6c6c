//! From raw events of one socket to checked requests, in the order in which the client sent them.
//!
//! socketioxide runs each handler in a task of its own, which inverts pipelined events (measured: 3,331
//! of 20,000). Its extractors run in the reader, one after the other; so an extractor puts each event into
//! the socket's queue, and one task works the queue off.

use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use chapfood_protocol::{
    Auth, BROADCAST, ClaimRequest, ErrorMessage, Forbidden, Lang, Limits, NotificationId, Position, Problem,
    Receipt, SendRequest, event, parse_channel_name, parse_claim, parse_received, parse_send,
};
use serde::de::{self, IgnoredAny, SeqAccess};
use serde_json::Value;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::handler::{FromMessage, FromMessageParts, Value as Raw};
use socketioxide::socket::{DisconnectReason, Sid, Socket};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::exchange::{Asked, What};
use crate::log::{Claim, ClaimKind, Log, Request};

/// Events of one socket that may wait for the log.
const EVENTS_WAITING: usize = 65_536;
/// Bytes of events of one socket that may wait for the log.
const BYTES_WAITING: usize = 16 * 1024 * 1024;
/// An unknown event's name is given back up to this many characters.
const NAME_SHOWN: usize = 100;
/// A refused event's `client_id` or `id` is given back up to this many bytes.
const MARK_SHOWN: usize = 400;

/// The socket's queue, kept in its extensions.
#[derive(Clone)]
pub(crate) struct Intake {
    queue: mpsc::Sender<Incoming>,
    bytes: Arc<AtomicUsize>,
    lang: Lang,
    gone: CancellationToken,
}

/// Numbers the connections of sockets, see `Client::born`.
static BORN: AtomicU64 = AtomicU64::new(0);

/// Who connected, and what they may do.
pub(crate) struct Visitor {
    /// As they say themselves; their token is not kept.
    pub(crate) auth: Auth,
    pub(crate) access: Access,
}

/// What a socket's task is given to work off.
enum Incoming {
    /// With the client's callback, if it passed one.
    Event {
        raw: Raw,
        ack: Option<AckSender>,
    },
    Gone(DisconnectReason),
}

/// The receiving end of an [`Intake`].
pub(crate) struct Worklist {
    queue: mpsc::Receiver<Incoming>,
    bytes: Arc<AtomicUsize>,
    gone: CancellationToken,
}

pub(crate) fn intake(lang: Lang) -> (Intake, Worklist) {
    let (sender, queue) = mpsc::channel(EVENTS_WAITING);
    let bytes = Arc::new(AtomicUsize::new(0));
    let gone = CancellationToken::new();
    let intake = Intake { queue: sender, bytes: Arc::clone(&bytes), lang, gone: gone.clone() };
    (intake, Worklist { queue, bytes, gone })
}

impl Intake {
    /// The socket is gone: nothing follows. Waits for a place, since this must not be forgotten.
    pub(crate) async fn end(self, reason: DisconnectReason) {
        self.gone.cancel();
        let _ = self.queue.send(Incoming::Gone(reason)).await;
    }

    fn push(&self, raw: Raw, ack: Option<AckSender>, socket: &Socket) {
        let size = size(&raw);
        let waiting = self.bytes.fetch_add(size, Ordering::Relaxed) + size;
        if waiting <= BYTES_WAITING
            && let Ok(place) = self.queue.try_reserve()
        {
            place.send(Incoming::Event { raw, ack });
            return;
        }
        self.bytes.fetch_sub(size, Ordering::Relaxed);
        // Nothing was kept of it, so it is answered on the spot, ahead of what waits.
        refuse(socket, &raw, ack, Problem::TooManyRequests, self.lang);
    }
}

/// The extractor that queues an event; it is complete once extracted.
pub(crate) struct Queued;

impl FromMessage<LocalAdapter> for Queued {
    type Error = Infallible;

    fn from_message(socket: Arc<Socket>, mut raw: Raw, ack_id: Option<i64>) -> Result<Self, Infallible> {
        let Ok(ack) = AckSender::from_message_parts(&socket, &mut raw, &ack_id);
        if let Some(intake) = socket.extensions.get::<Intake>() {
            intake.push(raw, ack_id.map(|_| ack), &socket);
        }
        Ok(Self)
    }
}

fn size(raw: &Raw) -> usize {
    match raw {
        Raw::Str(text, binaries) => {
            text.len() + binaries.iter().flatten().map(bytes::Bytes::len).sum::<usize>()
        }
        Raw::Bytes(bytes) => bytes.len(),
    }
}

/// Works off one socket's events until it is gone.
pub(crate) async fn work_off(
    mut list: Worklist,
    socket: SocketRef,
    visitor: Visitor,
    limits: Limits,
    log: Log<Asked>,
    stop: CancellationToken,
) {
    let Visitor { auth, access } = visitor;
    let sid = socket.id;
    let answers = socket.clone();
    let lang = auth.lang;
    let still_good = access.clone();
    let born = BORN.fetch_add(1, Ordering::Relaxed);
    let mut person = Person::of(&auth, access.clone(), sid, born);
    // A place is kept only for who may come for what is after it.
    let broadcasts_kept = person.acknowledges && access.grant.listens();
    let (owes_little, mut may_go_on) = watch::channel(true);
    let connect = Request::Locate {
        tag: Asked {
            sid,
            born,
            what: What::Connect { socket, auth: Box::new(auth), access, owes_little },
            ack: None,
        },
        channel: BROADCAST.into(),
        subscriber: person.subscriber.as_deref().filter(|_| broadcasts_kept).map(Into::into),
        claim: person.cursors.remove(BROADCAST),
    };
    if log.send(connect).await.is_err() {
        return;
    }
    while let Some(incoming) = list.queue.recv().await {
        // A client that does not read its answers gets no further ones to wait for: its own requests wait.
        tokio::select! {
            () = list.gone.cancelled() => {}
            _ = may_go_on.wait_for(|may| *may) => {}
        }
        let (request, last) = match incoming {
            Incoming::Event { raw, ack } => {
                list.bytes.fetch_sub(size(&raw), Ordering::Relaxed);
                if stop.is_cancelled() {
                    // Written down it would be, but nobody could confirm it any more.
                    refuse(&answers, &raw, ack, Problem::HubClosing, lang);
                    continue;
                }
                if still_good.is_withdrawn() {
                    refuse(&answers, &raw, ack, Problem::TokenRevoked, lang);
                    continue;
                }
                (request(sid, &raw, ack, &limits, &mut person), false)
            }
            Incoming::Gone(reason) => {
                // Only Socket.IO's own goodbye is somebody's wish. A stock client also closes its transport
                // with a word when a poll failed or a ping did not come, and then it lacks what was on its way.
                let in_order = matches!(reason, DisconnectReason::ClientNSDisconnect);
                (Request::Pass { tag: Asked { sid, born, what: What::Gone { in_order }, ack: None } }, true)
            }
        };
        if log.send(request).await.is_err() || last {
            return;
        }
    }
}

/// Answers an event on the spot, outside the order of the others.
fn refuse(socket: &Socket, raw: &Raw, ack: Option<AckSender>, problem: Problem, lang: Lang) {
    let (name, payload) = read(raw).unwrap_or_else(|(name, _)| (name, Value::Null));
    let mark = |field| payload.get(field).and_then(Value::as_str).filter(|mark| mark.len() <= MARK_SHOWN);
    let name: String = name.chars().take(NAME_SHOWN).collect();
    let answer = ErrorMessage {
        client_id: mark("client_id").map(str::to_owned),
        id: mark("id").map(NotificationId::new),
        ..ErrorMessage::new(&name, &[problem], lang)
    };
    // A client that cannot be told sees the connection close without a confirmation.
    if let Some(ack) = ack {
        let told = serde_json::json!({ "status": "error", "errors": answer.errors, "codes": answer.codes });
        let _ = ack.send(&told);
    }
    let _ = socket.emit(event::ERROR_MESSAGE, &answer);
}

/// Who sends, as far as requests carry it.
struct Person {
    access: Access,
    /// As others see them.
    shown: chapfood_protocol::Person,
    /// Whose marks and claims are theirs.
    origin: String,
    subscriber: Option<String>,
    acknowledges: bool,
    born: u64,
    /// Where the device says it is; each is used once, by the first join of its connection.
    cursors: BTreeMap<String, Position>,
    /// Where it asked to be, and has not left.
    channels: HashSet<String>,
}

impl Person {
    fn of(auth: &Auth, access: Access, sid: Sid, born: u64) -> Self {
        let acknowledges = auth.acknowledges();
        Self {
            access,
            shown: auth.person(),
            // Without a name of their own, two senders must not be taken for one.
            origin: auth.subscriber().unwrap_or_else(|| format!("socket:{sid}")),
            born,
            subscriber: auth.subscriber(),
            acknowledges,
            cursors: if acknowledges { auth.cursors.clone() } else { BTreeMap::new() },
            channels: HashSet::new(),
        }
    }

    /// The channel that it joins. Counted here, before the log remembers it.
    fn joins(&mut self, payload: Value, limits: &Limits) -> Result<String, Problem> {
        let channel = parse_channel_name(payload, limits)?;
        self.access.grant.may_join(&channel).map_err(Problem::NotAllowed)?;
        if !self.channels.contains(&channel) {
            if self.channels.len() >= limits.channels {
                return Err(Problem::TooManyChannels(limits.channels));
            }
            self.channels.insert(channel.clone());
        }
        Ok(channel)
    }
}

/// Checks an event and makes it a request of the log.
fn request(
    sid: Sid,
    raw: &Raw,
    ack: Option<AckSender>,
    limits: &Limits,
    person: &mut Person,
) -> Request<Asked> {
    let born = person.born;
    let ask = |what| Asked { sid, born, what, ack };
    let (name, payload) = match read(raw) {
        Ok(read) => read,
        Err((name, problem)) => return refusal(ask, name, vec![problem], None),
    };
    if let Err(what) = may_listen_for(&name, person) {
        return refusal(ask, name, vec![Problem::NotAllowed(what)], None);
    }
    match name.as_str() {
        event::SEND_NOTIFICATION => {
            let client_id = payload.get("client_id").and_then(Value::as_str).map(str::to_owned);
            let allowed =
                |request: SendRequest| match person.access.grant.may_send(request.channel.as_deref()) {
                    Ok(()) => Ok(request),
                    Err(what) => Err(vec![Problem::NotAllowed(what)]),
                };
            match parse_send(payload, limits).and_then(allowed) {
                Ok(request) => Request::Append {
                    tag: ask(What::Send { client_id: request.client_id.clone() }),
                    request,
                    sender: person.shown.username.clone(),
                    origin: person.origin.clone(),
                },
                Err(problems) => {
                    // Too long a mark is one of the problems; it is not given back.
                    let known = client_id.filter(|id| id.len() <= MARK_SHOWN);
                    refusal(ask, name, problems, known)
                }
            }
        }
        event::JOIN_CHANNEL => match person.joins(payload, limits) {
            Ok(channel) => Request::Locate {
                tag: ask(What::Join),
                claim: person.cursors.remove(&channel),
                channel,
                subscriber: person.subscriber.as_deref().map(Into::into),
            },
            Err(problem) => refusal(ask, name, vec![problem], None),
        },
        event::LEAVE_CHANNEL => match parse_channel_name(payload, limits) {
            Ok(channel) => {
                person.channels.remove(&channel);
                Request::Pass { tag: ask(What::Leave { channel }) }
            }
            Err(problem) => refusal(ask, name, vec![problem], None),
        },
        event::RECEIVED => match parse_received(payload, limits) {
            Ok(Receipt { channel, seq }) => Request::Pass { tag: ask(What::Received { channel, seq }) },
            Err(problems) => refusal(ask, name, problems, None),
        },
        event::TAKE_NOTIFICATION => claim(ask, person, payload, event::TAKE_NOTIFICATION, ClaimKind::Take),
        event::RELEASE_NOTIFICATION => {
            claim(ask, person, payload, event::RELEASE_NOTIFICATION, ClaimKind::Release)
        }
        event::GET_STATS => Request::Pass { tag: ask(What::Stats) },
        event::GET_CHANNELS => Request::Pass { tag: ask(What::Channels) },
        _ => {
            let shown: String = name.chars().take(NAME_SHOWN).collect();
            refusal(ask, shown.clone(), vec![Problem::UnknownEvent(shown)], None)
        }
    }
}

/// What only listeners may ask.
fn may_listen_for(event: &str, person: &Person) -> Result<(), Forbidden> {
    match event {
        event::JOIN_CHANNEL
        | event::LEAVE_CHANNEL
        | event::RECEIVED
        | event::TAKE_NOTIFICATION
        | event::RELEASE_NOTIFICATION => person.access.grant.may_listen(),
        _ => Ok(()),
    }
}

fn claim(
    ask: impl FnOnce(What) -> Asked,
    person: &Person,
    payload: Value,
    event: &'static str,
    kind: ClaimKind,
) -> Request<Asked> {
    match parse_claim(payload) {
        Ok(ClaimRequest { id, username }) => {
            let shown = person.shown.clone();
            // Only of who takes: whoever releases may be anybody.
            let username = username.filter(|_| kind == ClaimKind::Take).unwrap_or(shown.username);
            let by = chapfood_protocol::Person { username, ..shown };
            let grant = Arc::clone(&person.access.grant);
            Request::Claim {
                tag: ask(What::Claim { event, id: id.clone() }),
                claim: Claim { kind, id, holder: person.origin.clone(), by, grant },
            }
        }
        Err(problem) => refusal(ask, event.to_owned(), vec![problem], None),
    }
}

fn refusal(
    ask: impl FnOnce(What) -> Asked,
    event: String,
    problems: Vec<Problem>,
    client_id: Option<String>,
) -> Request<Asked> {
    Request::Pass { tag: ask(What::Refuse { event, problems, client_id }) }
}

/// The event's name and first argument, `null` if there is none.
fn read(raw: &Raw) -> Result<(String, Value), (String, Problem)> {
    let Raw::Str(text, binaries) = raw else {
        return Err((String::new(), Problem::BinaryNotSupported));
    };
    let name = event_name(text).unwrap_or_default();
    if binaries.as_ref().is_some_and(|binaries| !binaries.is_empty()) {
        return Err((name, Problem::BinaryNotSupported));
    }
    // serde_json stops at 128 levels, so a deeply nested payload is an error and not a full stack.
    match serde_json::from_str::<Vec<Value>>(text) {
        Ok(mut parts) if parts.len() > 1 => Ok((name, parts.swap_remove(1))),
        Ok(_) => Ok((name, Value::Null)),
        Err(_) => Err((name, Problem::PayloadUnreadable)),
    }
}

/// The first element of the event, readable even where the rest is not.
fn event_name(text: &str) -> Option<String> {
    struct First;
    impl<'de> de::Visitor<'de> for First {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array that starts with the event's name")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<String, A::Error> {
            let name = parts.next_element()?.unwrap_or_default();
            while parts.next_element::<IgnoredAny>()?.is_some() {}
            Ok(name)
        }
    }
    serde::Deserializer::deserialize_seq(&mut serde_json::Deserializer::from_str(text), First).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<(String, Value), (String, Problem)> {
        read(&Raw::Str(text.to_owned().into(), None))
    }

    #[test]
    fn a_payload_nested_a_thousand_levels_is_answered_and_its_event_is_still_known() {
        let nested = format!("[\"send-notification\",{}{}]", "[".repeat(1_000), "]".repeat(1_000));
        assert_eq!(read_text(&nested), Err(("send-notification".into(), Problem::PayloadUnreadable)));
    }

    #[test]
    fn an_absent_payload_reads_as_null_and_further_arguments_are_ignored() {
        assert_eq!(read_text("[\"get-stats\"]"), Ok(("get-stats".into(), Value::Null)));
        assert_eq!(read_text("[\"join-channel\",\"a\",2]"), Ok(("join-channel".into(), "a".into())));
    }
}
