//! What becomes of each notification of a batch, within its transaction.

use std::collections::BTreeMap;

use chapfood_protocol::{ClaimChanged, Notification, NotificationId, Position, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Arrival, Claim, Entry, Taken, trash};

/// What is true once a batch is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stored {
    /// The rows that are new, in the order in which they came. What a later one of the same batch replaced is
    /// not among them.
    pub new: Vec<Entry>,
    /// The rows of before that are gone because of them.
    pub replaced: Vec<Replaced>,
    /// The rows of before that somebody took or released.
    pub claimed: Vec<NotificationId>,
    /// How far this computer now is with the hub that it came from, as [`Inbox::cursors`](crate::Inbox::cursors)
    /// says it. Empty if it came from none.
    pub cursors: BTreeMap<String, Position>,
}

/// An update took a row's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The row that is gone.
    pub earlier: NotificationId,
    /// The new one.
    pub later: NotificationId,
}

/// A batch on its way into the history.
pub(crate) struct Arriving<'a> {
    db: &'a Connection,
    received_at: Timestamp,
    stored: Stored,
}

impl<'a> Arriving<'a> {
    pub(crate) fn new(db: &'a Connection, received_at: Timestamp) -> Self {
        Self { db, received_at, stored: Stored::default() }
    }

    pub(crate) fn stored(self) -> Stored {
        self.stored
    }

    /// Takes the next one.
    pub(crate) fn take(&mut self, arrival: &Arrival) -> rusqlite::Result<()> {
        if trash::was_deleted(self.db, &arrival.notification.id)? {
            return Ok(());
        }
        let earlier = self.earlier(&arrival.notification)?;
        match earlier {
            // A hub gives its ids in the order of acceptance, and they sort as strings.
            Some(earlier) if earlier >= arrival.notification.id => return Ok(()),
            Some(earlier) => self.replace(earlier, &arrival.notification.id)?,
            None => {}
        }
        if self.insert(arrival)? {
            self.stored.new.push(entry(self.db.last_insert_rowid(), arrival));
        }
        Ok(())
    }

    /// Somebody took or released a notification. One that is not here, or no longer, is nobody's business.
    pub(crate) fn claim(&mut self, claim: &Claim) -> rusqlite::Result<()> {
        let ClaimChanged { id, by, at, .. } = &claim.change;
        let taken = claim.taken.then(|| Taken {
            by: by.username.clone(),
            device: by.device_name.clone(),
            at: *at,
            mine: claim.mine,
            local: false,
        });
        if write(self.db, id, taken.as_ref())? {
            match self.stored.new.iter_mut().find(|entry| entry.id == *id) {
                Some(entry) => entry.taken = taken,
                None => self.stored.claimed.push(id.clone()),
            }
        }
        Ok(())
    }

    /// The row whose place this one may take.
    fn earlier(&self, notification: &Notification) -> rusqlite::Result<Option<NotificationId>> {
        let Some(key) = &notification.key else { return Ok(None) };
        self.db
            .prepare_cached(
                "SELECT id FROM notification
                 WHERE ifnull(channel, '') = ifnull(?1, '') AND key = ?2 AND key IS NOT NULL",
            )?
            .query_row(params![notification.channel, key], |row| {
                row.get::<_, String>(0).map(NotificationId::new)
            })
            .optional()
    }

    fn replace(&mut self, earlier: NotificationId, later: &NotificationId) -> rusqlite::Result<()> {
        self.db.prepare_cached("DELETE FROM notification WHERE id = ?1")?.execute([earlier.as_str()])?;
        let before = self.stored.new.len();
        self.stored.new.retain(|entry| entry.id != earlier);
        if self.stored.new.len() == before {
            self.stored.replaced.push(Replaced { earlier, later: later.clone() });
        } else {
            // Nobody has seen that one; whose place it took, this one takes.
            let taken = self.stored.replaced.iter_mut().filter(|replaced| replaced.later == earlier);
            taken.for_each(|replaced| replaced.later.clone_from(later));
        }
        Ok(())
    }

    fn insert(&self, Arrival { notification, caught_up }: &Arrival) -> rusqlite::Result<bool> {
        let data = notification.data.as_ref().map(|data| serde_json::json!(data).to_string());
        let inserted = self
            .db
            .prepare_cached(
                "INSERT INTO notification (id, kind, title, message, data, sender, channel, at, received_at,
                                           quarter, caught_up, key, expired, held)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9 / 900000, ?10, ?11, ?12, ifnull((
                     SELECT kind = 'take' FROM outbox
                     WHERE subject = ?1 AND kind <> 'send' ORDER BY number DESC LIMIT 1), 0))
                 ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![
                notification.id.as_str(),
                notification.kind.as_str(),
                notification.title,
                notification.message,
                data,
                notification.sender,
                notification.channel,
                notification.timestamp.as_millis(),
                self.received_at.as_millis(),
                caught_up,
                notification.key,
                notification.expired,
            ])?;
        Ok(inserted == 1)
    }
}

/// Writes who is in charge. Whether the notification is here; one that was deleted may be put back.
///
/// A claim that is known to be of this computer's person stays theirs: the log names them by the id of that time,
/// and may come after the hub's answer.
pub(crate) fn write(db: &Connection, id: &NotificationId, taken: Option<&Taken>) -> rusqlite::Result<bool> {
    let into = |table: &str| {
        db.prepare_cached(&format!(
            "UPDATE {table} SET taken_by = ?2, taken_device = ?3, taken_at = ?4, taken_local = ?6,
                 taken_mine = ?5 OR (taken_mine AND NOT taken_local
                     AND (taken_by, taken_device, taken_at) IS (?2, ?3, ?4))
             WHERE id = ?1"
        ))?
        .execute(params![
            id.as_str(),
            taken.map(|taken| &taken.by),
            taken.and_then(|taken| taken.device.as_ref()),
            taken.map(|taken| taken.at.as_millis()),
            taken.is_some_and(|taken| taken.mine),
            taken.is_some_and(|taken| taken.local),
        ])
    };
    let here = into("notification")? == 1;
    if !here {
        into("trash")?;
    }
    Ok(here)
}

fn entry(row: i64, Arrival { notification, caught_up }: &Arrival) -> Entry {
    Entry {
        row,
        id: notification.id.clone(),
        kind: notification.kind,
        title: notification.title.clone(),
        message: notification.message.clone(),
        sender: notification.sender.clone(),
        channel: notification.channel.clone(),
        at: notification.timestamp,
        read: false,
        caught_up: *caught_up,
        expired: notification.expired,
        taken: None,
        remind_at: None,
        reminded: false,
    }
}
