//! Putting the parts together, and taking them apart in order.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::routing::get;
use chapfood_protocol::{Auth, Limits, Problem, Secret};
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::socket::DisconnectReason;
use socketioxide::{ParserConfig, SocketIo};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::access::{Access, Desk, Verdict};
use crate::exchange::{About, Asked, Exchange, Inputs, Notice};
use crate::intake::{Intake, Queued, Visitor, Worklist, intake, work_off};
use crate::log::{self, Log, OpenFile};
use crate::transport::{Connection, Door, Gate, Visit, bind, gate, serve};
use crate::{Activity, HubConfig, HubError};

/// Packets that may wait in a socket's buffer. The default of 128 loses a burst of 2,000.
const SOCKET_BUFFER: usize = 4_096;
/// How often old notifications are let go.
const PRUNE_EVERY: Duration = Duration::from_secs(10 * 60);
/// A moment for `hub-closing` and the last confirmations to leave before connections are closed; a polling
/// client has to come and fetch them.
const FAREWELL: Duration = Duration::from_millis(400);
/// How long closing the connections may take; a stalled client would hold it for ever.
const CLOSE: Duration = Duration::from_secs(2);
/// How long the log may take to write what is queued.
const WRITE_DOWN: Duration = Duration::from_secs(2);

/// A hub at work. Dropping it stops it abruptly, as a power cut would; [`Hub::stop`] stops it in order.
pub struct Hub {
    address: SocketAddr,
    activity: watch::Receiver<Activity>,
    io: SocketIo,
    log: Log<Asked>,
    desk: Desk,
    notices: mpsc::UnboundedSender<Notice>,
    stop: CancellationToken,
    closed: oneshot::Receiver<()>,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Hub {
    /// Opens the database, listens, and serves in the background of the current tokio runtime.
    ///
    /// # Errors
    /// See [`HubError`]. Whatever was there before is left untouched.
    pub async fn start(config: HubConfig) -> Result<Self, HubError> {
        // The port first: while another hub has it, nothing is made on the disk.
        let listener = bind(config.listen)?;
        let address = listener
            .local_addr()
            .map_err(|source| HubError::CannotListen { listen: config.listen, source })?;
        let door = Door::of(address, &config.origins);
        if door.asks_for_token() {
            tracing::warn!(%address, "listening on the network without TLS: whoever can listen in on it reads every notification and every token");
        }
        let folder = config.data_dir.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let file = OpenFile::claim(&folder)?;
            let database = file.path.clone();
            Ok::<_, HubError>((database, log::open(file, config.retention)?))
        });
        let (database, opened) = opened.await.map_err(|error| HubError::NotWritable {
            path: config.data_dir.clone(),
            reason: error.to_string(),
        })??;

        let stop = CancellationToken::new();
        let (activity, watched) = watch::channel(Activity::default());
        let (notices, noticed) = mpsc::unbounded_channel();
        let desk = Desk::open(&database, notices.clone())?;
        let (feeds, fed) = opened.reader.start();
        let about = About {
            epoch: opened.epoch,
            name: config.name.clone(),
            limits: config.limits,
            started: Instant::now(),
        };
        let exchange = Exchange::new(about, opened.log.clone(), feeds, activity);
        tokio::spawn(exchange.run(Inputs { outcomes: opened.outcomes, feeds: fed, notices: noticed }));

        tokio::spawn(prune_now_and_then(notices.clone(), stop.clone()));

        let (layer, io) = socket_io(&config);
        welcome_sockets(&io, config.limits, &opened.log, &desk, &stop);
        let gate_state =
            Gate { door: door.clone(), notices: notices.clone(), body_limit: config.limits.payload_bytes };
        let app = axum::Router::new()
            .route("/health", get(async || "ok\n"))
            .layer(layer)
            .layer(cross_origin(door.clone()))
            .layer(axum::middleware::from_fn_with_state(gate_state, gate));
        tokio::spawn(serve(listener, app, door, notices.clone(), stop.clone()));
        Ok(Self {
            address,
            activity: watched,
            io,
            log: opened.log,
            desk,
            notices,
            stop,
            closed: opened.closed,
        })
    }

    /// Where it listens, its port never 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// E.g. `http://127.0.0.1:8001`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its figures, now and at every change.
    pub fn activity(&self) -> watch::Receiver<Activity> {
        self.activity.clone()
    }

    /// Stops in order, within 5 s whatever the clients do: nobody new gets in, everybody is told, what was
    /// accepted is written down, the connections are closed.
    pub async fn stop(self) {
        self.stop.cancel();
        let (done, told) = oneshot::channel();
        if self.notices.send(Notice::Closing(done)).is_ok() {
            let _ = told.await;
        }
        tokio::time::sleep(FAREWELL).await;
        // Not disconnect(): stock clients do not come back after that.
        if timeout(CLOSE, self.io.close()).await.is_err() {
            tracing::warn!("some connections did not close in time");
        }
        self.desk.close().await;
        let written = async {
            self.log.close().await;
            let _ = self.closed.await;
        };
        if timeout(WRITE_DOWN, written).await.is_err() {
            tracing::warn!("the log was still being written; what was confirmed is on the disk");
        }
    }
}

