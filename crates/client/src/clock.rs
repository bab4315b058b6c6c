//! The one place where this crate reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use chapfood_protocol::Timestamp;

/// Now, in milliseconds since 1970; a clock set before 1970 reads as 1970.
#[allow(clippy::disallowed_methods, reason = "this is the crate's clock module")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
