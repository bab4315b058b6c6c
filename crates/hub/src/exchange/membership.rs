//! How far one socket is in one channel. Pure: no clock, no network.

use std::collections::VecDeque;

use chapfood_protocol::Timestamp;

use crate::log::{Entry, Place};

/// One socket's place in one channel.
///
/// A member is *level* when it was given everything up to the channel's head; then it gets what is new as
/// it comes. One that joined with something pending, or whose buffer was full, is *behind* and is fed in
/// order from the log until it is level again. Nothing is skipped and nothing given twice on the way.
#[derive(Debug)]
pub(crate) struct Membership {
    /// The first number not yet given to the socket.
    next: u64,
    /// Numbers up to this one that it has not received are no longer kept: told, and not given.
    gap_until: u64,
    /// Numbers up to this one were waiting when it joined.
    pending_until: u64,
    /// Read from the log, not yet given.
    buffer: VecDeque<Entry>,
    /// Those numbers from `next` on that are claims, ascending.
    claims: VecDeque<u64>,
    /// The first number not yet read from the log; beyond `next` by what is in the buffer.
    read: u64,
    /// A read is under way.
    reading: bool,
    /// Everything up to here has surely reached the client.
    received: u64,
    /// What had been given when the last pong came in.
    given_at_last_pong: u64,
    /// Where in the socket's stream of bytes the last given notification ends.
    ends_at: u64,
}

impl Membership {
    /// A socket whose subscriber stands there.
    pub(crate) fn new(place: &Place) -> Self {
        let next = place.start().min(place.head) + 1;
        let received = place.received.min(place.head);
        Self {
            next,
            gap_until: if place.is_whole() { 0 } else { next - 1 },
            pending_until: place.head,
            buffer: VecDeque::new(),
            claims: VecDeque::new(),
            read: next,
            reading: false,
            received,
            given_at_last_pong: received,
            ends_at: 0,
        }
    }

    /// Everything up to this number has surely reached the client.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// How many entries are still to be given, of a channel at `head`.
    pub(crate) fn missing(&self, head: u64) -> u64 {
        (head + 1).saturating_sub(self.next)
    }

    /// How many of them are notifications.
    pub(crate) fn pending(&self, head: u64) -> u64 {
        self.missing(head).saturating_sub(self.claims.len() as u64)
    }

    /// These numbers are claims, ascending. What was known or given already is passed over.
    pub(crate) fn learn_claims(&mut self, seqs: &[u64]) {
        let known = self.claims.back().map_or(self.next, |last| last + 1);
        self.claims.extend(seqs.iter().filter(|seq| **seq >= known));
    }

    /// Whether `seq` can be given now, straight as it was published.
    pub(crate) fn takes(&self, seq: u64) -> bool {
        self.next == seq
    }

    /// `seq` was given, and ends at this place in the socket's stream of bytes.
    pub(crate) fn gave(&mut self, seq: u64, ends_at: u64) {
        self.ends_at = ends_at;
        self.go_to(seq + 1);
        self.read = self.read.max(self.next);
    }

    fn go_to(&mut self, next: u64) {
        self.next = next;
        while self.claims.front().is_some_and(|seq| *seq < next) {
            self.claims.pop_front();
        }
    }

    /// The next thing to give from what was read, at `now`, marked if it was waiting when the socket joined.
    pub(crate) fn peek(&mut self, now: Timestamp) -> Option<&Entry> {
        let pending_until = self.pending_until;
        let first = self.buffer.front_mut()?;
        first.mark(first.seq() <= pending_until, now);
        Some(first)
    }

    /// What [`Membership::peek`] showed was given.
    pub(crate) fn gave_first(&mut self, ends_at: u64) {
        if let Some(first) = self.buffer.pop_front() {
            self.gave(first.seq(), ends_at);
        }
        self.skip_deleted();
    }

    /// The numbers to read next, if the socket is behind `head` and has nothing left to give.
    pub(crate) fn wants(&mut self, head: u64) -> Option<(u64, u64)> {
        if self.reading || !self.buffer.is_empty() || self.next > head {
            return None;
        }
        self.reading = true;
        Some((self.read, head))
    }

    /// Takes what was read from `from` on; `next` is the first number not looked at. What was read before a
    /// leave is not for after it.
    pub(crate) fn fed(&mut self, from: u64, entries: Vec<Entry>, next: u64) {
        self.reading = false;
        if from != self.read {
            return;
        }
        self.read = self.read.max(next);
        self.buffer.extend(entries);
        self.skip_deleted();
    }

    /// Once nothing read is left to give, the numbers that were read and are no longer kept count as given.
    fn skip_deleted(&mut self) {
        if self.buffer.is_empty() {
            self.go_to(self.next.max(self.read));
        }
    }

