//! What is old goes from the history, a little at a time, so that what arrives does not wait for it.

use std::time::Duration;

use tokio::time::Instant;

use super::Owner;
use crate::contract::Event;
use crate::settings;

/// Rows in one transaction.
const SLICE: u32 = 500;
/// Between two slices, for whatever else there is to do.
const BREATH: Duration = Duration::from_millis(20);
/// Between two looks at a history that holds nothing old.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Rows that may be gone before the window is told.
const UNTOLD: u32 = 10_000;

/// When to look next, and what the window does not know yet.
#[derive(Debug)]
pub(super) struct Pruning {
    pub(super) due: Instant,
    untold: u32,
}

impl Pruning {
    /// First at once.
    pub(super) fn start() -> Self {
        Self { due: Instant::now(), untold: 0 }
    }

    /// Something else is to be kept from now on.
    pub(super) fn hurry(&mut self) {
        self.due = Instant::now();
    }
}

impl Owner {
    /// Lets a slice go, if it is time at `now`.
    pub(super) async fn prune(&mut self, now: Instant) {
        if now < self.pruning.due {
            return;
        }
        let retention = settings::retention(&self.state.settings, self.clock.now());
        let went =
            self.history.run(move |inbox| inbox.prune(retention, SLICE)).await.unwrap_or_else(|fault| {
                tracing::error!(%fault, "what is old does not go from the history");
                0
            });
        self.pruning.untold += went;
        let done = went < SLICE;
        self.pruning.due = now + if done { EVERY } else { BREATH };
        if went > 0 {
            self.keeping.count_later();
        }
        if self.pruning.untold >= UNTOLD || (done && self.pruning.untold > 0) {
            self.count_again().await;
            self.alerting.look_at_all();
            let count = std::mem::take(&mut self.pruning.untold);
            tracing::info!(count, "old notifications went from the history");
            self.announcer.tell(Event::Removed { count });
        }
    }
}
