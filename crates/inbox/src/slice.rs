use rusqlite::params_from_iter;
use rusqlite::types::Value;

use crate::entry::COLUMNS;
use crate::filter::Condition;
use crate::{Details, Filter, Inbox, InboxError, search};

/// A part of everything that a filter shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// Newest first.
    pub rows: Vec<Details>,
    /// The [`Filter::up_to_row`] of the next part; `None`: this was the last.
    pub next: Option<i64>,
}

impl Inbox {
    /// The newest of what the filter shows, at most `limit`. Asked again from where each part ends, everything
    /// is read while others are answered in between; a search goes down to the oldest.
    ///
    /// # Errors
    /// [`InboxError::Database`].
    pub fn slice(&self, filter: &Filter, limit: u32) -> Result<Slice, InboxError> {
        let found = match search::expression(&filter.search) {
            Some(search) => {
                let found = search::found(&self.connection, filter, &search, limit as usize)?;
                let rows = found.rows.into_iter().map(|(row, _)| row).collect::<Vec<_>>();
                (rows, found.stopped_at.map(|row| row - 1))
            }
            None => {
                let Condition { index, sql, mut parameters, .. } = filter.condition();
                let sql = format!(
                    "SELECT row FROM notification INDEXED BY {index} WHERE {sql} ORDER BY row DESC LIMIT ?"
                );
                parameters.push(Value::from(limit));
                let mut statement = self.connection.prepare_cached(&sql)?;
                let rows = statement.query_map(params_from_iter(parameters), |row| row.get(0))?;
                let rows = rows.collect::<Result<Vec<i64>, _>>()?;
                let full = rows.len() == limit as usize;
                let next = rows.last().map(|row| row - 1).filter(|_| full);
                (rows, next)
            }
        };
        let (rows, next) = found;
        let sql = format!(
            "SELECT {COLUMNS}, data, received_at FROM notification
             WHERE row IN (SELECT value FROM json_each(?1)) ORDER BY row DESC"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([serde_json::json!(rows).to_string()], Details::read)?;
        Ok(Slice { rows: rows.collect::<Result<_, _>>()?, next })
    }
}
