//! How much was passed on and refused: today, and in each of the last sixty minutes. Pure: the caller brings the time.

use std::collections::VecDeque;

use chapfood_protocol::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

/// How many minutes are told apart.
const MINUTES: i64 = 60;
const MINUTE_MS: i64 = 60_000;

/// The figures of a hub.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Notifications written down since midnight, by the computer's clock and zone; also those before a restart.
    pub transmitted_today: u64,
    /// Sends that were refused since midnight, or since the hub's start if that was later.
    pub refused_today: u64,
    /// The last sixty minutes, the present one last.
    pub per_minute: Vec<Minute>,
    /// Of these the one in which the most was passed on; none if nothing was.
    pub peak: Option<Minute>,
}

/// What happened in one minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Minute {
    /// Its beginning.
    pub at: Timestamp,
    /// Notifications written down.
    pub transmitted: u64,
    /// Sends refused.
    pub refused: u64,
}

/// Counts as things happen.
#[derive(Debug)]
pub(crate) struct Tally {
    zone: TimeZone,
    /// Midnight, and the next one.
    day: (Timestamp, Timestamp),
    transmitted: u64,
    refused: u64,
    /// Those minutes in which something happened, in order.
    minutes: VecDeque<Minute>,
}

impl Tally {
    pub(crate) fn new(zone: TimeZone, now: Timestamp) -> Self {
        let day = day(&zone, now);
        Self { zone, day, transmitted: 0, refused: 0, minutes: VecDeque::new() }
    }

    /// From when on it counts: the last midnight.
    pub(crate) fn since(&self) -> Timestamp {
        self.day.0
    }

    /// Notifications were written down then.
    pub(crate) fn transmitted(&mut self, count: u64, at: Timestamp) {
        self.turn(at);
        self.transmitted += count;
        self.minute(at).transmitted += count;
    }

    /// A send was refused then.
    pub(crate) fn refused(&mut self, at: Timestamp) {
        self.turn(at);
        self.refused += 1;
        self.minute(at).refused += 1;
    }

    pub(crate) fn figures(&mut self, now: Timestamp) -> Figures {
        self.turn(now);
        let last = begin(now).as_millis();
        let per_minute: Vec<_> = (0..MINUTES)
            .rev()
            .map(|ago| {
                let at = Timestamp::from_millis(last - ago * MINUTE_MS);
                let known = self.minutes.iter().find(|minute| minute.at == at);
                known.copied().unwrap_or(Minute { at, ..Minute::default() })
            })
            .collect();
        // The first of those that are equal, as a person would point at it.
        let peak = per_minute.iter().rev().max_by_key(|minute| minute.transmitted);
        let peak = peak.copied().filter(|minute| minute.transmitted > 0);
        Figures { transmitted_today: self.transmitted, refused_today: self.refused, per_minute, peak }
    }

    /// Begins to count anew where another day has begun, also by a clock that was set.
    fn turn(&mut self, now: Timestamp) {
        if now < self.day.0 || self.day.1 <= now {
            self.day = day(&self.zone, now);
            (self.transmitted, self.refused) = (0, 0);
        }
    }

    fn minute(&mut self, at: Timestamp) -> &mut Minute {
        let at = begin(at);
        let oldest = Timestamp::from_millis(at.as_millis() - MINUTES * MINUTE_MS);
        self.minutes.retain(|minute| minute.at > oldest);
        let place = self.minutes.partition_point(|minute| minute.at < at);
        if self.minutes.get(place).is_none_or(|minute| minute.at != at) {
            self.minutes.insert(place, Minute { at, ..Minute::default() });
        }
        // A clock that was set back leaves minutes that are yet to come; they pass.
        self.minutes.truncate(usize::try_from(2 * MINUTES).unwrap_or(usize::MAX).max(place + 1));
        &mut self.minutes[place]
    }
}

fn begin(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis().div_euclid(MINUTE_MS) * MINUTE_MS)
}

