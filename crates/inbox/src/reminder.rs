//! Notifications that come back as new when the person asked for it.

use chapfood_protocol::{NotificationId, Timestamp};
use rusqlite::params;

use crate::entry::COLUMNS;
use crate::{Entry, Inbox, InboxError};

impl Inbox {
    /// Has a notification come back at an instant; `None`: not any more. Whether it is here. To take it, or to
    /// delete it, cancels that.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing changed.
    pub fn remind(&mut self, id: &NotificationId, at: Option<Timestamp>) -> Result<bool, InboxError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE notification SET remind_at = ?2 WHERE id = ?1")?
            .execute(params![id.as_str(), at.map(Timestamp::as_millis)])?;
        Ok(changed == 1)
    }

    /// When the next one is due.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn next_reminder(&self) -> Result<Option<Timestamp>, InboxError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT min(remind_at) FROM notification INDEXED BY reminder WHERE remind_at IS NOT NULL",
        )?;
        let due = statement.query_row([], |row| row.get::<_, Option<i64>>(0))?;
        Ok(due.map(Timestamp::from_millis))
    }

    /// Has those come back whose time has come, each as the newest row, unread, and returns them in the order in
    /// which they were due.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then none came back.
    pub fn come_back(&mut self, now: Timestamp) -> Result<Vec<Entry>, InboxError> {
        let transaction = self.connection.transaction()?;
        let due = {
            let mut statement = transaction.prepare_cached(
                "SELECT row FROM notification INDEXED BY reminder
                 WHERE remind_at IS NOT NULL AND remind_at <= ?1 ORDER BY remind_at, row",
            )?;
            let rows = statement.query_map([now.as_millis()], |row| row.get::<_, i64>(0))?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        let mut entries = Vec::new();
        for row in due {
            // A number that no row has had: lists are anchored by them.
            let newest: i64 = transaction
                .prepare_cached(
                    "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'notification' RETURNING seq",
                )?
                .query_row([], |row| row.get(0))?;
            transaction
                .prepare_cached(
                    "UPDATE notification SET row = ?2, read = 0, caught_up = 0, remind_at = NULL, reminded = 1,
                         received_at = ?3, quarter = ?3 / 900000 WHERE row = ?1",
                )?
                .execute(params![row, newest, now.as_millis()])?;
            let sql = format!("SELECT {COLUMNS} FROM notification WHERE row = ?1");
            entries.push(transaction.prepare_cached(&sql)?.query_row([newest], Entry::read)?);
        }
        transaction.commit()?;
        Ok(entries)
    }
}
