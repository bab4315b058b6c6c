use chapfood_protocol::Timestamp;

use crate::arriving::Arriving;
use crate::{Arrival, Batch, Entry, Inbox, InboxError, Incoming, Stored, cursor, gap};

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
        let mut arriving = Arriving::new(&transaction, received_at);
        for arrival in arrivals {
            arriving.take(arrival)?;
        }
        let stored = arriving.stored();
        transaction.commit()?;
        Ok(stored.new)
    }

    /// Stores what a connection brought, and with it how far this computer now is in the hub's log, all or
    /// nothing. Rows that were here before are left as they are, like in [`Inbox::append`], but move the
    /// cursor too.
    ///
    /// Batches must be stored in the order in which they came, and none after one that was not.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing was stored and the same call may be tried again.
    pub fn take_in(&mut self, batch: &Batch, received_at: Timestamp) -> Result<Stored, InboxError> {
        let transaction = self.connection.transaction()?;
        if let Some(origin) = &batch.origin {
            cursor::hear(&transaction, origin, received_at)?;
            for channel in &batch.gaps {
                gap::note(&transaction, channel, received_at)?;
                cursor::forget(&transaction, &origin.epoch, channel)?;
            }
        }
        let mut arriving = Arriving::new(&transaction, received_at);
        for entry in &batch.entries {
            match entry {
                Incoming::Arrival(arrival) => arriving.take(arrival)?,
                Incoming::Claim(claim) => arriving.claim(claim)?,
            }
        }
        let mut stored = arriving.stored();
        if let Some(origin) = &batch.origin {
            cursor::advance(&transaction, &origin.epoch, batch)?;
            // Before the commit: whoever stored it must be able to say so.
            stored.cursors = cursor::of(&transaction, &origin.address)?;
        }
        transaction.commit()?;
        Ok(stored)
    }
}
