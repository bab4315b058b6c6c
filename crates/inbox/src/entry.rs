use chapfood_protocol::{Notification, NotificationId, NotificationType, Timestamp};
use rusqlite::types::Type;
use rusqlite::{Error, Row};
use serde_json::{Map, Value};

/// A notification on its way into the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// As received.
    pub notification: Notification,
    /// Whether it came after an outage, later than it should have.
    pub caught_up: bool,
}

/// A line of the history, without the sender's data.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// This history's own number, from 1, growing in the order of arrival.
    pub row: i64,
    /// The hub's id.
    pub id: NotificationId,
    /// What it means.
    pub kind: NotificationType,
    /// As received.
    pub title: String,
    /// As received, whole.
    pub message: String,
    /// As received.
    pub sender: String,
    /// `None`: a broadcast.
    pub channel: Option<String>,
    /// When the hub accepted it.
    pub at: Timestamp,
    /// Whether the person has seen it.
    pub read: bool,
    /// Whether it came after an outage.
    pub caught_up: bool,
    /// Whether its sender's time for it was over when it came.
    pub expired: bool,
    /// Who is in charge of it, as this computer sees it: what waits in the outbox counts as done.
    pub taken: Option<Taken>,
    /// When it comes back as new; `None`: nobody asked for that.
    pub remind_at: Option<Timestamp>,
    /// Whether it came back as new.
    pub reminded: bool,
}

/// Somebody is in charge of a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The name others see.
    pub by: String,
    /// The computer's name, if it has one.
    pub device: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Whether it was the person of this computer.
    pub mine: bool,
    /// Whether only this computer knows of it.
    pub local: bool,
}

/// A notification whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// The line.
    pub entry: Entry,
    /// The sender's object.
    pub data: Option<Map<String, Value>>,
    /// When it was stored here, or came back as new.
    pub received_at: Timestamp,
}

/// The shape of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// Newest day first.
    pub days: Vec<Day>,
    /// Whether a search has more than it lists: the oldest are not there.
    pub capped: bool,
}

/// One day of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The local date of arrival, `2026-11-20`.
    pub date: String,
    /// Its rows.
    pub count: u32,
}

/// The columns that [`Entry::read`] expects, in its order.
pub(crate) const COLUMNS: &str =
    "row, id, kind, title, message, sender, channel, at, read, caught_up, expired,
    taken_by, taken_device, taken_at, taken_mine, taken_local, (
        SELECT json_array(kind, draft, queued_at) FROM outbox
        WHERE subject = notification.id AND kind <> 'send' ORDER BY number DESC LIMIT 1), remind_at, reminded";

impl Entry {
    /// Reads a row selected with [`COLUMNS`] first.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: String = row.get(2)?;
        Ok(Self {
            row: row.get(0)?,
            id: NotificationId::new(row.get::<_, String>(1)?),
            kind: NotificationType::from_word(&kind).unwrap_or_default(),
            title: row.get(3)?,
            message: row.get(4)?,
            sender: row.get(5)?,
            channel: row.get(6)?,
            at: Timestamp::from_millis(row.get(7)?),
            read: row.get(8)?,
            caught_up: row.get(9)?,
            expired: row.get(10)?,
            taken: taken(row)?,
            remind_at: row.get::<_, Option<i64>>(17)?.map(Timestamp::from_millis),
            reminded: row.get(18)?,
        })
    }
}

fn taken(row: &Row<'_>) -> rusqlite::Result<Option<Taken>> {
    let waiting: Option<String> = row.get(16)?;
    // What this program wrote it can read.
    let waiting = waiting.and_then(|json| serde_json::from_str::<(String, Option<String>, i64)>(&json).ok());
    if let Some((kind, by, at)) = waiting {
        let at = Timestamp::from_millis(at);
        return Ok((kind == "take").then(|| Taken {
            by: by.unwrap_or_default(),
            device: None,
            at,
            mine: true,
            local: true,
        }));
    }
    let Some(by) = row.get(11)? else { return Ok(None) };
    let at = Timestamp::from_millis(row.get(13)?);
    Ok(Some(Taken { by, device: row.get(12)?, at, mine: row.get(14)?, local: row.get(15)? }))
}

impl Details {
    /// Reads a row selected with [`COLUMNS`] first, `data` and `received_at`.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let data: Option<String> = row.get("data")?;
        let data = data
            .map(|json| serde_json::from_str(&json))
            .transpose()
            .map_err(|error| Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))?;
        let received_at = Timestamp::from_millis(row.get("received_at")?);
        Ok(Self { entry: Entry::read(row)?, data, received_at })
    }
}
