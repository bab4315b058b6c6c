use chapfood_protocol::NotificationId;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params, params_from_iter};

use crate::entry::COLUMNS;
use crate::filter::Condition;
use crate::{Day, Details, Entry, Filter, Inbox, InboxError, Outline, search};

impl Inbox {
    /// The rows at places `offset` to `offset + limit` of the filtered list, newest first.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn page(&self, filter: &Filter, offset: u32, limit: u32) -> Result<Vec<Entry>, InboxError> {
        if let Some(search) = search::expression(&filter.search) {
            return Ok(search::page(&self.connection, filter, &search, offset, limit)?);
        }
        let (sql, mut parameters) = page_query(filter);
        parameters.extend([Value::from(limit), Value::from(offset)]);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(parameters), Entry::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The days of the filtered list, newest first. Dates are local, as the computer's zone is now.
    ///
    /// If the clock was set back across midnight, a day's rows may not all follow one another in the list.
    ///
    /// A search lists the newest 5,000 that it finds, of the newest 20,000 that have its words: nobody looks
    /// through more, and what finds nearly everything must be as quick as the rest.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn outline(&self, filter: &Filter) -> Result<Outline, InboxError> {
        if let Some(search) = search::expression(&filter.search) {
            return Ok(search::outline(&self.connection, filter, &search)?);
        }
        let (sql, parameters) = outline_query(filter);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let days = statement.query_map(params_from_iter(parameters), |row| {
            Ok(Day { date: row.get(0)?, count: row.get(1)? })
        })?;
        Ok(Outline { days: days.collect::<Result<_, _>>()?, capped: false })
    }

    /// The place of this notification in the filtered list, 0 being the newest. `None`: not in the list.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn locate(&self, filter: &Filter, id: &NotificationId) -> Result<Option<u32>, InboxError> {
        let Condition { sql, parameters, .. } = filter.condition();
        let find = format!("SELECT row FROM notification WHERE {sql} AND id = ?");
        let with_id = parameters.into_iter().chain([Value::from(id.as_str().to_owned())]);
        let row: Option<i64> = self
            .connection
            .prepare_cached(&find)?
            .query_row(params_from_iter(with_id), |row| row.get(0))
            .optional()?;
        let Some(row) = row else { return Ok(None) };
        if let Some(search) = search::expression(&filter.search) {
            return Ok(search::place(&self.connection, filter, &search, row)?);
        }
        let (sql, mut parameters) = newer_query(filter);
        parameters.push(Value::from(row));
        let newer = self
            .connection
            .prepare_cached(&sql)?
            .query_row(params_from_iter(parameters), |row| row.get(0))?;
        Ok(Some(newer))
    }

    /// A notification whole. `None`: not here.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn details(&self, id: &NotificationId) -> Result<Option<Details>, InboxError> {
        let sql = format!("SELECT {COLUMNS}, data, received_at FROM notification WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row(params![id.as_str()], Details::read).optional()?)
    }
}

/// The last two parameters are the limit and the offset.
pub(crate) fn page_query(filter: &Filter) -> (String, Vec<Value>) {
    let Condition { index, sql, parameters, .. } = filter.condition();
    let sql = format!(
        "SELECT {COLUMNS} FROM notification WHERE row IN (
             SELECT row FROM notification INDEXED BY {index} WHERE {sql}
             ORDER BY row DESC LIMIT ? OFFSET ?)
         ORDER BY row DESC"
    );
    (sql, parameters)
}

pub(crate) fn outline_query(filter: &Filter) -> (String, Vec<Value>) {
    let Condition { day_index, sql, parameters, .. } = filter.condition();
    let sql = format!(
        "SELECT date(quarter * 900, 'unixepoch', 'localtime') AS day, sum(rows) FROM (
             SELECT quarter, count(*) AS rows
             FROM notification INDEXED BY {day_index} WHERE {sql} GROUP BY quarter)
         GROUP BY day ORDER BY max(quarter) DESC"
    );
    (sql, parameters)
}

/// The last parameter is the row.
pub(crate) fn newer_query(filter: &Filter) -> (String, Vec<Value>) {
    let Condition { index, sql, parameters, .. } = filter.condition();
    (format!("SELECT count(*) FROM notification INDEXED BY {index} WHERE {sql} AND row > ?"), parameters)
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
