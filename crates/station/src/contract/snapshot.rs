//! All the small state.

use chapfood_protocol::NotificationType;
use serde::{Deserialize, Serialize};

use super::{
    ChannelPreferences, FoundHub, HostedHub, Pairing, Readiness, RefusalReason, Row, Settings, SoundHealth,
    TokenKept,
};
use crate::address;
#[cfg(test)]
use crate::contract_export::TypeWord;

/// The connection to the hub, as the person should see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Link {
    /// The very first attempt is under way.
    Connecting,
    /// Live.
    Connected {
        /// Since when.
        since: i64,
    },
    /// Attempts 1 to 5, a second apart.
    Reconnecting {
        /// 1 to `of`.
        attempt: u32,
        /// 5.
        of: u32,
        /// When the next attempt starts.
        next_at: i64,
        /// When the link was lost.
        since: i64,
    },
    /// After 5 attempts: keeps trying, for ever.
    Offline {
        /// When the next attempt starts.
        next_at: i64,
        /// When the link was lost.
        since: i64,
    },
    /// The hub said no, in its own words. Tried again at the pace of `Offline`.
    Refused {
        /// Why, as far as it can be told.
        reason: RefusalReason,
        /// The hub's words, exactly as received.
        words: String,
        /// When the next attempt starts.
        next_at: i64,
        /// When it was refused.
        since: i64,
    },
}

/// A channel as the person sees it: joined here, or only known to be active on the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    /// Exactly as the hub knows it.
    pub name: String,
    /// Whether the person wants it on this station.
    pub joined: bool,
    /// Whether the hub has confirmed the join on the present connection.
    pub confirmed: bool,
    /// Sockets in the channel, as last heard; `null` when not connected.
    pub client_count: Option<u32>,
    /// Unread notifications of this channel on this station.
    pub unread: u32,
    /// Notifications of this channel that arrived since midnight.
    pub today: u32,
}

/// Whether the system shows pop-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PopupHealth {
    /// Not tried yet.
    Unknown,
    /// The last one was accepted.
    Working,
    /// No notification service answers on the session's bus.
    NoService,
    /// There is no session bus.
    NoBus,
    /// The service did not answer in time, or refused.
    Failing,
}

/// All the small state in one piece: sent whole at every change, so that the UI never patches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The connection to the hub.
    pub link: Link,
    /// The name the hub gives itself, if it does.
    pub hub_name: Option<String>,
    /// The connected hub's last `server-stats`.
    pub hub_stats: Option<HubStats>,
    /// Joined channels in the order they were joined, then the others known to the hub by name.
    pub channels: Vec<Channel>,
    /// Unread notifications in all.
    pub unread: u32,
    /// Notifications kept in all.
    pub total: u32,
    /// Bytes that the history takes on this computer's disk.
    pub history_bytes: u64,
    /// The hub hosted here.
    pub hosted_hub: HostedHub,
    /// Hubs that announce themselves on this network, by name; empty while nobody looks.
    pub found: Vec<FoundHub>,
    /// How far being let in at another computer's hub is; `null`: nobody asked for that.
    pub pairing: Option<Pairing>,
    /// Where the token of this computer is kept; `null`: it has none.
    pub token_kept: Option<TokenKept>,
    /// Why what arrives cannot be stored at the moment, in the system's words; `null`: it can. Until then
    /// nothing more is taken from the hub, which keeps it.
    pub storage_fault: Option<String>,
    /// What the person sends or takes and the hub does not know of yet, oldest first.
    pub outbox: Outbox,
    /// What came after the last outage, until the person has said that they know; `null`: nothing.
    pub catch_up: Option<CatchUp>,
    /// What may be missing for good, until the person has said that they know; `null`: nothing.
    pub gap: Option<Gap>,
    /// Whether pop-ups work here.
    pub popups: PopupHealth,
    /// Whether sounds work here.
    pub sound: SoundHealth,
    /// What waits for somebody.
    pub todo: Todo,
    /// How many notifications ring at the moment, until somebody takes them.
    pub ringing: u32,
    /// Until when quiet hours hold back what the shop's [`Settings::quiet_hours`] say; `null`: they do not now.
    pub quiet_until: Option<i64>,
    /// The last few that arrived, newest first, for the tray.
    pub latest: Vec<Row>,
    /// What a channel is like of which the person has chosen nothing.
    pub standard: Standard,
    /// The last trial of everything; `null`: none yet.
    pub readiness: Option<Readiness>,
    /// What the person has chosen.
    pub settings: Settings,
    /// What the host can do; decides which settings are offered.
    pub host: HostKind,
    /// The newest row's number: rows above it arrived later than this snapshot. 0: there is none.
    pub newest_row: i64,
    /// This app's version.
    pub version: String,
}

impl Snapshot {
    /// How many other computers listen to the hub of this one, and are cut off with it. This computer's own
    /// connection is none of them.
    pub fn others_connected(&self) -> u32 {
        let HostedHub::On { connected_clients, .. } = self.hosted_hub else { return 0 };
        let settings = &self.settings;
        let own = matches!(self.link, Link::Connected { .. })
            && address::is_local(&settings.hub_address, settings.hub_port);
        connected_clients.saturating_sub(u32::from(own))
    }
}

/// A hub could not give everything that this computer had not received: a backup was restored there, or this
/// computer was away for longer than the hub keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// The channels concerned, by name; the empty string stands for broadcasts.
    pub channels: Vec<String>,
    /// When the hub first said so.
    pub since: i64,
}

/// What waits on this computer's disk until the hub has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Outbox {
    /// How many in all.
    pub count: u32,
    /// The first 50 that a person sends, oldest first; what they take shows on its row.
    pub drafts: Vec<QueuedDraft>,
}

/// A notification that a person sends and the hub does not have yet, or does not want.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct QueuedDraft {
    /// This computer's own number for it.
    pub number: i64,
    /// `null`: to everybody.
    pub channel: Option<String>,
    /// Info, success, warning or error.
    #[serde(rename = "type")]
    #[cfg_attr(test, ts(as = "TypeWord"))]
    pub kind: NotificationType,
    /// As typed.
    pub title: String,
    /// When the person sent it.
    pub at: i64,
    /// The hub's words if it refused it: it is not tried again. Empty: it waits.
    pub refused: Vec<String>,
}

/// What was missed during an outage and came afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CatchUp {
    /// How many.
    pub count: u32,
    /// When the hub accepted the first of them.
    pub from: i64,
    /// When the hub accepted the last of them.
    pub to: i64,
    /// The hub's id of the newest.
    pub newest: String,
}

/// What waits for somebody to take charge of it: in a channel where that is expected, taken by nobody, not
/// expired, and not older than a day. What is older is in the history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Todo {
    /// How many.
    pub count: u32,
    /// How many of them are late, see [`ChannelPreferences::late_after`].
    pub late: u32,
}

/// The preferences of what the person has not set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Standard {
    /// A channel.
    pub channel: ChannelPreferences,
    /// Broadcasts.
    pub broadcasts: ChannelPreferences,
}

/// What carries the UI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum HostKind {
    /// The desktop app.
    Desktop,
    /// A plain browser.
    Browser,
}

/// The hub's figures, as it last sent them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct HubStats {
    /// Sockets connected.
    pub connected_clients: u32,
    /// Channels with somebody in them.
    pub active_channels: u32,
    /// Seconds.
    pub uptime: f64,
}
