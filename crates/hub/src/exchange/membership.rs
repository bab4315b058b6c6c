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
#[path = "membership_tests.rs"]
mod tests;
