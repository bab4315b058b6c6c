//! What the station tells the UI.

use serde::{Deserialize, Serialize};

use super::{Row, Snapshot};

/// What the station tells the UI without being asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// Something small changed: the whole small state. At most one per 50 ms.
    Snapshot {
        /// The state now.
        snapshot: Box<Snapshot>,
    },
    /// Rows arrived, newest first; at most 100 of them are listed.
    Arrived {
        /// The newest of them.
        rows: Vec<Row>,
        /// How many arrived in all.
        count: u32,
    },
    /// Rows were marked read or unread; `ids` empty means many: ask again.
    ReadChanged {
        /// The hub's ids.
        ids: Vec<String>,
        /// Their state now.
        read: bool,
    },
    /// These rows are others now: taken, released, or replaced by a later one with the same key.
    Changed {
        /// The hub's ids; empty means many: ask again.
        ids: Vec<String>,
    },
    /// Rows went from the history, or came back: ask again.
    Removed {
        /// How many went; 0 if rows came back.
        count: u32,
    },
    /// Show this notification: a pop-up was clicked.
    OpenRequested {
        /// The hub's id.
        id: String,
    },
    /// Show this place: somebody asked for it outside the window.
    ShowRequested {
        /// Which.
        place: Place,
    },
    /// The person wants to end the app while other computers listen to the hub that is hosted here: ask them,
    /// then [`Command::Quit`](super::Command::Quit).
    QuitRequested {
        /// How many computers will be cut off.
        computers: u32,
    },
    /// The hub said no to something other than a send, in its own words.
    HubErrors {
        /// As received.
        errors: Vec<String>,
        /// Stable codes, if the hub knows them.
        codes: Vec<String>,
        /// The event it answers, e.g. `join-channel`, if the hub says.
        about: Option<String>,
    },
}

/// A place of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// All notifications.
    Inbox,
    /// The unread ones.
    Unread,
    /// What waits for somebody.
    Todo,
    /// The form.
    Send,
    /// The hub of this computer.
    Hub,
    /// The settings.
    Settings,
}

/// A command that could not be done. The UI words it from `code`; `message` is for the developer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// What the UI branches on.
    pub code: FaultCode,
    /// English, without anything secret.
    pub message: String,
}

/// The faults that the UI tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// More than 1,000 wait for the hub already: this one was not taken.
    OutboxFull,
    /// The hub has it, or may have it: it cannot be taken back.
    AlreadySent,
    /// The id is not in the history.
    UnknownNotification,
    /// A setting does not make sense, e.g. an address that is none.
    InvalidSetting,
    /// The station's disk refused.
    Storage,
    /// Not possible with this host.
    Unsupported,
}
