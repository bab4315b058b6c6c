//! Who may do what: tokens, their roles and channels, and how a running hub learns of them.
//!
//! Tokens are rows of the hub's database. Whoever gives them out or withdraws them writes there, also from another
//! program, and the running hub sees that the database changed. So there is one way, and no second door for it.

mod desk;
mod grant;
mod secret;
mod tokens;

pub(crate) use desk::{Desk, Verdict};
pub use grant::{ChannelPattern, Grant};
pub use tokens::{Token, Tokens};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a connected client may do, and by which token. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// `None`: it came where no token is asked for.
    pub(crate) token: Option<i64>,
    pub(crate) grant: Arc<Grant>,
    withdrawn: Arc<AtomicBool>,
}

impl Access {
    /// By the token with this number.
    pub(crate) fn by_token(id: i64, grant: Grant) -> Self {
        Self { token: Some(id), ..Self::new(grant) }
    }

    /// Of a program on this computer that shows no token.
    pub(crate) fn of_this_computer() -> Self {
        Self::new(Grant::of_this_computer())
    }

    fn new(grant: Grant) -> Self {
        Self { token: None, grant: Arc::new(grant), withdrawn: Arc::default() }
    }

    /// It ends here, also for what was asked and is still waiting.
    pub(crate) fn withdraw(&self) {
        self.withdrawn.store(true, Ordering::Release);
    }

    pub(crate) fn is_withdrawn(&self) -> bool {
        self.withdrawn.load(Ordering::Acquire)
    }
}
