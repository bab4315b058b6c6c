//! Everything that crosses between the station and its UI, in one place.
//!
//! The TypeScript twins in `ui/src/host/contract/` are generated from these types by this crate's
//! test `contract_is_current` and committed; the UI never declares its own copies.
//! Instants are milliseconds since 1970 UTC, as JavaScript's `Date` takes them.

use chapfood_protocol::NotificationType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(test)]
use crate::contract_export::TypeWord;

/// The person's language. French comes first everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// French.
    #[default]
    Fr,
    /// English.
    En,
}

/// The look of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Dark text on light.
    Light,
    /// Light text on dark.
    Dark,
}

/// What the person has chosen on this computer. The station owns it; the host keeps it.
///
/// Every field has a default, so that a file of an older version still loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// `null`: as the desktop says.
    pub language: Option<Language>,
    /// Light, dark, or as the desktop says.
    pub theme: Theme,
    /// The name other people see as sender. Empty: the hub says "Anonyme".
    pub username: String,
    /// The stable id of the person for the hub, made once at first start.
    pub user_id: String,
    /// The address of the hub this station listens to, e.g. `http://127.0.0.1:8001`.
    pub hub_address: String,
    /// Whether this computer hosts a hub of its own.
    pub host_hub: bool,
    /// The port of the hub hosted here.
    pub hub_port: u16,
    /// The channels this station has joined, in the order it joined them.
    pub channels: Vec<String>,
    /// Whether pop-ups of the system are shown at all.
    pub popups: bool,
    /// Whether single-letter shortcuts work.
    pub single_key_shortcuts: bool,
    /// Whether closing the window leaves the app in the tray.
    pub close_to_tray: bool,
    /// Whether the app starts with the computer. Only the desktop host acts on it.
    pub autostart: bool,
    /// Notifications go from this computer's history after so many days.
    pub keep_days: u16,
    /// Beyond so many notifications the oldest go, even if they are younger.
    pub keep_at_most: u32,
}

impl Default for Settings {
    /// What suits a shop's first computer: it hosts the hub and listens to it. `user_id` and `username`
    /// are empty here; the station fills them once, at first start.
    fn default() -> Self {
        Self {
            language: None,
            theme: Theme::System,
            username: String::new(),
            user_id: String::new(),
            hub_address: format!("http://127.0.0.1:{}", chapfood_protocol::DEFAULT_PORT),
            host_hub: true,
            hub_port: chapfood_protocol::DEFAULT_PORT,
            channels: vec!["commandes".to_owned()],
            popups: true,
            single_key_shortcuts: true,
            close_to_tray: true,
            autostart: false,
            keep_days: 90,
            keep_at_most: 1_000_000,
        }
    }
}

/// A change of the settings: absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SettingsChange {
    /// `"system"`, `"fr"` or `"en"`.
    pub language: Option<LanguageChoice>,
    /// See [`Settings::theme`].
    pub theme: Option<Theme>,
    /// See [`Settings::username`].
    pub username: Option<String>,
    /// See [`Settings::user_id`].
    pub user_id: Option<String>,
    /// See [`Settings::hub_address`].
    pub hub_address: Option<String>,
    /// See [`Settings::hub_port`].
    pub hub_port: Option<u16>,
    /// See [`Settings::popups`].
    pub popups: Option<bool>,
    /// See [`Settings::single_key_shortcuts`].
    pub single_key_shortcuts: Option<bool>,
    /// See [`Settings::close_to_tray`].
    pub close_to_tray: Option<bool>,
    /// See [`Settings::autostart`].
    pub autostart: Option<bool>,
    /// See [`Settings::keep_days`]; 1 to 3,650.
    pub keep_days: Option<u16>,
    /// See [`Settings::keep_at_most`]; 1,000 to 10,000,000.
    pub keep_at_most: Option<u32>,
}

/// A language, or the desktop's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum LanguageChoice {
    /// As the desktop says.
    System,
    /// French.
    Fr,
    /// English.
    En,
}

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
}

/// The hub hosted on this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum HostedHub {
    /// Not hosted here.
    Off,
    /// Opening its log or its port.
    Starting,
    /// Running.
    On {
        /// e.g. `http://127.0.0.1:8001`.
        address: String,
        /// Sockets connected now.
        connected_clients: u32,
        /// Channels with somebody in them.
        active_channels: u32,
        /// When it started; uptime counts from here.
        started_at: i64,
    },
    /// Stopping in order.
    Stopping,
    /// Could not start. One of the few codes the UI words itself.
    Failed {
        /// Why.
        reason: HubFailure,
        /// The detail in English, for the developer (a path, a port, the system's words).
        detail: String,
    },
}

