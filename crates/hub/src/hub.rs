//! Putting the parts together, and taking them apart in order.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::routing::get;
use socketioxide::{ParserConfig, SocketIo};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::access::Desk;
use crate::admin::welcome_admins;
use crate::exchange::{About, Asked, Exchange, FAREWELL, Inputs, Notice};
use crate::log::{self, Log, OpenFile};
use crate::overview::{Lookout, Overview, counted_today};
use crate::pairing::{Pairing, routes};
use crate::reception::{Reception, welcome_sockets};
use crate::transport::{Door, Doorkeeper, Gate, Identity, Post, Reach, bind_or_ipv4, gate, serve};
use crate::{Activity, HubConfig, HubError, clock};

/// Packets that may wait in a socket's buffer. The default of 128 loses a burst of 2,000.
const SOCKET_BUFFER: usize = 4_096;
/// How often old notifications are let go.
const PRUNE_EVERY: Duration = Duration::from_secs(10 * 60);
/// How long closing the connections may take; a stalled client would hold it for ever.
const CLOSE: Duration = Duration::from_secs(2);
/// How long the log may take to write what is queued.
const WRITE_DOWN: Duration = Duration::from_secs(2);

/// A hub at work. Dropping it stops it abruptly, as a power cut would; [`Hub::stop`] stops it in order.
pub struct Hub {
    address: SocketAddr,
    lan: Vec<LanAddress>,
    fingerprint: Option<String>,
    activity: watch::Receiver<Activity>,
    io: SocketIo,
    log: Log<Asked>,
    desk: Desk,
    pairing: Pairing,
    lookout: Lookout,
    notices: mpsc::UnboundedSender<Notice>,
    stop: CancellationToken,
    closed: oneshot::Receiver<()>,
}

