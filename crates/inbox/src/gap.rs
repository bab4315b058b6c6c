use chapfood_protocol::Timestamp;
use rusqlite::{Connection, params};

use crate::{Inbox, InboxError};

/// Something may be missing from the history, and the person has not said that they know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Of these channels, by name; `*` for the broadcasts.
    pub channels: Vec<String>,
    /// When a hub first said so.
    pub since: Timestamp,
}

impl Inbox {
    /// What may be missing. Kept over restarts: the hub says it only once.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn gap(&self) -> Result<Option<Gap>, InboxError> {
        let mut statement =
            self.connection.prepare_cached("SELECT channel, since FROM gap ORDER BY channel")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
        let (channels, times): (Vec<_>, Vec<_>) = rows.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        Ok(times.into_iter().min().map(|since| Gap { channels, since: Timestamp::from_millis(since) }))
    }

    /// The person knows.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn dismiss_gap(&mut self) -> Result<(), InboxError> {
        self.connection.execute("DELETE FROM gap", [])?;
        Ok(())
    }
}

/// Notes that something of this channel may be missing.
pub(crate) fn note(db: &Connection, channel: &str, since: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR IGNORE INTO gap (channel, since) VALUES (?1, ?2)")?
        .execute(params![channel, since.as_millis()])
        .map(drop)
}
