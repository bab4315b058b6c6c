//! What time alone changes in the history: reminders, what is late, what a day is, and what cannot be put back any
//! more. A history of an older version is entered into the index of words as well, a little at a time.

use std::time::Duration;

use chapfood_inbox::Stored;
use chapfood_protocol::Timestamp;
use tokio::time::Instant;

use super::Owner;
use crate::contract::Event;
use crate::history::HistoryFault;

/// How long what was deleted can be put back, in milliseconds.
const PUT_BACK: i64 = 60_000;
/// The longest sleep: a computer that was asleep itself must not be late by that.
const LONGEST: Duration = Duration::from_secs(60);
/// The least time between two counts of what a day brought: in a flood each would cost as much as all that came.
const COUNT_EVERY: Duration = Duration::from_millis(200);
/// Of so many parts of the time, one is spent on counting: what arrives waits for it.
const COUNT_SHARE: u32 = 20;
/// How long a disk that refused is left alone.
const RETRY: Duration = Duration::from_secs(1);
/// Rows entered into the index of words in one transaction.
const SLICE: u32 = 1_000;
/// Between two slices, for whatever else there is to do.
const BREATH: Duration = Duration::from_millis(20);

/// When there is something to do next.
#[derive(Debug)]
pub(super) struct Keeping {
    /// When the figures change by themselves.
    figures_at: Timestamp,
    /// When they were last counted.
    counted_at: Option<Instant>,
    /// How long they are good enough for then.
    pause: Duration,
    /// Whether something came since then.
    outdated: bool,
    /// When a notification comes back as new.
    pub(super) remind_at: Option<Timestamp>,
    /// When something that was deleted can be put back no longer.
    trash_at: Option<Timestamp>,
    /// When more is entered into the index of words.
    fill_at: Option<Instant>,
    /// Nothing is tried before: the disk refused.
    not_before: Option<Instant>,
}

impl Keeping {
    /// Everything at once: what was due while the computer was off, and what the last run left to put back.
    pub(super) fn start() -> Self {
        Self {
            figures_at: Timestamp::from_millis(i64::MAX),
            counted_at: None,
            pause: COUNT_EVERY,
            outdated: false,
            remind_at: None,
            trash_at: None,
            fill_at: Some(Instant::now()),
            not_before: None,
        }
    }

    /// Something was deleted at `now`.
    pub(super) fn deleted(&mut self, now: Timestamp) {
        self.trash_at.get_or_insert(put_back_until(now));
    }

    /// The figures of the day are as they are until `figures_at`, unless something happens. To count them took so long.
    pub(super) fn counted(&mut self, figures_at: Timestamp, took: Duration) {
        self.figures_at = figures_at;
        self.counted_at = Some(Instant::now());
        self.pause = pause(took);
        self.outdated = false;
    }

    /// Something came too soon after the last count.
    pub(super) fn count_later(&mut self) {
        self.outdated = true;
    }

    /// Whether the last count was long enough ago for what came.
    pub(super) fn may_count(&self) -> bool {
        self.counted_at.is_none_or(|counted_at| counted_at + self.pause <= Instant::now())
    }

    /// When [`Owner::keep_up`] has something to do.
    pub(super) fn next_due(&self, now: Timestamp) -> Instant {
        let by_clock = [Some(self.figures_at), self.remind_at, self.trash_at].into_iter().flatten().min();
        let millis = by_clock.map_or(i64::MAX, |due| due.as_millis().saturating_sub(now.as_millis()));
        let wait = Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(LONGEST);
        let due = Instant::now() + wait;
        let count_at = self.counted_at.filter(|_| self.outdated).map(|counted_at| counted_at + self.pause);
        let due = [self.fill_at, count_at].into_iter().flatten().fold(due, Instant::min);
        self.not_before.map_or(due, |not_before| not_before.max(due))
    }
}

/// Until the next count, when the last one took so long.
fn pause(took: Duration) -> Duration {
    COUNT_EVERY.max(took * (COUNT_SHARE - 1)).min(LONGEST)
}

fn put_back_until(deleted: Timestamp) -> Timestamp {
    Timestamp::from_millis(deleted.as_millis() + PUT_BACK)
}

impl Owner {
    /// Does what is due.
    pub(super) async fn keep_up(&mut self) {
        if self.keeping.not_before.is_some_and(|not_before| Instant::now() < not_before) {
            return;
        }
        self.keeping.not_before = None;
        if let Err(fault) = self.kept_up().await {
            tracing::error!(%fault, "the history does not keep up with the time");
            self.keeping.not_before = Some(Instant::now() + RETRY);
        }
    }

    async fn kept_up(&mut self) -> Result<(), HistoryFault> {
        let now = self.clock.now();
        let is_due = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
        if is_due(self.keeping.remind_at) {
            let back = self.history.run(move |inbox| inbox.come_back(now)).await?;
            let counted = self.try_count_again().await;
            // First: the window must not show them where they were as well.
            self.changed(back.iter().map(|entry| &entry.id));
            self.announce(Stored { new: back, ..Stored::default() });
            // They do not come back a second time: what cannot be counted yet was announced all the same.
            counted?;
        }
        if is_due(self.keeping.trash_at) {
            let until = Timestamp::from_millis(now.as_millis() - PUT_BACK);
            let rest = self.history.run(move |inbox| inbox.empty_trash(until)).await?;
            self.keeping.trash_at = rest.map(put_back_until);
        }
        // Now and then in any case: a clock that was set back brings nothing due.
        let long_ago = self.keeping.counted_at.is_some_and(|counted_at| counted_at.elapsed() >= LONGEST);
        let outdated = self.keeping.outdated && self.keeping.may_count();
        if is_due(Some(self.keeping.figures_at)) || long_ago || outdated {
            self.try_count_again().await?;
        }
        if self.keeping.fill_at.is_some_and(|fill_at| fill_at <= Instant::now()) {
            let more =
                self.history.run(|inbox| Ok(inbox.fill_recent(SLICE)? || inbox.fill_search(SLICE)?)).await?;
            // What arrives is entered when somebody searches, unless it is very much: then here.
            let rest = if more { BREATH } else { LONGEST };
            self.keeping.fill_at = Some(Instant::now() + rest);
        }
        Ok(())
    }

    /// Lets go of what the last run left to put back.
    pub(super) async fn forget_trash(&mut self) {
        let now = self.clock.now();
        if let Err(fault) = self.history.run(move |inbox| inbox.empty_trash(now)).await {
            tracing::error!(%fault, "what was deleted stays on the disk");
        }
    }

    /// Tells that so many rows are gone, or 0: that some are back.
    pub(super) async fn removed(&mut self, count: u32) {
        self.count_again().await;
        self.announcer.tell(Event::Removed { count });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_a_count_costs_the_less_often_one_is_made() {
        let of_millis = |millis| pause(Duration::from_millis(millis)).as_millis();
        assert_eq!([0, 10, 50, 1_000].map(of_millis), [200, 200, 950, 19_000]);
        assert_eq!(of_millis(60_000), 60_000, "what time alone changes shows after a minute in any case");
    }
}
