//! The only file that knows `rust_socketio`, so that it can be replaced.
//!
//! What was measured of version 0.6.0 and is worked around here: its own reconnect spins after a while and
//! has no handshake deadline; acks collide; a refused connection leaves a task behind. So a client lives for
//! one connection, inside a runtime that dies with it, and only the protocol's events are used.

use futures_util::FutureExt;
use futures_util::future::pending;
use rust_socketio::asynchronous::{Client, ClientBuilder};
use rust_socketio::{Error, Event, Payload, TransportType};
use serde_json::Value;

use crate::SessionConfig;
use crate::inflow::{Inflow, Signal};
use crate::refusal::Refusal;
use crate::tls::trusting_only;

/// How `rust_socketio` begins the text of a refused CONNECT; the packet's JSON follows.
const REFUSED: &str = "Received an ConnectError frame: ";

/// Why a connection could not be opened.
#[derive(Debug)]
pub(crate) enum OpenFault {
    /// The address cannot be one of the hub, whatever the network does.
    Address(String),
    /// The hub's certificate is known, and the address is not one at which it could be shown.
    InPlainSight,
    /// The hub was not reached; why, for the log.
    Unreachable(String),
}

/// One connection to a hub. It dies with the runtime that opened it.
pub(crate) struct Connection {
    client: Client,
}

impl Connection {
    /// Opens a WebSocket and asks to be let in. The answer comes as a [`Signal`].
    pub(crate) async fn open(config: &SessionConfig, inflow: Inflow) -> Result<Self, OpenFault> {
        let mut auth = config.auth.clone();
        if let Some(cursors) = &config.cursors {
            auth.cursors.clone_from(&cursors.borrow());
        }
        let auth = serde_json::to_value(auth)
            .map_err(|error| OpenFault::Unreachable(format!("unwritable auth: {error}")))?;
        let (accepted, faults, closed, ended) =
            (inflow.clone(), inflow.clone(), inflow.clone(), inflow.clone());
        let mut builder = ClientBuilder::new(&config.address);
        if let Some(pin) = &config.pin {
            if !is_tls(&config.address) {
                return Err(OpenFault::InPlainSight);
            }
            let connector = trusting_only(pin)
                .map_err(|error| OpenFault::Unreachable(format!("no TLS on this computer: {error}")))?;
            builder = builder.tls_config(connector);
        }
        let client = builder
            .transport_type(TransportType::Websocket)
            .auth(auth)
            // `rust_socketio` has no callback for a connection that ended cleanly, only this one for being
            // about to reconnect. It never returns, so nothing is ever reconnected.
            .reconnect(true)
            .on_reconnect(move || {
                let inflow = ended.clone();
                async move {
                    inflow.signal(Signal::Lost("the connection ended".into())).await;
                    pending().await
                }
                .boxed()
            })
            .on(Event::Connect, move |_, _| {
                let inflow = accepted.clone();
                async move { inflow.signal(Signal::Accepted).await }.boxed()
            })
            .on(Event::Close, move |_, _| {
                let inflow = closed.clone();
                async move { inflow.signal(Signal::Lost("the hub said goodbye".into())).await }.boxed()
            })
            .on(Event::Error, move |payload, _| {
                let inflow = faults.clone();
                async move { inflow.signal(fault(payload)).await }.boxed()
            })
            .on_any(move |event, payload, _| {
                let inflow = inflow.clone();
                async move {
                    if let (Event::Custom(name), Payload::Text(values)) = (event, payload) {
                        inflow.take(&name, values.into_iter().next().unwrap_or_default()).await;
                    }
                }
                .boxed()
            })
            .connect()
            .await
            .map_err(|error| open_fault(&error))?;
        Ok(Self { client })
    }

    /// Sends an event with no payload or one. It is always JSON here: a bare string would be read as JSON
    /// by `rust_socketio`, and a channel named `42` would travel as a number.
    pub(crate) async fn emit(&self, event: &str, payload: Option<Value>) -> Result<(), String> {
        let payload: Vec<Value> = payload.into_iter().collect();
        self.client.emit(event, Payload::Text(payload)).await.map_err(|error| words(&error))
    }

    /// Says goodbye. The callbacks are dropped, and so their signals end, once the hub has closed too.
    pub(crate) async fn goodbye(self) {
        if let Err(error) = self.client.disconnect().await {
            tracing::debug!(%error, "the goodbye did not reach the hub");
        }
    }
}

/// Whether what is said to that address is hidden on the way.
fn is_tls(address: &str) -> bool {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("https" | "wss"))
}

fn fault(payload: Payload) -> Signal {
    let text = match payload {
        Payload::Text(values) => match values.into_iter().next() {
            Some(Value::String(text)) => text,
            other => other.unwrap_or_default().to_string(),
        },
        other => format!("{other:?}"),
    };
    match text.strip_prefix(REFUSED) {
        Some(packet) => Signal::Refused(Refusal::of_connect(&refusal(packet))),
        None => Signal::Lost(text),
    }
}

/// The hub's line: `{"message": …}` as Socket.IO has it, or whatever else it sent.
fn refusal(packet: &str) -> String {
    match serde_json::from_str(packet) {
        Ok(Value::Object(fields)) if fields.get("message").is_some_and(Value::is_string) => {
            fields["message"].as_str().unwrap_or_default().to_owned()
        }
        Ok(Value::String(words)) => words,
        _ => packet.to_owned(),
    }
}

fn open_fault(error: &Error) -> OpenFault {
    let why = words(error);
    match error {
        Error::InvalidUrl(_) => OpenFault::Address(why),
        _ if why.contains("Invalid Url Scheme") => OpenFault::Address(why),
        _ => OpenFault::Unreachable(why),
    }
}

/// The error with its causes, which its own text leaves out.
fn words(error: &Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_hubs_words() {
        let told = |packet: &str| match fault(Payload::from(format!("{REFUSED}{packet}"))) {
            Signal::Refused(refusal) => refusal.words,
            other => panic!("{packet} is a refusal, not {other:?}"),
        };
        assert_eq!(told(r#"{"message":"Jeton inconnu"}"#), "Jeton inconnu");
        assert_eq!(told(r#""Jeton inconnu""#), "Jeton inconnu", "a plain string, as old servers send it");
        assert_eq!(told(r#"{"code":7}"#), r#"{"code":7}"#, "unknown forms are shown as they are");
    }

    #[test]
    fn any_other_error_is_the_end_of_the_connection() {
        assert!(matches!(fault(Payload::from("EngineIO Error")), Signal::Lost(_)));
    }
}
