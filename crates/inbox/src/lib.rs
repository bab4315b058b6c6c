//! The history of notifications on this computer, in one SQLite file.
//!
//! It knows no network and no clock: instants come in as parameters. Every call blocks; the station
//! gives the one [`Inbox`] a thread of its own.
//!
//! # Order
//! Lists run from the newest *arrival* (the greatest row number) to the oldest, not by the hub's time.
//! What was missed during an outage comes late and carries older times; sorted by those it would slip in
//! between rows that were already read, where nobody looks, and would move the list under the reader.
//! For the same reason a list's days are the local dates of arrival.
//!
//! # Cursors
//! Per channel of a hub's database the history knows how far it is: rows and cursor are one transaction, so
//! that the word "received" to the hub is never ahead of the disk. See [`Batch`].
//!
//! # Updates
//! A notification with a key takes the place of the earlier one of its channel with the same key: that row goes,
//! and the new one is as unread and as much on top as any other. One that comes late, with a smaller id than the
//! row that is here, has been superseded and is not kept. See [`Replaced`].
//!
//! # Outbox
//! What a person sends is on the disk before any hub hears of it, and stays there until that hub has answered.
//! When it is sent, and what an answer means, is the station's to decide. See [`Outgoing`].
//!
//! # Search
//! An index of words, without a copy of the texts. A history of a version that had none is entered bit by bit, the
//! newest first; see [`Inbox::fill_search`]. The newest are in a second one, in memory, for words that stand nearly
//! everywhere; see [`Inbox::fill_recent`].
//!
//! # Deleting
//! What the person deletes can be put back for a while, and a hub that sends it again is not believed. See
//! [`Inbox::delete`].

mod append;
mod arriving;
mod batch;
mod catch_up;
mod cursor;
mod device;
mod entry;
mod erase;
mod error;
mod filter;
mod gap;
mod list;
mod outbox;
mod read_state;
mod recent;
mod reminder;
mod retention;
mod schema;
mod search;
mod slice;
mod tally;
mod todo;
mod trash;

use std::path::Path;

use rusqlite::Connection;

pub use arriving::{Replaced, Stored};
pub use batch::{Batch, Claim, Incoming, Origin};
pub use catch_up::CatchUp;
pub use entry::{Arrival, Day, Details, Entry, Outline, Taken};
pub use error::InboxError;
pub use filter::{Audience, Filter};
pub use gap::Gap;
pub use outbox::{Errand, OUTBOX_LIMIT, Outgoing};
pub use retention::Retention;
pub use slice::Slice;
pub use tally::Tally;
pub use todo::{Expecting, LONGEST_WAIT, Todo, TodoTally, Waiting};

/// An open history. One owner; every call blocks until the disk has answered.
#[derive(Debug)]
pub struct Inbox {
    connection: Connection,
}

impl Inbox {
    /// Opens the history at `path`, making it or bringing it up to date if need be. The folder must exist.
    ///
    /// # Errors
    /// [`InboxError::Foreign`] and [`InboxError::Newer`] leave the file as it was.
    pub fn open(path: &Path) -> Result<Self, InboxError> {
        schema::open(path).map(|connection| Self { connection })
    }
}
