//! What the person deletes: it can be put back for a while, and does not come back by itself.

use chapfood_protocol::{NotificationId, Timestamp};
use rusqlite::{Connection, params};

use crate::{Inbox, InboxError, recent};

/// What is put back of a row. Its reminder is not: it was meant for what was there to be seen.
const KEPT: &str =
    "row, id, kind, title, message, data, sender, channel, at, received_at, quarter, read, caught_up,
    key, expired, taken_by, taken_device, taken_at, taken_mine, taken_local, reminded";

impl Inbox {
    /// Takes these out of the history and returns how many were there. A hub that sends one of them again is
    /// not believed; [`Inbox::restore`] puts them back.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing went.
    pub fn delete(&mut self, ids: &[NotificationId], now: Timestamp) -> Result<u32, InboxError> {
        let transaction = self.connection.transaction()?;
        let mut count = 0;
        for id in ids {
            let keep = format!("INSERT INTO trash ({KEPT}) SELECT {KEPT} FROM notification WHERE id = ?1");
            if transaction.prepare_cached(&keep)?.execute([id.as_str()])? == 0 {
                continue;
            }
            transaction.prepare_cached("DELETE FROM notification WHERE id = ?1")?.execute([id.as_str()])?;
            transaction
                .prepare_cached("INSERT INTO deleted (id, at) VALUES (?1, ?2)")?
                .execute(params![id.as_str(), now.as_millis()])?;
            count += 1;
        }
        transaction.commit()?;
        Ok(count)
    }

    /// Puts back what was deleted, where it was, and returns how many could be. What a later one with the same
    /// key has superseded meanwhile stays away.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing came back.
    pub fn restore(&mut self, ids: &[NotificationId]) -> Result<u32, InboxError> {
        let transaction = self.connection.transaction()?;
        let mut count = 0;
        for id in ids {
            let back = format!(
                "INSERT INTO notification ({KEPT}) SELECT {KEPT} FROM trash
                 WHERE id = ?1 AND NOT EXISTS (
                     SELECT 1 FROM notification AS later WHERE ifnull(later.channel, '') = ifnull(trash.channel, '')
                         AND later.key = trash.key AND later.key IS NOT NULL)"
            );
            if transaction.prepare_cached(&back)?.execute([id.as_str()])? == 0 {
                continue;
            }
            // Has it held by whoever has it now.
            transaction
                .prepare_cached("UPDATE notification SET taken_by = taken_by WHERE id = ?1")?
                .execute([id.as_str()])?;
            transaction.prepare_cached("DELETE FROM trash WHERE id = ?1")?.execute([id.as_str()])?;
            transaction.prepare_cached("DELETE FROM deleted WHERE id = ?1")?.execute([id.as_str()])?;
            count += 1;
        }
        if count > 0 {
            recent::forget(&transaction)?;
        }
        transaction.commit()?;
        Ok(count)
    }

    /// Lets go for good of what was deleted at `until` or before, and returns when the oldest of the rest was
    /// deleted.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then it can still be put back.
    pub fn empty_trash(&mut self, until: Timestamp) -> Result<Option<Timestamp>, InboxError> {
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "DELETE FROM trash WHERE id IN (SELECT id FROM deleted WHERE at <= ?1)",
            [until.as_millis()],
        )?;
        let oldest = transaction.query_row(
            "SELECT min(at) FROM deleted WHERE id IN (SELECT id FROM trash)",
            [],
            |row| row.get::<_, Option<i64>>(0),
        )?;
        transaction.commit()?;
        Ok(oldest.map(Timestamp::from_millis))
    }
}

/// Whether the person has deleted it.
pub(crate) fn was_deleted(db: &Connection, id: &NotificationId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM deleted WHERE id = ?1")?.exists([id.as_str()])
}
