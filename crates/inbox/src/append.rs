use chapfood_protocol::Timestamp;
use rusqlite::{Connection, params};

use crate::{Arrival, Batch, Entry, Inbox, InboxError, cursor, gap};

impl Inbox {
    /// Stores notifications that belong to no hub's log, all or nothing, and returns the rows that are new,
    /// in the order given.
    ///
    /// An id that is already here is left as it is: the hub sends again what it is not sure of, and the
    /// first copy may have been read already.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing was stored and the same call may be tried again.
    pub fn append(&mut self, arrivals: &[Arrival], received_at: Timestamp) -> Result<Vec<Entry>, InboxError> {
        let transaction = self.connection.transaction()?;
        let stored = insert(&transaction, arrivals, received_at)?;
        transaction.commit()?;
        Ok(stored)
    }

    /// Stores what a connection brought, and with it how far this computer now is in the hub's log, all or
    /// nothing. Returns the rows that are new, like [`Inbox::append`]; those seen before move the cursor too.
    ///
    /// Batches must be stored in the order in which they came, and none after one that was not.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing was stored and the same call may be tried again.
    pub fn take_in(&mut self, batch: &Batch, received_at: Timestamp) -> Result<Vec<Entry>, InboxError> {
        let transaction = self.connection.transaction()?;
        if let Some(origin) = &batch.origin {
            cursor::hear(&transaction, origin)?;
            for channel in &batch.gaps {
                gap::note(&transaction, channel, received_at)?;
                cursor::forget(&transaction, &origin.epoch, channel)?;
            }
        }
        let stored = insert(&transaction, &batch.arrivals, received_at)?;
        if let Some(origin) = &batch.origin {
            cursor::advance(&transaction, &origin.epoch, batch)?;
        }
        transaction.commit()?;
        Ok(stored)
    }
}

fn insert(db: &Connection, arrivals: &[Arrival], received_at: Timestamp) -> rusqlite::Result<Vec<Entry>> {
    let mut insert = db.prepare_cached(
        "INSERT INTO notification
            (id, kind, title, message, data, sender, channel, at, received_at, quarter, caught_up)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9 / 900000, ?10)
         ON CONFLICT (id) DO NOTHING",
    )?;
    let mut stored = Vec::new();
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
                row: db.last_insert_rowid(),
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
    Ok(stored)
}
