//! How stations find the hubs of their network: mDNS, the service type `_chapfood._tcp`.
//!
//! Nothing secret is said, and nothing that is heard is believed: anybody on the network can announce anything. An
//! address that was found is one more place to try, under the pin that pairing gave; it lets nobody in.

mod announcement;
mod daemon;
mod found;
mod id;
mod name;
mod search;
mod table;

use std::time::Duration;

pub use announcement::Announcement;
pub use found::{FoundHub, MAX_ADDRESSES, MAX_NAME};
pub use id::HubId;
pub use search::Search;
pub use table::MAX_HUBS;

/// What hubs announce themselves as.
const SERVICE: &str = "_chapfood._tcp.local.";

/// The version of what a hub says of itself. Whoever says another one is not listed: what it means is not known.
const VERSION: &str = "1";

/// How long announcing and looking rest after a flood.
const REST: Duration = Duration::from_secs(10);

/// Why nothing is announced or looked for.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// The system gives no thread or no waiting place for it.
    #[error("hubs cannot be announced or looked for on this network: {0}")]
    Unavailable(String),
}

impl From<mdns_sd::Error> for DiscoveryError {
    fn from(error: mdns_sd::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}
