use chapfood_protocol::{BROADCAST, ClaimChanged};

use crate::Arrival;

/// One entry of a hub's log, as it came.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// A notification.
    Arrival(Arrival),
    /// Somebody took charge of a notification, or released it.
    Claim(Claim),
}

/// Who is in charge of a notification from then on.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// As received.
    pub change: ClaimChanged,
    /// Whether it was taken; else released.
    pub taken: bool,
    /// Whether the person of this computer did it.
    pub mine: bool,
}

impl Incoming {
    /// The channel whose log it is of; `*` for the broadcasts.
    pub fn channel(&self) -> &str {
        let channel = match self {
            Self::Arrival(arrival) => arrival.notification.channel.as_deref(),
            Self::Claim(claim) => claim.change.channel.as_deref(),
        };
        channel.unwrap_or(BROADCAST)
    }

    /// Its place there. 0: it has none, or was told out of turn.
    pub(crate) fn seq(&self) -> u64 {
        match self {
            Self::Arrival(arrival) => arrival.notification.seq,
            Self::Claim(claim) if claim.change.answer => 0,
            Self::Claim(claim) => claim.change.seq,
        }
    }
}

/// Which log the numbers of a [`Batch`] belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Where the hub was reached. Only compared.
    pub address: String,
    /// The hub's database.
    pub epoch: String,
}

/// What one connection with a hub brought. Stored as a whole or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// `None`: from a hub without a log, or not to be counted in one. Then no cursor moves.
    pub origin: Option<Origin>,
    /// Channels (`*`: broadcasts) of which the hub said, before the entries, that it does not know our place
    /// or no longer keeps all that follows it. Their cursors begin anew.
    pub gaps: Vec<String>,
    /// In the order in which they came.
    pub entries: Vec<Incoming>,
    /// Channels of which nothing was missing when we joined, with their last number: the place to begin at
    /// for those that have none.
    pub heads: Vec<(String, u64)>,
}

impl Batch {
    /// Whether there is nothing to store.
    pub fn is_empty(&self) -> bool {
        self.gaps.is_empty() && self.entries.is_empty() && self.heads.is_empty()
    }
}
