//! Letting go what need not be kept any longer.

use rusqlite::{Connection, OptionalExtension, params};

use crate::Retention;

/// Rows that go at a time: publishes wait no longer than for these.
const SLICE: i64 = 500;

/// A channel from which something may go.
#[derive(Debug)]
struct Aged {
    row: i64,
    /// Everything up to this number goes.
    up_to: i64,
}

/// Deletes a slice of what is too old or too much and has been received by everybody who is still waited for.
/// Says how many notifications went; 0: there is no more.
pub(crate) fn prune(db: &mut Connection, retention: Retention, now_millis: i64) -> rusqlite::Result<usize> {
    let millis = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let old = now_millis.saturating_sub(millis(retention.age));
    let forgotten = now_millis.saturating_sub(millis(retention.remember));
    let kept = i64::try_from(retention.per_channel).unwrap_or(i64::MAX);
    let Some(Aged { row, up_to }) = aged(db, old, forgotten, kept)? else { return Ok(0) };
    let transaction = db.transaction()?;
    transaction
        .execute("UPDATE hub SET last_id = max((SELECT max(id) FROM entry), coalesce(last_id, ''))", [])?;
    let deleted = transaction
        .prepare_cached(
            "DELETE FROM entry WHERE rowid IN
             (SELECT rowid FROM entry WHERE channel_id = ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3)",
        )?
        .execute(params![row, up_to, SLICE])?;
    transaction
        .prepare_cached(
            "UPDATE channel SET pruned = coalesce(
                 (SELECT min(seq) - 1 FROM entry WHERE channel_id = ?1 AND seq <= ?2), max(pruned, ?2))
             WHERE id = ?1",
        )?
        .execute(params![row, up_to])?;
    transaction.commit()?;
    Ok(deleted)
}

/// A channel from which something may go, and how far: what is too old or too much, but nothing that a
/// subscriber seen since `forgotten` has not received.
fn aged(db: &Connection, old: i64, forgotten: i64, kept: i64) -> rusqlite::Result<Option<Aged>> {
    let mut statement = db.prepare_cached(
        "SELECT id, min(head, max(too_old, head - ?3), received) AS up_to, first FROM (
             SELECT channel.id, head,
                 (SELECT min(seq) FROM entry WHERE channel_id = channel.id) AS first,
                 coalesce((SELECT max(seq) FROM entry
                           WHERE channel_id = channel.id AND accepted_at < ?1), 0) AS too_old,
                 coalesce((SELECT min(seq) FROM cursor
                           WHERE channel_id = channel.id AND seen_at >= ?2), head) AS received
             FROM channel)
         WHERE first <= up_to LIMIT 1",
    )?;
    statement
        .query_row(params![old, forgotten, kept], |row| Ok(Aged { row: row.get(0)?, up_to: row.get(1)? }))
        .optional()
}

/// The bytes that the database really uses: pages that deletions freed are used again before the file grows.
pub(crate) fn used_bytes(db: &Connection) -> rusqlite::Result<u64> {
    let number = |name| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let used = number("page_count")? - number("freelist_count")?;
    Ok(u64::try_from(used * number("page_size")?).unwrap_or(0))
}
