use chapfood_protocol::NotificationType;
use rusqlite::types::Value;

use crate::Todo;

/// Which rows a list shows. The default shows all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only unread ones.
    pub unread: bool,
    /// Only those that came after an outage.
    pub caught_up: bool,
    /// Only those that wait for somebody.
    pub todo: Option<Todo>,
    /// Only those with all of these words, or words that begin with them, in title, message, sender, channel or
    /// data. Accents and case do not matter. Empty: all. See [`Inbox::outline`](crate::Inbox::outline) for how far a
    /// search goes.
    pub search: String,
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

impl Audience {
    /// Adds the condition and its parameters.
    pub(crate) fn narrow(&self, terms: &mut Vec<&'static str>, parameters: &mut Vec<Value>) {
        match self {
            Self::Broadcast => terms.push("channel IS NULL"),
            Self::Channel(name) => {
                terms.push("channel = ?");
                parameters.push(Value::from(name.clone()));
            }
        }
    }
}

/// A filter as SQL, but for what it searches: the index to walk in the order of rows, a condition, and its parameters.
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
        if let Some(todo) = &self.todo {
            todo.narrow(&mut terms, &mut parameters);
        }
        if let Some(kind) = self.kind {
            terms.push("kind = ?");
            parameters.push(Value::from(kind.as_str().to_owned()));
        }
        if let Some(audience) = &self.audience {
            audience.narrow(&mut terms, &mut parameters);
        }
        if let Some(row) = self.up_to_row {
            terms.push("row <= ?");
            parameters.push(Value::from(row));
        }
        let (index, day_index) = match (&self.todo, self.caught_up, self.unread) {
            (Some(_), _, _) => ("todo", "todo"),
            (None, true, _) => ("caught_up", "caught_up_day"),
            (None, false, true) => ("unread", "day"),
            (None, false, false) => ("arrival", "day"),
        };
        Condition { index, day_index, sql: terms.join(" AND "), parameters }
    }
}
