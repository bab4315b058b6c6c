//! From what arrived to what is shown: stored first, and only what is new.

use std::collections::VecDeque;
use std::time::Duration;

use chapfood_inbox::{Batch, CatchUp, Gap, Inbox, InboxError, Incoming, Stored, Tally};
use chapfood_protocol::NotificationId;
use tokio::time::Instant;

use super::Owner;
use crate::contract::Event;
use crate::feed::Cursors;
use crate::history::{self, HistoryFault};
use crate::state::State;

/// How long a disk that refused is left alone.
const RETRY: Duration = Duration::from_secs(1);
/// The most rows named in one event.
const NAMED: usize = 100;

/// What the disk has not taken, in its order, and when it is offered again. The hub has not been told that it
/// is received, so it comes again if this program ends before the disk takes it.
#[derive(Debug)]
pub(super) struct Unstored {
    batches: VecDeque<Batch>,
    pub(super) retry_at: Instant,
}

/// The history in figures.
pub(super) struct Figures {
    tally: Tally,
    bytes: u64,
    catch_up: Option<CatchUp>,
}

impl Figures {
    pub(super) fn of(inbox: &Inbox) -> Result<Self, InboxError> {
        Ok(Self { tally: inbox.tally()?, bytes: inbox.bytes()?, catch_up: inbox.catch_up()? })
    }

    pub(super) fn show(self, state: &mut State) {
        state.tally = self.tally;
        state.history_bytes = self.bytes;
        state.catch_up = self.catch_up.as_ref().map(history::catch_up);
    }
}

/// What is true once a batch is on the disk.
struct TakenIn {
    stored: Stored,
    figures: Figures,
    gap: Option<Gap>,
    cursors: Cursors,
}

impl Owner {
    /// Stores what came, in its order; nothing after what the disk did not take, or a cursor would pass it.
    pub(super) async fn store(&mut self, mut batches: VecDeque<Batch>) {
        while let Some(batch) = batches.front() {
            if !batch.is_empty() {
                match self.take_in(batch.clone()).await {
                    Ok(taken_in) => self.taken_in(batch, taken_in),
                    Err(fault) => {
                        tracing::error!(%fault, "the history cannot be written");
                        self.state.storage_fault = Some(fault.to_string());
                        self.unstored = Some(Unstored { batches, retry_at: Instant::now() + RETRY });
                        return;
                    }
                }
            }
            batches.pop_front();
        }
    }

    /// Offers the disk again what it has not taken, if its time has come at `now`; without `now`, at once.
    pub(super) async fn store_again(&mut self, now: Option<Instant>) {
        let due = |unstored: &mut Unstored| now.is_none_or(|now| unstored.retry_at <= now);
        if let Some(unstored) = self.unstored.take_if(due) {
            self.store(unstored.batches).await;
        }
    }

    async fn take_in(&self, batch: Batch) -> Result<TakenIn, HistoryFault> {
        let now = self.clock.now();
        let address = self.state.settings.hub_address.clone();
        self.history
            .run(move |inbox| {
                let stored = inbox.take_in(&batch, now)?;
                let figures = Figures::of(inbox)?;
                Ok(TakenIn { stored, figures, gap: inbox.gap()?, cursors: inbox.cursors(&address)? })
            })
            .await
    }

    fn taken_in(&mut self, batch: &Batch, TakenIn { stored, figures, gap, cursors }: TakenIn) {
        self.state.storage_fault = None;
        figures.show(&mut self.state);
        self.state.gap = gap.map(history::gap);
        if let (Some(feed), Some(_)) = (&self.feed, &batch.origin) {
            feed.committed(cursors, &batch.entries.iter().map(Incoming::channel).collect());
        }
        self.announce(stored);
    }

    fn announce(&mut self, stored: Stored) {
        // First: the window must not show what was replaced beside what replaced it.
        let replaced = stored.replaced.iter().map(|replaced| &replaced.earlier);
        self.changed(replaced.chain(&stored.claimed));
        if stored.new.is_empty() {
            return;
        }
        self.alert(&stored);
        let rows = stored.new;
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let rows = rows.into_iter().rev().take(NAMED).map(history::row).collect();
        self.announcer.tell(Event::Arrived { rows, count });
    }

    /// Tells that these rows are others now.
    pub(super) fn changed<'a>(&mut self, ids: impl Iterator<Item = &'a NotificationId>) {
        let ids: Vec<_> = ids.collect();
        self.alerting.look_at(ids.iter().copied());
        let mut ids: Vec<_> = ids.into_iter().map(|id| id.as_str().to_owned()).collect();
        match ids.len() {
            0 => return,
            1..=NAMED => {}
            _ => ids.clear(),
        }
        self.announcer.tell(Event::Changed { ids });
    }

    /// The figures after something was marked or went. A disk that cannot be read leaves them as they were.
    pub(super) async fn count_again(&mut self) {
        self.alerting.look_at_all();
        match self.history.run(|inbox| Figures::of(inbox)).await {
            Ok(figures) => figures.show(&mut self.state),
            Err(fault) => tracing::error!(%fault, "the history cannot be counted"),
        }
    }
}
