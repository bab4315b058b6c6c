use chapfood_protocol::NotificationId;
use rusqlite::{params, params_from_iter};

use crate::filter::Condition;
use crate::{Filter, Inbox, InboxError, search};

impl Inbox {
    /// Marks these as read or unread and returns the ids that were not so before. Unknown ids are passed over.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing changed.
    pub fn mark_read(
        &mut self,
        ids: &[NotificationId],
        read: bool,
    ) -> Result<Vec<NotificationId>, InboxError> {
        let transaction = self.connection.transaction()?;
        let mut changed = Vec::new();
        {
            let mut update = transaction
                .prepare_cached("UPDATE notification SET read = ?1 WHERE id = ?2 AND read <> ?1")?;
            for id in ids {
                if update.execute(params![read, id.as_str()])? == 1 {
                    changed.push(id.clone());
                }
            }
        }
        transaction.commit()?;
        Ok(changed)
    }

    /// Marks everything the filter shows as read and returns how many were unread. Of a search, what it lists.
    ///
    /// # Errors
    /// [`InboxError::Database`]; then nothing changed.
    pub fn mark_all_read(&mut self, filter: &Filter) -> Result<u32, InboxError> {
        if let Some(search) = search::expression(&filter.search) {
            // As it is listed: a search for the unread alone would go on below the end of the list.
            let rows = search::rows(&self.connection, filter, &search)?;
            let changed = self
                .connection
                .prepare_cached(
                    "UPDATE notification SET read = 1
                     WHERE read = 0 AND row IN (SELECT value FROM json_each(?1))",
                )?
                .execute([serde_json::json!(rows).to_string()])?;
            return Ok(u32::try_from(changed).unwrap_or(u32::MAX));
        }
        let unread = Filter { unread: true, ..filter.clone() };
        let Condition { index, sql, parameters, .. } = unread.condition();
        let sql = format!("UPDATE notification INDEXED BY {index} SET read = 1 WHERE {sql}");
        let changed = self.connection.prepare_cached(&sql)?.execute(params_from_iter(parameters))?;
        Ok(u32::try_from(changed).unwrap_or(u32::MAX))
    }
}
