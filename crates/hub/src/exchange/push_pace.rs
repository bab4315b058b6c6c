//! When to push what has changed: at once, but the changes of a moment together.

use std::time::Duration;

use tokio::time::Instant;

/// Decides when a change is pushed. Pure: the caller brings the time.
#[derive(Debug)]
pub(crate) struct PushPace {
    /// Changes closer together than this share one push.
    merge: Duration,
    last: Option<Instant>,
    due: Option<Instant>,
}

impl PushPace {
    pub(crate) fn new(merge: Duration) -> Self {
        Self { merge, last: None, due: None }
    }

    /// Something changed at `now`.
    pub(crate) fn changed(&mut self, now: Instant) {
        if self.due.is_none() {
            self.due = Some(self.last.map_or(now, |last| now.max(last + self.merge)));
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

    const MERGE: Duration = Duration::from_millis(100);

    #[test]
    fn the_first_change_is_pushed_at_once_and_a_burst_after_it_once_more() {
        let start = Instant::now();
        let mut pace = PushPace::new(MERGE);
        pace.changed(start);
        assert_eq!(pace.due(), Some(start), "nobody waits for a lone change");
        pace.pushed(start);
        for ms in 1..50 {
            pace.changed(start + Duration::from_millis(ms));
        }
        assert_eq!(pace.due(), Some(start + MERGE), "the last state follows, 100 ms after the push before");
    }
}
