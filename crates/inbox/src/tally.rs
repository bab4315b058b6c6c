use std::collections::BTreeMap;

use chapfood_protocol::Timestamp;

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

    /// How many arrived since an instant, by channel; the empty string stands for broadcasts. To the quarter of an
    /// hour: a day begins at one everywhere. Costs as much as arrived since.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn arrived_since(&self, since: Timestamp) -> Result<BTreeMap<String, u32>, InboxError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT ifnull(channel, ''), count(*) FROM notification INDEXED BY day
             WHERE quarter >= ?1 / 900000 GROUP BY channel",
        )?;
        let counts = statement.query_map([since.as_millis()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(counts.collect::<Result<_, _>>()?)
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
