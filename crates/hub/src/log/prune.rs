//! Letting go what need not be kept any longer.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::Retention;

/// Rows that go at a time: publishes wait no longer than for these.
const SLICE: i64 = 500;

/// A subscriber that does not come back is no longer waited for after [`Retention::remember`]. For so many times
/// that its place is kept all the same, a year by default: whoever comes back within it gets what is still there and
/// is told of what is not, and after that begins at the end like a new one, silently.
const FORGOTTEN_AFTER: u32 = 12;

/// A channel from which something may go.
#[derive(Debug)]
struct Aged {
    row: i64,
    /// Everything up to this number goes.
    up_to: i64,
}

/// Deletes a slice of what need not be kept any longer; `now` is the hub's own time. Says how many rows went; 0:
/// there is no more.
pub(crate) fn prune(db: &mut Connection, retention: Retention, now: i64) -> rusqlite::Result<usize> {
    let ago =
        |duration: Duration| now.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX));
    let entries = prune_entries(db, retention, ago(retention.age), ago(retention.remember))?;
    if entries > 0 {
        return Ok(entries);
    }
    let cursors = forget(db, ago(retention.remember.saturating_mul(FORGOTTEN_AFTER)))?;
    if cursors > 0 { Ok(cursors) } else { close_empty_channels(db) }
}

/// Lets go subscribers that were not seen since `long_ago`.
fn forget(db: &Connection, long_ago: i64) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "DELETE FROM cursor WHERE (subscriber, channel_id) IN
         (SELECT subscriber, channel_id FROM cursor WHERE seen_at < ?1 LIMIT ?2)",
    )?
    .execute(params![long_ago, SLICE])
}

/// Lets go channels that hold nothing and in which nobody is remembered. A device may still name a place in one:
/// so whatever channel comes next begins after their numbers.
fn close_empty_channels(db: &mut Connection) -> rusqlite::Result<usize> {
    let transaction = db.transaction()?;
    let empty = "FROM channel WHERE name <> '*'
         AND NOT EXISTS (SELECT 1 FROM entry WHERE channel_id = channel.id)
         AND NOT EXISTS (SELECT 1 FROM cursor WHERE channel_id = channel.id)";
    transaction.execute(
        &format!("UPDATE hub SET floor = max(floor, coalesce((SELECT max(head) {empty}), 0))"),
        [],
    )?;
    let closed = transaction
        .execute(&format!("DELETE FROM channel WHERE id IN (SELECT id {empty} LIMIT ?1)"), [SLICE])?;
    transaction.commit()?;
    Ok(closed)
}

/// Deletes a slice of the entries that are from before `old`, or too many, and that everybody seen since
/// `forgotten` has received.
fn prune_entries(
    db: &mut Connection,
    retention: Retention,
    old: i64,
    forgotten: i64,
) -> rusqlite::Result<usize> {
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
