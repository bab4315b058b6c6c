use rusqlite::OptionalExtension;

use crate::{Inbox, InboxError};

impl Inbox {
    /// The id by which hubs know this computer: `fresh` the first time, and the same ever after.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn device_id(&mut self, fresh: &str) -> Result<String, InboxError> {
        let transaction = self.connection.transaction()?;
        let known = transaction.query_row("SELECT id FROM device", [], |row| row.get(0)).optional()?;
        let id = match known {
            Some(id) => id,
            None => {
                transaction.execute("INSERT INTO device (id) VALUES (?1)", [fresh])?;
                fresh.to_owned()
            }
        };
        transaction.commit()?;
        Ok(id)
    }
}
