//! Who is connected, as others see it (Part 3).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Problem, Timestamp};

/// One connected client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Names the connection for as long as it lasts. It is no key to it.
    pub id: String,
    /// As in the CONNECT payload.
    pub user_id: Option<String>,
    /// As in the CONNECT payload, else the `user_id`, else "Anonyme".
    pub username: String,
    /// As in the CONNECT payload.
    pub device_name: Option<String>,
    /// The channels that it is in, of those that whoever asks may know.
    pub channels: Vec<String>,
    /// Since when it is connected.
    pub since: Timestamp,
    /// What it says of itself.
    #[serde(flatten)]
    pub state: PresenceState,
}

/// Whether somebody at a device can hear it, as the device says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceState {
    /// Nobody there wants to be disturbed now.
    #[serde(default)]
    pub do_not_disturb: bool,
    /// It makes no sound.
    #[serde(default)]
    pub ring_muted: bool,
}

/// `presence-list` and `presence-changed`: everybody, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceList {
    /// Those who are connected, as far as whoever asks may know of them.
    pub devices: Vec<Presence>,
}

/// Reads the payload of `set-presence`. What it does not name stays as it is `before`.
///
/// # Errors
/// Every fault of the payload.
pub fn parse_presence(payload: &Value, before: PresenceState) -> Result<PresenceState, Vec<Problem>> {
    let Value::Object(fields) = payload else { return Err(vec![Problem::PayloadNotObject]) };
    let flag = |field: &'static str, before: bool| match fields.get(field) {
        None | Some(Value::Null) => Ok(before),
        Some(value) => value.as_bool().ok_or(Problem::NotBoolean(field)),
    };
    match (flag("do_not_disturb", before.do_not_disturb), flag("ring_muted", before.ring_muted)) {
        (Ok(do_not_disturb), Ok(ring_muted)) => Ok(PresenceState { do_not_disturb, ring_muted }),
        (first, second) => Err(first.err().into_iter().chain(second.err()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_named_stays_as_it_is() {
        let before = PresenceState { do_not_disturb: true, ring_muted: false };
        let read = |payload| parse_presence(&payload, before);
        assert_eq!(read(json!({})), Ok(before));
        let muted = PresenceState { do_not_disturb: true, ring_muted: true };
        assert_eq!(read(json!({"ring_muted": true, "do_not_disturb": null})), Ok(muted));
        assert_eq!(read(json!(true)), Err(vec![Problem::PayloadNotObject]));
        let faults = read(json!({"do_not_disturb": 1, "ring_muted": "no"})).expect_err("both are faulty");
        let codes: Vec<_> = faults.iter().map(Problem::code).collect();
        assert_eq!(codes, ["do_not_disturb_not_boolean", "ring_muted_not_boolean"]);
    }
}