    /// A pong came in. It answers a ping that was sent after the pong before it, so the client has everything
    /// given before that one. Says how far, if that is further than before.
    ///
    /// A gap counts as received when the word of it does: it goes before everything that is given after it, and
    /// if there is nothing, `told` says whether it went.
    pub(crate) fn on_pong(&mut self, told: bool) -> Option<u64> {
        let surely = self.given_at_last_pong;
        if told || self.gave_past_gap() {
            self.given_at_last_pong = self.next - 1;
        }
        self.advance(surely)
    }

    fn gave_past_gap(&self) -> bool {
        self.next - 1 > self.gap_until
    }

    /// The client went in order, when everything up to the place `left` had left the hub: then what was given
    /// counts as received. Otherwise only what a pong vouches for does, and the rest comes again. So does the word
    /// of a gap after which nothing was given. Says how far, if further than before.
    pub(crate) fn on_clean_end(&mut self, left: u64) -> Option<u64> {
        if self.ends_at > left || !self.gave_past_gap() { None } else { self.advance(self.next - 1) }
    }

    /// Whether nothing that was given is still in doubt, and no read is under way: then whoever comes back can
    /// start from the marks.
    pub(crate) fn is_settled(&self) -> bool {
        !self.reading && self.received + 1 == self.next
    }

    /// The client left the channel: nothing more is given until it comes back. A read that is under way is
    /// remembered, so that coming and going does not pile up reads.
    pub(crate) fn pause(&mut self) {
        self.buffer.clear();
        self.read = self.next;
    }

    /// The client is back in a channel at `head`: what came meanwhile was waiting for it.
    pub(crate) fn back(self, head: u64) -> Self {
        Self { pending_until: head, ..self }
    }

    /// The device has everything up to `seq`. More than it was given counts as what it was given. Says how
    /// far, if that is further than before.
    pub(crate) fn on_received(&mut self, seq: u64) -> Option<u64> {
        self.advance(seq.min(self.next - 1))
    }

    fn advance(&mut self, seq: u64) -> Option<u64> {
        (seq > self.received).then(|| {
            self.received = seq;
            seq
        })
    }
}

#[cfg(test)]
mod tests {
    use chapfood_protocol::{Notification, NotificationId, NotificationType};
    use proptest::prelude::*;

    use super::*;

    fn notification(seq: u64) -> Entry {
        lasting(seq, None)
    }

    fn lasting(seq: u64, ttl: Option<u32>) -> Entry {
        Entry::Notification(Notification {
            id: NotificationId::new(format!("n_{seq}")),
            kind: NotificationType::Info,
            title: String::new(),
            message: String::new(),
            data: None,
            sender: String::new(),
            channel: None,
            timestamp: Timestamp::default(),
            seq,
            replayed: false,
            epoch: None,
            key: None,
            ttl,
            expired: false,
        })
    }

    /// What is next, if it is a notification: whether it is marked as replayed and as expired.
    fn marks(member: &mut Membership, millis: i64) -> Option<(bool, bool)> {
        match member.peek(Timestamp::from_millis(millis))? {
            Entry::Notification(next) => Some((next.replayed, next.expired)),
            _ => None,
        }
    }

    /// One whose subscriber has the channel up to `received`, of `head`.
    fn member(received: u64, head: u64) -> Membership {
        Membership::new(&Place { head, pruned: 0, received, unknown: false, claimed: false })
    }

    #[test]
    fn the_word_of_a_gap_counts_as_heard_when_something_after_it_does_or_at_a_pong_after_it() {
        let gap = Place { head: 5, pruned: 5, received: 2, unknown: false, claimed: false };
        let mut lost = Membership::new(&gap);
        assert_eq!(lost.on_pong(true), None, "this pong may be older than the word");
        assert_eq!(lost.on_clean_end(0), None, "nobody knows whether it was still on its way");

        let mut quiet = Membership::new(&gap);
        assert_eq!((quiet.on_pong(false), quiet.on_pong(true)), (None, None), "it had to wait for room");
        assert_eq!(quiet.on_pong(true), Some(5));

        let mut busy = Membership::new(&gap);
        busy.gave(6, 100);
        assert_eq!(busy.on_clean_end(100), Some(6), "the word went before 6");
    }

    #[test]
    fn a_pong_vouches_for_what_was_given_before_the_pong_before_it() {
        let mut member = member(0, 0);
        member.gave(1, 0);
        assert_eq!(
            member.on_pong(true),
            None,
            "this pong may answer a ping older than the first notification"
        );
        member.gave(2, 0);
        assert_eq!(member.on_pong(true), Some(1), "1 was given before the last pong, 2 was not");
        assert_eq!(member.on_pong(true), Some(2), "now 2 was as well");
        assert_eq!(member.on_pong(true), None, "nothing new");
    }

    #[test]
    fn a_device_is_believed_up_to_what_it_was_given() {
        let mut member = member(3, 3);
        member.gave(4, 0);
        member.gave(5, 0);
        assert_eq!(member.on_received(4), Some(4));
        assert_eq!(member.on_received(2), None, "a receipt never goes back");
        assert_eq!(member.on_received(1_000), Some(5), "nobody can have what was not given");
    }

