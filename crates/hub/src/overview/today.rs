//! What was passed on today before the hub was started, from its log.

use std::path::Path;

use chapfood_protocol::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};

use super::Tally;
use crate::HubError;

/// How many notifications were written down in each minute between two moments. Channel by channel, and so by the index
/// of ages: what is older is not looked at, however much there is of it.
const PASSED_ON: &str = "
    SELECT (accepted_at + ?3) / 60000, count(*) FROM channel
    CROSS JOIN entry ON entry.channel_id = channel.id AND accepted_at BETWEEN ?1 - ?3 AND ?2 - ?3
    WHERE kind = 0 GROUP BY 1 ORDER BY 1";
/// By how much the computer's clock was ahead of the hub's own time, in which it writes down when.
const AHEAD: &str = "SELECT clock - own_time FROM hub";

/// A count that begins with what is written down of today. Refusals are not; they are counted from now on.
///
/// # Errors
/// The database cannot be read.
pub(crate) fn counted_today(database: &Path, zone: TimeZone, now: Timestamp) -> Result<Tally, HubError> {
    let mut tally = Tally::new(zone, now);
    let db = Connection::open(database)?;
    let ahead = db.query_row(AHEAD, [], |row| row.get::<_, i64>(0)).optional()?.unwrap_or_default();
    let mut minutes = db.prepare(PASSED_ON)?;
    let mut rows = minutes.query(params![tally.since().as_millis(), now.as_millis(), ahead])?;
    while let Some(row) = rows.next()? {
        let (minute, count) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)?);
        tally.transmitted(
            count.unsigned_abs(),
            Timestamp::from_millis((minute * 60_000).max(tally.since().as_millis())),
        );
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const NOON: i64 = 20_000 * 24 * 60 * MINUTE + 12 * 60 * MINUTE;

    #[test]
    fn a_hub_that_starts_again_knows_what_it_passed_on_today() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let database = folder.path().join("hub.sqlite3");
        let db = crate::log::open_database(&database).expect("made");
        db.execute_batch("INSERT INTO channel (id, name) VALUES (1, 'bar'), (2, '*')").expect("channels");
        // Its own time begins with its first start.
        let hub = "INSERT INTO hub (epoch, own_time, clock) VALUES ('e', 7, 7 + ?1)";
        db.execute(hub, [NOON]).expect("written");
        let midnight = NOON - 12 * 60 * MINUTE;
        let entries = [
            (1, midnight - 1, 0),
            (1, midnight, 0),
            (1, NOON - MINUTE, 0),
            (2, NOON - MINUTE, 0),
            (1, NOON, 1),
        ];
        for (seq, (channel, at, kind)) in entries.into_iter().enumerate() {
            let sql = "INSERT INTO entry (channel_id, seq, id, accepted_at, payload, kind) VALUES (?1, ?2, ?2, ?3, '', ?4)";
            db.execute(sql, params![channel, seq as i64, at - NOON, kind]).expect("written");
        }
        let now = Timestamp::from_millis(NOON + 1);
        let mut tally = counted_today(&database, TimeZone::UTC, now).expect("read");
        let figures = tally.figures(now);
        assert_eq!(figures.transmitted_today, 3, "neither yesterday's nor what somebody took");
        assert_eq!(figures.per_minute[58].transmitted, 2);
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {PASSED_ON}")).expect("planned");
        let steps = plan.query_map([0, 0, 0], |row| row.get::<_, String>(3)).expect("asked");
        let steps: Vec<_> = steps.map(|step| step.expect("a step")).collect();
        assert!(steps.iter().any(|step| step.contains("entry_by_age")), "{steps:?}");
    }
}
