use std::collections::BTreeMap;

use crate::{Inbox, InboxError};

/// The history in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Notifications kept.
    pub total: u32,
    /// Unread ones, broadcasts included.
    pub unread: u32,
    /// Unread ones per channel, for channels that have any.
    pub unread_by_channel: BTreeMap<String, u32>,
    /// The greatest row number, 0 if there is none.
    pub newest_row: i64,
}

impl Inbox {
    /// The figures now. Costs the same however long the history is.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn tally(&self) -> Result<Tally, InboxError> {
        let mut statement = self.connection.prepare_cached("SELECT channel, total, unread FROM tally")?;
        let mut rows = statement.query([])?;
        let mut tally = Tally { newest_row: self.newest_row()?, ..Tally::default() };
        while let Some(row) = rows.next()? {
            let (channel, total, unread): (String, u32, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
            tally.total += total;
            tally.unread += unread;
            if unread > 0 && !channel.is_empty() {
                tally.unread_by_channel.insert(channel, unread);
            }
        }
        Ok(tally)
    }

    /// The greatest row number, 0 if there is none.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn newest_row(&self) -> Result<i64, InboxError> {
        let mut statement = self.connection.prepare_cached("SELECT ifnull(max(row), 0) FROM notification")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}
