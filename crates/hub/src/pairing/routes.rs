//! The three requests of a pairing. They are served at the doors of the network that speak TLS, and nowhere else: what
//! a station proves is bound to the certificate that it was shown.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Extension, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use chapfood_pairing::{
    BEGIN_PATH, BODY_LIMIT, Begin, CONFIRM_PATH, Confirm, Confirmed, Refusal, WAIT_PATH, Wait, refusal,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::offer::{Newcomer, No};
use super::{Pairing, words};
use crate::transport::Visit;

/// The longest name of a computer or a person that is shown to the owner, in characters.
const NAME: usize = 100;

/// The routes, for a door with TLS.
pub(crate) fn routes(pairing: Pairing) -> Router {
    Router::new()
        .route(BEGIN_PATH, post(begin))
        .route(CONFIRM_PATH, post(confirm))
        .route(WAIT_PATH, post(wait))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(pairing)
}

type Body = Result<Bytes, BytesRejection>;

async fn begin(
    State(pairing): State<Pairing>,
    Extension(visit): Extension<Visit>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let begun = read::<Begin>(&headers, body).and_then(|begin| {
        let (Some(device_name), Some(username)) = (name(&begin.device_name), name(&begin.username)) else {
            return Err(Refused::INVALID);
        };
        let newcomer = Newcomer { device_name, username, address: visit.from };
        pairing.begin(newcomer, &begin.message)
    });
    answer(begun, &headers)
}

async fn confirm(State(pairing): State<Pairing>, headers: HeaderMap, body: Body) -> Response {
    let confirmed = read::<Confirm>(&headers, body)
        .and_then(|confirm| pairing.confirm(&confirm.session, &confirm.mac))
        .map(|mac| Confirmed { mac });
    answer(confirmed, &headers)
}

async fn wait(State(pairing): State<Pairing>, headers: HeaderMap, body: Body) -> Response {
    let said = match read::<Wait>(&headers, body) {
        Ok(wait) => pairing.wait(&wait.session, &wait.mac).await,
        Err(refused) => Err(refused),
    };
    answer(said, &headers)
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    status: StatusCode,
    code: &'static str,
    tries_left: Option<u32>,
}

impl Refused {
    pub(super) const INVALID: Self = Self::with(StatusCode::UNPROCESSABLE_ENTITY, refusal::INVALID);
    pub(super) const FAILED: Self = Self::with(StatusCode::SERVICE_UNAVAILABLE, refusal::FAILED);

    const fn with(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, tries_left: None }
    }

    pub(super) fn code(self) -> &'static str {
        self.code
    }
}

impl From<No> for Refused {
    fn from(no: No) -> Self {
        match no {
            No::Closed => Self::with(StatusCode::NOT_FOUND, refusal::CLOSED),
            No::Busy => Self::with(StatusCode::TOO_MANY_REQUESTS, refusal::BUSY),
            No::Tries => Self::with(StatusCode::TOO_MANY_REQUESTS, refusal::TRIES),
            No::Expired => Self::with(StatusCode::GONE, refusal::EXPIRED),
            No::CodeWrong(left) => {
                Self { tries_left: Some(left), ..Self::with(StatusCode::FORBIDDEN, refusal::CODE_WRONG) }
            }
        }
    }
}

/// What came, if it is what it should be. Stations are programs: a web page has no business here, also one that the
/// owner named for other things.
fn read<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Refused> {
    if headers.contains_key(ORIGIN) {
        return Err(Refused { status: StatusCode::FORBIDDEN, ..Refused::INVALID });
    }
    let body = body.map_err(|_| Refused { status: StatusCode::PAYLOAD_TOO_LARGE, ..Refused::INVALID })?;
    serde_json::from_slice(&body).map_err(|_| Refused::INVALID)
}

fn answer(said: Result<impl Serialize, Refused>, headers: &HeaderMap) -> Response {
    let mut response = match said {
        Ok(said) => Json(said).into_response(),
        Err(Refused { status, code, tries_left }) => {
            let errors = vec![words::of(code, tries_left, words::lang(headers))];
            (status, Json(Refusal { code: code.to_owned(), errors, tries_left })).into_response()
        }
    };
    // A connection over which nobody was let in does not stay, and might end in the middle of an answer.
    response.headers_mut().insert(CONNECTION, "close".parse().expect("a header"));
    response.headers_mut().insert(CACHE_CONTROL, "no-store".parse().expect("a header"));
    response
}

/// A name as the owner is shown it: on one line, in the order of reading, and not too long.
fn name(text: &str) -> Option<String> {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String = text.chars().filter(|c| !c.is_control() && !turns(*c)).take(NAME).collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_on_one_line_and_in_its_own_order() {
        assert_eq!(name(" Cuisine 🍕 "), Some("Cuisine 🍕".into()));
        assert_eq!(name("Bar\n\u{202e}eniacsiC\u{7}"), Some("BareniacsiC".into()));
        assert_eq!(name(&"é".repeat(300)).map(|name| name.chars().count()), Some(NAME));
        for empty in ["", "  ", "\u{202e}\n"] {
            assert_eq!(name(empty), None, "{empty:?}");
        }
    }
}
