//! "Ready for service": what is tried, one after the other, and what came of it.

use serde::{Deserialize, Serialize};

/// A trial of everything that an order needs to be seen and heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// When it began.
    pub at: i64,
    /// Whether it is still going on.
    pub running: bool,
    /// In their order.
    pub checks: Vec<Check>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What.
    pub subject: CheckSubject,
    /// What came of it.
    pub outcome: CheckOutcome,
    /// The system's or the hub's words, for whoever helps; `null`: none.
    pub detail: Option<String>,
}

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CheckSubject {
    /// A sound is played.
    Sound,
    /// A pop-up is shown.
    Popups,
    /// Neither do-not-disturb nor quiet hours hold alerts back now.
    DoNotDisturb,
    /// The app starts with the computer.
    Autostart,
    /// The hub answers.
    Hub,
    /// A notification goes to the hub and comes back.
    EndToEnd,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CheckOutcome {
    /// Its turn has not come.
    Pending,
    /// Being tried.
    Running,
    /// As it should be.
    Passed,
    /// Works, but something is switched off by choice.
    Warned,
    /// Something must be done.
    Failed,
    /// This host has no such thing.
    Skipped,
}
