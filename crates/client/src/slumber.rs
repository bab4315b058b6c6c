//! Whether the computer was asleep, told by the wall clock alone.
//!
//! A sleeping computer answers no ping, so the hub has given the connection up; but nobody told us, and on
//! Linux the clock that times the missing ping sleeps too. Whoever opens the shop should not wait for it.

use std::time::Duration;

use chapfood_protocol::Timestamp;

/// How often the wall clock is looked at.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A look this much late was not just late. A hub gives up after 15 s; a loaded computer is not 8 s late.
const TOO_LATE: Duration = Duration::from_secs(8);

/// Whether the computer slept between two looks that should be [`LOOK_EVERY`] apart.
///
/// Setting the clock forward looks the same and costs one reconnection.
pub(crate) fn slept(last: Timestamp, now: Timestamp) -> bool {
    let between = now.as_millis().saturating_sub(last.as_millis());
    u64::try_from(between).is_ok_and(|between| Duration::from_millis(between) > LOOK_EVERY + TOO_LATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_is_noticed_and_a_busy_moment_is_not() {
        let slept_for =
            |millis: i64| slept(Timestamp::from_millis(1_000), Timestamp::from_millis(1_000 + millis));
        assert!(slept_for(8 * 3_600_000), "a night");
        assert!(slept_for(10_001));
        assert!(!slept_for(10_000), "a computer that swaps");
        assert!(!slept_for(2_000), "awake");
        assert!(!slept_for(-3_600_000), "a clock set back says nothing of sleep");
    }
}
