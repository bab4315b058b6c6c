//! From what arrived to what is shown: stored first, and only what is new.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chapfood_inbox::{
    Batch, CatchUp, Entry, Filter, Gap, Inbox, InboxError, Incoming, Stored, Tally, Todo, TodoTally,
};
use chapfood_protocol::{NotificationId, Timestamp};
use tokio::time::Instant;

use super::Owner;
use super::keeping::Keeping;
use crate::clock::Clock;
use crate::contract::{self, Event, Settings};
use crate::history::{self, HistoryFault};
use crate::state::State;
use crate::todo::{Today, today, todo};

/// How long a disk that refused is left alone.
const RETRY: Duration = Duration::from_secs(1);
/// The most rows named in one event.
const NAMED: usize = 100;
/// The rows that a snapshot names.
const LATEST: u32 = 5;

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
    gap: Option<Gap>,
    latest: Vec<Entry>,
    remind_at: Option<Timestamp>,
    /// What costs as much as a day brings; none while it was counted a moment ago.
    day: Option<DayFigures>,
}

struct DayFigures {
    todo: TodoTally,
    today: BTreeMap<String, u32>,
    /// When today is over.
    midnight: Timestamp,
    /// How long it took to count them.
    took: Duration,
}

/// What the figures depend on, beside the history.
pub(super) struct Asked {
    todo: Todo,
    today: Today,
}

impl Asked {
    pub(super) fn now(settings: &Settings, clock: &dyn Clock) -> Self {
        let now = clock.now();
        Self { todo: todo(settings, now), today: today(now, &clock.zone()) }
    }
}

impl Figures {
    pub(super) fn of(inbox: &Inbox, asked: Option<&Asked>) -> Result<Self, InboxError> {
        let day = |asked: &Asked| {
            let begun = Instant::now();
            let (todo, today) = (inbox.todo(&asked.todo)?, inbox.arrived_since(asked.today.from)?);
            Ok::<_, InboxError>(DayFigures { todo, today, midnight: asked.today.to, took: begun.elapsed() })
        };
        Ok(Self {
            tally: inbox.tally()?,
            bytes: inbox.bytes()?,
            catch_up: inbox.catch_up()?,
            gap: inbox.gap()?,
            latest: inbox.page(&Filter::default(), 0, LATEST)?,
            remind_at: inbox.next_reminder()?,
            day: asked.map(day).transpose()?,
        })
    }

    pub(super) fn show(self, state: &mut State, keeping: &mut Keeping) {
        state.tally = self.tally;
        state.history_bytes = self.bytes;
        state.catch_up = self.catch_up.as_ref().map(history::catch_up);
        state.gap = self.gap.map(history::gap);
        state.latest = self.latest.into_iter().map(history::row).collect();
        keeping.remind_at = self.remind_at;
        match self.day {
            Some(DayFigures { todo, today, midnight, took }) => {
                state.todo = contract::Todo { count: todo.count, late: todo.late };
                state.today = today;
                let until = todo.next_change.map_or(midnight, |change| change.min(midnight));
                keeping.counted(until, took);
            }
            None => keeping.count_later(),
        }
    }
}

/// What is true once a batch is on the disk, and the history in figures if it could be counted then.
type TakenIn = (Stored, Result<Figures, InboxError>);

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
        let asked = self.keeping.may_count().then(|| Asked::now(&self.state.settings, &*self.clock));
        self.history
            .run(move |inbox| {
                let stored = inbox.take_in(&batch, now)?;
                // No fault of the storing: it would be tried again, and what is there already is not announced.
                Ok((stored, Figures::of(inbox, asked.as_ref())))
            })
            .await
    }

    fn taken_in(&mut self, batch: &Batch, (mut stored, figures): TakenIn) {
        self.state.storage_fault = None;
        match figures {
            Ok(figures) => figures.show(&mut self.state, &mut self.keeping),
            Err(fault) => {
                tracing::error!(%fault, "the history cannot be counted");
                self.keeping.count_later();
            }
        }
        if let (Some(feed), Some(_)) = (&self.feed, &batch.origin) {
            let cursors = std::mem::take(&mut stored.cursors);
            feed.committed(cursors, &batch.entries.iter().map(Incoming::channel).collect());
        }
        self.announce(stored);
    }

    /// Tells of new rows, and of those that are others now.
    pub(super) fn announce(&mut self, stored: Stored) {
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

    /// The figures after something else than an arrival changed them. A disk that cannot be read leaves them as they were.
    pub(super) async fn count_again(&mut self) {
        if let Err(fault) = self.try_count_again().await {
            tracing::error!(%fault, "the history cannot be counted");
        }
    }

    /// The same, for whoever tries again.
    pub(super) async fn try_count_again(&mut self) -> Result<(), HistoryFault> {
        let asked = Asked::now(&self.state.settings, &*self.clock);
        let figures = self.history.run(move |inbox| Figures::of(inbox, Some(&asked))).await?;
        figures.show(&mut self.state, &mut self.keeping);
        Ok(())
    }
}
