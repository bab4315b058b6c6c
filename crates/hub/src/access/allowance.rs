//! How often a device may do what makes work for everybody. Pure: the caller brings the time.

use std::sync::{Mutex, PoisonError};

use chapfood_protocol::{Problem, Rate};
use tokio::time::Instant;

/// How often the holder of a token may do things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Sending, taking and releasing.
    pub sends: Rate,
    /// Connecting, joining and leaving channels.
    pub joins: Rate,
    /// Everything else, as saying what was received. No device does that much by itself: whoever is told of this bound
    /// is at fault.
    pub asks: Rate,
}

impl Default for Pace {
    /// A shop's rush is a few notifications a second; whoever comes back joins all its channels at once.
    fn default() -> Self {
        Self {
            sends: Rate { burst: 200, per_second: 20 },
            joins: Rate { burst: 2_000, per_second: 50 },
            asks: Rate { burst: 10_000, per_second: 500 },
        }
    }
}

/// What all connections by one token have left together.
#[derive(Debug)]
pub(crate) struct Allowance {
    pub(crate) pace: Pace,
    sends: Mutex<Bucket>,
    joins: Mutex<Bucket>,
    asks: Mutex<Bucket>,
}

impl Allowance {
    pub(crate) fn new(pace: Pace, now: Instant) -> Self {
        let bucket = |rate: Rate| Mutex::new(Bucket::full(rate, now));
        Self { pace, sends: bucket(pace.sends), joins: bucket(pace.joins), asks: bucket(pace.asks) }
    }

    /// May it send, take or release now?
    pub(crate) fn send(&self, now: Instant) -> Result<(), Problem> {
        take(&self.sends, self.pace.sends, now)
    }

    /// May it connect, or join or leave a channel now?
    pub(crate) fn join(&self, now: Instant) -> Result<(), Problem> {
        take(&self.joins, self.pace.joins, now)
    }

    /// May it ask for anything else now?
    pub(crate) fn ask(&self, now: Instant) -> Result<(), Problem> {
        take(&self.asks, self.pace.asks, now)
    }
}

fn take(bucket: &Mutex<Bucket>, rate: Rate, now: Instant) -> Result<(), Problem> {
    bucket.lock().unwrap_or_else(PoisonError::into_inner).take(rate, now).map_err(Problem::RateLimited)
}

/// What one more takes out of a bucket: counted in billionths, which nanoseconds fill exactly.
const ONE: u128 = 1_000_000_000;

/// Fills with time, up to its burst.
#[derive(Debug)]
struct Bucket {
    /// In billionths.
    left: u128,
    last: Instant,
}

impl Bucket {
    fn full(rate: Rate, now: Instant) -> Self {
        Self { left: u128::from(rate.burst.max(1)) * ONE, last: now }
    }

    /// Takes one out, or says how many ms until there is one. Rounded up: whoever comes back then finds one.
    fn take(&mut self, rate: Rate, now: Instant) -> Result<(), u64> {
        let per_second = u128::from(rate.per_second.max(1));
        let filled = self.left + now.saturating_duration_since(self.last).as_nanos() * per_second;
        self.left = filled.min(u128::from(rate.burst.max(1)) * ONE);
        self.last = self.last.max(now);
        if self.left >= ONE {
            self.left -= ONE;
            return Ok(());
        }
        let ms = (ONE - self.left).div_ceil(per_second).div_ceil(1_000_000);
        Err(u64::try_from(ms).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate { burst: 3, per_second: 2 };

    fn allowance(now: Instant) -> Allowance {
        Allowance::new(Pace { sends: RATE, joins: RATE, asks: RATE }, now)
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_and_who_is_too_quick_is_told_when_to_come_back() {
        let now = Instant::now();
        let allowance = allowance(now);
        for _ in 0..3 {
            assert_eq!(allowance.send(now), Ok(()));
        }
        assert_eq!(allowance.send(now), Err(Problem::RateLimited(500)));
        assert_eq!(allowance.send(now + Duration::from_millis(400)), Err(Problem::RateLimited(100)));
        assert_eq!(allowance.send(now + Duration::from_millis(500)), Ok(()), "as it was told");
        assert_eq!(allowance.join(now), Ok(()), "sending takes nothing from joining");
        assert_eq!(allowance.ask(now), Ok(()), "nor from anything else");
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_the_burst_and_the_rate(waits in prop::collection::vec(0_u64..700, 1..200)) {
            let begin = Instant::now();
            let (allowance, mut now, mut passed) = (allowance(begin), begin, 0_u64);
            for wait in waits {
                now += Duration::from_millis(wait);
                passed += u64::from(allowance.send(now).is_ok());
                let most = 3 + 2 * u64::try_from((now - begin).as_millis()).unwrap() / 1_000;
                prop_assert!(passed <= most + 1, "{passed} after {:?}", now - begin);
            }
        }

        #[test]
        fn who_comes_back_when_told_gets_through(waits in prop::collection::vec(0_u64..700, 1..50)) {
            let begin = Instant::now();
            let (allowance, mut now) = (allowance(begin), begin);
            for wait in waits {
                now += Duration::from_millis(wait);
                if let Err(Problem::RateLimited(after)) = allowance.send(now) {
                    now += Duration::from_millis(after);
                    prop_assert_eq!(allowance.send(now), Ok(()));
                }
            }
        }
    }
}
