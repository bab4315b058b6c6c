//! What happens with what waits for a hub: functions of what waits, what is connected and what was answered.
//!
//! An errand is on this computer's disk before it is sent, marked as attempted before it leaves, and gone only
//! once its hub has answered. They go one at a time and in their order; what the hub is asked again it knows
//! by the `client_id`. So each arrives exactly once, whatever ends in between.

use chapfood_client::SendFault;
use chapfood_inbox::{Errand, Outgoing};
use chapfood_protocol::{ErrorMessage, NotificationSent};

/// Refusals that say something of the hub's moment and nothing of what was sent: nothing was stored, and the
/// same is taken later. Every other code is a judgement on the payload (`title_required`, `data_too_large`,
/// `unknown_event`, …), which the same payload would get again for ever, while everything behind it waited. So
/// is a code that is unknown here, or none at all: a person reads the words and decides.
const PASSING: [&str; 6] =
    ["hub_closing", "too_many_requests", "not_stored", "quota_reached", "rate_limited", "token_revoked"];

/// The hub that is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hub {
    /// It knows what was sent before, by its `client_id`.
    KnowsRepeats,
    /// It speaks the published API only, and would deliver a repeat as another notification.
    Published,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Send this one.
    Send(i64),
    /// Do not send this one again: it may have been sent, and this hub would not notice the repeat. The person
    /// who can look whether it arrived decides.
    Hold(i64),
    /// This hub knows nothing of taking charge: it is so on this computer, and stays here.
    KeepHere(i64),
}

/// What is next for the hub at `address`. `None`: nothing waits for it.
///
/// What was queued for another hub is passed over: it was meant for the people there.
pub(crate) fn next(waiting: &[Outgoing], address: &str, hub: Hub) -> Option<Next> {
    let first = waiting.iter().find(|outgoing| outgoing.address == address && outgoing.refusal.is_empty())?;
    Some(match (&first.errand, hub) {
        (Errand::Send { .. }, Hub::Published) if first.attempted => Next::Hold(first.number),
        (Errand::Take(_) | Errand::Release(_), Hub::Published) => Next::KeepHere(first.number),
        _ => Next::Send(first.number),
    })
}

/// What an answer means for what was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// The hub has it.
    Arrived(NotificationSent),
    /// The hub does not want it, now or ever.
    Refused(ErrorMessage),
    /// The hub does not have it, and may take it later; its words, if it was reached.
    Later(Option<ErrorMessage>),
    /// It may have it.
    Unknown,
}

/// See [`Verdict`].
pub(crate) fn verdict(answer: Result<NotificationSent, SendFault>) -> Verdict {
    match answer {
        Ok(sent) => Verdict::Arrived(sent),
        Err(SendFault::Refused(error)) => match refusal(&error.codes) {
            Refusal::Passing => Verdict::Later(Some(*error)),
            Refusal::Final | Refusal::NeverHeardOf => Verdict::Refused(*error),
        },
        Err(SendFault::NotConnected) => Verdict::Later(None),
        Err(SendFault::Unconfirmed) => Verdict::Unknown,
    }
}

/// What the codes of a refusal mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// See [`PASSING`].
    Passing,
    /// The hub has no such event.
    NeverHeardOf,
    /// Everything else.
    Final,
}

/// See [`Refusal`].
pub(crate) fn refusal(codes: &[String]) -> Refusal {
    if codes.iter().any(|code| code == "unknown_event") {
        Refusal::NeverHeardOf
    } else if !codes.is_empty() && codes.iter().all(|code| PASSING.contains(&code.as_str())) {
        Refusal::Passing
    } else {
        Refusal::Final
    }
}

/// Whether the person may have it back while the station listens to the hub at `address`.
///
/// Not while it is under way, nor while only its hub knows whether it has it. Refused ones are not there, or
/// the person was told that they may be. One for another hub would else stay for ever.
pub(crate) fn may_be_taken_back(outgoing: &Outgoing, under_way: Option<i64>, address: &str) -> bool {
    under_way != Some(outgoing.number)
        && (!outgoing.attempted || !outgoing.refusal.is_empty() || outgoing.address != address)
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
