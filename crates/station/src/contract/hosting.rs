//! The hub that this computer hosts: how it stands, who is connected, and letting other computers in.

use std::fmt;

use serde::{Deserialize, Serialize};

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
        /// Where this computer itself reaches it, e.g. `http://127.0.0.1:8001`.
        address: String,
        /// Sockets connected now.
        connected_clients: u32,
        /// Channels with somebody in them.
        active_channels: u32,
        /// When it started; uptime counts from here.
        started_at: i64,
        /// Where other computers come in; `null`: nowhere.
        network: Option<Box<NetworkDoor>>,
        /// A computer is being added; `null`: none is.
        offer: Option<Box<PairingOffer>>,
        /// Channels in which something was sent lately while nobody was there to hear it.
        unheard: Vec<String>,
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
    /// Another program has the port for other computers.
    NetworkPortInUse,
    /// The folder or the file cannot be written.
    NotWritable,
    /// The file belongs to another program or is damaged.
    ForeignDatabase,
    /// The file was written by a newer version.
    NewerDatabase,
    /// The certificate by which the other computers know the hub cannot be read; it is never replaced by itself.
    BadCertificate,
    /// Anything else.
    Other,
}

/// Where other computers reach the hub. Nobody comes in there without a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NetworkDoor {
    /// The likeliest first, e.g. `192.168.1.20:8002`. Empty: this computer is on no network.
    pub addresses: Vec<String>,
    /// SHA-256 of the hub's certificate, 64 hex digits in small letters.
    pub fingerprint: String,
    /// The same for devices that cannot do TLS; `null`: they do not come in.
    pub plain: Option<Vec<String>>,
    /// A firewall of this computer that is on and may keep others out; `null`: none was noticed.
    pub firewall: Option<Firewall>,
}

/// A firewall, and what lets other computers through it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Firewall {
    /// Its own name, e.g. `ufw`.
    pub name: String,
    /// What an administrator of this computer types, word for word.
    pub command: String,
}

/// Another computer may come in by this code, for a while.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PairingOffer {
    /// Six digits.
    pub code: String,
    /// The same with the hub's addresses and fingerprint; `null`: no other computer could reach this one.
    pub link: Option<String>,
    /// The link as a QR code, without a margin.
    pub qr: Option<QrCode>,
    /// Until when.
    pub expires_at: i64,
    /// How many wrong codes it still bears.
    pub tries_left: u8,
    /// How far it is.
    pub state: OfferState,
}

impl fmt::Debug for PairingOffer {
    /// Without the code: whoever reads a log is not let in by it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingOffer").field("state", &self.state).finish_non_exhaustive()
    }
}

/// A QR code, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct QrCode {
    /// Modules on each side.
    pub size: u32,
    /// The `d` of a path, one unit a module.
    pub path: String,
}

/// How far adding a computer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum OfferState {
    /// Nobody has used the code yet.
    Open,
    /// A computer knows the code; whoever sits here lets it in or does not.
    Asking {
        /// As it calls itself.
        device_name: String,
        /// The person there.
        username: String,
        /// From where.
        address: String,
    },
    /// It was let in.
    Accepted {
        /// As it calls itself.
        device_name: String,
    },
    /// Nobody came in by it, and nobody will.
    Ended {
        /// Why.
        why: OfferEnd,
    },
}

/// Why an offer ended without anybody being let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum OfferEnd {
    /// Ten minutes are over.
    Expired,
    /// Too many wrong codes.
    Tries,
    /// Whoever sits here did not let the computer in.
    Refused,
    /// The computer went away before it was let in.
    Gone,
}

/// What is going on at the hub hosted here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct HubOverview {
    /// Who is connected, in the order in which they came.
    pub devices: Vec<HubDevice>,
    /// Tokens that are good, oldest first.
    pub tokens: Vec<HubToken>,
    /// Notifications passed on since midnight.
    pub sent_today: u64,
    /// Sends refused since midnight, or since the hub's start if that is later.
    pub refused_today: u64,
    /// Notifications of each minute of the last hour, the oldest first; 60 of them.
    pub per_minute: Vec<u32>,
    /// What happened at the doors, newest first; at most 50.
    pub audit: Vec<AuditEntry>,
}

/// A connected client of the hub hosted here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct HubDevice {
    /// Names the connection for as long as it lasts.
    pub id: String,
    /// The stable id of the person there; `null`: it gave none.
    pub user_id: Option<String>,
    /// As it calls itself; `null`: it does not.
    pub device_name: Option<String>,
    /// The person there.
    pub username: String,
    /// The channels that it is in.
    pub channels: Vec<String>,
    /// Since when.
    pub since: i64,
    /// Whether it is this very app.
    pub here: bool,
    /// Nobody there wants to be disturbed.
    pub do_not_disturb: bool,
    /// It makes no sound.
    pub ring_muted: bool,
}

/// A token that somebody comes in by, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct HubToken {
    /// Its number.
    #[cfg_attr(test, ts(type = "number"))]
    pub id: i64,
    /// What it is for, as the owner calls it; of a computer that was added, its name.
    pub label: String,
    /// Whether it may listen.
    pub reads: bool,
    /// Whether it may send.
    pub sends: bool,
    /// Whether it may everything.
    pub administers: bool,
    /// In which channels, e.g. `commandes*`.
    pub channels: Vec<String>,
    /// When it was given out.
    pub created: i64,
    /// When somebody last came in by it; `null`: never.
    pub used: Option<i64>,
}

/// A token to be given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenWish {
    /// What it is for; 1 to 100 characters.
    pub label: String,
    /// Whether it may listen.
    pub reads: bool,
    /// Whether it may send.
    pub sends: bool,
    /// In which channels: a name, or the beginning of names followed by `*`. At least one.
    pub channels: Vec<String>,
}

/// A token that was given out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NewToken {
    /// Its number.
    #[cfg_attr(test, ts(type = "number"))]
    pub id: i64,
    /// The token itself: shown now and never again.
    pub secret: String,
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Something that happened at the hub's doors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// When; of several the first.
    pub at: i64,
    /// A stable word, e.g. `token_revoked`, `refused`, `paired`.
    pub event: String,
    /// The label of the token it was about, if it was about one.
    pub token: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// Why, e.g. `token_invalid`.
    pub code: Option<String>,
    /// How often in that moment.
    pub times: u64,
}
