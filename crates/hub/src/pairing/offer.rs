//! An offer to pair one station: how long it stands, how often its code may be tried, and what the owner says. Pure:
//! the caller brings the time, and whether a proof holds.

use std::net::IpAddr;
use std::time::Duration;

use chapfood_protocol::Timestamp;
use serde::Serialize;
use tokio::time::Instant;

/// How long a code may be used.
pub(crate) const LIFE: Duration = Duration::from_secs(10 * 60);
/// How often it may be tried. Of a million codes somebody who guesses finds one in 200,000 offers.
pub(super) const TRIES: u32 = 5;
/// How long one attempt may take from its beginning to its proof; nobody else has a turn meanwhile.
pub(super) const ATTEMPT: Duration = Duration::from_secs(10);
/// How long the owner has at least to look at who asks.
pub(super) const LOOK: Duration = Duration::from_secs(2 * 60);
/// A station that asks nothing for so long is gone: nobody lets in who is not there any more.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// Who would like to be paired, as it says itself, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Newcomer {
    /// The computer's name.
    pub device_name: String,
    /// The person's name.
    pub username: String,
    /// Where it comes from.
    pub address: IpAddr,
}

/// How an offer stands. The code is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OfferState {
    /// There is none.
    Closed,
    /// A station may try the code.
    Open {
        /// By the computer's clock.
        expires_at: Timestamp,
        /// From 5 downwards; an attempt counts from its beginning.
        tries_left: u32,
    },
    /// A station knows the code, and waits for the owner's word.
    Asking(Newcomer),
    /// The owner said yes.
    Accepted {
        /// To whom.
        device_name: String,
    },
    /// The owner said no.
    Refused {
        /// To whom.
        device_name: String,
    },
    /// The time is up: nobody came, or the owner did not answer.
    Expired,
    /// The code was wrong too often.
    TriesUsedUp,
    /// The station went away before it was let in.
    Gone {
        /// Which.
        device_name: String,
    },
}

/// Why a request is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum No {
    /// Nothing is offered.
    Closed,
    /// Somebody else has a turn.
    Busy,
    /// The code was wrong too often.
    Tries,
    /// The code was wrong, and may be tried so often yet.
    CodeWrong(u32),
    /// There is no such attempt any more.
    Expired,
}

/// What a station that waits is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    Waiting,
    Refused,
    /// It gets its token now, and is not told a second time.
    Accepted(Newcomer),
}

/// Who has a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Turn {
    session: String,
    newcomer: Newcomer,
    until: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    /// Nobody has a turn and nobody gets one; says how it came to that.
    Over(OfferState),
    Open {
        until: Instant,
        expires_at: Timestamp,
        tries_left: u32,
        attempt: Option<Turn>,
    },
    Asking {
        turn: Turn,
        heard: Instant,
    },
    Accepted(Turn),
    /// The token is being made.
    Making(Turn),
    Refused(Turn),
}

/// The one offer of a hub.
#[derive(Debug)]
pub(super) struct Offer(Phase);

impl Default for Offer {
    fn default() -> Self {
        Self(Phase::Over(OfferState::Closed))
    }
}

impl Offer {
    /// Begins a new offer, whatever became of the one before. `expires_at` is [`LIFE`] from now by the clock.
    pub(super) fn open(&mut self, now: Instant, expires_at: Timestamp) {
        self.0 = Phase::Open { until: now + LIFE, expires_at, tries_left: TRIES, attempt: None };
    }

    /// Takes it back, unless the owner has answered: then the station is still told so.
    pub(super) fn close(&mut self) {
        if matches!(self.0, Phase::Open { .. } | Phase::Asking { .. }) {
            self.0 = Phase::Over(OfferState::Closed);
        }
    }

    /// A station begins: that spends a try, whatever it does next.
    pub(super) fn begin(&mut self, now: Instant, session: String, newcomer: Newcomer) -> Result<(), No> {
        self.settle(now);
        match &mut self.0 {
            Phase::Open { tries_left, attempt: attempt @ None, .. } => {
                *tries_left = tries_left.saturating_sub(1);
                *attempt = Some(Turn { session, newcomer, until: now + ATTEMPT });
                Ok(())
            }
            Phase::Open { .. } | Phase::Asking { .. } | Phase::Accepted(_) | Phase::Making(_) => {
                Err(No::Busy)
            }
            Phase::Over(OfferState::TriesUsedUp) => Err(No::Tries),
            Phase::Over(_) | Phase::Refused(_) => Err(No::Closed),
        }
    }

    /// It shows its proof; `holds` looks at it, once.
    pub(super) fn confirm(
        &mut self,
        now: Instant,
        session: &str,
        holds: impl FnOnce() -> bool,
    ) -> Result<(), No> {
        self.settle(now);
        let Phase::Open { until, tries_left, attempt, .. } = &mut self.0 else { return Err(No::Expired) };
        let Some(mut turn) = attempt.take_if(|turn| turn.session == session) else {
            return Err(No::Expired);
        };
        let left = *tries_left;
        if holds() {
            turn.until = (*until).max(now + LOOK);
            self.0 = Phase::Asking { turn, heard: now };
            return Ok(());
        }
        self.settle(now);
        Err(No::CodeWrong(left))
    }

