//! What a person sends.

use chapfood_protocol::NotificationType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(test)]
use crate::contract_export::TypeWord;

/// What a person sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Draft {
    /// `null`: to everybody.
    pub channel: Option<String>,
    /// Info, success, warning or error.
    #[serde(rename = "type")]
    #[cfg_attr(test, ts(as = "TypeWord"))]
    pub kind: NotificationType,
    /// Sent exactly as typed; the hub judges it.
    pub title: String,
    /// Sent exactly as typed; the hub judges it.
    pub message: String,
    /// `null` or an object; anything else is refused in the hub's words.
    pub data: Option<Value>,
}

/// What became of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "outcome", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Sent {
    /// On the hub's disk.
    Confirmed {
        /// The hub's id for it.
        id: String,
        /// Devices connected to the channel when it was sent, if the hub says.
        subscribers: Option<u32>,
    },
    /// The hub refused it, in its own words and stable codes, one code per error.
    Refused {
        /// As received.
        errors: Vec<String>,
        /// e.g. `title_required`; empty for a hub that knows none.
        codes: Vec<String>,
    },
    /// On this computer's disk; the hub gets it as soon as it can be reached.
    Queued {
        /// See [`QueuedDraft::number`].
        number: i64,
    },
}
