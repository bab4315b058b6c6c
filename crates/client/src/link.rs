//! Whether, when and under which name to try again: a function of what was, what happened and when.

use std::time::Duration;

use chapfood_protocol::Timestamp;

use crate::refusal::Refusal;
use crate::{Pacing, RefusalReason};

/// The shortest of the later waits, as a share of the longest: 8 s of 10 s. With it no minute sees more than 12
/// attempts, not even the first, which begins with six within five seconds.
const SHORTEST: f64 = 0.8;

/// How the link to the hub stands. Instants are by this computer's wall clock, for a person to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// The first attempt, or one that was asked for with `try_now`, is under way.
    Connecting,
    /// The hub confirmed the connection.
    Connected {
        /// When it did.
        since: Timestamp,
    },
    /// Not connected; one of the first attempts is about to be made, or under way.
    Reconnecting {
        /// Which one, from 1.
        attempt: u32,
        /// How many there are.
        of: u32,
        /// When it is, or was, made.
        next_at: Timestamp,
        /// Not connected since.
        since: Timestamp,
    },
    /// Not connected after all of the first attempts; tried again for ever.
    Offline {
        /// When the next attempt is, or was, made.
        next_at: Timestamp,
        /// Not connected since.
        since: Timestamp,
    },
    /// The hub answers but does not let this client in, or something answers that is not our hub; tried again for
    /// ever, at the slow pace.
    Refused {
        /// Why, for programs.
        reason: RefusalReason,
        /// Why, for people: the hub's words, if it had any.
        words: String,
        /// When the next attempt is, or was, made.
        next_at: Timestamp,
        /// Not connected since.
        since: Timestamp,
    },
}

/// What happened to the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LinkEvent {
    /// The wait is over.
    Due,
    /// Somebody does not want to wait.
    TryNow,
    /// The hub let us in.
    Confirmed,
    /// We are not let in.
    Refused(Refusal),
    /// The hub was not reached, or the connection broke.
    Lost,
}

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Go on as before.
    None,
    /// Connect now.
    Attempt,
    /// Wait so long, then say [`LinkEvent::Due`].
    Wait(Duration),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Attempt,
    Live,
    Wait,
}

/// The link as the session sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// What others are shown.
    pub(crate) shown: LinkState,
    doing: Doing,
    /// Attempts that failed since the link was last up.
    failures: u32,
    down_since: Timestamp,
}

impl Link {
    /// A session that starts with an attempt at `now`.
    pub(crate) fn starting(now: Timestamp) -> Self {
        Self { shown: LinkState::Connecting, doing: Doing::Attempt, failures: 0, down_since: now }
    }

    /// What follows from `event` at `now`. `chance` is between 0 and 1 and spreads the later attempts.
    ///
    /// An event that does not fit, e.g. `TryNow` while connected, changes nothing.
    pub(crate) fn after(
        mut self,
        event: LinkEvent,
        now: Timestamp,
        chance: f64,
        pacing: &Pacing,
    ) -> (Self, Effect) {
        match (self.doing, event) {
            (Doing::Wait, LinkEvent::Due) => {
                self.doing = Doing::Attempt;
                (self, Effect::Attempt)
            }
            (Doing::Wait, LinkEvent::TryNow) => {
                self.doing = Doing::Attempt;
                self.shown = LinkState::Connecting;
                (self, Effect::Attempt)
            }
            (Doing::Attempt, LinkEvent::Confirmed) => {
                self.doing = Doing::Live;
                self.failures = 0;
                self.shown = LinkState::Connected { since: now };
                (self, Effect::None)
            }
            (Doing::Attempt | Doing::Live, LinkEvent::Lost) => self.down(None, now, chance, pacing),
            (Doing::Attempt | Doing::Live, LinkEvent::Refused(refusal)) => {
                self.down(Some(refusal), now, chance, pacing)
            }
            _ => (self, Effect::None),
        }
    }

    fn down(
        mut self,
        refused: Option<Refusal>,
        now: Timestamp,
        chance: f64,
        pacing: &Pacing,
    ) -> (Self, Effect) {
        if self.doing == Doing::Live {
            self.down_since = now;
        }
        self.doing = Doing::Wait;
        self.failures = self.failures.saturating_add(1);
        let early = refused.is_none() && self.failures <= pacing.attempts;
        // A refusal is somebody's decision: asking every second does not change it.
        let delay = if early {
            pacing.first_delay
        } else {
            pacing.max_delay.mul_f64(SHORTEST + (1.0 - SHORTEST) * chance.clamp(0.0, 1.0))
        };
        let next_at = later(now, delay);
        let since = self.down_since;
        self.shown = match refused {
            Some(Refusal { reason, words }) => LinkState::Refused { reason, words, next_at, since },
            None if early => {
                LinkState::Reconnecting { attempt: self.failures, of: pacing.attempts, next_at, since }
            }
            None => LinkState::Offline { next_at, since },
        };
        (self, Effect::Wait(delay))
    }
}

fn later(now: Timestamp, delay: Duration) -> Timestamp {
    let millis = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
