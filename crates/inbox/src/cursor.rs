use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chapfood_protocol::{Position, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Batch, Inbox, InboxError, Origin, gap};

/// Where a cursor stands once the entry with number `seq` is stored. Pure.
///
/// A hub gives a channel strictly in order, from right after the place that we named, and what came is stored
/// in the order in which it came. So a jump means that the numbers in between are no longer kept there: they
/// are passed, since waiting for them would be for ever. A number from before the cursor is a repeat. 0 is no
/// place at all: such a hub has no log.
pub(crate) fn after(cursor: Option<u64>, seq: u64) -> Option<u64> {
    if seq == 0 { cursor } else { cursor.max(Some(seq)) }
}

impl Inbox {
    /// How far this computer is with the hub at `address`, by channel; `*` for the broadcasts. Empty for a
    /// hub that was never heard there: it remembers this computer itself, if it knows it.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn cursors(&self, address: &str) -> Result<BTreeMap<String, Position>, InboxError> {
        Ok(of(&self.connection, address)?)
    }
}

pub(crate) fn of(db: &Connection, address: &str) -> rusqlite::Result<BTreeMap<String, Position>> {
    let mut statement = db.prepare_cached(
        "SELECT channel, epoch, seq FROM cursor WHERE epoch = (SELECT epoch FROM hub WHERE address = ?1)",
    )?;
    let cursors = statement.query_map([address], |row| {
        Ok((row.get(0)?, Position { epoch: row.get(1)?, seq: row.get::<_, i64>(2)?.unsigned_abs() }))
    })?;
    cursors.collect()
}

/// The hub at this address has this database now. Cursors of databases that no address has any more are let
/// go: no hub would know them. Nor could one say then what is missing after them, if the link breaks before it has
/// answered for each channel; so that something may be missing is noted here.
pub(crate) fn hear(db: &Connection, origin: &Origin, now: Timestamp) -> rusqlite::Result<()> {
    let changed = db
        .prepare_cached(
            "INSERT INTO hub (address, epoch) VALUES (?1, ?2)
             ON CONFLICT (address) DO UPDATE SET epoch = excluded.epoch WHERE epoch <> excluded.epoch",
        )?
        .execute(params![origin.address, origin.epoch])?;
    if changed > 0 {
        let mut let_go = db.prepare_cached(
            "DELETE FROM cursor WHERE epoch NOT IN (SELECT epoch FROM hub) RETURNING channel",
        )?;
        let channels = let_go.query_map([], |row| row.get::<_, String>(0))?;
        for channel in channels.collect::<Result<Vec<_>, _>>()? {
            gap::note(db, &channel, now)?;
        }
    }
    Ok(())
}

/// Moves the cursors of `epoch` past everything in the batch.
pub(crate) fn advance(db: &Connection, epoch: &str, batch: &Batch) -> rusqlite::Result<()> {
    let mut cursors: BTreeMap<&str, Option<u64>> = BTreeMap::new();
    for entry in &batch.entries {
        let cursor = match cursors.entry(entry.channel()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let stored = stored(db, epoch, entry.key())?;
                entry.insert(stored)
            }
        };
        *cursor = after(*cursor, entry.seq());
    }
    for (channel, seq) in cursors.into_iter().filter_map(|(channel, cursor)| Some((channel, cursor?))) {
        db.prepare_cached("INSERT OR REPLACE INTO cursor (epoch, channel, seq) VALUES (?1, ?2, ?3)")?
            .execute(params![epoch, channel, sql(seq)])?;
    }
    for (channel, head) in &batch.heads {
        db.prepare_cached("INSERT OR IGNORE INTO cursor (epoch, channel, seq) VALUES (?1, ?2, ?3)")?
            .execute(params![epoch, channel, sql(*head)])?;
    }
    Ok(())
}

/// The hub has another idea of where we are: no place is named until it has given one.
pub(crate) fn forget(db: &Connection, epoch: &str, channel: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM cursor WHERE epoch = ?1 AND channel = ?2")?
        .execute([epoch, channel])
        .map(drop)
}

fn stored(db: &Connection, epoch: &str, channel: &str) -> rusqlite::Result<Option<u64>> {
    db.prepare_cached("SELECT seq FROM cursor WHERE epoch = ?1 AND channel = ?2")?
        .query_row([epoch, channel], |row| Ok(row.get::<_, i64>(0)?.unsigned_abs()))
        .optional()
}

/// SQLite's integers are signed. A number that no log reaches stays where it would be refused as ahead.
fn sql(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "cursor_tests.rs"]
mod tests;
