//! The only place where the hub reads the computer's clock.

use std::time::{Instant, SystemTime};

use chapfood_protocol::Timestamp;

use crate::log::Look;

/// Now, in microseconds since 1970. 0 if the clock stands before.
pub(crate) fn now_micros() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "this is the one clock module")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |age| i64::try_from(age.as_micros()).unwrap_or(i64::MAX))
}

/// What the hub's calendar goes by, of a hub that started then.
pub(crate) fn look(started: Instant) -> Look {
    Look { clock: now_micros() / 1_000, uptime: started.elapsed() }
}

/// Where this computer's days begin and end.
pub(crate) fn zone() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::system()
}

/// Now, as it goes over the wire.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(now_micros() / 1_000)
}
