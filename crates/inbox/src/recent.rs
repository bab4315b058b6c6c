//! The words of the newest notifications in an index of their own, in memory.
//!
//! A word that stands in nearly every row takes the large index a time that grows with all of them before it knows the
//! first hit: 80 ms at a million. Such a word has hits enough among the newest, where this index finds them at once; any
//! other word is quick in the large one. It begins anew with each start, a slice at a time, and never sees the disk.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{Inbox, InboxError};

/// Rows that it aims at. Twice that, and it begins anew.
const KEPT: i64 = 10_000;
/// Rows that a search enters itself, because they came since the last slice. Of more it leaves the rest to slices.
const SINCE: i64 = 1_000;

/// Makes it, empty. Its words are those of the large index (`schema`); the span says what has been entered: rows above
/// `low` and up to `high`, `count` of them.
pub(crate) fn make(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "PRAGMA temp_store = MEMORY;
         CREATE VIRTUAL TABLE temp.recent USING fts5 (
            text, content = '',
            tokenize = \"unicode61 remove_diacritics 2 categories 'L* N* Co So Mn Mc' separators '°º©®™№'\");
         CREATE TEMP TABLE recent_span (low INTEGER NOT NULL, high INTEGER NOT NULL, count INTEGER NOT NULL);",
    )
}

/// Above which row it knows everything. `None`: it is not ready.
pub(crate) fn knows_above(db: &Connection) -> rusqlite::Result<Option<i64>> {
    let Some(span) = span(db)? else { return Ok(None) };
    let newest = newest(db)?;
    if newest - span.high > SINCE {
        return Ok(None);
    }
    if newest > span.high {
        enter(db, span.high, newest)?;
    }
    Ok(Some(span.low))
}

/// Forgets everything: rows have come that are not the newest.
pub(crate) fn forget(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch("INSERT INTO temp.recent (recent) VALUES ('delete-all'); DELETE FROM recent_span")
}

struct Span {
    low: i64,
    high: i64,
    count: i64,
}

fn span(db: &Connection) -> rusqlite::Result<Option<Span>> {
    db.prepare_cached("SELECT low, high, count FROM recent_span")?
        .query_row([], |row| Ok(Span { low: row.get(0)?, high: row.get(1)?, count: row.get(2)? }))
        .optional()
}

fn newest(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT ifnull(max(row), 0) FROM notification")?.query_row([], |row| row.get(0))
}

/// Enters the rows above `low` and up to `high`, which lie at one end of the span or are the first.
fn enter(db: &Connection, low: i64, high: i64) -> rusqlite::Result<()> {
    let entered = db
        .prepare_cached(
            "INSERT INTO temp.recent (rowid, text) SELECT row, text FROM searchable WHERE row > ?1 AND row <= ?2",
        )?
        .execute(params![low, high])?;
    let entered = i64::try_from(entered).unwrap_or(i64::MAX);
    let changed = db
        .prepare_cached(
            "UPDATE recent_span SET low = min(low, ?1), high = max(high, ?2), count = count + ?3",
        )?
        .execute(params![low, high, entered])?;
    if changed == 0 {
        db.prepare_cached("INSERT INTO recent_span VALUES (?1, ?2, ?3)")?
            .execute(params![low, high, entered])?;
    }
    Ok(())
}

impl Inbox {
    /// Enters at most `slice` of the newest rows into the index that answers searches for common words, and returns
    /// whether there are more for it. Searches are right without it, and slow in a long history.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then none of them was entered.
    pub fn fill_recent(&mut self, slice: u32) -> Result<bool, InboxError> {
        let transaction = self.connection.transaction()?;
        if knows_above(&transaction)?.is_none() || span(&transaction)?.is_some_and(|it| it.count > 2 * KEPT) {
            forget(&transaction)?;
        }
        let newest = newest(&transaction)?;
        let (top, count) = span(&transaction)?.map_or((newest, 0), |span| (span.low, span.count));
        if count >= KEPT {
            transaction.commit()?;
            return Ok(false);
        }
        let low: Option<i64> = transaction
            .prepare_cached(
                "SELECT min(row) FROM (SELECT row FROM notification WHERE row <= ?1 ORDER BY row DESC LIMIT ?2)",
            )?
            .query_row(params![top, slice], |row| row.get(0))?;
        // Nothing is left below: it knows everything there is.
        enter(&transaction, low.map_or(0, |low| low - 1), top)?;
        transaction.commit()?;
        Ok(low.is_some())
    }
}
