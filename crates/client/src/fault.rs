use std::time::Duration;

use chapfood_protocol::{ErrorMessage, Problem};

/// Why a notification is not known to be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFault {
    /// There was no link to the hub: nothing was sent.
    #[error("not connected to the hub: nothing was sent")]
    NotConnected,
    /// The hub refused it, in its own words: nothing was stored.
    #[error("the hub refused: {}", .0.errors.join("; "))]
    Refused(Box<ErrorMessage>),
    /// The link broke, or the hub did not answer in time: it may be stored or not. Sending it again with
    /// the same `client_id` is safe on a hub that knows Part 3 of the protocol.
    #[error("the hub did not confirm: it may have been sent or not")]
    Unconfirmed,
}

impl SendFault {
    /// The hub has nothing against what was sent, only against how much: after so long it may be sent again, with
    /// the same `client_id`. `None`: it is something else.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(error) if error.has_code(&Problem::RateLimited(0).code()) => {
                error.retry_after_ms.map(Duration::from_millis)
            }
            Self::Refused(_) | Self::NotConnected | Self::Unconfirmed => None,
        }
    }
}
