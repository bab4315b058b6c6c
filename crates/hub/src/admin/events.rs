//! What an administrator may ask.

use chapfood_protocol::{ErrorMessage, Lang, Problem, event};
use serde_json::{Value, json};
use socketioxide::extract::{AckSender, Event, SocketRef, TryData};

use super::{Admin, OVERVIEW, is_withdrawn, show_out};
use crate::overview::{Lookout, Overview};
use crate::transport::Visit;

/// What is asked.
const GET_OVERVIEW: &str = "get-overview";
/// Only on the hub's own computer: the owner stands there, and nothing of it goes over the network.
const OPEN_PAIRING: &str = "open-pairing";
const CLOSE_PAIRING: &str = "close-pairing";
/// `{ accept: bool }`
const ANSWER_PAIRING: &str = "answer-pairing";

/// What answers it, to who asked and to nobody else: `{ code, link, expires_at }`, nothing, `{ answered: bool }`.
const PAIRING_OFFERED: &str = "pairing-offered";
const PAIRING_CLOSED: &str = "pairing-closed";
const PAIRING_ANSWERED: &str = "pairing-answered";

/// Sets up what is done with the events of this socket.
pub(super) fn listen(socket: &SocketRef, lookout: &Lookout) {
    let lookout = lookout.clone();
    socket.on_fallback(
        async move |socket: SocketRef,
                    Event(name): Event,
                    TryData(payload): TryData<Value>,
                    ack: AckSender| {
            let lang = socket.extensions.get::<Admin>().map_or(Lang::Fr, |admin| admin.lang);
            let Some(overview) = current(&socket, &lookout).await else {
                return refuse(&socket, &name, &Problem::TokenUnchecked, lang, ack);
            };
            if is_withdrawn(&socket, &overview) {
                return show_out(&socket);
            }
            match done(&socket, &lookout, &name, &payload.unwrap_or_default(), &overview) {
                Ok((event, answer)) => {
                    let _ = ack.send(&with_status("ok", answer.clone()));
                    let _ = socket.emit(event, &answer);
                }
                Err(problem) => refuse(&socket, &name, &problem, lang, ack),
            }
        },
    );
}

/// How the hub is, with which tokens are good now.
async fn current(socket: &SocketRef, lookout: &Lookout) -> Option<Overview> {
    let overview = lookout.overview().await;
    if let Err(error) = &overview {
        tracing::warn!(%error, socket = %socket.id, "an administrator could not be answered");
    }
    overview.ok().flatten()
}

/// Does what is asked, and says what answers it.
fn done(
    socket: &SocketRef,
    lookout: &Lookout,
    name: &str,
    payload: &Value,
    overview: &Overview,
) -> Result<(&'static str, Value), Problem> {
    let pairing = lookout.pairing();
    match name {
        GET_OVERVIEW => Ok((OVERVIEW, serde_json::to_value(overview).unwrap_or_default())),
        OPEN_PAIRING if !is_here(socket) => Err(Problem::NotHere),
        OPEN_PAIRING => {
            let offered = pairing.open_offer().map_err(|error| {
                tracing::warn!(%error, "no pairing could be offered");
                Problem::NoTlsDoor
            })?;
            let link = offered.link.map(|link| link.text());
            let answer =
                json!({ "code": offered.code.shown(), "link": link, "expires_at": offered.expires_at });
            Ok((PAIRING_OFFERED, answer))
        }
        CLOSE_PAIRING => {
            pairing.close_offer();
            Ok((PAIRING_CLOSED, json!({})))
        }
        ANSWER_PAIRING => match payload.get("accept") {
            None | Some(Value::Null) => Err(Problem::Required("accept")),
            Some(Value::Bool(accept)) => {
                Ok((PAIRING_ANSWERED, json!({ "answered": pairing.answer(*accept) })))
            }
            Some(_) => Err(Problem::NotBoolean("accept")),
        },
        _ => Err(Problem::UnknownEvent(name.chars().take(100).collect())),
    }
}

fn is_here(socket: &SocketRef) -> bool {
    socket.req_parts().extensions.get::<Visit>().is_some_and(|visit| visit.from.is_loopback())
}

fn refuse(socket: &SocketRef, name: &str, problem: &Problem, lang: Lang, ack: AckSender) {
    let shown: String = name.chars().take(100).collect();
    let words = ErrorMessage::new(&shown, std::slice::from_ref(problem), lang);
    let told = serde_json::to_value(&words).unwrap_or_default();
    let _ = ack.send(&with_status("error", told));
    let _ = socket.emit(event::ERROR_MESSAGE, &words);
}

fn with_status(status: &str, mut answer: Value) -> Value {
    answer["status"] = status.into();
    answer
}
