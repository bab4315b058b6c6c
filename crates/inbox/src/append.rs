use chapfood_protocol::Timestamp;
use rusqlite::params;

use crate::{Arrival, Entry, Inbox, InboxError};

impl Inbox {
    /// Stores what arrived, all or nothing, and returns the rows that are new, in the order given.
    ///
    /// An id that is already here is left as it is: the hub sends again what it is not sure of, and the
    /// first copy may have been read already.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing was stored and the same call may be tried again.
    pub fn append(&mut self, arrivals: &[Arrival], received_at: Timestamp) -> Result<Vec<Entry>, InboxError> {
        let transaction = self.connection.transaction()?;
        let mut stored = Vec::new();
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO notification
                    (id, kind, title, message, data, sender, channel, at, received_at, quarter, caught_up)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9 / 900000, ?10)
                 ON CONFLICT (id) DO NOTHING",
            )?;
            for Arrival { notification, caught_up } in arrivals {
                let data = notification.data.as_ref().map(|data| serde_json::json!(data).to_string());
                let inserted = insert.execute(params![
                    notification.id.as_str(),
                    notification.kind.as_str(),
                    notification.title,
                    notification.message,
                    data,
                    notification.sender,
                    notification.channel,
                    notification.timestamp.as_millis(),
                    received_at.as_millis(),
                    caught_up,
                ])?;
                if inserted == 1 {
                    stored.push(Entry {
                        row: transaction.last_insert_rowid(),
                        id: notification.id.clone(),
                        kind: notification.kind,
                        title: notification.title.clone(),
                        message: notification.message.clone(),
                        sender: notification.sender.clone(),
                        channel: notification.channel.clone(),
                        at: notification.timestamp,
                        read: false,
                        caught_up: *caught_up,
                    });
                }
            }
        }
        transaction.commit()?;
        Ok(stored)
    }
}
