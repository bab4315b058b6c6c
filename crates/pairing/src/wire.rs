//! The three requests of a pairing, and their answers, as JSON.

use chapfood_protocol::Secret;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;

use crate::hex;

/// Where a station begins: [`Begin`], answered by [`Begun`].
pub const BEGIN_PATH: &str = "/pair/begin";
/// Where it proves that it knows the code: [`Confirm`], answered by [`Confirmed`].
pub const CONFIRM_PATH: &str = "/pair/confirm";
/// Where it asks, about every second, what the owner says: [`Wait`], answered by [`State`].
pub const WAIT_PATH: &str = "/pair/wait";

/// The most bytes of a request or an answer.
pub const BODY_LIMIT: usize = 4_096;
/// How many bytes a message of the exchange has.
pub const MESSAGE_BYTES: usize = 33;

/// The stable codes of refusals.
pub mod refusal {
    /// 404: nobody offers to pair a station now.
    pub const CLOSED: &str = "pairing_closed";
    /// 429: another station is at it; try again in a moment.
    pub const BUSY: &str = "pairing_busy";
    /// 429: the offer's tries are used up.
    pub const TRIES: &str = "pairing_tries";
    /// 403: it was another code, or somebody stands between. `tries_left` says how often one may try again.
    pub const CODE_WRONG: &str = "pairing_code_wrong";
    /// 410: this attempt is over.
    pub const EXPIRED: &str = "pairing_expired";
    /// 503: the hub could not write the station down; what was asked may be asked again.
    pub const FAILED: &str = "pairing_failed";
    /// 422, 413 or 403: the request is not as it should be.
    pub const INVALID: &str = "pairing_invalid";
}

/// A side's message of the exchange. It is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message(pub(crate) [u8; MESSAGE_BYTES]);

/// A proof that a side has the key. Two are compared in constant time.
#[derive(Debug, Clone)]
pub struct Mac(pub(crate) [u8; 32]);

impl PartialEq for Mac {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Mac {}

/// A station would like to be paired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// The computer's name, for the owner to recognize it by.
    pub device_name: String,
    /// The person's name.
    pub username: String,
    /// The station's message of the exchange.
    pub message: Message,
}

/// The hub lets it try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Names this attempt.
    pub session: String,
    /// The hub's message of the exchange.
    pub message: Message,
}

/// The station proves that it knows the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// As the hub named it.
    pub session: String,
    /// The station's proof.
    pub mac: Mac,
}

/// It does, and so does the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The hub's proof.
    pub mac: Mac,
}

/// What does the owner say?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// As the hub named it.
    pub session: String,
    /// That it is the station of this attempt who asks.
    pub mac: Mac,
}

/// What the owner says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Nothing yet.
    Waiting,
    /// No.
    Refused,
    /// Yes.
    Accepted {
        /// Lets this station in from now on. It is said here only.
        token: Secret,
        /// The hub.
        hub: HubName,
    },
}

/// How a hub calls itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubName {
    /// Its name, e.g. the computer's.
    pub name: String,
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable; see [`refusal`].
    pub code: String,
    /// For people, in their language.
    pub errors: Vec<String>,
    /// How often the code may still be tried, if it was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::text(&self.0))
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hex::bytes(&String::deserialize(deserializer)?).map(Self).map_err(Error::custom)
    }
}

impl Serialize for Mac {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::text(&self.0))
    }
}

impl<'de> Deserialize<'de> for Mac {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hex::bytes(&String::deserialize(deserializer)?).map(Self).map_err(Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn requests_and_answers_have_the_form_of_the_protocol() {
        let (message, mac) = ("41".repeat(33), "0a".repeat(32));
        let begin = json!({"device_name": "Cuisine", "username": "Alice", "message": message});
        let read: Begin = from_value(begin.clone()).expect("read");
        assert_eq!(to_value(&read).expect("written"), begin);
        let confirm = json!({"session": "s", "mac": mac});
        let read: Confirm = from_value(confirm.clone()).expect("read");
        assert_eq!(to_value(&read).expect("written"), confirm);
        let states = [
            (State::Waiting, json!({"state": "waiting"})),
            (State::Refused, json!({"state": "refused"})),
            (
                State::Accepted { token: Secret::new("cf_1_a"), hub: HubName { name: "Bar".into() } },
                json!({"state": "accepted", "token": "cf_1_a", "hub": {"name": "Bar"}}),
            ),
        ];
        for (state, text) in states {
            assert_eq!(to_value(&state).expect("written"), text);
            assert_eq!(from_value::<State>(text).expect("read"), state);
        }
        let wrong = json!({"code": "pairing_code_wrong", "errors": ["…"], "tries_left": 4});
        let read: Refusal = from_value(wrong.clone()).expect("read");
        assert_eq!((read.tries_left, to_value(&read).expect("written")), (Some(4), wrong));
    }

    #[test]
    fn bytes_of_another_length_or_spelling_are_refused() {
        for mac in
            [json!("0a".repeat(31)), json!("0A".repeat(32)), json!("zz".repeat(32)), json!(7), json!(null)]
        {
            assert!(from_value::<Mac>(mac.clone()).is_err(), "{mac}");
        }
        assert!(from_value::<Message>(json!("41".repeat(32))).is_err());
    }

    #[test]
    fn an_answer_that_is_printed_keeps_the_token_to_itself() {
        let state =
            State::Accepted { token: Secret::new("cf_1_secret"), hub: HubName { name: "Bar".into() } };
        assert!(!format!("{state:?}").contains("secret"));
    }
}
