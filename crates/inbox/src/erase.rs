//! Letting go of everything at once.

use crate::{Inbox, InboxError};

impl Inbox {
    /// Takes everything out of the history, for good, and returns how many notifications went. Cursors stay, so
    /// that no hub sends them again, and so does what waits for a hub. The disk is given back.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing went, or only the disk was not given back.
    pub fn erase(&mut self) -> Result<u32, InboxError> {
        let transaction = self.connection.transaction()?;
        let count = transaction.query_row("SELECT count(*) FROM notification", [], |row| row.get(0))?;
        // Row by row, their triggers would hold up what arrives for as long as the history is long.
        let triggers = {
            let mut all = transaction.prepare(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'notification'",
            )?;
            let rows = all.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        for (name, _) in &triggers {
            transaction.execute_batch(&format!("DROP TRIGGER \"{name}\""))?;
        }
        transaction.execute_batch(
            "DELETE FROM notification;
             DELETE FROM trash;
             DELETE FROM tally;
             DELETE FROM search_fill;
             INSERT INTO search (search) VALUES ('delete-all');
             UPDATE catch_up SET count = 0, since = NULL, until = NULL;",
        )?;
        for (_, sql) in &triggers {
            transaction.execute_batch(sql)?;
        }
        transaction.commit()?;
        // What is left is little, so that writing it anew is quick.
        self.connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(count)
    }
}
