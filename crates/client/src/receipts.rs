//! What is committed here and the hub has not been told yet.

use std::collections::BTreeMap;
use std::time::Duration;

use chapfood_protocol::Position;
use tokio::time::Instant;

/// How long receipts gather. They are cumulative, so of each channel only the last one is worth sending.
const GATHER: Duration = Duration::from_millis(100);

/// The receipts of one connection. Pure: the caller brings the time.
#[derive(Debug, Default)]
pub(crate) struct Receipts {
    /// The hub's database. `None`: not connected, or a hub that takes no receipts.
    epoch: Option<String>,
    latest: BTreeMap<String, u64>,
    due: Option<Instant>,
}

impl Receipts {
    /// A connection begins. Those of the one before are not sent: the place that was named when this one
    /// began says as much.
    pub(crate) fn connected(&mut self, epoch: Option<String>) {
        *self = Self { epoch, ..Self::default() };
    }

    /// Whether the hub of this connection has the additions.
    pub(crate) fn hub_has_additions(&self) -> bool {
        self.epoch.is_some()
    }

    /// Everything up to `position` is committed. A place in another database than this hub's means nothing
    /// to it, and would be taken for one of its own.
    pub(crate) fn add(&mut self, channel: String, position: &Position, now: Instant) {
        if self.epoch.as_ref() != Some(&position.epoch) {
            return;
        }
        let latest = self.latest.entry(channel).or_default();
        *latest = position.seq.max(*latest);
        self.due.get_or_insert(now + GATHER);
    }

    /// When to send next, if there is something.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Takes what is to be sent.
    pub(crate) fn take(&mut self) -> BTreeMap<String, u64> {
        self.due = None;
        std::mem::take(&mut self.latest)
    }

    /// Takes the one of a channel that is about to be left.
    pub(crate) fn take_one(&mut self, channel: &str) -> Option<u64> {
        self.latest.remove(channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(seq: u64) -> Position {
        Position { epoch: "e".into(), seq }
    }

    #[test]
    fn only_the_furthest_place_of_each_channel_is_sent_and_soon() {
        let start = Instant::now();
        let mut receipts = Receipts::default();
        receipts.connected(Some("e".into()));
        for (channel, seq, after) in [("bar", 3, 0), ("*", 1, 10), ("bar", 5, 60), ("bar", 4, 90)] {
            receipts.add(channel.into(), &place(seq), start + Duration::from_millis(after));
        }
        assert_eq!(receipts.due(), Some(start + GATHER), "what comes later does not put off the first");
        let expected = [("*".to_owned(), 1), ("bar".to_owned(), 5)];
        assert_eq!(receipts.take().into_iter().collect::<Vec<_>>(), expected);
        assert_eq!(receipts.due(), None, "nothing is left to send");
    }

    #[test]
    fn a_place_of_another_database_or_of_no_connection_is_not_sent() {
        let mut receipts = Receipts::default();
        receipts.add("bar".into(), &place(3), Instant::now());
        receipts.connected(Some("restored".into()));
        receipts.add("bar".into(), &place(3), Instant::now());
        assert!(receipts.take().is_empty(), "3 is another notification there");
        receipts.connected(None);
        receipts.add("bar".into(), &place(3), Instant::now());
        assert!(receipts.take().is_empty(), "a hub without the additions would call it an unknown event");
    }
}
