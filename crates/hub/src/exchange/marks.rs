//! How far each subscriber surely is, ahead of the disk by at most half a second.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chapfood_protocol::{Problem, event};
use socketioxide::extract::AckSender;
use socketioxide::socket::Sid;
use tokio::time::Instant;

use super::Exchange;
use super::answers::Subject;
use crate::log::{Cursor, Place};

/// How long marks gather before they are written. After a crash the subscribers concerned get again what
/// was not written, under the same ids.
const GATHER: Duration = Duration::from_millis(500);

/// A subscriber in a channel.
type Key = (Arc<str>, Arc<str>);

/// The marks that are not surely on the disk. Pure: the caller brings the time.
#[derive(Debug, Default)]
pub(super) struct Marks {
    received: HashMap<Key, u64>,
    unwritten: HashSet<Key>,
    due: Option<Instant>,
}

impl Marks {
    /// The subscriber has the channel up to `seq`; a mark never goes back.
    pub(super) fn set(&mut self, Cursor { subscriber, channel, seq }: Cursor, now: Instant) {
        let key = (subscriber, channel);
        let mark = self.received.entry(key.clone()).or_default();
        *mark = seq.max(*mark);
        self.unwritten.insert(key);
        self.due.get_or_insert(now + GATHER);
    }

    /// Where a subscriber goes on: at the place found in the log, or further on where marks have not
    /// reached the disk yet, unless the device itself said where it is.
    pub(super) fn start(&mut self, subscriber: Option<&Arc<str>>, channel: &Arc<str>, place: Place) -> Place {
        let Some(subscriber) = subscriber else { return place };
        let key = (Arc::clone(subscriber), Arc::clone(channel));
        if place.claimed {
            // That is on the disk already.
            self.received.remove(&key);
            self.unwritten.remove(&key);
            return place;
        }
        let mark = self.received.get(&key).copied().unwrap_or(0);
        Place { received: place.received.max(mark).min(place.head), ..place }
    }

    /// When to write next, if there is something.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Takes what is to be written.
    pub(super) fn take(&mut self) -> Vec<Cursor> {
        self.due = None;
        let keys = self.unwritten.drain();
        keys.filter_map(|key| {
            let seq = *self.received.get(&key)?;
            Some(Cursor { subscriber: key.0, channel: key.1, seq })
        })
        .collect()
    }

    /// These are on the disk: whoever joins from here on is found there. Those that went on meanwhile are not.
    pub(super) fn written(&mut self, cursors: &[Cursor]) {
        for Cursor { subscriber, channel, seq } in cursors {
            let key = (Arc::clone(subscriber), Arc::clone(channel));
            if !self.unwritten.contains(&key) && self.received.get(&key) == Some(seq) {
                self.received.remove(&key);
            }
        }
    }

    /// They could not be written: later.
    pub(super) fn give_back(&mut self, cursors: Vec<Cursor>, now: Instant) {
        for cursor in cursors {
            let key = (cursor.subscriber, cursor.channel);
            // Unless its device has said meanwhile where it is.
            if self.received.contains_key(&key) {
                self.unwritten.insert(key);
            }
        }
        self.due = Some(now + GATHER);
    }
}

impl Exchange {
    pub(super) fn on_pong(&mut self, sid: Sid) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        client.window.on_pong();
        let received = client.seats.on_pong(!client.owes());
        self.mark(received);
    }

    /// A device says that everything up to `seq` is committed there.
    pub(super) fn on_received(&mut self, sid: Sid, channel: String, seq: u64, ack: Option<AckSender>) {
        let channel: Arc<str> = channel.into();
        let Some(client) = self.clients.get_mut(&sid) else { return };
        let Ok(received) = client.seats.on_received(&channel, seq) else {
            let problem = Problem::NotInChannel(channel.to_string());
            self.refuse(sid, event::RECEIVED, &[problem], Subject::default(), ack);
            return;
        };
        self.mark(received);
        if let Some(ack) = ack {
            let _ = ack.send(&serde_json::json!({ "status": "ok", "channel": *channel, "seq": seq }));
        }
    }

    /// Notes how far subscribers are.
    pub(super) fn mark(&mut self, received: impl IntoIterator<Item = Cursor>) {
        let now = Instant::now();
        for cursor in received {
            self.marks.set(cursor, now);
        }
    }

    /// Has old notifications let go. Whoever is here counts as seen first, or a client that is connected for a
    /// month in a quiet channel would no longer be waited for.
    pub(super) fn prune(&mut self) {
        let present: Vec<_> = self.clients.values().flat_map(|client| client.seats.present()).collect();
        self.mark(present);
        self.write_marks();
        self.log.prune();
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

    fn bob_has(seq: u64) -> Cursor {
        Cursor { subscriber: "user:bob".into(), channel: "commandes".into(), seq }
    }

    #[test]
    fn marks_that_could_not_be_written_are_written_later_and_never_go_back() {
        let start = Instant::now();
        let mut marks = Marks::default();
        marks.set(bob_has(5), start);
        marks.set(bob_has(3), start);
        let refused = marks.take();
        assert_eq!(refused.iter().map(|cursor| cursor.seq).collect::<Vec<_>>(), [5]);
        assert_eq!(marks.due(), None, "nothing is left to write");
        marks.give_back(refused, start);
        assert!(marks.due().is_some(), "it is tried again");
        assert_eq!(marks.take().len(), 1, "and is still there");
    }

    #[test]
    fn a_join_goes_on_where_the_marks_are_unless_the_device_says_where_it_is() {
        let mut marks = Marks::default();
        marks.set(bob_has(5), Instant::now());
        let Cursor { subscriber: bob, channel: orders, .. } = bob_has(5);
        let stored = Place { head: 9, pruned: 0, received: 3, unknown: false, claimed: false };
        let mut start = |place| marks.start(Some(&bob), &orders, place).received;
        assert_eq!(start(stored), 5, "5 has not reached the disk yet");
        assert_eq!(start(Place { claimed: true, ..stored }), 3);
        assert_eq!(start(stored), 3, "its own word holds from then on");
    }

    #[test]
    fn a_mark_is_kept_until_it_is_on_the_disk_and_no_longer() {
        let now = Instant::now();
        let mut marks = Marks::default();
        marks.set(bob_has(5), now);
        let first = marks.take();
        marks.set(bob_has(7), now);
        marks.written(&first);
        let Cursor { subscriber: bob, channel: orders, .. } = bob_has(0);
        let stored = Place { head: 9, pruned: 0, received: 5, unknown: false, claimed: false };
        assert_eq!(marks.start(Some(&bob), &orders, stored).received, 7, "7 is not written yet");
        let second = marks.take();
        marks.written(&second);
        assert!(
            marks.received.is_empty(),
            "a hub that runs for a year must not remember everybody it ever saw"
        );
    }
}
