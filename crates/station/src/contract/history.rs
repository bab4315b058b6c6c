//! What the history shows.

use chapfood_protocol::NotificationType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(test)]
use crate::contract_export::TypeWord;

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The station's own number, growing in the order of arrival; the anchor of a list.
    pub row: i64,
    /// The hub's id.
    pub id: String,
    /// Info, success, warning or error.
    #[serde(rename = "type")]
    #[cfg_attr(test, ts(as = "TypeWord"))]
    pub kind: NotificationType,
    /// As received.
    pub title: String,
    /// As received, cut to its first 300 characters in a row; whole in a [`Detail`].
    pub message: String,
    /// As received.
    pub sender: String,
    /// `null`: to everybody.
    pub channel: Option<String>,
    /// When the hub accepted it.
    pub at: i64,
    /// Whether the person has seen it.
    pub read: bool,
    /// Whether it came after an outage, later than it should have.
    pub caught_up: bool,
    /// Whether its sender's time for it was over when it came.
    pub expired: bool,
    /// Who is in charge of it; `null`: nobody.
    pub taken: Option<Taken>,
    /// When it comes back as new; `null`: the person did not ask for that.
    pub remind_at: Option<i64>,
    /// Whether it came back as new because the person had asked for that.
    pub reminded: bool,
}

/// Somebody is in charge of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Taken {
    /// The name others see.
    pub by: String,
    /// The computer's name, if it has one.
    pub device: Option<String>,
    /// When.
    pub at: i64,
    /// Whether it was taken by the person of this computer.
    pub mine: bool,
    /// Whether only this computer knows of it yet.
    pub queued: bool,
}

/// A notification whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// The line, its message whole.
    #[serde(flatten)]
    pub row: Row,
    /// The sender's object, exactly as received.
    pub data: Option<Value>,
    /// When this station stored it.
    pub received_at: i64,
}

/// Which rows a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Filter {
    /// Only unread ones.
    pub unread: bool,
    /// Only those that came after an outage.
    pub caught_up: bool,
    /// Only those that wait for somebody, see [`Todo`](super::Todo).
    pub todo: bool,
    /// Only those with all of these words, or words that begin with them, in title, message, sender, channel or
    /// data. Accents and case do not matter. `null` or blank: all.
    pub search: Option<String>,
    /// Only of this type.
    #[cfg_attr(test, ts(as = "Option<TypeWord>"))]
    pub kind: Option<NotificationType>,
    /// Only of this channel; the empty string stands for broadcasts.
    pub channel: Option<String>,
    /// Only rows up to this one: keeps a list still while new ones arrive.
    pub up_to_row: Option<i64>,
}

/// The shape of a list, from which its scroll height follows without loading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Outline {
    /// Newest day first.
    pub days: Vec<Day>,
    /// The rows of all days.
    pub total: u32,
    /// Whether more match than a search counts: the oldest of them are not listed.
    pub capped: bool,
}

/// One day of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Day {
    /// Local date on which the rows arrived here, `2026-11-20`. A row that was caught up may carry an
    /// earlier [`Row::at`].
    pub date: String,
    /// Its rows.
    pub count: u32,
}

/// What waits for somebody, for a screen on the wall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// Oldest first.
    pub cards: Vec<Detail>,
    /// How many wait in all.
    pub total: u32,
    /// The last few that somebody took, newest first.
    pub taken: Vec<Row>,
}

/// What an export is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// For a spreadsheet: UTF-8 with a mark, commas, a line of names.
    Csv,
    /// An array of objects.
    Json,
}

/// A written export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// Where it is.
    pub path: String,
    /// How many notifications are in it.
    pub count: u32,
}