    /// The owner answers. Says whether anybody was waiting for it.
    pub(super) fn answer(&mut self, now: Instant, accept: bool) -> bool {
        self.settle(now);
        let Phase::Asking { turn, .. } = &self.0 else { return false };
        let turn = Turn { until: now + SILENCE, ..turn.clone() };
        self.0 = if accept { Phase::Accepted(turn) } else { Phase::Refused(turn) };
        true
    }

    /// The station asks what the owner says; `holds` says whether it is that station.
    pub(super) fn wait(
        &mut self,
        now: Instant,
        session: &str,
        holds: impl FnOnce() -> bool,
    ) -> Result<Word, No> {
        self.settle(now);
        let its = self.turn().is_some_and(|turn| turn.session == session);
        if !its || !holds() {
            return Err(No::Expired);
        }
        match &mut self.0 {
            Phase::Asking { heard, .. } => {
                *heard = now;
                Ok(Word::Waiting)
            }
            Phase::Accepted(turn) => {
                let turn = turn.clone();
                self.0 = Phase::Making(turn.clone());
                Ok(Word::Accepted(turn.newcomer))
            }
            Phase::Making(_) => Ok(Word::Waiting),
            Phase::Refused(_) => Ok(Word::Refused),
            Phase::Over(_) | Phase::Open { .. } => Err(No::Expired),
        }
    }

    /// The token was made, or could not be: then the station may ask again.
    pub(super) fn made(&mut self, now: Instant, done: bool) {
        let Phase::Making(turn) = &self.0 else { return };
        let device_name = turn.newcomer.device_name.clone();
        let again = Turn { until: now + SILENCE, ..turn.clone() };
        self.0 =
            if done { Phase::Over(OfferState::Accepted { device_name }) } else { Phase::Accepted(again) };
    }

    /// What time alone does.
    pub(super) fn settle(&mut self, now: Instant) {
        let over = match &mut self.0 {
            Phase::Open { until, .. } if *until <= now => OfferState::Expired,
            Phase::Open { tries_left, attempt, .. } => {
                attempt.take_if(|turn| turn.until <= now);
                if *tries_left > 0 || attempt.is_some() {
                    return;
                }
                OfferState::TriesUsedUp
            }
            Phase::Asking { turn, heard } if *heard + SILENCE <= now => {
                OfferState::Gone { device_name: turn.newcomer.device_name.clone() }
            }
            Phase::Asking { turn, .. } if turn.until <= now => OfferState::Expired,
            Phase::Accepted(turn) if turn.until <= now => {
                OfferState::Gone { device_name: turn.newcomer.device_name.clone() }
            }
            _ => return,
        };
        self.0 = Phase::Over(over);
    }

    /// When time alone does something next.
    pub(super) fn due(&self) -> Option<Instant> {
        match &self.0 {
            Phase::Open { until, attempt, .. } => {
                Some(attempt.as_ref().map_or(*until, |turn| turn.until.min(*until)))
            }
            Phase::Asking { turn, heard } => Some(turn.until.min(*heard + SILENCE)),
            Phase::Accepted(turn) => Some(turn.until),
            Phase::Over(_) | Phase::Making(_) | Phase::Refused(_) => None,
        }
    }

    /// For everybody to see.
    pub(super) fn state(&self) -> OfferState {
        match &self.0 {
            Phase::Over(state) => state.clone(),
            Phase::Open { expires_at, tries_left, .. } => {
                OfferState::Open { expires_at: *expires_at, tries_left: *tries_left }
            }
            Phase::Asking { turn, .. } => OfferState::Asking(turn.newcomer.clone()),
            Phase::Accepted(turn) | Phase::Making(turn) => {
                OfferState::Accepted { device_name: turn.newcomer.device_name.clone() }
            }
            Phase::Refused(turn) => OfferState::Refused { device_name: turn.newcomer.device_name.clone() },
        }
    }

    /// Whether a code may still be tried, or what was tried is still being looked at.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.0, Phase::Open { .. })
    }

    /// From where the station comes whose turn it is.
    pub(super) fn newcomer(&self) -> Option<&Newcomer> {
        self.turn().map(|turn| &turn.newcomer)
    }

    fn turn(&self) -> Option<&Turn> {
        match &self.0 {
            Phase::Over(_) => None,
            Phase::Open { attempt, .. } => attempt.as_ref(),
            Phase::Asking { turn, .. }
            | Phase::Accepted(turn)
            | Phase::Making(turn)
            | Phase::Refused(turn) => Some(turn),
        }
    }
}

#[cfg(test)]
#[path = "offer_tests.rs"]
mod tests;
