//! How many sessions may be begun by polling before somebody is let in over them. Pure: the caller brings the time.
//!
//! A session that is begun by WebSocket ends with its connection, and those are counted. One that is begun by polling
//! is in no connection, and lives until the deadline whatever becomes of the one it was begun by.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use crate::neighbourhood::neighbourhood;

/// So many from everywhere, for each that may come from one neighbourhood.
const NEIGHBOURHOODS: usize = 10;

/// Sessions begun and not yet let in, by where they come from.
#[derive(Debug)]
pub(super) struct Handshakes {
    /// How long a session may take to be let in.
    deadline: Duration,
    /// From one neighbourhood.
    most: usize,
    /// When each was begun.
    begun: HashMap<IpAddr, VecDeque<Instant>>,
}

impl Handshakes {
    pub(super) fn new(most: usize, deadline: Duration) -> Self {
        Self { deadline, most, begun: HashMap::new() }
    }

    /// May another session be begun from there? If so it counts.
    pub(super) fn begin(&mut self, from: IpAddr, now: Instant) -> bool {
        self.begun.retain(|_, begun| {
            while begun.front().is_some_and(|at| now.saturating_duration_since(*at) >= self.deadline) {
                begun.pop_front();
            }
            !begun.is_empty()
        });
        let in_all: usize = self.begun.values().map(VecDeque::len).sum();
        let from = neighbourhood(from);
        let here = self.begun.get(&from).map_or(0, VecDeque::len);
        // However many there are elsewhere, who has none begins one.
        if here >= self.most || (here > 0 && in_all >= self.most.saturating_mul(NEIGHBOURHOODS)) {
            return false;
        }
        self.begun.entry(from).or_default().push_back(now);
        true
    }

    /// Somebody from there was let in.
    pub(super) fn let_in(&mut self, from: IpAddr) {
        if let Some(begun) = self.begun.get_mut(&neighbourhood(from)) {
            begun.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINE: Duration = Duration::from_secs(10);
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

    #[test]
    fn who_begins_without_end_waits_and_who_is_let_in_makes_room() {
        let (mut handshakes, now) = (Handshakes::new(3, DEADLINE), Instant::now());
        let begun = (0..10).filter(|_| handshakes.begin(HERE, now)).count();
        assert_eq!(begun, 3);
        assert!(handshakes.begin([10, 0, 0, 2].into(), now), "others are not concerned");
        handshakes.let_in(HERE);
        assert!(handshakes.begin(HERE, now) && !handshakes.begin(HERE, now));
        assert!(handshakes.begin(HERE, now + DEADLINE), "a session that nobody came in by is over");
    }

    #[test]
    fn from_everywhere_together_there_are_no_more_than_one_each_beyond_a_bound() {
        let (mut handshakes, now) = (Handshakes::new(3, DEADLINE), Instant::now());
        for n in 0..100_u8 {
            for _ in 0..3 {
                handshakes.begin([10, 0, 0, n].into(), now);
            }
        }
        let in_all: usize = handshakes.begun.values().map(VecDeque::len).sum();
        assert_eq!(in_all, 3 * NEIGHBOURHOODS + 90);
        handshakes.begin(HERE, now + DEADLINE);
        assert_eq!(handshakes.begun.len(), 1, "what is over takes no memory");
    }
}
