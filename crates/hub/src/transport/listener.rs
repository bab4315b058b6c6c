//! Listening at a door, and one HTTP connection after the other.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::body::Body;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::HubError;
use crate::exchange::Notice;
use crate::transport::connection::{Connection, WatchedStream};
use crate::transport::doorkeeper::{Doorkeeper, Place};
use crate::transport::overheard::OverheardStream;

/// What the kernel buffers for a connection, in bytes.
const SEND_BUFFER: usize = 64 * 1024;
/// Bytes that are read ahead of what was asked before, and the longest head of a request.
const READ_AHEAD: usize = 16 * 1024;
/// How long to wait after the system refuses a connection, e.g. for want of descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Takes the port. The unspecified IPv6 address takes IPv4 as well, where the system lets it.
fn bind(listen: SocketAddr) -> Result<TcpListener, HubError> {
    let bound = || {
        let socket = Socket::new(Domain::for_address(listen), Type::STREAM, None)?;
        if listen.is_ipv6() {
            socket.set_only_v6(listen.ip() != Ipv6Addr::UNSPECIFIED)?;
        }
        // On Windows this option would let two hubs share a port; elsewhere it lets a hub restart at once.
        #[cfg(not(windows))]
        socket.set_reuse_address(true)?;
        // Accepted connections inherit it: a large buffer would only hold back the ping behind it.
        socket.set_send_buffer_size(SEND_BUFFER)?;
        socket.set_nonblocking(true)?;
        socket.bind(&listen.into())?;
        socket.listen(1_024)?;
        TcpListener::from_std(socket.into())
    };
    bound().map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => HubError::PortInUse { listen },
        _ => HubError::CannotListen { listen, source },
    })
}

/// As [`bind`]; a computer without IPv6 listens everywhere by IPv4 alone.
pub(crate) fn bind_or_ipv4(listen: SocketAddr) -> Result<TcpListener, HubError> {
    match bind(listen) {
        Err(HubError::CannotListen { .. }) if listen.ip() == Ipv6Addr::UNSPECIFIED => {
            bind(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), listen.port()))
        }
        bound => bound,
    }
}

/// By which door a request came, and from where; in each request's extensions.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) from: IpAddr,
    pub(crate) asks_for_token: bool,
    /// That of the connection, for as long as it lasts.
    pub(crate) place: Weak<Place>,
}

/// What is done at one door.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) app: axum::Router,
    pub(crate) asks_for_token: bool,
    /// Only programs of this computer come in here, and are known at once.
    pub(crate) at_home: bool,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) keeper: Doorkeeper,
    /// How long a newcomer may take for anything: the head of a request, the handshake of TLS, or, for whoever comes
    /// from the network, to be let in. Without it half-sent requests stay for ever.
    pub(crate) deadline: Duration,
    pub(crate) notices: mpsc::UnboundedSender<Notice>,
}

/// Accepts connections until `stop`; then nobody new gets in, and those inside go on.
pub(crate) async fn serve(listener: TcpListener, post: Post, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        let from = peer.ip().to_canonical();
        let connection = Connection::default();
        let Some(place) = post.keeper.enter(from, post.at_home, &connection) else {
            tracing::debug!(%from, "no room for another connection");
            continue;
        };
        tokio::spawn(attend(stream, post.clone(), from, connection, place));
    }
}

/// Serves one connection to its end, which may come from within the hub.
async fn attend(stream: TcpStream, post: Post, from: IpAddr, connection: Connection, place: Arc<Place>) {
    // A notification is small and must not wait for company.
    let _ = stream.set_nodelay(true);
    let known = Arc::downgrade(&place);
    let visit = Visit { from, asks_for_token: post.asks_for_token, place: known.clone() };
    let stream = WatchedStream::new(stream, connection.clone(), place);
    if !post.at_home {
        tokio::spawn(watch_the_time(post.deadline, connection.clone(), known));
    }
    let (over, notices) = (connection.clone(), post.notices.clone());
    let served = async {
        let Some(tls) = post.tls.clone() else {
            let stream = OverheardStream::plain(stream, connection.clone(), notices);
            return speak(stream, post, visit, connection).await;
        };
        match tokio::time::timeout(post.deadline, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let stream = OverheardStream::tls(stream, connection.clone(), notices);
                speak(stream, post, visit, connection).await;
            }
            // A browser that does not know the certificate, a scanner, an old device: each is a stranger here.
            Ok(Err(error)) => tracing::debug!(%error, "no TLS was agreed on"),
            Err(_) => tracing::debug!("TLS was not agreed on in time"),
        }
    };
    // Whatever it is at: also while it waits for an answer, and neither reads nor writes.
    tokio::select! {
        () = over.ended() => {}
        () = served => {}
    }
}

/// A connection from the network over which nobody is let in does not stay: neither one over which nobody ever was, nor
/// one whose clients have all gone.
async fn watch_the_time(deadline: Duration, connection: Connection, place: Weak<Place>) {
    loop {
        tokio::select! {
            () = connection.ended() => return,
            () = tokio::time::sleep(deadline) => {}
        }
        if place.upgrade().is_none_or(|place| !place.is_known()) {
            return connection.end();
        }
    }
}

async fn speak<S>(stream: S, post: Post, visit: Visit, connection: Connection)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let app = post.app;
    let service = tower::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(connection.clone());
        request.extensions_mut().insert(visit.clone());
        tower::ServiceExt::oneshot(app.clone(), request.map(Body::new))
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(post.deadline)
        .max_buf_size(READ_AHEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}
