//! Ids of notifications: `n_<unix seconds>.<microseconds>`, sorting as strings in the order of acceptance.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The id of a notification. Made by a hub; any other hub's form is carried as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NotificationId(String);

impl NotificationId {
    /// An id as it came over the wire or from disk.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Microseconds since 1970 if this id has the form that [`IdSequence`] makes.
    fn micros(&self) -> Option<i64> {
        let (seconds, fraction) = self.0.strip_prefix("n_")?.split_once('.')?;
        if fraction.len() != 6 {
            return None;
        }
        seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(fraction.parse().ok()?)
    }
}

impl fmt::Display for NotificationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hands out ids that never repeat and never go back, whatever the clock does.
///
/// Within a microsecond, and while the clock is behind the last id, it counts on by single microseconds.
/// The seconds have ten digits until the year 2286, so the order of strings is the order of numbers.
#[derive(Debug, Clone, Default)]
pub struct IdSequence {
    last: i64,
}

impl IdSequence {
    /// Goes on after `last`, the greatest id handed out before (from disk), if there is one.
    pub fn after(last: Option<&NotificationId>) -> Self {
        Self { last: last.and_then(NotificationId::micros).unwrap_or(0) }
    }

    /// The next id for a notification accepted at `now_micros` (microseconds since 1970).
    pub fn next(&mut self, now_micros: i64) -> NotificationId {
        self.last = now_micros.max(self.last + 1);
        let (seconds, fraction) = (self.last.div_euclid(1_000_000), self.last.rem_euclid(1_000_000));
        NotificationId(format!("n_{seconds:010}.{fraction:06}"))
    }

    /// Leaves out so many of the ids to come.
    pub fn skip(&mut self, count: u32) {
        self.last += i64::from(count);
    }

    /// As [`IdSequence::next`], from a timestamp in milliseconds.
    pub fn next_at(&mut self, now: Timestamp) -> NotificationId {
        self.next(now.as_millis() * 1_000)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_has_the_published_form() {
        assert_eq!(IdSequence::default().next(1_749_290_400_123_000).as_str(), "n_1749290400.123000");
    }

    #[test]
    fn a_burst_within_one_microsecond_stays_unique_and_in_order() {
        let mut ids = IdSequence::default();
        let burst: Vec<_> = (0..10_000).map(|_| ids.next(1_749_290_400_999_990)).collect();
        assert!(burst.windows(2).all(|w| w[0] < w[1]), "each id sorts after the one before");
    }

    #[test]
    fn ids_go_on_after_a_restart_with_the_clock_set_back() {
        let last = NotificationId::new("n_1749290400.123000");
        assert_eq!(IdSequence::after(Some(&last)).next(1_000).as_str(), "n_1749290400.123001");
    }

    #[test]
    fn ids_that_were_left_out_are_never_given() {
        let last = NotificationId::new("n_1749290400.123000");
        let mut ids = IdSequence::after(Some(&last));
        ids.skip(5_000_000);
        assert_eq!(ids.next(1_000).as_str(), "n_1749290405.123001");
        assert_eq!(
            ids.next(1_749_290_406_000_000).as_str(),
            "n_1749290406.000000",
            "a clock that is ahead is followed"
        );
    }

    proptest! {
        #[test]
        fn ids_sort_in_the_order_of_acceptance_whatever_the_clock_does(
            clock in prop::collection::vec(0_i64..4_000_000_000_000_000, 1..200),
            restarts in prop::collection::vec(any::<bool>(), 200),
        ) {
            let mut ids = IdSequence::default();
            let mut last: Option<NotificationId> = None;
            for (now, restart) in clock.into_iter().zip(restarts) {
                if restart {
                    ids = IdSequence::after(last.as_ref());
                }
                let id = ids.next(now);
                prop_assert!(last.as_ref().is_none_or(|last| *last < id));
                last = Some(id);
            }
        }
    }
}