/// The midnights around this moment. Where the zone knows none, the day is UTC's.
fn day(zone: &TimeZone, now: Timestamp) -> (Timestamp, Timestamp) {
    const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
    let millis = |midnight: jiff::Zoned| Timestamp::from_millis(midnight.timestamp().as_millisecond());
    let local = || {
        let now = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?.to_zoned(zone.clone());
        let tomorrow = now.tomorrow().ok()?.start_of_day().ok()?;
        Some((millis(now.start_of_day().ok()?), millis(tomorrow)))
    };
    local().unwrap_or_else(|| {
        let midnight = now.as_millis().div_euclid(DAY_MS) * DAY_MS;
        (Timestamp::from_millis(midnight), Timestamp::from_millis(midnight + DAY_MS))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 60 * MINUTE_MS;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn in_paris() -> TimeZone {
        // Two hours before UTC, as in summer.
        TimeZone::fixed(jiff::tz::offset(2))
    }

    #[test]
    fn today_ends_at_the_shops_midnight_and_not_at_that_of_utc() {
        let evening = 21 * HOUR + 59 * MINUTE_MS;
        let mut tally = Tally::new(in_paris(), at(evening));
        assert_eq!(tally.since(), at(-2 * HOUR));
        tally.transmitted(1, at(evening));
        tally.refused(at(evening));
        let figures = tally.figures(at(22 * HOUR - 1));
        assert_eq!((figures.transmitted_today, figures.refused_today), (1, 1));
        let figures = tally.figures(at(22 * HOUR));
        assert_eq!((figures.transmitted_today, figures.refused_today), (0, 0), "midnight in the shop");
        assert_eq!(figures.peak.map(|peak| peak.at), Some(at(evening)), "the last hour goes on");
    }

    #[test]
    fn the_last_hour_is_sixty_minutes_of_which_the_present_one_is_the_last() {
        let mut tally = Tally::new(TimeZone::UTC, at(HOUR));
        tally.transmitted(3, at(HOUR));
        tally.transmitted(3, at(HOUR + 5 * MINUTE_MS + 1));
        tally.refused(at(HOUR + 5 * MINUTE_MS + 59_999));
        let figures = tally.figures(at(HOUR + 59 * MINUTE_MS));
        assert_eq!(figures.per_minute.len(), 60);
        assert_eq!(figures.per_minute[0], Minute { at: at(HOUR), transmitted: 3, refused: 0 });
        assert_eq!((figures.per_minute[5].transmitted, figures.per_minute[5].refused), (3, 1));
        assert_eq!(figures.peak.map(|peak| peak.at), Some(at(HOUR)), "the first of equal ones");
        let later = tally.figures(at(2 * HOUR));
        assert_eq!(later.per_minute.iter().map(|minute| minute.transmitted).sum::<u64>(), 3);
        assert_eq!(later.transmitted_today, 6);
        assert_eq!(tally.figures(at(4 * HOUR)).peak, None);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_counted_twice_within_an_hour(moments in prop::collection::vec(0..HOUR, 0..200)) {
            let mut tally = Tally::new(TimeZone::UTC, at(0));
            for moment in &moments {
                tally.transmitted(1, at(*moment));
            }
            let figures = tally.figures(at(HOUR - 1));
            let sum: u64 = figures.per_minute.iter().map(|minute| minute.transmitted).sum();
            prop_assert_eq!(sum, moments.len() as u64);
            prop_assert_eq!(figures.transmitted_today, sum);
        }

        #[test]
        fn a_clock_that_jumps_costs_no_memory(moments in prop::collection::vec(-100 * HOUR..100 * HOUR, 0..300)) {
            let mut tally = Tally::new(TimeZone::UTC, at(0));
            for moment in moments {
                tally.transmitted(1, at(moment));
                prop_assert!(tally.minutes.len() <= 120);
                prop_assert_eq!(tally.figures(at(moment)).per_minute.len(), 60);
            }
        }
    }
}
