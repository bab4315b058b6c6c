//! Listening, and one HTTP connection after the other.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN, UPGRADE};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socketioxide::socket::Sid;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::HubError;
use crate::exchange::Notice;
use crate::transport::connection::{Connection, WatchedStream};
use crate::transport::door::Door;
use crate::transport::pong;

/// How long a client may take to send the head of a request. Without it half-sent requests stay for ever.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// What the kernel buffers for a connection, in bytes.
const SEND_BUFFER: u32 = 64 * 1024;
/// How long it may take to send a body, which is one megabyte at most.
const BODY_DEADLINE: Duration = Duration::from_secs(30);
/// How long to wait after the system refuses a connection, e.g. for want of descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Takes the port.
pub(crate) fn bind(listen: SocketAddr) -> Result<TcpListener, HubError> {
    let bound = || {
        let socket = if listen.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // On Windows this option would let two hubs share a port; elsewhere it lets a hub restart at once.
        #[cfg(not(windows))]
        socket.set_reuseaddr(true)?;
        // Accepted connections inherit it: a large buffer would only hold back the ping behind it.
        socket.set_send_buffer_size(SEND_BUFFER)?;
        socket.bind(listen)?;
        socket.listen(1_024)
    };
    bound().map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => HubError::PortInUse { listen },
        _ => HubError::CannotListen { listen, source },
    })
}

/// By which door a request came; in each request's extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    pub(crate) asks_for_token: bool,
}

/// Accepts connections until `stop`; then nobody new gets in, and those inside go on.
pub(crate) async fn serve(
    listener: TcpListener,
    app: axum::Router,
    door: Door,
    notices: mpsc::UnboundedSender<Notice>,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        // A notification is small and must not wait for company.
        let _ = stream.set_nodelay(true);
        let (stream, connection) = WatchedStream::new(stream, notices.clone());
        let app = app.clone();
        let visit = Visit { asks_for_token: door.asks_for_token() };
        let service = tower::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(connection.clone());
            request.extensions_mut().insert(visit);
            tower::ServiceExt::oneshot(app.clone(), request.map(Body::new))
        });
        tokio::spawn(async move {
            let served = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_DEADLINE)
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
                .with_upgrades()
                .await;
            if let Err(error) = served {
                tracing::debug!(%error, "a connection ended");
            }
        });
    }
}

/// What the gate needs.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) door: Door,
    pub(crate) notices: mpsc::UnboundedSender<Notice>,
    /// Bytes of a polling body.
    pub(crate) body_limit: usize,
}

/// Stands before everything: the door's rule, and an ear for pongs.
pub(crate) async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if !admits(&gate.door, request.headers()) {
        let refusal = "Forbidden: this hub does not serve that host or origin.\n";
        return (StatusCode::FORBIDDEN, refusal).into_response();
    }
    let sid = query_value(request.uri().query(), "sid").and_then(|sid| Sid::from_str(sid).ok());
    if request.headers().contains_key(UPGRADE) {
        if let Some(connection) = request.extensions().get::<Connection>() {
            connection.upgrade(sid);
            if let Some(sid) = sid {
                let _ = gate.notices.send(Notice::Upgraded(sid, connection.clone()));
            }
        }
        return next.run(request).await;
    }
    match sid {
        Some(sid) if request.method() == Method::POST => polling(&gate, sid, request, next).await,
        Some(sid) => {
            let _ = gate.notices.send(Notice::Polled(sid));
            next.run(request).await
        }
        None => next.run(request).await,
    }
}

fn admits(door: &Door, headers: &HeaderMap) -> bool {
    // A header that is no text is no name of ours; it must not pass for an absent one.
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let (host, origin) = (text(HOST), text(ORIGIN));
    // A browser says so even where it sends no Origin. A link to the hub on a page is not a page's request.
    let cross_site = text(HeaderName::from_static("sec-fetch-site")) == Some("cross-site")
        && text(HeaderName::from_static("sec-fetch-mode")) != Some("navigate");
    // Pages that the door admits, e.g. under development on another port or name of this computer, are
    // cross-site too; they send their Origin.
    let stranger = cross_site && origin.is_none();
    let admitted = !stranger && door.admits_host(host) && door.admits_origin(origin);
    if !admitted {
        tracing::warn!(host, origin, "refused a request that came by a stranger's name or page");
    }
    admitted
}

/// A polling client's packets come as a body, pongs among them.
async fn polling(gate: &Gate, sid: Sid, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let whole = Limited::new(body, gate.body_limit).collect();
    let body: Bytes = match tokio::time::timeout(BODY_DEADLINE, whole).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    if pong::in_polling_body(&body) > 0 {
        let _ = gate.notices.send(Notice::Pong(sid));
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn query_value<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}
