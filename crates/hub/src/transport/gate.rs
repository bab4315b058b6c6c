//! What stands before everything: the door's rule, and an ear for pongs.

use std::str::FromStr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, HOST, ORIGIN, UPGRADE};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use socketioxide::socket::Sid;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::access::Desk;
use crate::exchange::Notice;
use crate::transport::connection::Connection;
use crate::transport::door::Door;
use crate::transport::doorkeeper::Doorkeeper;
use crate::transport::listener::Visit;
use crate::transport::pong;

/// How long a client may take to send a body, which is one megabyte at most.
const BODY_DEADLINE: Duration = Duration::from_secs(30);
/// A refused host or origin is logged up to this many characters.
const SHOWN: usize = 100;

/// What the gate needs.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) door: Door,
    pub(crate) keeper: Doorkeeper,
    pub(crate) desk: Desk,
    pub(crate) notices: mpsc::UnboundedSender<Notice>,
    /// Bytes of a polling body.
    pub(crate) body_limit: usize,
}

/// Stands before everything: the door's rule, and an ear for pongs.
pub(crate) async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if !admits(&gate.door, request.headers()) {
        if let Some(visit) = request.extensions().get::<Visit>() {
            gate.desk.note_refused(visit.from, "host_or_origin");
        }
        let refusal = "Forbidden: this hub does not serve that host or origin.\n";
        return (StatusCode::FORBIDDEN, refusal).into_response();
    }
    let sid = query_value(request.uri().query(), "sid").and_then(|sid| Sid::from_str(sid).ok());
    if let Some(visit) = request.extensions().get::<Visit>() {
        if let Some(sid) = sid {
            gate.keeper.meets(sid, &visit.place);
        }
        if begins_session(&request) && !gate.keeper.may_begin(&visit.place, Instant::now()) {
            gate.desk.note_refused(visit.from, "too_many_sessions");
            let refusal =
                "Too many sessions were begun from there: come in by one of them, or try again later.\n";
            return (StatusCode::TOO_MANY_REQUESTS, [(CONNECTION, "close")], refusal).into_response();
        }
    }
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

/// Whether Engine.IO would begin a session for this that is in no connection. Rather too often: what has no transport
/// begins none.
fn begins_session(request: &Request) -> bool {
    let mut query = request.uri().query().unwrap_or_default().split('&');
    request.method() == Method::GET
        && request.uri().path().starts_with("/socket.io")
        && !query.clone().any(|pair| pair.starts_with("sid="))
        && query.find(|pair| pair.starts_with("transport=")).is_none_or(|pair| pair != "transport=websocket")
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
        // It is in the audit log, counted. These are a stranger's words, as long and as many as it likes.
        let shown = |text: Option<&str>| text.map(|text| text.chars().take(SHOWN).collect::<String>());
        let (host, origin) = (shown(host), shown(origin));
        tracing::debug!(host, origin, "refused a request that came by a stranger's name or page");
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
