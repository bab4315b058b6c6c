//! Giving the log's entries to those who are due them: live to who is level, from the log to who is behind.

use chapfood_protocol::{BROADCAST, event};
use serde::Serialize;
use socketioxide::socket::Sid;

use super::client::{Given, json_bytes};
use super::{Exchange, count};
use crate::clock;
use crate::log::{Feed, FeedRequest};

/// Entries given to one client before the next one has its turn, so that 10,000 missed ones of one
/// do not delay what is live for the others.
const TURN: usize = 256;

impl Exchange {
    /// Gives an entry that was just committed to every member that is level. The others are fed it from the
    /// log. Says how many sockets are in the channel.
    pub(super) fn deliver(
        &mut self,
        event: &'static str,
        channel: Option<&str>,
        seq: u64,
        entry: &impl Serialize,
    ) -> u32 {
        let channel = channel.unwrap_or(BROADCAST);
        let Some(room) = self.rooms.get_mut(channel) else { return 0 };
        room.head = seq;
        let bytes = json_bytes(entry);
        for sid in &room.members {
            let Some(client) = self.clients.get_mut(sid) else { continue };
            let Some(membership) = client.seats.memberships.get(channel) else { continue };
            // One that is behind comes to this one in its turn.
            let level = membership.takes(seq);
            let given = if level { client.give(event, entry, bytes) } else { Given::Full };
            let ends_at = client.window.end();
            let Some(membership) = client.seats.memberships.get_mut(channel) else { continue };
            match given {
                Given::Yes => membership.gave(seq, ends_at),
                Given::Full => {
                    if event != event::NOTIFICATION_RECEIVED {
                        membership.learn_claims(&[seq]);
                    }
                    self.busy.insert(*sid);
                }
                Given::Gone => {}
            }
        }
        count(room.members.len())
    }

    /// One turn for each client that has something waiting.
    pub(super) fn serve_busy(&mut self) {
        let busy: Vec<_> = self.busy.iter().copied().collect();
        for sid in busy {
            self.serve(sid);
        }
    }

    /// Gives a client what it is owed, as far as its buffer and its turn go, and asks the log for more.
    pub(super) fn serve(&mut self, sid: Sid) {
        let stats_owed = self.clients.get(&sid).is_some_and(|client| client.stats_owed);
        let stats = stats_owed.then(|| self.stats());
        self.tell_owed_presence(sid);
        let Some(client) = self.clients.get_mut(&sid) else {
            self.busy.remove(&sid);
            return;
        };
        client.flush();
        if let Some(stats) = stats {
            client.stats_owed = client.give(event::SERVER_STATS, &stats, json_bytes(&stats)) == Given::Full;
        }
        let now = clock::now();
        let mut owes = client.owes();
        let mut turn = TURN;
        let mut memberships = std::mem::take(&mut client.seats.memberships);
        for (channel, membership) in &mut memberships {
            while turn > 0
                && let Some(next) = membership.peek(now)
                && client.give(next.event(), next, json_bytes(next)) == Given::Yes
            {
                membership.gave_first(client.window.end());
                turn -= 1;
            }
            let head = self.rooms.get(channel).map_or(0, |room| room.head);
            if let Some((from, to)) = membership.wants(head) {
                let request = FeedRequest { key: sid, channel: channel.to_string(), from, to };
                // Refused only while the hub stops.
                let _ = self.feeds.send(request);
            }
            owes |= membership.missing(head) > 0;
        }
        client.seats.memberships = memberships;
        if owes {
            self.busy.insert(sid);
        } else {
            self.busy.remove(&sid);
        }
    }

    /// Takes what the log read for a client that is behind.
    pub(super) fn on_feed(&mut self, feed: Feed<Sid>) {
        let Some(client) = self.clients.get_mut(&feed.key) else { return };
        let failed = feed.entries.is_empty() && feed.next == feed.from;
        if let Some(membership) = client.seats.membership(&feed.channel) {
            membership.fed(feed.from, feed.entries, feed.next);
        }
        // A disk that fails is asked again at the next turn, not at once.
        if !failed {
            self.serve(feed.key);
        }
    }
}
