//! What a hub refused for the moment only, and is asked again on the same connection.
//!
//! A hub that was just restarted is joined by everybody at once, and names a time to whoever it cannot serve yet.
//! One thing is asked at a time, as often as the hub lets us: all of them at once would be refused at once.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The shortest wait: a hub that names none must not be asked without end.
const SHORTEST: Duration = Duration::from_millis(10);
/// The longest wait, whatever a hub names.
const LONGEST: Duration = Duration::from_secs(60);

/// What is asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    Join(String),
    Leave(String),
    /// To take note of our presence.
    Presence,
}

/// What one connection still has to ask. Pure: the caller brings the time.
#[derive(Debug, Default)]
pub(crate) struct Again {
    waiting: VecDeque<Ask>,
    /// When the first one is asked.
    due: Option<Instant>,
    /// How long the hub last told us to wait; so much later the next one is asked.
    pace: Duration,
}

impl Again {
    /// A connection begins, with nothing refused yet.
    pub(crate) fn connected(&mut self) {
        *self = Self::default();
    }

    /// The hub refused this at `now`, and may not after so long.
    pub(crate) fn refused(&mut self, ask: Ask, after: Duration, now: Instant) {
        if !self.waiting.contains(&ask) {
            self.waiting.push_back(ask);
        }
        self.pace = after.clamp(SHORTEST, LONGEST);
        self.due = Some(now + self.pace);
    }

    /// When to ask next, if there is something to ask.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Takes the next one, whose time has come at `now`.
    pub(crate) fn take(&mut self, now: Instant) -> Option<Ask> {
        let next = self.waiting.pop_front();
        self.due = (!self.waiting.is_empty()).then(|| now + self.pace);
        next
    }

    /// It is not wanted any more. Says whether it was waiting.
    pub(crate) fn forget(&mut self, ask: &Ask) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| waiting != ask);
        if self.waiting.is_empty() {
            self.due = None;
        }
        self.waiting.len() < before
    }
}

#[cfg(test)]
#[path = "again_tests.rs"]
mod tests;
