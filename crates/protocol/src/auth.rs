//! Who connects: the CONNECT payload.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Lang, Person, Secret};

/// The longest name kept of a client, in characters; the rest is cut, so that nobody can fill everybody's
/// screen with a sender's name.
const NAME_LIMIT: usize = 100;
/// The longest id, in bytes; some shops use whole tokens. A longer one counts as absent rather than being cut,
/// since two that differ only in their ends would become one person.
const ID_LIMIT: usize = 4_096;

/// The most cursors read of one client: more channels than any device joins.
const CURSOR_LIMIT: usize = 1_000;

/// How far a device says it is in one channel's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The hub database that the number belongs to.
    pub epoch: String,
    /// Everything up to this number is committed on the device.
    pub seq: u64,
}

/// What a client says of itself. Every field is optional in the published API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auth {
    /// The person's stable id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Part 3: what lets this client in where a hub asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
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
    /// Part 3: where the device is, by channel; `*` for the broadcasts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cursors: BTreeMap<String, Position>,
}

impl Auth {
    /// Reads whatever a client sent. A field of another kind counts as absent: the published server
    /// let such clients in, so refusing them would break them.
    pub fn from_value(value: &Value) -> Self {
        let text = |field: &str| text(value.get(field)?);
        let name = |field: &str| name(value.get(field)?);
        Self {
            user_id: text("user_id"),
            username: name("username"),
            token: value
                .get("token")
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .map(Secret::new),
            device_id: text("device_id"),
            device_name: name("device_name"),
            lang: if value.get("lang").and_then(Value::as_str) == Some("en") { Lang::En } else { Lang::Fr },
            protocol: value.get("protocol").and_then(Value::as_u64).and_then(|v| u32::try_from(v).ok()),
            cursors: cursors(value.get("cursors")),
        }
    }

    /// Whether this client says itself what it has received, by [`crate::event::RECEIVED`].
    pub fn acknowledges(&self) -> bool {
        self.device_id.is_some() && self.protocol >= Some(2)
    }

    /// The name that goes with what this client sends.
    pub fn sender(&self) -> &str {
        let name = self.username.as_deref().or(self.user_id.as_deref()).unwrap_or("Anonyme");
        let end = name.char_indices().nth(NAME_LIMIT).map_or(name.len(), |(end, _)| end);
        &name[..end]
    }

    /// This client as others see it.
    pub fn person(&self) -> Person {
        Person {
            user_id: self.user_id.clone(),
            username: self.sender().to_owned(),
            device_name: self.device_name.clone(),
        }
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

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() && text.len() <= ID_LIMIT => Some(text.clone()),
        // Ordering systems often send the numeric key of a user table.
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A person's name, cut if need be.
pub(crate) fn name(value: &Value) -> Option<String> {
    text(value).map(|name| name.chars().take(NAME_LIMIT).collect())
}

/// Malformed entries count as absent, like every other field.
fn cursors(value: Option<&Value>) -> BTreeMap<String, Position> {
    let entries = value.and_then(Value::as_object).into_iter().flatten().take(CURSOR_LIMIT);
    let read = entries.filter_map(|(channel, position)| {
        let position = Position {
            epoch: position.get("epoch")?.as_str()?.to_owned(),
            seq: position.get("seq")?.as_u64()?,
        };
        Some((channel.clone(), position))
    });
    read.collect()
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
    fn others_see_a_person_with_a_name_in_any_case_and_the_computer_if_it_has_one() {
        let person = |value| Auth::from_value(&value).person();
        let alice = person(json!({"user_id": 42, "username": "Alice", "device_name": "Bar"}));
        let expected =
            Person { user_id: Some("42".into()), username: "Alice".into(), device_name: Some("Bar".into()) };
        assert_eq!(alice, expected);
        let nobody = Person { user_id: None, username: "Anonyme".into(), device_name: None };
        assert_eq!(person(json!(null)), nobody);
    }

    #[test]
    fn cursors_are_read_one_by_one_and_a_faulty_one_spoils_no_other() {
        let auth = Auth::from_value(&json!({"device_id": "a", "protocol": 2, "cursors": {
            "commandes": {"epoch": "e", "seq": 7}, "bar": {"epoch": "e", "seq": -1}, "salle": 3,
        }}));
        let expected = Position { epoch: "e".into(), seq: 7 };
        assert_eq!(auth.cursors.into_iter().collect::<Vec<_>>(), [("commandes".to_owned(), expected)]);
    }

    #[test]
    fn only_a_device_that_speaks_the_additions_acknowledges_by_itself() {
        let acknowledges = |value| Auth::from_value(&value).acknowledges();
        assert!(acknowledges(json!({"device_id": "a", "protocol": 2})));
        assert!(!acknowledges(json!({"device_id": "a"})), "it may not know how");
        assert!(!acknowledges(json!({"user_id": "a", "protocol": 2})), "nobody is told apart");
    }

    #[test]
    fn names_are_cut_and_ids_never_are() {
        let long = |end: &str| format!("{}{end}", "é".repeat(200));
        let auth = |end| Auth::from_value(&json!({"user_id": long(end), "username": long(end)}));
        assert_eq!(auth("a").sender().chars().count(), NAME_LIMIT);
        assert_ne!(auth("a").subscriber(), auth("b").subscriber(), "two people stay two");
        let nameless = Auth::from_value(&json!({"user_id": long("a")}));
        assert_eq!(nameless.sender().chars().count(), NAME_LIMIT);
        assert_eq!(Auth::from_value(&json!({"user_id": "x".repeat(5_000)})).subscriber(), None);
    }

    #[test]
    fn a_device_and_a_person_with_the_same_id_are_two_subscribers() {
        let device = Auth::from_value(&json!({"device_id": "a"})).subscriber();
        let person = Auth::from_value(&json!({"user_id": "a"})).subscriber();
        assert_ne!(device, person);
        assert_eq!(Auth::from_value(&json!({"username": "Alice"})).subscriber(), None);
    }
}
