//! When to push `server-stats`: on every change, but merged within 100 ms.

use std::time::Duration;

use tokio::time::Instant;

/// Changes closer together than this share one push.
const MERGE: Duration = Duration::from_millis(100);

/// Decides when a change is pushed. Pure: the caller brings the time.
#[derive(Debug, Default)]
pub(crate) struct StatsPace {
    last: Option<Instant>,
    due: Option<Instant>,
}

impl StatsPace {
    /// Something changed at `now`.
    pub(crate) fn changed(&mut self, now: Instant) {
        if self.due.is_none() {
            self.due = Some(self.last.map_or(now, |last| now.max(last + MERGE)));
        }
    }

    /// When the next push is due, if one is.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The state was pushed at `now`.
    pub(crate) fn pushed(&mut self, now: Instant) {
        self.last = Some(now);
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_change_is_pushed_at_once_and_a_burst_after_it_once_more() {
        let start = Instant::now();
        let mut pace = StatsPace::default();
        pace.changed(start);
        assert_eq!(pace.due(), Some(start), "nobody waits for a lone change");
        pace.pushed(start);
        for ms in 1..50 {
            pace.changed(start + Duration::from_millis(ms));
        }
        assert_eq!(pace.due(), Some(start + MERGE), "the last state follows, 100 ms after the push before");
    }
}
