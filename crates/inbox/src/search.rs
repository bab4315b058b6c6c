//! Finding notifications by their words.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use crate::entry::COLUMNS;
use crate::filter::Condition;
use crate::{Day, Entry, Filter, Inbox, InboxError, Outline, recent};

/// The most that a search lists.
const LISTED: usize = 5_000;
/// The most with its words that a search looks at.
const LOOKED_AT: usize = 20_000;
/// The characters of what somebody types that count.
const TYPED: usize = 200;

/// What was typed as the index of words takes it: every word, or one that begins with it. What is no word is passed
/// over. `None`: nothing was typed.
pub(crate) fn expression(typed: &str) -> Option<String> {
    let mut text = String::new();
    for character in typed.trim().chars().take(TYPED) {
        match character {
            'œ' | 'Œ' => text.push_str("oe"),
            'æ' | 'Æ' => text.push_str("ae"),
            // How an emoji looks is no part of it.
            '\u{fe0e}' | '\u{fe0f}' => {}
            '"' => text.push(' '),
            other if other.is_control() => text.push(' '),
            other => text.push(other),
        }
    }
    let words: Vec<_> = text.split_whitespace().map(|word| format!("\"{word}\"*")).collect();
    match words.is_empty() {
        true if typed.trim().is_empty() => None,
        // Finds nothing, like what has no letter in it.
        true => Some("\"\"".into()),
        false => Some(words.join(" ")),
    }
}

/// What a search finds, newest first.
#[derive(Default)]
pub(crate) struct Found {
    /// Rows and their quarters of an hour.
    pub(crate) rows: Vec<(i64, i64)>,
    /// Where it stopped looking; `None`: there is nothing further down.
    pub(crate) stopped_at: Option<i64>,
}

/// The newest `limit` that the filter shows: from among the newest of all, if there are as many, else from all.
pub(crate) fn found(
    db: &Connection,
    filter: &Filter,
    expression: &str,
    limit: usize,
) -> rusqlite::Result<Found> {
    if let Some(low) = recent::knows_above(db)? {
        let found = found_in("recent", low, db, filter, expression, limit)?;
        // Without one more it is not known whether there is one.
        if found.rows.len() == limit && found.stopped_at.is_some() {
            return Ok(found);
        }
    }
    found_in("search", 0, db, filter, expression, limit)
}

/// What the index `table` finds above the row `low`.
fn found_in(
    table: &str,
    low: i64,
    db: &Connection,
    filter: &Filter,
    expression: &str,
    limit: usize,
) -> rusqlite::Result<Found> {
    let Condition { sql, mut parameters, .. } = filter.condition();
    let below = match filter.up_to_row {
        Some(_) => format!("AND {table}.rowid <= ?"),
        None => String::new(),
    };
    // The words first: whatever else is asked for, they are the quickest to look up.
    let sql = format!(
        "SELECT row, quarter, ({sql}) IS TRUE
         FROM {table} CROSS JOIN notification INDEXED BY arrival ON row = {table}.rowid
         WHERE {table} MATCH ? AND {table}.rowid > ? {below} ORDER BY {table}.rowid DESC"
    );
    parameters.push(Value::from(expression.to_owned()));
    parameters.push(Value::from(low));
    parameters.extend(filter.up_to_row.map(Value::from));
    let mut statement = db.prepare_cached(&sql)?;
    let mut hits = statement.query(params_from_iter(parameters))?;
    let (mut found, mut looked_at, mut last) = (Found::default(), 0, 0);
    while let Some(hit) = hits.next()? {
        if found.rows.len() == limit || looked_at == LOOKED_AT {
            found.stopped_at = Some(last);
            break;
        }
        looked_at += 1;
        last = hit.get(0)?;
        if hit.get(2)? {
            found.rows.push((last, hit.get(1)?));
        }
    }
    Ok(found)
}

/// The rows that are listed.
pub(crate) fn rows(db: &Connection, filter: &Filter, expression: &str) -> rusqlite::Result<Vec<i64>> {
    let found = found(db, filter, expression, LISTED)?;
    Ok(found.rows.into_iter().map(|(row, _)| row).collect())
}

pub(crate) fn page(
    db: &Connection,
    filter: &Filter,
    expression: &str,
    offset: u32,
    limit: u32,
) -> rusqlite::Result<Vec<Entry>> {
    let until = LISTED.min(offset as usize + limit as usize);
    let found = found(db, filter, expression, until)?;
    let rows: Vec<_> = found.rows.into_iter().skip(offset as usize).map(|(row, _)| row).collect();
    let sql = format!(
        "SELECT {COLUMNS} FROM notification WHERE row IN (SELECT value FROM json_each(?1)) ORDER BY row DESC"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let entries = statement.query_map([serde_json::json!(rows).to_string()], Entry::read)?;
    entries.collect()
}

pub(crate) fn outline(db: &Connection, filter: &Filter, expression: &str) -> rusqlite::Result<Outline> {
    let found = found(db, filter, expression, LISTED)?;
    let mut quarters: BTreeMap<i64, u32> = BTreeMap::new();
    for (_, quarter) in found.rows {
        *quarters.entry(quarter).or_default() += 1;
    }
    let mut statement = db.prepare_cached("SELECT date(?1 * 900, 'unixepoch', 'localtime')")?;
    let mut days: Vec<Day> = Vec::new();
    for (quarter, count) in quarters.into_iter().rev() {
        let date: String = statement.query_row([quarter], |row| row.get(0))?;
        match days.last_mut().filter(|day| day.date == date) {
            Some(day) => day.count += count,
            None => days.push(Day { date, count }),
        }
    }
    let capped = found.stopped_at.is_some() || is_being_filled(db)?;
    Ok(Outline { days, capped })
}

pub(crate) fn place(
    db: &Connection,
    filter: &Filter,
    expression: &str,
    wanted: i64,
) -> rusqlite::Result<Option<u32>> {
    let place = rows(db, filter, expression)?.into_iter().position(|row| row == wanted);
    Ok(place.and_then(|place| u32::try_from(place).ok()))
}

fn is_being_filled(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM search_fill")?.exists([])
}

impl Inbox {
    /// Enters at most `slice` rows of an older version into the index of words, the newest first, and returns
    /// whether there are more. Until there are none, searches do not find the oldest.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then none of them was entered.
    pub fn fill_search(&mut self, slice: u32) -> Result<bool, InboxError> {
        if !is_being_filled(&self.connection)? {
            return Ok(false);
        }
        let transaction = self.connection.transaction()?;
        let (count, first): (u32, Option<i64>) = transaction.query_row(
            "SELECT count(*), min(row) FROM (
                 SELECT row FROM notification WHERE row <= (SELECT next FROM search_fill)
                 ORDER BY row DESC LIMIT ?1)",
            [slice],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if let Some(first) = first {
            // What was deleted and put back meanwhile is there already.
            transaction.execute(
                "INSERT OR REPLACE INTO search (rowid, text) SELECT row, text FROM searchable
                 WHERE row BETWEEN ?1 AND (SELECT next FROM search_fill) ORDER BY row",
                [first],
            )?;
            transaction.execute("UPDATE search_fill SET next = ?1", params![first - 1])?;
        }
        let more = count == slice;
        if !more {
            transaction.execute("DELETE FROM search_fill", [])?;
        }
        transaction.commit()?;
        Ok(more)
    }
}
