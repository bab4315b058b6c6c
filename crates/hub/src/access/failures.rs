//! Who keeps showing tokens that are none waits longer and longer for the answer. Pure: the caller brings the time.
//!
//! Nobody guesses 256 bits of chance; this keeps the log readable, and the hub's time for those who belong here. A
//! token that is good is never kept waiting, also from an address that others fail from.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use crate::neighbourhood::neighbourhood;

/// So many failures are a person's own mistakes, and answered at once.
const MISTAKES: u32 = 3;
const FIRST_DELAY: Duration = Duration::from_millis(250);
/// Who has not failed for so long begins anew.
const FORGOTTEN: Duration = Duration::from_secs(10 * 60);
/// Addresses remembered. Of more the one that failed longest ago is forgotten.
const ADDRESSES: usize = 4_096;

/// The failures of each address, or of all addresses of a neighbourhood.
#[derive(Debug)]
pub(crate) struct Failures {
    longest: Duration,
    by_address: HashMap<IpAddr, Failed>,
}

#[derive(Debug)]
struct Failed {
    times: u32,
    last: Instant,
}

/// How long the answer to a failure has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) delay: Duration,
    /// It waits as long as anybody does, from now on.
    pub(crate) longest_begins: bool,
}

impl Failures {
    /// Where a client may take so long to be let in. The longest delay is shorter, so that it still hears why it is not.
    pub(crate) fn within(deadline: Duration) -> Self {
        Self { longest: deadline * 4 / 5, by_address: HashMap::new() }
    }

    /// Somebody there showed a token that is none.
    pub(crate) fn failed(&mut self, from: IpAddr, now: Instant) -> Wait {
        let from = neighbourhood(from);
        let known = &mut self.by_address;
        known.retain(|_, failed| now.saturating_duration_since(failed.last) < FORGOTTEN);
        if known.len() >= ADDRESSES
            && !known.contains_key(&from)
            && let Some(oldest) = known.iter().min_by_key(|(_, failed)| failed.last).map(|(from, _)| *from)
        {
            known.remove(&oldest);
        }
        let failed = known.entry(from).or_insert(Failed { times: 0, last: now });
        let before = delay(failed.times, self.longest);
        failed.times = failed.times.saturating_add(1);
        failed.last = now;
        let delay = delay(failed.times, self.longest);
        Wait { delay, longest_begins: before < self.longest && delay == self.longest }
    }
}

fn delay(times: u32, longest: Duration) -> Duration {
    match times.checked_sub(MISTAKES + 1) {
        None => Duration::ZERO,
        Some(doublings) => FIRST_DELAY.saturating_mul(1 << doublings.min(10)).min(longest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> IpAddr {
        [10, 0, 0, 1].into()
    }

    #[test]
    fn mistakes_are_answered_at_once_and_guessing_takes_longer_each_time_up_to_a_bound() {
        let (mut failures, now) = (Failures::within(Duration::from_secs(10)), Instant::now());
        let delays: Vec<_> = (0..11).map(|_| failures.failed(here(), now).delay.as_millis()).collect();
        assert_eq!(delays, [0, 0, 0, 250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    }

    #[test]
    fn who_has_many_addresses_fails_from_one_and_a_short_deadline_makes_short_delays() {
        let (mut failures, now) = (Failures::within(Duration::from_millis(500)), Instant::now());
        let addresses = (0..10_u16).map(|n| std::net::Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, n).into());
        let longest = addresses.map(|from: IpAddr| failures.failed(from, now).delay).max();
        assert_eq!(longest, Some(Duration::from_millis(400)));
    }

    #[test]
    fn the_longest_delay_begins_once() {
        let (mut failures, now) = (Failures::within(Duration::from_secs(10)), Instant::now());
        let begins = (0..100).filter(|_| failures.failed(here(), now).longest_begins).count();
        assert_eq!(begins, 1);
    }

    #[test]
    fn who_stays_away_for_a_while_begins_anew_and_others_are_not_concerned() {
        let (mut failures, now) = (Failures::within(Duration::from_secs(10)), Instant::now());
        for _ in 0..20 {
            failures.failed(here(), now);
        }
        assert_eq!(failures.failed([10, 0, 0, 2].into(), now).delay, Duration::ZERO);
        assert_eq!(failures.failed(here(), now + FORGOTTEN).delay, Duration::ZERO);
    }

    #[test]
    fn an_attacker_with_every_address_fills_no_memory() {
        let (mut failures, now) = (Failures::within(Duration::from_secs(10)), Instant::now());
        for n in 0..10_000_u32 {
            failures.failed(n.to_be_bytes().into(), now + Duration::from_millis(n.into()));
        }
        assert_eq!(failures.by_address.len(), ADDRESSES);
    }
}
