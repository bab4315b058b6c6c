use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::{broadcast, watch};

use crate::contract::{Event, Snapshot};

/// Events that a subscriber may be behind before it is told to ask again.
const BEHIND: usize = 256;
/// The same of what somebody just asked for by hand: more than anybody clicks while a window opens.
const WISHES: usize = 64;
/// The least time between two snapshots.
const SNAPSHOT_EVERY: Duration = Duration::from_millis(50);

/// What the station tells one subscriber.
#[derive(Debug)]
pub struct Events {
    snapshot: watch::Receiver<Snapshot>,
    events: broadcast::Receiver<Event>,
    /// Apart from the others: no flood of those makes a click do nothing.
    wishes: broadcast::Receiver<Event>,
    /// What comes before anything new.
    first: VecDeque<Event>,
}

impl Events {
    /// Waits for the next event. The first one is a snapshot. `None`: the station has ended.
    ///
    /// A subscriber that was too slow gets a fresh snapshot and an empty [`Event::ReadChanged`], which
    /// together say: ask again for whatever you show. Safe to drop at its await.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.first.pop_front() {
                return Some(event);
            }
            let told = tokio::select! {
                biased;
                Ok(wish) = self.wishes.recv() => Ok(wish),
                told = self.events.recv() => told,
            };
            match told {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Closed) => return None,
                Err(broadcast::error::RecvError::Lagged(missed)) => {
                    tracing::debug!(missed, "a subscriber is behind");
                    self.first.push_back(now(&self.snapshot));
                    self.first.push_back(Event::ReadChanged { ids: Vec::new(), read: true });
                }
            }
        }
    }
}

fn now(snapshot: &watch::Receiver<Snapshot>) -> Event {
    Event::Snapshot { snapshot: Box::new(snapshot.borrow().clone()) }
}

/// The station's side: what all subscribers hear. Dropping it ends them.
#[derive(Debug)]
pub(crate) struct Announcer {
    events: broadcast::Sender<Event>,
    wishes: broadcast::Sender<Event>,
}

/// Where to subscribe; does not keep the announcer alive.
#[derive(Debug, Clone)]
pub(crate) struct Subscribing {
    events: broadcast::WeakSender<Event>,
    wishes: broadcast::WeakSender<Event>,
    snapshot: watch::Receiver<Snapshot>,
}

impl Announcer {
    /// Announces `snapshot` at its changes, at most every 50 ms and always the last one.
    pub(crate) fn start(mut snapshot: watch::Receiver<Snapshot>) -> Self {
        let announcer =
            Self { events: broadcast::Sender::new(BEHIND), wishes: broadcast::Sender::new(WISHES) };
        let events = announcer.events.downgrade();
        tokio::spawn(async move {
            while snapshot.changed().await.is_ok() {
                let Some(events) = events.upgrade() else { return };
                snapshot.mark_unchanged();
                // Nobody listening is no fault.
                let _ = events.send(now(&snapshot));
                drop(events);
                tokio::time::sleep(SNAPSHOT_EVERY).await;
            }
        });
        announcer
    }

    /// Tells everybody.
    pub(crate) fn tell(&self, event: Event) {
        let listeners = match event {
            Event::OpenRequested { .. } | Event::ShowRequested { .. } | Event::QuitRequested { .. } => {
                &self.wishes
            }
            _ => &self.events,
        };
        let _ = listeners.send(event);
    }

    pub(crate) fn subscribing(&self, snapshot: watch::Receiver<Snapshot>) -> Subscribing {
        let (events, wishes) = (self.events.downgrade(), self.wishes.downgrade());
        Subscribing { events, wishes, snapshot }
    }
}

impl Subscribing {
    /// A new subscriber, beginning with the state now.
    pub(crate) fn subscribe(&self) -> Events {
        // First the subscription: what happens in between is then told twice rather than never.
        let (events, wishes) = (listening(&self.events), listening(&self.wishes));
        let first = VecDeque::from([now(&self.snapshot)]);
        Events { snapshot: self.snapshot.clone(), events, wishes, first }
    }

    /// The state now. It does not change while it is looked at, so not for long.
    pub(crate) fn snapshot(&self) -> watch::Ref<'_, Snapshot> {
        self.snapshot.borrow()
    }
}

/// At an end already if the station is.
fn listening(sender: &broadcast::WeakSender<Event>) -> broadcast::Receiver<Event> {
    sender.upgrade().unwrap_or_else(|| broadcast::Sender::new(1)).subscribe()
}
