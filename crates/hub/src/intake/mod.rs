//! From raw events of one socket to checked requests, in the order in which the client sent them.
//!
//! socketioxide runs each handler in a task of its own, which inverts pipelined events (measured: 3,331
//! of 20,000). Its extractors run in the reader, one after the other; so an extractor puts each event into
//! the socket's queue, and one task works the queue off.

mod request;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use chapfood_protocol::{Auth, BROADCAST, ErrorMessage, Lang, Limits, NotificationId, Problem, event};
use serde_json::Value;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::handler::{FromMessage, FromMessageParts, Value as Raw};
use socketioxide::socket::{DisconnectReason, Socket};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::exchange::{Asked, What};
use crate::log::{Log, Request};
use request::{Person, channel_named, read, request};

/// Events of one socket that may wait for the log.
const EVENTS_WAITING: usize = 65_536;
/// Bytes of events of one socket that may wait for the log.
const BYTES_WAITING: usize = 16 * 1024 * 1024;
/// An unknown event's name is given back up to this many characters.
const NAME_SHOWN: usize = 100;
/// A refused event's `client_id`, `id` or channel is given back up to this many bytes.
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
                (request(sid, &raw, ack, &limits, &mut person, Instant::now()), false)
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
        channel: channel_named(&name, &payload),
        ..ErrorMessage::new(&name, &[problem], lang)
    };
    // A client that cannot be told sees the connection close without a confirmation.
    if let Some(ack) = ack {
        let told = serde_json::json!({ "status": "error", "errors": answer.errors, "codes": answer.codes });
        let _ = ack.send(&told);
    }
    let _ = socket.emit(event::ERROR_MESSAGE, &answer);
}
