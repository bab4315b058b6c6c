//! The hub's memory: per channel an append-only log with a sequence number from 1, per subscriber a cursor.
//!
//! One thread owns the writing connection. Everything that a client asks goes through its queue, in order:
//! what must be durable is committed in groups first, and only then handed on as an [`Outcome`]. The
//! receiver of the outcomes therefore sees joins and notifications in one order, without a seam, and never
//! sees a notification that a power cut could take back.

mod calendar;
mod claims;
mod entry;
mod file;
mod group;
mod place;
mod prune;
mod reader;
mod replace;
mod schema;
mod store;
mod writer;

#[cfg(test)]
mod claim_tests;
#[cfg(test)]
mod prune_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chapfood_protocol::{Notification, NotificationId, Person, Position, Problem, SendRequest, Timestamp};

use crate::access::Grant;

pub(crate) use calendar::Look;
pub(crate) use entry::Entry;
pub(crate) use file::{OpenFile, database_in, inspect};
pub(crate) use reader::{Feed, FeedRequest};
pub(crate) use replace::{beside, remove, replace, sync_names_beside, with_logs};
#[cfg(test)]
pub(crate) use schema::epoch;
pub(crate) use schema::{VERSION, look_into, open as open_database, rename};
pub(crate) use writer::{Log, open};
#[cfg(test)]
pub(crate) use {reader::Reader, store::Store};

/// What is asked of the log. `T` is the asker's own mark, given back with the outcome; the log knows no sockets.
#[derive(Debug)]
pub(crate) enum Request<T> {
    /// Write a notification down.
    Append {
        /// The asker's mark.
        tag: T,
        /// What.
        request: SendRequest,
        /// The name that goes with it.
        sender: String,
        /// Whose `client_id`s are compared: two senders may use the same ones.
        origin: String,
    },
    /// Where does this subscriber stand in this channel? One never seen starts at the end.
    Locate {
        /// The asker's mark.
        tag: T,
        /// The channel.
        channel: String,
        /// `None`: nobody remembers; at the end.
        subscriber: Option<Arc<str>>,
        /// Where the device itself says it is.
        claim: Option<Position>,
    },
    /// Take charge of a notification, or release it.
    Claim {
        /// The asker's mark.
        tag: T,
        /// What, and who.
        claim: Claim,
    },
    /// Nothing to write: hand it on in order.
    Pass {
        /// The asker's mark.
        tag: T,
    },
    /// These subscribers have these channels up to these numbers.
    Advance(Vec<Cursor>),
    /// Let go what need not be kept any longer.
    Prune,
    /// Write what is queued, take nothing more, close the file.
    Close,
}

/// Somebody wants to be in charge of a notification, or wants nobody to be.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) kind: ClaimKind,
    pub(crate) id: NotificationId,
    /// For whom it is held: a subscriber, who is the same after a lost connection, or else a socket.
    pub(crate) holder: String,
    /// The asker, as others see them.
    pub(crate) by: Person,
    /// What the asker may read: of anything else it learns nothing.
    pub(crate) grant: Arc<Grant>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClaimKind {
    Take,
    Release,
}

/// How far a subscriber has received a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) subscriber: Arc<str>,
    pub(crate) channel: Arc<str>,
    /// The last number received.
    pub(crate) seq: u64,
}

/// What became of a [`Request`].
#[derive(Debug)]
pub(crate) enum Outcome<T> {
    /// Committed and flushed.
    Appended {
        tag: T,
        notification: Arc<Notification>,
    },
    /// The same `client_id` was written before: this is the first one.
    Repeated {
        tag: T,
        first: Receipt,
    },
    /// Nothing was written.
    NotAppended {
        tag: T,
        why: Problem,
    },
    /// Who is in charge now.
    Claimed {
        tag: T,
        entry: Box<Entry>,
        /// Committed and flushed just now. Otherwise it was so already, and nothing was written.
        new: bool,
    },
    /// Nothing was written.
    NotClaimed {
        tag: T,
        why: Problem,
    },
    /// Where the subscriber stands.
    Located {
        tag: T,
        channel: String,
        place: Place,
        /// Which numbers after its cursor are claims, ascending: the others are notifications.
        claims: Vec<u64>,
    },
    /// It is not remembered there.
    NotLocated {
        tag: T,
        why: Problem,
    },
    Passed {
        tag: T,
    },
    /// These are on the disk; everything located from here on knows them.
    Advanced(Vec<Cursor>),
    /// These are not.
    NotAdvanced(Vec<Cursor>),
}

/// Where a subscriber stands in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The last number of the channel; 0 if it is empty.
    pub(crate) head: u64,
    /// Everything up to this number is no longer kept.
    pub(crate) pruned: u64,
    /// The last number that the subscriber received.
    pub(crate) received: u64,
    /// Whether the device named a place that this log does not have: it starts anew.
    pub(crate) unknown: bool,
    /// Whether the device itself said where it is.
    pub(crate) claimed: bool,
}

impl Place {
    /// What is to be given begins after this number.
    pub(crate) fn start(&self) -> u64 {
        self.received.max(self.pruned)
    }

    /// Whether everything after what the subscriber received is kept.
    pub(crate) fn is_whole(&self) -> bool {
        self.received >= self.pruned && !self.unknown
    }
}

/// What `notification-sent` says again for a repeated send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) id: NotificationId,
    pub(crate) channel: Option<String>,
    pub(crate) seq: u64,
    pub(crate) accepted_at: Timestamp,
}
