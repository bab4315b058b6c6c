//! From what arrived to what is shown: stored first, and only what is new.

use std::time::Duration;

use chapfood_inbox::{Arrival, Entry, Tally};
use chapfood_protocol::Notification;
use tokio::time::Instant;

use super::Owner;
use crate::contract::Event;
use crate::history::{self, HistoryFault};

/// How long a disk that refused is left alone.
const RETRY: Duration = Duration::from_secs(1);
/// The most rows named in one event.
const NAMED: usize = 100;

/// What the disk has not taken, and when it is offered again.
#[derive(Debug)]
pub(super) struct Unstored {
    arrivals: Vec<Arrival>,
    pub(super) retry_at: Instant,
}

impl Owner {
    pub(super) async fn store(&mut self, notifications: Vec<Notification>) {
        let caught_up =
            |notification: Notification| Arrival { caught_up: notification.replayed, notification };
        self.store_arrivals(notifications.into_iter().map(caught_up).collect()).await;
    }

    /// Offers the disk again what it has not taken, if its time has come at `now`; without `now`, at once.
    pub(super) async fn store_again(&mut self, now: Option<Instant>) {
        let due = |unstored: &mut Unstored| now.is_none_or(|now| unstored.retry_at <= now);
        if let Some(unstored) = self.unstored.take_if(due) {
            self.store_arrivals(unstored.arrivals).await;
        }
    }

    async fn store_arrivals(&mut self, arrivals: Vec<Arrival>) {
        if arrivals.is_empty() {
            return;
        }
        match self.append(arrivals.clone()).await {
            Ok((rows, tally)) => {
                self.state.storage_fault = None;
                self.state.tally = tally;
                self.announce(rows);
            }
            Err(fault) => {
                tracing::error!(%fault, waiting = arrivals.len(), "the history cannot be written");
                self.state.storage_fault = Some(fault.to_string());
                self.unstored = Some(Unstored { arrivals, retry_at: Instant::now() + RETRY });
            }
        }
    }

    async fn append(&self, arrivals: Vec<Arrival>) -> Result<(Vec<Entry>, Tally), HistoryFault> {
        let now = self.clock.now();
        self.history
            .run(move |inbox| {
                let rows = inbox.append(&arrivals, now)?;
                Ok((rows, inbox.tally()?))
            })
            .await
    }

    fn announce(&mut self, rows: Vec<Entry>) {
        if rows.is_empty() {
            return;
        }
        if self.state.settings.popups {
            let toasts = self.policy.arrived(&rows, self.clock.now(), self.state.language());
            self.popups.show(toasts);
        }
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let rows = rows.into_iter().rev().take(NAMED).map(history::row).collect();
        self.announcer.tell(Event::Arrived { rows, count });
    }

    /// The figures after something was marked. A disk that cannot be read leaves them as they were.
    pub(super) async fn count_again(&mut self) {
        match self.history.run(|inbox| inbox.tally()).await {
            Ok(tally) => self.state.tally = tally,
            Err(fault) => tracing::error!(%fault, "the history cannot be counted"),
        }
    }
}
