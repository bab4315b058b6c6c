use chapfood_protocol::NotificationType;
use rusqlite::types::Value;

/// Which rows a list shows. The default shows all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only unread ones.
    pub unread: bool,
    /// Only those that came after an outage.
    pub caught_up: bool,
    /// Only of this type.
    pub kind: Option<NotificationType>,
    /// Only for these.
    pub audience: Option<Audience>,
    /// Only rows up to this one.
    pub up_to_row: Option<i64>,
}

/// For whom notifications are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    Broadcast,
    /// One channel.
    Channel(String),
}

/// A filter as SQL: the index to walk in the order of rows, a condition, and its parameters.
pub(crate) struct Condition {
    /// Named, because SQLite would rather walk the wide table itself.
    pub(crate) index: &'static str,
    /// The index to walk by days.
    pub(crate) day_index: &'static str,
    /// Joined by AND, never empty.
    pub(crate) sql: String,
    /// In the order of the question marks.
    pub(crate) parameters: Vec<Value>,
}

impl Filter {
    pub(crate) fn condition(&self) -> Condition {
        let mut terms = vec!["1"];
        let mut parameters = Vec::new();
        if self.unread {
            terms.push("read = 0");
        }
        if self.caught_up {
            terms.push("caught_up = 1");
        }
        if let Some(kind) = self.kind {
            terms.push("kind = ?");
            parameters.push(Value::from(kind.as_str().to_owned()));
        }
        match &self.audience {
            None => {}
            Some(Audience::Broadcast) => terms.push("channel IS NULL"),
            Some(Audience::Channel(name)) => {
                terms.push("channel = ?");
                parameters.push(Value::from(name.clone()));
            }
        }
        if let Some(row) = self.up_to_row {
            terms.push("row <= ?");
            parameters.push(Value::from(row));
        }
        let (index, day_index) = match (self.caught_up, self.unread) {
            (true, _) => ("caught_up", "caught_up_day"),
            (false, true) => ("unread", "day"),
            (false, false) => ("arrival", "day"),
        };
        Condition { index, day_index, sql: terms.join(" AND "), parameters }
    }
}
