//! What the hub says, apart from the notifications themselves.

use serde::{Deserialize, Serialize};

use crate::{Lang, Limits, NotificationId, Problem, Timestamp};

/// `connection-confirmed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectionConfirmed {
    /// The socket's id.
    #[serde(rename = "socketId")]
    pub socket_id: String,
    /// The hub's clock.
    #[serde(rename = "serverTime")]
    pub server_time: Timestamp,
    /// Part 3: absent on a hub that speaks only the published API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<u32>,
    /// Part 3: the hub database's own id; a restored backup has another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// Part 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<HubIdentity>,
    /// Part 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// Part 3: the greatest role that this client has here; a word, since a newer hub may have others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Part 3: all the roles that it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

impl ConnectionConfirmed {
    /// The hub's database, if it has logs with places in them and takes `received`.
    pub fn log_epoch(&self) -> Option<&str> {
        self.epoch.as_deref().filter(|_| self.protocol >= Some(2))
    }
}

/// Which hub this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubIdentity {
    /// The name the owner gave it.
    pub name: String,
    /// The program's version.
    pub version: String,
}

/// `notification-sent`: the notification is committed and flushed to the hub's disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationSent {
    /// The hub's id for it.
    #[serde(rename = "notificationId")]
    pub notification_id: NotificationId,
    /// `None` is a broadcast.
    pub channel: Option<String>,
    /// When the hub accepted it.
    pub timestamp: Timestamp,
    /// Part 3: the place in the channel's log.
    #[serde(default)]
    pub seq: u64,
    /// Part 3: the same `client_id` was sent before; this is the first one's answer.
    #[serde(default)]
    pub duplicate: bool,
    /// Part 3: sockets in the channel now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribers: Option<u32>,
    /// Part 3: the sender's own id, given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// `channel-joined`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelJoined {
    /// The channel.
    pub channel: String,
    /// `Vous avez rejoint « devops »`.
    #[serde(default)]
    pub message: String,
    /// Sockets in the channel, this one included.
    #[serde(rename = "clientCount", default)]
    pub client_count: u32,
    /// Notifications that follow at once, oldest first, because this subscriber has not received them.
    #[serde(rename = "pendingCount", default)]
    pub pending_count: u64,
    /// When.
    pub timestamp: Timestamp,
    /// Part 3: the hub database's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// Part 3: the last seq of the channel's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<u64>,
    /// Part 3: false if something that this subscriber has not received is no longer kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered: Option<bool>,
}

/// `resync-required` (Part 3): the device's cursor is unknown here, or what follows it is gone. Everything
/// that is kept follows from the start; the device keeps what it has and shows the gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResyncRequired {
    /// The channel; `*` for the broadcasts.
    pub channel: String,
    /// The hub database's own id.
    pub epoch: String,
    /// The last seq of the channel's log.
    pub head: u64,
}

/// `channel-left`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelLeft {
    /// The channel.
    pub channel: String,
    /// `Vous avez quitté « devops »`.
    #[serde(default)]
    pub message: String,
    /// When.
    pub timestamp: Timestamp,
}

/// `notification-taken` and `notification-released` (Part 3): entries of the channel's log, like the
/// notification itself, so that a device that was away learns them in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimChanged {
    /// The notification.
    pub id: NotificationId,
    /// Its channel; `None` is a broadcast.
    pub channel: Option<String>,
    /// Who took or released it.
    pub by: Person,
    /// When the hub accepted that.
    pub at: Timestamp,
    /// The place in the channel's log.
    pub seq: u64,
    /// Which database `seq` counts in.
    pub epoch: String,
    /// Whether it comes later than it could have.
    #[serde(default)]
    pub replayed: bool,
    /// Told to whoever asked for it, alone and out of the log's order: no cursor moves by its `seq`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answer: bool,
}

/// Somebody, as others see them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// As in the CONNECT payload.
    pub user_id: Option<String>,
    /// As in the CONNECT payload, else the `user_id`, else "Anonyme".
    pub username: String,
    /// As in the CONNECT payload.
    pub device_name: Option<String>,
}

/// One entry of `channels-list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSummary {
    /// The channel.
    pub name: String,
    /// Sockets in it.
    #[serde(rename = "clientCount")]
    pub client_count: u32,
}

/// `server-stats`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerStats {
    /// Sockets connected.
    #[serde(rename = "connectedClients")]
    pub connected_clients: u32,
    /// Channels with somebody in them.
    #[serde(rename = "activeChannels")]
    pub active_channels: u32,
    /// Seconds since the hub started.
    pub uptime: f64,
    /// When.
    pub timestamp: Timestamp,
}

/// `error-message`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorMessage {
    /// Sentences for a person, one per fault, in the order of the fields.
    pub errors: Vec<String>,
    /// Part 2: one stable code per sentence.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Part 2: the event it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Our addition: the `client_id` of the send that it answers, so that a sender with several under
    /// way knows which one was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Part 3: in so many milliseconds it may be tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Our addition: the notification that could not be taken or released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<NotificationId>,
    /// Our addition: the channel that could not be joined or left, as it was asked for, so that whoever asked for
    /// several knows which one it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

impl ErrorMessage {
    /// The answer to `event` for these faults.
    pub fn new(event: &str, problems: &[Problem], lang: Lang) -> Self {
        Self {
            errors: problems.iter().map(|problem| problem.words(lang)).collect(),
            codes: problems.iter().map(Problem::code).collect(),
            event: Some(event.to_owned()),
            retry_after_ms: problems.iter().find_map(|problem| match problem {
                Problem::RateLimited(after) => Some(*after),
                _ => None,
            }),
            client_id: None,
            id: None,
            channel: None,
        }
    }

    /// Whether this code is among its codes.
    pub fn has_code(&self, code: &str) -> bool {
        self.codes.iter().any(|its| its == code)
    }
}