/// Where a hub listens for other computers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LanAddress {
    /// Its port is never 0; the address may be the unspecified one.
    pub address: SocketAddr,
    /// Whether it speaks TLS there.
    pub tls: bool,
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
        // The ports first: while another hub has them, nothing is made on the disk.
        let doors = open_doors(&config)?;
        let address = doors.first().map_or(config.listen, |door| door.address);
        let folder = config.data_dir.clone();
        let needs_identity = doors.iter().any(|door| door.tls);
        let opened = tokio::task::spawn_blocking(move || {
            let file = OpenFile::claim(&folder)?;
            let database = file.path.clone();
            let identity = needs_identity.then(|| Identity::of(&folder)).transpose()?;
            let opened = log::open(file, config.retention)?;
            let tally = counted_today(&database, clock::zone(), clock::now())?;
            Ok::<_, HubError>((database, identity, opened, tally))
        });
        let (database, identity, opened, tally) = opened.await.map_err(|error| HubError::NotWritable {
            path: config.data_dir.clone(),
            reason: error.to_string(),
        })??;

        let stop = CancellationToken::new();
        let (activity, watched) = watch::channel(Activity::default());
        let (notices, noticed) = mpsc::unbounded_channel();
        let desk = Desk::open(&database, config.pace, notices.clone())?;
        let (feeds, fed) = opened.reader.start();
        let about = About {
            epoch: opened.epoch,
            name: config.name.clone(),
            limits: config.limits,
            started: Instant::now(),
        };
        let exchange = Exchange::new(about, opened.log.clone(), feeds, activity).counting_on(tally);
        tokio::spawn(exchange.run(Inputs { outcomes: opened.outcomes, feeds: fed, notices: noticed }));

        tokio::spawn(prune_now_and_then(notices.clone(), stop.clone()));

        let (layer, io) = socket_io(&config);
        let keeper = Doorkeeper::new(config.room, config.deadline);
        let reception = Reception::new(desk.clone(), keeper.clone(), config.deadline);
        welcome_sockets(&io, config.limits, &opened.log, &reception, &stop);
        let lan =
            doors.iter().skip(1).map(|door| LanAddress { address: door.address, tls: door.tls }).collect();
        let fingerprint = identity.as_ref().map(|identity| identity.fingerprint.clone());
        let tls_doors = doors.iter().filter(|door| door.tls).map(|door| door.address).collect();
        let pairing = Pairing::new(
            &config.name,
            database.clone(),
            desk.clone(),
            tls_doors,
            fingerprint.as_deref(),
            stop.clone(),
        );
        let lookout = Lookout::new(database, pairing.clone(), notices.clone());
        welcome_admins(&io, &reception, &lookout, &stop);
        for OpenDoor { listener, reach, tls, .. } in doors {
            // What a station proves is bound to the certificate that it was shown.
            let pages = if tls { routes(pairing.clone()) } else { axum::Router::new() };
            let door = Door::new(reach, &config.origins);
            let gate_state = Gate {
                door: door.clone(),
                keeper: keeper.clone(),
                desk: desk.clone(),
                notices: notices.clone(),
                body_limit: config.limits.payload_bytes,
            };
            let post = Post {
                asks_for_token: door.asks_for_token(),
                at_home: door.is_at_home(),
                app: pages
                    .route("/health", get(async || "ok\n"))
                    .layer(layer.clone())
                    .layer(cross_origin(door))
                    .layer(axum::middleware::from_fn_with_state(gate_state, gate)),
                tls: identity.as_ref().filter(|_| tls).map(|identity| identity.acceptor.clone()),
                keeper: keeper.clone(),
                deadline: config.deadline,
                notices: notices.clone(),
            };
            tokio::spawn(serve(listener, post, stop.clone()));
        }
        let log = opened.log;
        Ok(Self {
            address,
            lan,
            fingerprint,
            activity: watched,
            io,
            log,
            desk,
            pairing,
            lookout,
            notices,
            stop,
            closed: opened.closed,
        })
    }

    /// Where it listens, its port never 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where other computers reach it.
    pub fn lan(&self) -> &[LanAddress] {
        &self.lan
    }

    /// Where other computers reach its doors with TLS now, the best first: where they listen if that is one address,
    /// else at those of this computer's networks. Empty if there is no such door, or no network.
    pub fn reachable_at(&self) -> Vec<SocketAddr> {
        self.pairing.reachable_at()
    }

    /// Its offer to pair a new station.
    pub fn pairing(&self) -> Pairing {
        self.pairing.clone()
    }

    /// How it is now: who is there, what it passes on, whom it gave tokens. `None` while it stops.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn overview(&self) -> Result<Option<Overview>, HubError> {
        self.lookout.overview().await
    }

    /// From where it can be looked at as long as it runs, by whoever does not hold the hub itself.
    pub fn lookout(&self) -> Lookout {
        self.lookout.clone()
    }

    /// SHA-256 of its certificate, e.g. `A1:B2:…`, by which stations know it again; if it has a door with TLS.
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
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
        self.pairing.close_offer();
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

/// A port that is taken, and nobody served there yet.
struct OpenDoor {
    listener: TcpListener,
    address: SocketAddr,
    reach: Reach,
    tls: bool,
}

/// Takes every port, the one for this computer first.
fn open_doors(config: &HubConfig) -> Result<Vec<OpenDoor>, HubError> {
    let open = |listen: SocketAddr, reach: Reach, tls: bool| {
        let listener = bind_or_ipv4(listen)?;
        let address = listener.local_addr().map_err(|source| HubError::CannotListen { listen, source })?;
        if reach == Reach::Anybody {
            tracing::warn!(%address, "listening beyond this computer without asking who comes: everybody on the network can read and send");
        }
        if reach == Reach::Network && !tls {
            tracing::warn!(%address, "listening on the network without TLS: whoever listens in reads every notification and every token");
        }
        Ok(OpenDoor { listener, address, reach, tls })
    };
    let own = open(config.listen, Reach::of(config.listen), false);
    // What is opened for other computers asks for a token, whoever can reach it.
    let lan = config.lan.iter().map(|door| open(door.listen, Reach::Network, door.tls));
    std::iter::once(own).chain(lan).collect()
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
        // Otherwise 45 s: who has nothing to say has no business here.
        .connect_timeout(config.deadline)
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
