//! Telling who is in charge of what.

use chapfood_protocol::BROADCAST;

use super::{Asked, Exchange};
use crate::log::Entry;

impl Exchange {
    /// Somebody took or released a notification, just now or, if it is not `new`, before.
    ///
    /// What is new goes to the channel's members in the log's order, and that is the asker's answer too if it
    /// is one of them. Everybody else who asks is answered alone, out of that order.
    pub(super) fn on_claimed(&mut self, asked: Asked, entry: Entry, new: bool) {
        let (event, seq) = (entry.event(), entry.seq());
        if new {
            self.deliver(event, entry.channel(), seq, &entry);
        }
        if !self.is_current(&asked) {
            return;
        }
        let channel = entry.channel().unwrap_or(BROADCAST);
        let Some(client) = self.clients.get_mut(&asked.sid) else { return };
        if new && client.seats.memberships.contains_key(channel) {
            self.acknowledge(asked.sid, event, &entry, asked.ack);
        } else {
            self.answer(asked.sid, event, &entry.into_answer(), asked.ack);
        }
    }
}
