//! Who may do what: tokens, their roles and channels, and how a running hub learns of them.
//!
//! Tokens are rows of the hub's database. Whoever gives them out or withdraws them writes there, also from another
//! program, and the running hub sees that the database changed. So there is one way, and no second door for it.

mod allowance;
mod audit;
mod carry;
mod desk;
mod failures;
mod grant;
mod refusals;
mod secret;
mod tokens;

pub(crate) use allowance::Allowance;
pub use allowance::Pace;
pub(crate) use audit::write as write_audit;
pub use audit::{AuditEvent, AuditLine};
pub(crate) use carry::{Luggage, pack, unpack};
pub(crate) use desk::{Desk, Verdict};
pub(crate) use failures::Failures;
pub use grant::{ChannelPattern, Grant};
pub use tokens::{Token, Tokens};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chapfood_protocol::Limits;

/// What a connected client may do, and by which token. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// `None`: it came where no token is asked for.
    pub(crate) token: Option<i64>,
    pub(crate) grant: Arc<Grant>,
    /// `None`: it may do things as often as it likes.
    pub(crate) allowance: Option<Arc<Allowance>>,
    withdrawn: Arc<AtomicBool>,
}

impl Access {
    /// By the token with this number; `allowance` is shared by all who come in by it.
    pub(crate) fn by_token(id: i64, grant: Grant, allowance: Arc<Allowance>) -> Self {
        Self { token: Some(id), allowance: Some(allowance), ..Self::new(grant) }
    }

    /// Of a program on this computer that shows no token: it is the owner's own.
    pub(crate) fn of_this_computer() -> Self {
        Self::new(Grant::of_this_computer())
    }

    fn new(grant: Grant) -> Self {
        Self { token: None, grant: Arc::new(grant), allowance: None, withdrawn: Arc::default() }
    }

    /// The hub's limits, and this client's own.
    pub(crate) fn limits(&self, limits: Limits) -> Limits {
        let pace = self.allowance.as_ref().map(|allowance| allowance.pace);
        Limits { sends: pace.map(|pace| pace.sends), joins: pace.map(|pace| pace.joins), ..limits }
    }

    /// It ends here, also for what was asked and is still waiting.
    pub(crate) fn withdraw(&self) {
        self.withdrawn.store(true, Ordering::Release);
    }

    pub(crate) fn is_withdrawn(&self) -> bool {
        self.withdrawn.load(Ordering::Acquire)
    }
}
