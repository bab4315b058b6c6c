//! Who connects: the CONNECT payload.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Lang;

/// The longest name or id kept of a client, in characters; the rest is cut, so that nobody can fill
/// everybody's screen with a sender's name.
const NAME_LIMIT: usize = 100;

/// What a client says of itself. Every field is optional in the published API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auth {
    /// The person's stable id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Part 3: the computer's stable id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// Part 3: the computer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// Part 3: the language of errors.
    #[serde(default)]
    pub lang: Lang,
    /// Part 3: the version of the additions that the client speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<u32>,
}

impl Auth {
    /// Reads whatever a client sent. A field of another kind counts as absent: the published server
    /// let such clients in, so refusing them would break them.
    pub fn from_value(value: &Value) -> Self {
        let text = |name: &str| match value.get(name)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.chars().take(NAME_LIMIT).collect()),
            // Ordering systems often send the numeric key of a user table.
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        Self {
            user_id: text("user_id"),
            username: text("username"),
            device_id: text("device_id"),
            device_name: text("device_name"),
            lang: if value.get("lang").and_then(Value::as_str) == Some("en") { Lang::En } else { Lang::Fr },
            protocol: value.get("protocol").and_then(Value::as_u64).and_then(|v| u32::try_from(v).ok()),
        }
    }

    /// The name that goes with what this client sends.
    pub fn sender(&self) -> &str {
        self.username.as_deref().or(self.user_id.as_deref()).unwrap_or("Anonyme")
    }

    /// For whom the hub keeps a cursor: the device, else the person, else nobody (live only).
    pub fn subscriber(&self) -> Option<String> {
        match (&self.device_id, &self.user_id) {
            (Some(device), _) => Some(format!("device:{device}")),
            (None, Some(user)) => Some(format!("user:{user}")),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_sender_is_the_name_else_the_id_else_anonyme() {
        let auth = |value| Auth::from_value(&value).sender().to_owned();
        assert_eq!(auth(json!({"user_id": "user_42", "username": "Alice"})), "Alice");
        assert_eq!(auth(json!({"user_id": "user_42"})), "user_42");
        assert_eq!(auth(json!({"user_id": 42, "username": "  "})), "42");
        assert_eq!(auth(json!(null)), "Anonyme");
        assert_eq!(auth(json!({"username": ["Alice"]})), "Anonyme");
    }

    #[test]
    fn a_device_and_a_person_with_the_same_id_are_two_subscribers() {
        let device = Auth::from_value(&json!({"device_id": "a"})).subscriber();
        let person = Auth::from_value(&json!({"user_id": "a"})).subscriber();
        assert_ne!(device, person);
        assert_eq!(Auth::from_value(&json!({"username": "Alice"})).subscriber(), None);
    }
}
