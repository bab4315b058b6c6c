use chapfood_client::{LinkState, RefusalReason};

use crate::contract;
use crate::contract::Link;

/// The session's word for the link, as the UI takes it.
pub(crate) fn shown(state: LinkState) -> Link {
    match state {
        LinkState::Connecting => Link::Connecting,
        LinkState::Connected { since } => Link::Connected { since: since.as_millis() },
        LinkState::Reconnecting { attempt, of, next_at, since } => {
            Link::Reconnecting { attempt, of, next_at: next_at.as_millis(), since: since.as_millis() }
        }
        LinkState::Offline { next_at, since } => {
            Link::Offline { next_at: next_at.as_millis(), since: since.as_millis() }
        }
        LinkState::Refused { reason: why, words, next_at, since } => Link::Refused {
            reason: reason(why),
            words,
            next_at: next_at.as_millis(),
            since: since.as_millis(),
        },
    }
}

fn reason(reason: RefusalReason) -> contract::RefusalReason {
    use contract::RefusalReason as Shown;
    match reason {
        RefusalReason::TokenRequired => Shown::TokenRequired,
        RefusalReason::TokenInvalid => Shown::TokenInvalid,
        RefusalReason::TokenRevoked => Shown::TokenRevoked,
        RefusalReason::TokenUnchecked => Shown::TokenUnchecked,
        RefusalReason::RateLimited => Shown::RateLimited,
        RefusalReason::CertificateChanged => Shown::CertificateChanged,
        RefusalReason::Other => Shown::Other,
    }
}
