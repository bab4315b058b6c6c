use crate::Arrival;

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
    /// Channels (`*`: broadcasts) of which the hub said, before the arrivals, that it does not know our place
    /// or no longer keeps all that follows it. Their cursors begin anew.
    pub gaps: Vec<String>,
    /// In the order in which they came.
    pub arrivals: Vec<Arrival>,
    /// Channels of which nothing was missing when we joined, with their last number: the place to begin at
    /// for those that have none.
    pub heads: Vec<(String, u64)>,
}

impl Batch {
    /// Whether there is nothing to store.
    pub fn is_empty(&self) -> bool {
        self.gaps.is_empty() && self.arrivals.is_empty() && self.heads.is_empty()
    }
}
