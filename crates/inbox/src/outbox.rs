use chapfood_protocol::{NotificationId, Timestamp};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Row, params};

use crate::{Inbox, InboxError, Taken, arriving};

/// The most that wait. Somebody who sends more while no hub is there wants to know that nothing arrives.
pub const OUTBOX_LIMIT: u32 = 1_000;

/// What a hub is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Send a notification.
    Send {
        /// The id by which the hub knows a repeat.
        client_id: String,
    },
    /// The person of this computer is in charge of this notification.
    Take(NotificationId),
    /// Nobody is in charge of it any more.
    Release(NotificationId),
}

/// Something that waits for its hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// This history's own number, growing in the order in which they were queued, never used twice.
    pub number: i64,
    /// The hub that it is for.
    pub address: String,
    /// What.
    pub errand: Errand,
    /// When the person wanted it.
    pub queued_at: Timestamp,
    /// Whether it may have reached the hub, without its answer having come back.
    pub attempted: bool,
    /// Why it is not tried again, in sentences for a person; empty: it is.
    pub refusal: Vec<String>,
}

impl Inbox {
    /// Keeps an errand until [`Inbox::settle`]; it is on the disk once this returns. `draft` is what a send
    /// sends, as text that means something to the caller only; of a take it is the name of who takes. Returns its number, or `None`: there are
    /// [`OUTBOX_LIMIT`] already.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing was queued.
    pub fn queue(
        &mut self,
        address: &str,
        errand: &Errand,
        draft: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<i64>, InboxError> {
        let transaction = self.connection.transaction()?;
        let waiting: u32 = transaction.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))?;
        if waiting >= OUTBOX_LIMIT {
            return Ok(None);
        }
        let number = insert(&transaction, address, errand, draft, now)?;
        transaction.commit()?;
        Ok(Some(number))
    }

    /// Everything that waits, oldest first.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn outbox(&self) -> Result<Vec<Outgoing>, InboxError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT number, kind, address, subject, queued_at, attempted, refusal FROM outbox ORDER BY number",
        )?;
        let rows = statement.query_map([], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a send sends. `None`: there is no such send.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn draft(&self, number: i64) -> Result<Option<String>, InboxError> {
        let mut statement = self.connection.prepare_cached("SELECT draft FROM outbox WHERE number = ?1")?;
        Ok(statement.query_row([number], |row| row.get(0)).optional()?.flatten())
    }

    /// Notes whether an errand may have reached its hub; `true` belongs on the disk before it is sent.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn mark_attempted(&mut self, number: i64, attempted: bool) -> Result<(), InboxError> {
        self.connection
            .prepare_cached("UPDATE outbox SET attempted = ?2 WHERE number = ?1")?
            .execute(params![number, attempted])?;
        Ok(())
    }

    /// Notes why an errand is not tried again. It stays until the person takes it out.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn mark_refused(&mut self, number: i64, words: &[String]) -> Result<(), InboxError> {
        self.connection
            .prepare_cached("UPDATE outbox SET refusal = ?2 WHERE number = ?1")?
            .execute(params![number, serde_json::json!(words).to_string()])?;
        Ok(())
    }

    /// Lets an errand go: its hub has answered, or the person took it back. An unknown one is no error.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn settle(&mut self, number: i64) -> Result<(), InboxError> {
        self.connection.prepare_cached("DELETE FROM outbox WHERE number = ?1")?.execute([number])?;
        Ok(())
    }
}

impl Inbox {
    /// Lets an errand go whose hub knows nothing of taking charge: it is so on this computer, and nowhere else.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then it still waits.
    pub fn keep_here(&mut self, outgoing: &Outgoing) -> Result<(), InboxError> {
        let by = self.draft(outgoing.number)?.unwrap_or_default();
        let transaction = self.connection.transaction()?;
        let taken = Taken { by, device: None, at: outgoing.queued_at, mine: true, local: true };
        match &outgoing.errand {
            Errand::Take(id) => arriving::write(&transaction, id, Some(&taken))?,
            Errand::Release(id) => arriving::write(&transaction, id, None)?,
            Errand::Send { .. } => return Ok(()),
        };
        transaction.execute("DELETE FROM outbox WHERE number = ?1", [outgoing.number])?;
        Ok(transaction.commit()?)
    }
}

fn insert(
    db: &Connection,
    address: &str,
    errand: &Errand,
    draft: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<i64> {
    let (kind, subject) = match errand {
        Errand::Send { client_id } => ("send", client_id.as_str()),
        Errand::Take(id) => ("take", id.as_str()),
        Errand::Release(id) => ("release", id.as_str()),
    };
    db.prepare_cached(
        "INSERT INTO outbox (kind, address, subject, queued_at, draft) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![kind, address, subject, now.as_millis(), draft])?;
    Ok(db.last_insert_rowid())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
    let (kind, subject): (String, String) = (row.get(1)?, row.get(3)?);
    let errand = match kind.as_str() {
        "send" => Errand::Send { client_id: subject },
        "take" => Errand::Take(NotificationId::new(subject)),
        _ => Errand::Release(NotificationId::new(subject)),
    };
    let refusal: Option<String> = row.get(6)?;
    let refusal = refusal
        .map(|json| serde_json::from_str(&json))
        .transpose()
        .map_err(|error| Error::FromSqlConversionFailure(6, Type::Text, Box::new(error)))?;
    Ok(Outgoing {
        number: row.get(0)?,
        address: row.get(2)?,
        errand,
        queued_at: Timestamp::from_millis(row.get(4)?),
        attempted: row.get(5)?,
        refusal: refusal.unwrap_or_default(),
    })
}
