use chapfood_protocol::{NotificationId, Timestamp};
use rusqlite::OptionalExtension;

use crate::{Inbox, InboxError};

/// What came after outages, since the person last said that they know. What goes from the history counts no
/// more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatchUp {
    /// How many.
    pub count: u32,
    /// When the hub accepted the first of them.
    pub from: Timestamp,
    /// When the hub accepted the last of them.
    pub to: Timestamp,
    /// The newest to arrive.
    pub newest: NotificationId,
}

impl Inbox {
    /// What was caught up. Kept over restarts; costs the same however much it is.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn catch_up(&self) -> Result<Option<CatchUp>, InboxError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count, since, until, (
                 SELECT id FROM notification INDEXED BY caught_up
                 WHERE caught_up = 1 AND row > after_row ORDER BY row DESC LIMIT 1)
             FROM catch_up WHERE count > 0",
        )?;
        let catch_up = statement.query_row([], |row| {
            Ok(CatchUp {
                count: row.get(0)?,
                from: Timestamp::from_millis(row.get(1)?),
                to: Timestamp::from_millis(row.get(2)?),
                newest: NotificationId::new(row.get::<_, String>(3)?),
            })
        });
        Ok(catch_up.optional()?)
    }

    /// The person knows.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn dismiss_catch_up(&mut self) -> Result<(), InboxError> {
        self.connection.execute(
            "UPDATE catch_up SET count = 0, since = NULL, until = NULL,
                 after_row = (SELECT ifnull(max(row), 0) FROM notification)",
            [],
        )?;
        Ok(())
    }
}
