//! The hub's own time, by which things grow old. Pure.
//!
//! A computer's clock can be wrong by decades, as after a winter with an empty battery, and be put right while the
//! hub runs; believed as it is, it would have everybody forgotten and everything let go at once. So the hub counts
//! for itself, in milliseconds from some moment on. What passes while it runs it sees for itself. What passes while
//! it is off, or while the computer sleeps, only the clock can tell: that is believed up to [`LEAP`].
//!
//! Its limits: a hub that was off for longer ages by no more than that, so after a holiday of five weeks everything
//! is kept three weeks longer and everybody is still waited for, which is just as well. Each time that a clock
//! leaps forward things age by up to [`LEAP`] too much: ten such leaps in a row make a month.

use std::time::Duration;

/// The most that is believed to have passed unseen between two looks at the clock: a long weekend.
const LEAP: i64 = 3 * 24 * 60 * 60 * 1_000;

/// What is read at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// The computer's clock, in ms since 1970.
    pub(crate) clock: i64,
    /// How long the hub has been running.
    pub(crate) uptime: Duration,
}

/// The hub's own time, as of the last look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    /// In ms.
    now: i64,
    last: Look,
}

impl Calendar {
    /// A hub starts. When it last looked its own time was `now`, and the clock said `clock`.
    pub(crate) fn start(now: i64, clock: i64) -> Self {
        Self { now, last: Look { clock, uptime: Duration::ZERO } }
    }

    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    /// What the clock said then.
    pub(crate) fn clock(&self) -> i64 {
        self.last.clock
    }

    pub(crate) fn look(&mut self, look: Look) {
        let seen = look.uptime.saturating_sub(self.last.uptime);
        let seen = i64::try_from(seen.as_millis()).unwrap_or(i64::MAX);
        let said = look.clock.saturating_sub(self.last.clock);
        self.now = self.now.saturating_add(said.clamp(seen, seen.saturating_add(LEAP)));
        self.last = look;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1_000;

    /// How old something gets between two looks.
    fn age(clock: i64, uptime_days: u64) -> i64 {
        let mut calendar = Calendar::start(1_000, 20_000 * DAY);
        calendar.look(Look { clock, uptime: Duration::from_secs(uptime_days * 24 * 60 * 60) });
        calendar.now() - 1_000
    }

    #[test]
    fn a_clock_that_is_right_is_followed() {
        assert_eq!(age(20_002 * DAY, 2), 2 * DAY, "while the hub runs");
        assert_eq!(age(20_002 * DAY, 0), 2 * DAY, "over a weekend, when it was off");
    }

    #[test]
    fn a_clock_that_leaps_is_not_believed() {
        assert_eq!(age(0, 1), DAY, "set back to 1970");
        assert_eq!(age(47_000 * DAY, 1), DAY + LEAP, "set to 2099");
        assert_eq!(age(20_050 * DAY, 0), LEAP, "nobody could come while it was off for weeks");
    }

    #[test]
    fn a_clock_that_is_put_right_again_takes_nothing_back() {
        let mut calendar = Calendar::start(0, 0);
        let mut ages = Vec::new();
        for (clock, hours) in [(47_000 * DAY, 1), (20_000 * DAY, 2), (20_000 * DAY + DAY / 24, 3)] {
            calendar.look(Look { clock, uptime: Duration::from_secs(hours * 3_600) });
            ages.push(calendar.now());
        }
        let hour = DAY / 24;
        assert_eq!(ages, [hour + LEAP, 2 * hour + LEAP, 3 * hour + LEAP]);
    }

    proptest! {
        #[test]
        fn between_two_looks_passes_what_was_seen_and_at_most_a_leap(
            looks in prop::collection::vec((any::<i64>(), 0_u64..10_000_000), 1..20),
        ) {
            let mut calendar = Calendar::start(0, 0);
            let mut uptime = Duration::ZERO;
            for (clock, seconds) in looks {
                let before = calendar.now();
                uptime += Duration::from_secs(seconds);
                calendar.look(Look { clock, uptime });
                let seen = i64::try_from(seconds).unwrap() * 1_000;
                prop_assert!((seen..=seen + LEAP).contains(&(calendar.now() - before)));
            }
        }
    }
}
