//! What the history lets go.
//!
//! The pages of what went stay in the file and take what comes next, so that a history that has once reached
//! its size keeps it. Giving them back to the disk would write each of them once more, and would need every
//! older file rewritten as a whole first; the history is small beside the disks that it is on.

use chapfood_protocol::Timestamp;
use rusqlite::params;

use crate::{Inbox, InboxError};

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// What was stored here before goes. By arrival, not by the hub's time: what comes after a long outage is
    /// news.
    pub since: Timestamp,
    /// Of more than so many the oldest go.
    pub at_most: u32,
}

impl Inbox {
    /// Lets go of at most `slice` rows that `retention` does not keep, read or not, and returns how many went.
    /// Fewer than `slice`: there are no more. Cursors stay where they are, and so does the outbox.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing went.
    pub fn prune(&mut self, retention: Retention, slice: u32) -> Result<u32, InboxError> {
        let transaction = self.connection.transaction()?;
        // A quarter of an hour goes as a whole.
        let old = transaction
            .prepare_cached(
                "DELETE FROM notification WHERE row IN (
                     SELECT row FROM notification INDEXED BY day WHERE quarter < ?1 / 900000 LIMIT ?2)",
            )?
            .execute(params![retention.since.as_millis(), slice])?;
        let total: u32 =
            transaction.query_row("SELECT ifnull(sum(total), 0) FROM tally", [], |row| row.get(0))?;
        let old = u32::try_from(old).unwrap_or(u32::MAX);
        let excess = total.saturating_sub(retention.at_most).min(slice.saturating_sub(old));
        let crowded = transaction
            .prepare_cached(
                "DELETE FROM notification WHERE row IN (
                     SELECT row FROM notification INDEXED BY arrival ORDER BY row LIMIT ?1)",
            )?
            .execute([excess])?;
        // As long as the notification itself would be kept, somebody may send it again.
        transaction
            .prepare_cached("DELETE FROM deleted WHERE at < ?1 AND id NOT IN (SELECT id FROM trash)")?
            .execute([retention.since.as_millis()])?;
        transaction.commit()?;
        Ok(old + u32::try_from(crowded).unwrap_or(u32::MAX))
    }

    /// The bytes of the file that hold something.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn bytes(&self) -> Result<u64, InboxError> {
        let pragma = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let used = pragma("page_count")? - pragma("freelist_count")?;
        Ok((used * pragma("page_size")?).unsigned_abs())
    }
}
