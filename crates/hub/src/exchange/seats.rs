//! The channels of one socket, and for whom its places are remembered. Pure: no clock, no network.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use chapfood_protocol::{Auth, BROADCAST};

use super::membership::Membership;
use crate::log::{Cursor, Place};
use crate::subscriber::subscriber;

/// Channels that a socket may have left with something in doubt. Of more than these that comes again.
const LEFT: usize = 1_000;

/// Where one socket is.
#[derive(Debug)]
pub(crate) struct Seats {
    /// For whom places are remembered.
    pub(super) subscriber: Option<Arc<str>>,
    /// Whether it says itself what it has received.
    pub(super) acknowledges: bool,
    /// By channel.
    pub(super) memberships: HashMap<Arc<str>, Membership>,
    /// Channels that it left on this connection: what was given may still be on its way, and what it has
    /// must not be given again if it comes back.
    left: HashMap<Arc<str>, Membership>,
}

/// A receipt for a channel that the socket was never in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotHere;

impl Seats {
    /// The seats of a client that has just connected.
    pub(crate) fn of(auth: &Auth) -> Self {
        Self {
            subscriber: subscriber(auth).map(Into::into),
            acknowledges: auth.acknowledges(),
            memberships: HashMap::new(),
            left: HashMap::new(),
        }
    }

    /// For whom this socket's place in a channel is remembered: broadcasts are kept for devices that
    /// acknowledge only.
    pub(super) fn kept_for(&self, channel: &str) -> Option<&Arc<str>> {
        self.subscriber.as_ref().filter(|_| self.acknowledges || channel != BROADCAST)
    }

    /// Takes a seat at its place in a channel, or keeps the one that it has or had.
    pub(super) fn join(&mut self, channel: &Arc<str>, place: &Place) -> &mut Membership {
        match self.memberships.entry(Arc::clone(channel)) {
            Entry::Occupied(seat) => seat.into_mut(),
            Entry::Vacant(free) => {
                let before = self.left.remove(channel);
                free.insert(before.map_or_else(|| Membership::new(place), |seat| seat.back(place.head)))
            }
        }
    }

    /// Gives up the seat in a channel. Says whether there was one.
    pub(super) fn leave(&mut self, channel: &Arc<str>) -> bool {
        let Some(mut membership) = self.memberships.remove(channel) else { return false };
        membership.pause();
        // Of a client that is remembered nowhere nothing comes again, so nothing is in doubt.
        if self.subscriber.is_some() && !membership.is_settled() && self.left.len() < LEFT {
            self.left.insert(Arc::clone(channel), membership);
        }
        true
    }

    /// The membership of a channel that it is in or has left.
    pub(super) fn membership(&mut self, channel: &str) -> Option<&mut Membership> {
        match self.memberships.get_mut(channel) {
            None => self.left.get_mut(channel),
            some => some,
        }
    }

    /// The client answered a ping, when it was `told` everything or answers to it still waited for room. Says
    /// what it surely has that was not known before.
    pub(super) fn on_pong(&mut self, told: bool) -> Vec<Cursor> {
        let Some(subscriber) = self.subscriber.clone().filter(|_| !self.acknowledges) else {
            return Vec::new();
        };
        let memberships = self.memberships.iter_mut().chain(&mut self.left);
        let received = memberships.filter(|(channel, _)| ***channel != *BROADCAST);
        let received = received
            .filter_map(|(channel, membership)| Some(cursor(&subscriber, channel, membership.on_pong(told)?)))
            .collect();
        self.left.retain(|_, membership| !membership.is_settled());
        received
    }

    /// The device says that everything up to `seq` is committed there. Says how far it is, if that is new;
    /// without a device there is nobody to remember it for.
    pub(super) fn on_received(&mut self, channel: &Arc<str>, seq: u64) -> Result<Option<Cursor>, NotHere> {
        let subscriber = self.subscriber.clone().filter(|_| self.acknowledges);
        let membership = self.membership(channel).ok_or(NotHere)?;
        let received = subscriber
            .and_then(|subscriber| Some(cursor(&subscriber, channel, membership.on_received(seq)?)));
        if self.left.get(channel).is_some_and(Membership::is_settled) {
            self.left.remove(channel);
        }
        Ok(received)
    }

    /// Where everybody for whom a place is remembered stands, as far as is sure: they are here.
    pub(super) fn present(&self) -> impl Iterator<Item = Cursor> {
        self.memberships.iter().filter_map(|(channel, membership)| {
            Some(cursor(self.kept_for(channel)?, channel, membership.received()))
        })
    }

    /// The client went in order, when everything up to the place `left` had left the hub. Says what it has
    /// by that; a device says so itself.
    pub(super) fn on_clean_end(&mut self, left: u64) -> Vec<Cursor> {
        let Some(subscriber) = self.subscriber.clone().filter(|_| !self.acknowledges) else {
            return Vec::new();
        };
        let memberships = self.memberships.iter_mut().chain(&mut self.left);
        let received = memberships.filter(|(channel, _)| ***channel != *BROADCAST);
        received
            .filter_map(|(channel, membership)| {
                Some(cursor(&subscriber, channel, membership.on_clean_end(left)?))
            })
            .collect()
    }
}

fn cursor(subscriber: &Arc<str>, channel: &Arc<str>, seq: u64) -> Cursor {
    Cursor { subscriber: Arc::clone(subscriber), channel: Arc::clone(channel), seq }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device in channel `a` that was given 1.
    fn given_one() -> (Seats, Arc<str>) {
        let device = serde_json::json!({ "device_id": "bar", "protocol": 2 });
        let mut seats = Seats::of(&Auth::from_value(&device));
        let channel: Arc<str> = "a".into();
        let begin = Place { head: 0, pruned: 0, received: 0, unknown: false, claimed: false };
        seats.join(&channel, &begin).gave(1, 0);
        (seats, channel)
    }

    #[test]
    fn a_channel_that_was_left_is_forgotten_once_all_that_was_given_is_acknowledged() {
        let (mut seats, channel) = given_one();
        assert!(seats.leave(&channel));
        let received = seats.on_received(&channel, 1).expect("it was here").map(|cursor| cursor.seq);
        assert_eq!(received, Some(1));
        assert!(seats.left.is_empty(), "nothing is in doubt any more");
    }

    #[test]
    fn a_client_that_joins_and_leaves_without_end_is_remembered_up_to_a_bound() {
        let (mut seats, _) = given_one();
        for n in 0..2 * LEFT {
            let channel: Arc<str> = n.to_string().into();
            let begin = Place { head: 0, pruned: 0, received: 0, unknown: false, claimed: false };
            seats.join(&channel, &begin).gave(1, 0);
            assert!(seats.leave(&channel));
        }
        assert_eq!(seats.left.len(), LEFT);
    }
}
