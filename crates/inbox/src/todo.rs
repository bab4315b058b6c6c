//! What waits for somebody to take charge of it.

use std::collections::BTreeMap;

use chapfood_protocol::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::entry::COLUMNS;
use crate::{Details, Entry, Filter, Inbox, InboxError};

/// Milliseconds.
const MINUTE: i64 = 60_000;
/// What waited for so long is in the history only, in milliseconds.
pub const LONGEST_WAIT: i64 = 24 * 60 * MINUTE;

/// Where somebody is expected to take charge, with the minutes until it is late.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expecting {
    /// By channel; nobody is expected in any other.
    pub channels: BTreeMap<String, u16>,
    /// Broadcasts; `None`: nobody is.
    pub broadcasts: Option<u16>,
}

impl Expecting {
    fn late_after(&self, channel: Option<&str>) -> Option<u16> {
        match channel {
            None => self.broadcasts,
            Some(name) => self.channels.get(name).copied(),
        }
    }
}

/// What waits at an instant: in a channel that expects somebody, in nobody's charge as this computer sees it, not
/// expired, and not older than a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    /// The instant.
    pub now: Timestamp,
    /// Which channels.
    pub expecting: Expecting,
}

/// What waits, in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TodoTally {
    /// How many.
    pub count: u32,
    /// How many of them are late.
    pub late: u32,
    /// When time alone next changes these figures.
    pub next_change: Option<Timestamp>,
}

/// What waits, for a screen on the wall.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Oldest first.
    pub cards: Vec<Details>,
    /// How many wait in all.
    pub total: u32,
    /// The last few that somebody took, newest first.
    pub taken: Vec<Entry>,
}

impl Todo {
    fn since(&self) -> i64 {
        self.now.as_millis() - LONGEST_WAIT
    }

    /// Adds the condition's terms and their parameters.
    pub(crate) fn narrow(&self, terms: &mut Vec<&'static str>, parameters: &mut Vec<Value>) {
        terms.push("held = 0 AND expired = 0");
        self.lately_expected(terms, parameters);
    }

    fn lately_expected(&self, terms: &mut Vec<&'static str>, parameters: &mut Vec<Value>) {
        let Expecting { channels, broadcasts } = &self.expecting;
        terms.push("at > ?");
        parameters.push(Value::from(self.since()));
        terms.push(match broadcasts {
            Some(_) => "(channel IS NULL OR channel IN (SELECT value FROM json_each(?)))",
            None => "channel IN (SELECT value FROM json_each(?))",
        });
        let names: Vec<_> = channels.keys().collect();
        parameters.push(Value::from(serde_json::json!(names).to_string()));
    }
}

impl Inbox {
    /// What waits, in figures. Costs as much as a day brings that nobody took.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn todo(&self, todo: &Todo) -> Result<TodoTally, InboxError> {
        let now = todo.now.as_millis();
        let mut statement = self.connection.prepare_cached(
            "SELECT at, channel FROM notification INDEXED BY todo
             WHERE held = 0 AND expired = 0 AND at > ?1 ORDER BY at",
        )?;
        let mut rows = statement.query([todo.since()])?;
        let (mut tally, mut next_change) = (TodoTally::default(), None);
        while let Some(row) = rows.next()? {
            let at: i64 = row.get(0)?;
            let channel = row.get_ref(1)?.as_str_or_null().map_err(rusqlite::Error::from)?;
            let Some(late_after) = todo.expecting.late_after(channel) else { continue };
            let late_at = at + i64::from(late_after) * MINUTE;
            let late = late_at <= now;
            tally.count += 1;
            tally.late += u32::from(late);
            let change = if late { at + LONGEST_WAIT } else { late_at };
            next_change = Some(next_change.map_or(change, |next: i64| next.min(change)));
        }
        tally.next_change = next_change.map(Timestamp::from_millis);
        Ok(tally)
    }

    /// The newest `limit` of what waits.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn untaken(&self, todo: &Todo, limit: u32) -> Result<Vec<Entry>, InboxError> {
        let (mut terms, mut parameters) = (Vec::new(), Vec::new());
        todo.narrow(&mut terms, &mut parameters);
        parameters.push(Value::from(limit));
        let sql = format!(
            "SELECT {COLUMNS} FROM notification WHERE row IN (
                 SELECT row FROM notification INDEXED BY todo WHERE {} ORDER BY at DESC LIMIT ?)",
            terms.join(" AND ")
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let entries = statement.query_map(params_from_iter(parameters), Entry::read)?;
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// What waits, the oldest `limit` of it, and the last `taken` that somebody took; only of what the filter
    /// shows, whose [`Filter::todo`] says what waits. Without one, nothing does.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn waiting(&self, filter: &Filter, limit: u32, taken: u32) -> Result<Waiting, InboxError> {
        let Some(todo) = &filter.todo else {
            return Ok(Waiting { cards: Vec::new(), total: 0, taken: Vec::new() });
        };
        let condition = filter.condition();
        let mut with_limit = condition.parameters.clone();
        with_limit.push(Value::from(limit));
        let oldest = format!(
            "SELECT {COLUMNS}, data, received_at FROM notification WHERE row IN (
                 SELECT row FROM notification INDEXED BY todo WHERE {} ORDER BY at, row LIMIT ?)
             ORDER BY at, row",
            condition.sql
        );
        let mut oldest = self.connection.prepare_cached(&oldest)?;
        let cards = oldest.query_map(params_from_iter(with_limit), Details::read)?;
        let count = format!("SELECT count(*) FROM notification INDEXED BY todo WHERE {}", condition.sql);
        let mut count = self.connection.prepare_cached(&count)?;
        Ok(Waiting {
            cards: cards.collect::<Result<_, _>>()?,
            total: count.query_row(params_from_iter(condition.parameters), |row| row.get(0))?,
            taken: lately_taken(&self.connection, todo, filter, taken)?,
        })
    }
}

/// What somebody lately took, as this computer sees it, newest first.
fn lately_taken(db: &Connection, todo: &Todo, filter: &Filter, limit: u32) -> rusqlite::Result<Vec<Entry>> {
    let (mut terms, mut parameters) = (vec!["held = 1"], Vec::new());
    todo.lately_expected(&mut terms, &mut parameters);
    if let Some(audience) = &filter.audience {
        audience.narrow(&mut terms, &mut parameters);
    }
    parameters.push(Value::from(limit));
    // A claim that waits in the outbox is the person's own, and later than what its row says.
    let sql = format!(
        "SELECT {COLUMNS} FROM notification WHERE row IN (
             SELECT row FROM notification INDEXED BY held WHERE {}
             ORDER BY ifnull((SELECT queued_at FROM outbox WHERE subject = notification.id AND kind = 'take'
                              ORDER BY number DESC LIMIT 1), taken_at) DESC, row DESC LIMIT ?)",
        terms.join(" AND ")
    );
    let mut statement = db.prepare_cached(&sql)?;
    let entries = statement.query_map(params_from_iter(parameters), Entry::read)?;
    let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.taken.as_ref().map(|taken| taken.at), entry.row)));
    Ok(entries)
}