    #[test]
    fn a_clean_end_counts_only_what_has_left_the_hub() {
        let mut member = member(0, 0);
        member.gave(1, 100);
        assert_eq!(member.on_clean_end(99), None, "its last byte is still here");
        assert_eq!(member.on_clean_end(100), Some(1));
    }

    #[test]
    fn a_read_from_before_a_leave_is_not_taken_for_one_after_it() {
        let mut member = member(0, 9);
        assert_eq!(member.wants(9), Some((1, 9)));
        member.fed(1, vec![notification(1), notification(2)], 3);
        member.gave_first(0);
        member.pause();
        assert_eq!(member.wants(9), Some((2, 9)), "it goes on where it was");
        member.fed(1, vec![notification(1)], 2);
        assert!(member.peek(Timestamp::default()).is_none(), "an old answer is dropped");
        assert_eq!(member.wants(9), Some((2, 9)), "and asked again");
    }

    #[test]
    fn what_waited_is_marked_as_replayed_and_what_came_since_is_not() {
        let mut member = member(0, 1);
        assert_eq!(member.wants(2), Some((1, 2)));
        member.fed(1, vec![notification(1), notification(2)], 3);
        assert!(marks(&mut member, 0).is_some_and(|(replayed, _)| replayed), "1 waited for the socket");
        member.gave_first(0);
        assert!(marks(&mut member, 0).is_some_and(|(replayed, _)| !replayed), "2 came after the join");
    }

    #[test]
    fn what_is_given_after_its_time_is_given_all_the_same_and_says_so() {
        let mut member = member(0, 2);
        assert_eq!(member.wants(2), Some((1, 2)));
        member.fed(1, vec![lasting(1, Some(90)), notification(2)], 3);
        let mut expired = |millis| marks(&mut member, millis).map(|(_, expired)| expired);
        assert_eq!(expired(89_999), Some(false), "there is a millisecond left");
        assert_eq!(expired(90_000), Some(true), "it waited for room until its time was over");
        member.gave_first(0);
        assert_eq!(marks(&mut member, i64::MAX), Some((true, false)), "2 has no end");
    }

    #[test]
    fn what_came_while_it_was_out_of_the_channel_is_marked_as_replayed() {
        let mut member = member(0, 0);
        member.gave(1, 0);
        member.pause();
        let mut member = member.back(2);
        assert_eq!(member.wants(2), Some((2, 2)));
        member.fed(2, vec![notification(2)], 3);
        assert_eq!(marks(&mut member, 0), Some((true, false)));
    }

    #[test]
    fn numbers_that_are_no_longer_kept_do_not_hold_a_member_back() {
        let mut member = member(0, 5);
        assert_eq!(member.wants(5), Some((1, 5)));
        member.fed(1, vec![notification(2)], 6);
        member.gave_first(0);
        assert_eq!(member.missing(5), 0, "3 to 5 were deleted");
        assert!(member.takes(6), "the member is level");
    }

    #[derive(Debug, Clone)]
    enum Step {
        Publish,
        Drain(usize),
        Read(usize),
        Pong,
    }

    proptest! {
        /// Random interleavings of publishes, full buffers, partial reads and pongs.
        #[test]
        fn every_number_is_given_once_and_in_order(
            cursor in 0_u64..5,
            waiting in 0_u64..20,
            steps in prop::collection::vec(prop_oneof![
                Just(Step::Publish),
                (0_usize..4).prop_map(Step::Drain),
                (1_usize..4).prop_map(Step::Read),
                Just(Step::Pong),
            ], 0..200),
        ) {
            let mut head = cursor + waiting;
            let mut member = member(cursor, head);
            let mut given = Vec::new();
            let mut room = 3_usize;
            let mut asked = None;
            for step in steps.into_iter().chain([Step::Read(1000), Step::Drain(10_000), Step::Read(1000), Step::Drain(10_000)]) {
                match step {
                    Step::Publish => {
                        head += 1;
                        if member.takes(head) && room > 0 {
                            room -= 1;
                            member.gave(head, 0);
                            given.push(head);
                        }
                    }
                    Step::Drain(n) => {
                        room = n;
                        while room > 0 && let Some(seq) = member.peek(Timestamp::default()).map(Entry::seq) {
                            given.push(seq);
                            member.gave_first(0);
                            room -= 1;
                        }
                    }
                    Step::Read(n) => {
                        asked = asked.or_else(|| member.wants(head));
                        if let Some((from, to)) = asked.take() {
                            let to = to.min(from + n as u64 - 1);
                            member.fed(from, (from..=to).map(notification).collect(), to + 1);
                        }
                    }
                    Step::Pong => {
                        if let Some(received) = member.on_pong(true) {
                            prop_assert!(given.contains(&received), "received only what was given");
                        }
                    }
                }
            }
            prop_assert_eq!(given, (cursor + 1..=head).collect::<Vec<_>>());
        }
    }
}