async fn prune_now_and_then(exchange: mpsc::UnboundedSender<Notice>, stop: CancellationToken) {
    let mut turn = tokio::time::interval(PRUNE_EVERY);
    while stop.run_until_cancelled(turn.tick()).await.is_some() && exchange.send(Notice::Prune).is_ok() {}
}

/// Lets pages of the origins that the door admits poll from their browser, which asks first.
fn cross_origin(door: Door) -> CorsLayer {
    let admitted = move |origin: &HeaderValue, _: &Parts| {
        let text = |value: &HeaderValue| value.to_str().map(str::to_owned).ok();
        text(origin).is_some_and(|origin| door.admits_origin(Some(&origin)))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(admitted))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([CONTENT_TYPE, AUTHORIZATION])
}

fn socket_io(config: &HubConfig) -> (socketioxide::layer::SocketIoLayer, SocketIo) {
    let limit = config.limits.payload_bytes;
    SocketIo::builder()
        .ping_interval(config.ping_interval)
        .ping_timeout(config.ping_timeout)
        .max_buffer_size(SOCKET_BUFFER)
        .max_payload(limit as u64)
        // max_payload alone does not bound WebSocket messages.
        .ws_max_message_size(limit)
        .ws_max_frame_size(limit)
        .with_parser(ParserConfig::common().max_incoming_binary_buf_size(limit))
        .build_layer()
}

/// Handlers are set in the middleware, which runs before the client learns that it is connected: set
/// later, they lose the first events of a quick client (measured: 18 of 1,500).
fn welcome_sockets(io: &SocketIo, limits: Limits, log: &Log<Asked>, desk: &Desk, stop: &CancellationToken) {
    let (log, stop, desk) = (log.clone(), stop.clone(), desk.clone());
    let middleware = move |socket: SocketRef, TryData(auth): TryData<serde_json::Value>| {
        let desk = desk.clone();
        let mut auth = Auth::from_value(&auth.unwrap_or_default());
        async move {
            let access = let_in(&socket, &mut auth, &desk).await;
            let access = access.map_err(|problem| problem.as_connect_error(auth.lang))?;
            let (intake, worklist) = intake(auth.lang);
            socket.extensions.insert(intake);
            let arrived = (Visitor { auth, access }, worklist);
            socket.extensions.insert(Arrived(Arc::new(Mutex::new(Some(arrived)))));
            if let Some(connection) = socket.req_parts().extensions.get::<Connection>() {
                connection.belongs_to(socket.id);
            }
            socket.on_fallback(|_: Queued| std::future::ready(()));
            socket.on_disconnect(|socket: SocketRef, reason: DisconnectReason| async move {
                if let Some(intake) = socket.extensions.remove::<Intake>() {
                    intake.end(reason).await;
                }
            });
            Ok::<_, String>(())
        }
    };
    let connected = move |socket: SocketRef| async move {
        let arrived = socket.extensions.remove::<Arrived>();
        let taken = arrived.and_then(|Arrived(left)| left.lock().ok()?.take());
        if let Some((visitor, worklist)) = taken {
            work_off(worklist, socket, visitor, limits, log, stop).await;
        }
    };
    io.ns("/", socketioxide::handler::ConnectHandler::with(connected, middleware));
}

/// What a client may do that stands at the door. Whoever shows a token is held to it, also where none is asked for.
/// The token goes no further than here.
async fn let_in(socket: &SocketRef, auth: &mut Auth, desk: &Desk) -> Result<Access, Problem> {
    let request = socket.req_parts();
    // A request that came by no door of ours is a stranger's.
    let asks_for_token = request.extensions.get::<Visit>().is_none_or(|visit| visit.asks_for_token);
    let bearer = || {
        let header = request.headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
    };
    match auth.token.take().or_else(bearer) {
        Some(token) => match desk.show(token).await {
            Verdict::Good(access) => Ok(access),
            Verdict::Unknown => Err(Problem::TokenInvalid),
            Verdict::Revoked => Err(Problem::TokenRevoked),
            Verdict::Unchecked => Err(Problem::TokenUnchecked),
        },
        None if asks_for_token => Err(Problem::TokenRequired),
        None => Ok(Access::of_this_computer()),
    }
}

/// What the middleware leaves for the connect handler. The lock is only there because extensions ask for
/// something that can be cloned; it is taken once.
#[derive(Clone)]
struct Arrived(Arc<Mutex<Option<(Visitor, Worklist)>>>);
