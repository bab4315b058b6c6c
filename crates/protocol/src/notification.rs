use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{NotificationId, Timestamp};

/// What a notification means. The wire's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NotificationType {
    /// Something happened.
    #[default]
    Info,
    /// Something went well.
    Success,
    /// Something needs an eye.
    Warning,
    /// Something is broken.
    Error,
}

impl NotificationType {
    /// All of them, in the order of the published page.
    pub const ALL: [Self; 4] = [Self::Info, Self::Success, Self::Warning, Self::Error];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The type with this word, which must match exactly.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl<'de> Deserialize<'de> for NotificationType {
    /// A type that a newer hub may have is shown as info rather than losing the notification.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_word(&String::deserialize(deserializer)?).unwrap_or_default())
    }
}

/// The payload of `notification-received`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// Unique on the hub; sorts in the order of acceptance.
    pub id: NotificationId,
    /// What it means.
    #[serde(rename = "type", default)]
    pub kind: NotificationType,
    /// Exactly as sent.
    pub title: String,
    /// Exactly as sent.
    pub message: String,
    /// Exactly as sent; `null` if there is none.
    #[serde(default)]
    pub data: Option<Map<String, Value>>,
    /// The sender's name, else id, else "Anonyme".
    pub sender: String,
    /// `None` is a broadcast.
    #[serde(default)]
    pub channel: Option<String>,
    /// When the hub accepted it.
    pub timestamp: Timestamp,
    /// Part 3: the place in the channel's log, from 1. 0: the hub has none.
    #[serde(default)]
    pub seq: u64,
    /// Part 3: which database `seq` counts in. `None`: the hub has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// Part 3: whether it was kept for this subscriber and comes later than it could have.
    #[serde(default)]
    pub replayed: bool,
    /// Part 3: a later notification of the channel with the same key takes the place of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Part 3: for how many seconds from [`Notification::timestamp`] on it is of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// Part 3: its time was over by the hub's clock when it was given to this subscriber.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
}

impl Notification {
    /// Whether it is of no use any more at `now`. Only the hub's clock counts: it set the timestamp, and the
    /// clocks of a shop's computers differ.
    pub fn is_over(&self, now: Timestamp) -> bool {
        let end = |ttl: u32| self.timestamp.as_millis().saturating_add(i64::from(ttl) * 1_000);
        self.ttl.is_some_and(|ttl| now.as_millis() >= end(ttl))
    }
}
