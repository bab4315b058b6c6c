//! How far each subscriber surely is, ahead of the disk by at most half a second.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chapfood_protocol::BROADCAST;
use socketioxide::socket::Sid;
use tokio::time::Instant;

use super::Exchange;
use crate::log::Cursor;

/// How long marks gather before they are written. After a crash the subscribers concerned get again what
/// was not written, under the same ids.
const GATHER: Duration = Duration::from_millis(500);

/// A subscriber in a channel.
type Key = (Arc<str>, Arc<str>);

/// The marks of all subscribers seen since the hub started. Pure: the caller brings the time.
#[derive(Debug, Default)]
pub(super) struct Marks {
    received: HashMap<Key, u64>,
    unwritten: HashSet<Key>,
    due: Option<Instant>,
}

impl Marks {
    /// The subscriber has the channel up to `seq`; a mark never goes back.
    pub(super) fn set(&mut self, subscriber: Arc<str>, channel: Arc<str>, seq: u64, now: Instant) {
        let key = (subscriber, channel);
        let mark = self.received.entry(key.clone()).or_default();
        *mark = seq.max(*mark);
        self.unwritten.insert(key);
        self.due.get_or_insert(now + GATHER);
    }

    pub(super) fn get(&self, subscriber: &Arc<str>, channel: &Arc<str>) -> Option<u64> {
        self.received.get(&(Arc::clone(subscriber), Arc::clone(channel))).copied()
    }

    /// When to write next, if there is something.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Takes what is to be written.
    fn take(&mut self) -> Vec<Cursor> {
        self.due = None;
        let keys = self.unwritten.drain();
        keys.filter_map(|key| {
            let seq = *self.received.get(&key)?;
            Some(Cursor { subscriber: key.0, channel: key.1, seq })
        })
        .collect()
    }

    /// It could not be written: later.
    fn give_back(&mut self, cursors: Vec<Cursor>, now: Instant) {
        self.unwritten.extend(cursors.into_iter().map(|cursor| (cursor.subscriber, cursor.channel)));
        self.due = Some(now + GATHER);
    }
}

impl Exchange {
    pub(super) fn on_pong(&mut self, sid: Sid) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        let Some(subscriber) = client.subscriber.clone() else { return };
        let received: Vec<_> = client
            .memberships
            .iter_mut()
            .filter_map(|(channel, membership)| Some((Arc::clone(channel), membership.on_pong()?)))
            .collect();
        for (channel, seq) in received {
            self.mark(Some(subscriber.clone()), &channel, Some(seq));
        }
    }

    /// Notes that a subscriber has a channel up to a number. Broadcasts are not kept for anybody yet.
    pub(super) fn mark(&mut self, subscriber: Option<Arc<str>>, channel: &Arc<str>, received: Option<u64>) {
        let (Some(subscriber), Some(seq)) = (subscriber, received) else { return };
        if **channel != *BROADCAST {
            self.marks.set(subscriber, Arc::clone(channel), seq, Instant::now());
        }
    }

    pub(super) fn write_marks(&mut self) {
        let cursors = self.marks.take();
        if cursors.is_empty() {
            return;
        }
        // The exchange never waits for the log, which waits for the exchange.
        if let Err(cursors) = self.log.advance(cursors) {
            self.marks.give_back(cursors, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_could_not_be_written_are_written_later_and_never_go_back() {
        let start = Instant::now();
        let (bob, orders): Key = ("user:bob".into(), "commandes".into());
        let mut marks = Marks::default();
        marks.set(Arc::clone(&bob), Arc::clone(&orders), 5, start);
        marks.set(Arc::clone(&bob), Arc::clone(&orders), 3, start);
        let refused = marks.take();
        assert_eq!(refused.iter().map(|cursor| cursor.seq).collect::<Vec<_>>(), [5]);
        assert_eq!(marks.due(), None, "nothing is left to write");
        marks.give_back(refused, start);
        assert!(marks.due().is_some(), "it is tried again");
        assert_eq!(marks.take().len(), 1, "and is still there");
        assert_eq!(marks.get(&bob, &orders), Some(5), "a join meanwhile knows");
    }
}