/// Why the hosted hub could not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum HubFailure {
    /// Another program has the port.
    PortInUse,
    /// The folder or the file cannot be written.
    NotWritable,
    /// The file belongs to another program or is damaged.
    ForeignDatabase,
    /// The file was written by a newer version.
    NewerDatabase,
    /// Anything else.
    Other,
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
    /// What the person has chosen.
    pub settings: Settings,
    /// What the host can do; decides which settings are offered.
    pub host: HostKind,
    /// The newest row's number: rows above it arrived later than this snapshot. 0: there is none.
    pub newest_row: i64,
    /// This app's version.
    pub version: String,
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

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The station's own number, growing in the order of arrival; the anchor of a list.
    pub row: i64,
    /// The hub's id.
    pub id: String,
    /// Info, success, warning or error.
    #[serde(rename = "type")]
    #[cfg_attr(test, ts(as = "TypeWord"))]
    pub kind: NotificationType,
    /// As received.
    pub title: String,
    /// As received, cut to its first 300 characters in a row; whole in a [`Detail`].
    pub message: String,
    /// As received.
    pub sender: String,
    /// `null`: to everybody.
    pub channel: Option<String>,
    /// When the hub accepted it.
    pub at: i64,
    /// Whether the person has seen it.
    pub read: bool,
    /// Whether it came after an outage, later than it should have.
    pub caught_up: bool,
    /// Whether its sender's time for it was over when it came.
    pub expired: bool,
    /// Who is in charge of it; `null`: nobody.
    pub taken: Option<Taken>,
}

/// Somebody is in charge of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Taken {
    /// The name others see.
    pub by: String,
    /// The computer's name, if it has one.
    pub device: Option<String>,
    /// When.
    pub at: i64,
    /// Whether it was taken by the person of this computer.
    pub mine: bool,
    /// Whether only this computer knows of it yet.
    pub queued: bool,
}

/// A notification whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// The line, its message whole.
    #[serde(flatten)]
    pub row: Row,
    /// The sender's object, exactly as received.
    pub data: Option<Value>,
    /// When this station stored it.
    pub received_at: i64,
}

/// Which rows a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Filter {
    /// Only unread ones.
    pub unread: bool,
    /// Only those that came after an outage.
    pub caught_up: bool,
    /// Only of this type.
    #[cfg_attr(test, ts(as = "Option<TypeWord>"))]
    pub kind: Option<NotificationType>,
    /// Only of this channel; the empty string stands for broadcasts.
    pub channel: Option<String>,
    /// Only rows up to this one: keeps a list still while new ones arrive.
    pub up_to_row: Option<i64>,
}

/// The shape of a list, from which its scroll height follows without loading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Outline {
    /// Newest day first.
    pub days: Vec<Day>,
    /// The rows of all days.
    pub total: u32,
}

/// One day of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Day {
    /// Local date on which the rows arrived here, `2026-11-20`. A row that was caught up may carry an
    /// earlier [`Row::at`].
    pub date: String,
    /// Its rows.
    pub count: u32,
}

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

/// What the UI asks of the station. One reply each, see the variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// → [`Snapshot`].
    Snapshot,
    /// → [`Outline`].
    Outline {
        /// Which rows.
        filter: Filter,
    },
    /// → array of [`Row`], newest first.
    Page {
        /// Which rows.
        filter: Filter,
        /// Rows to skip from the newest.
        offset: u32,
        /// At most 500.
        limit: u32,
    },
    /// → the row's place in the filtered list from the newest (0 is first), or `null`.
    Locate {
        /// Which rows.
        filter: Filter,
        /// The hub's id.
        id: String,
    },
    /// → [`Detail`], or fault `unknown_notification`.
    Open {
        /// The hub's id.
        id: String,
    },
    /// → `null`.
    MarkRead {
        /// The hub's ids.
        ids: Vec<String>,
        /// Read, or unread again.
        read: bool,
    },
    /// Everything the filter shows → how many changed.
    MarkAllRead {
        /// Which rows.
        filter: Filter,
    },
    /// → `null`; the outcome comes with the next snapshot.
    JoinChannel {
        /// Exactly as typed; the hub judges it.
        name: String,
    },
    /// → `null`.
    LeaveChannel {
        /// A joined channel.
        name: String,
    },
    /// Ask the hub which channels are active → `null`; the answer comes with the next snapshot.
    RefreshChannels,
    /// → [`Sent`], or fault `outbox_full`.
    Send {
        /// What.
        draft: Draft,
    },
    /// Take a draft back out of the outbox → the [`Draft`], or fault `already_sent`.
    Unqueue {
        /// See [`QueuedDraft::number`].
        number: i64,
    },
    /// Be in charge of a notification → `null`; known here at once, to others as soon as the hub knows.
    Take {
        /// The hub's id.
        id: String,
    },
    /// Nobody is in charge of it any more → `null`.
    Release {
        /// The hub's id.
        id: String,
    },
    /// Skip the wait before the next attempt → `null`.
    TryNow,
    /// → the [`Settings`] as they now are, or fault `invalid_setting`.
    ChangeSettings {
        /// What changes.
        change: SettingsChange,
    },
    /// → `null`; progress comes with the snapshots.
    StartHub,
    /// → `null`.
    StopHub,
    /// The person knows of the [`Gap`] → `null`.
    DismissGap,
    /// The person knows of the [`CatchUp`] → `null`.
    DismissCatchUp,
    /// Show a sample pop-up → `null`; the outcome comes with the next snapshot.
    TestPopup,
}

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
    /// Old rows went from the history: ask again.
    Removed {
        /// How many.
        count: u32,
    },
    /// Show this notification: a pop-up was clicked.
    OpenRequested {
        /// The hub's id.
        id: String,
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
