use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chapfood_protocol::Limits;

use crate::{Pace, Room};

/// How a hub is run. The defaults suit one shop.
#[derive(Debug, Clone)]
pub struct HubConfig {
    /// Where it listens for whoever has no token. Port 0 picks a free one. On a loopback address these are programs of
    /// this computer; on any other it is everybody on the network, and what is said there can be read on the way.
    pub listen: SocketAddr,
    /// Where it listens for other computers as well. Nobody comes in there without a token.
    pub lan: Vec<LanDoor>,
    /// Web pages that may talk to the hub, e.g. `https://orders.example`. On the loopback address pages of this
    /// computer may in any case.
    pub origins: Vec<String>,
    /// The folder of its database; made if absent.
    pub data_dir: PathBuf,
    /// The name it tells clients.
    pub name: String,
    /// How often an idle connection is asked whether it is alive.
    pub ping_interval: Duration,
    /// How long it may take to answer before it counts as lost.
    pub ping_timeout: Duration,
    /// What it accepts.
    pub limits: Limits,
    /// How many connections it takes.
    pub room: Room,
    /// How often the holder of a token may do things.
    pub pace: Pace,
    /// How long a newcomer may take: to send the head of a request, to agree on TLS, to be let in.
    pub deadline: Duration,
    /// What it keeps.
    pub retention: Retention,
}

/// A door to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LanDoor {
    /// Where it listens; `[::]` is every address of this computer, IPv4 as well.
    pub listen: SocketAddr,
    /// Whether what is said there is hidden from others on the network. Without it whoever listens in reads every
    /// notification, and every token: only for devices that cannot do TLS.
    pub tls: bool,
}

/// What a hub keeps, and for how long.
///
/// What a subscriber seen within [`Retention::remember`] has not received stays, however old it is. When the
/// disk's share is used up the hub refuses new notifications rather than dropping old ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Notifications older than this may go.
    pub age: Duration,
    /// In a channel with more notifications than this the oldest may go.
    pub per_channel: u64,
    /// How long a subscriber that does not come back is waited for.
    pub remember: Duration,
    /// The largest size of the database, in bytes. Beyond it notifications are refused.
    pub quota_bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self { age: 7 * DAY, per_channel: 100_000, remember: 30 * DAY, quota_bytes: 2 * 1024 * 1024 * 1024 }
    }
}

impl HubConfig {
    /// A hub on `listen` with its database in `data_dir`.
    ///
    /// A dead link is noticed after at most `ping_interval + ping_timeout`, 15 s.
    pub fn new(listen: SocketAddr, data_dir: impl Into<PathBuf>) -> Self {
        Self {
            listen,
            lan: Vec::new(),
            origins: Vec::new(),
            data_dir: data_dir.into(),
            name: "ChapFood".into(),
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(5),
            limits: Limits::default(),
            room: Room::default(),
            pace: Pace::default(),
            deadline: Duration::from_secs(10),
            retention: Retention::default(),
        }
    }
}
