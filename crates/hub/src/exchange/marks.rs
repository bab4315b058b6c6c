//! How far each subscriber surely is, ahead of the disk by at most half a second.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chapfood_protocol::{BROADCAST, Problem, event};
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

    /// Where a subscriber goes on: at the place found in the log, or further on where marks have not
    /// reached the disk yet, unless the device itself said where it is.
    pub(super) fn start(&mut self, subscriber: Option<&Arc<str>>, channel: &Arc<str>, place: Place) -> u64 {
        let mark = subscriber
            .and_then(|subscriber| self.received.get_mut(&(Arc::clone(subscriber), Arc::clone(channel))));
        match mark {
            Some(mark) if place.claimed => {
                *mark = place.cursor;
                place.cursor
            }
            Some(mark) => place.cursor.max(*mark).min(place.head),
            None => place.cursor,
        }
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
        client.window.on_pong();
        let Some(subscriber) = client.subscriber.clone().filter(|_| !client.acknowledges) else { return };
        let received: Vec<_> = client
            .memberships
            .iter_mut()
            .chain(&mut client.left)
            // Broadcasts are kept only for devices that acknowledge.
            .filter(|(channel, _)| ***channel != *BROADCAST)
            .filter_map(|(channel, membership)| Some((Arc::clone(channel), membership.on_pong()?)))
            .collect();
        client.left.retain(|_, membership| !membership.is_settled());
        for (channel, seq) in received {
            self.mark(Some(subscriber.clone()), &channel, Some(seq));
        }
    }

    /// A device says that everything up to `seq` is committed there.
    pub(super) fn on_received(&mut self, sid: Sid, channel: String, seq: u64, ack: Option<AckSender>) {
        let channel: Arc<str> = channel.into();
        let Some(client) = self.clients.get_mut(&sid) else { return };
        let membership = client.memberships.get_mut(&channel);
        let Some(membership) = membership.or_else(|| client.left.get_mut(&channel)) else {
            let problem = Problem::NotInChannel(channel.to_string());
            self.refuse(sid, event::RECEIVED, &[problem], Subject::default(), ack);
            return;
        };
        // Without a device there is nobody to remember it for.
        if client.acknowledges {
            let received = membership.on_received(seq);
            let subscriber = client.subscriber.clone();
            self.mark(subscriber, &channel, received);
        }
        if let Some(ack) = ack {
            let _ = ack.send(&serde_json::json!({ "status": "ok", "channel": *channel, "seq": seq }));
        }
    }

    /// Notes that a subscriber has a channel up to a number.
    pub(super) fn mark(&mut self, subscriber: Option<Arc<str>>, channel: &Arc<str>, received: Option<u64>) {
        let (Some(subscriber), Some(seq)) = (subscriber, received) else { return };
        self.marks.set(subscriber, Arc::clone(channel), seq, Instant::now());
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
    }

    #[test]
    fn a_join_goes_on_where_the_marks_are_unless_the_device_says_where_it_is() {
        let (bob, orders): Key = ("device:bar".into(), "commandes".into());
        let mut marks = Marks::default();
        marks.set(Arc::clone(&bob), Arc::clone(&orders), 5, Instant::now());
        let stored = Place { head: 9, cursor: 3, recovered: true, unknown: false, claimed: false };
        assert_eq!(marks.start(Some(&bob), &orders, stored), 5, "5 has not reached the disk yet");
        assert_eq!(marks.start(Some(&bob), &orders, Place { claimed: true, ..stored }), 3);
        assert_eq!(marks.start(Some(&bob), &orders, stored), 3, "its own word holds from then on");
    }
}
