//! Sends whose answer has not come yet.

use std::collections::VecDeque;

use chapfood_protocol::{ErrorMessage, NotificationSent, event};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::SendFault;

/// Where the answer to a send goes.
pub(crate) type Reply = oneshot::Sender<Result<NotificationSent, SendFault>>;

/// The most sends remembered after their sender gave up on them.
const FORGOTTEN_LIMIT: usize = 1_024;

#[derive(Debug)]
struct Waiting {
    /// What the hub echoes. `None` only if the system had no random bytes.
    client_id: Option<String>,
    until: Instant,
    /// `None` once the sender was told "unconfirmed". The place in the order is kept: a hub that echoes no
    /// id would otherwise answer the next one with this one's answer.
    reply: Option<Reply>,
}

/// In the order in which they were sent, which is the order in which a hub answers.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    waiting: VecDeque<Waiting>,
}

impl Pending {
    /// A notification is on its way to the hub.
    pub(crate) fn add(&mut self, client_id: Option<String>, until: Instant, reply: Reply) {
        while self.waiting.len() >= FORGOTTEN_LIMIT && self.waiting.front().is_some_and(|w| w.reply.is_none())
        {
            self.waiting.pop_front();
        }
        self.waiting.push_back(Waiting { client_id, until, reply: Some(reply) });
    }

    /// `notification-sent` came.
    pub(crate) fn confirm(&mut self, sent: NotificationSent) {
        if let Some(reply) = self.answered(sent.client_id.as_deref()).and_then(|waiting| waiting.reply) {
            // A sender that stopped listening wants no answer.
            let _ = reply.send(Ok(sent));
        }
    }

    /// `error-message` came. It is given back if it answers no send that somebody waits for.
    pub(crate) fn refuse(&mut self, error: ErrorMessage) -> Option<ErrorMessage> {
        // A hub that names no event may mean any of ours; a send under way is the likeliest.
        let about_a_send = error.event.as_deref().is_none_or(|event| event == event::SEND_NOTIFICATION);
        if !about_a_send {
            return Some(error);
        }
        match self.answered(error.client_id.as_deref()).and_then(|waiting| waiting.reply) {
            Some(reply) => {
                let _ = reply.send(Err(SendFault::Refused(Box::new(error))));
                None
            }
            None => Some(error),
        }
    }

    /// When the oldest sender gives up.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.waiting.iter().find(|waiting| waiting.reply.is_some()).map(|waiting| waiting.until)
    }

    /// Tells those whose time is over at `now`.
    pub(crate) fn expire(&mut self, now: Instant) {
        for waiting in self.waiting.iter_mut().filter(|waiting| waiting.until <= now) {
            unconfirmed(waiting.reply.take());
        }
    }

    /// The link is gone, and no answer can come any more.
    pub(crate) fn abandon(&mut self) {
        for waiting in self.waiting.drain(..) {
            unconfirmed(waiting.reply);
        }
    }

    fn answered(&mut self, client_id: Option<&str>) -> Option<Waiting> {
        match client_id {
            None => self.waiting.pop_front(),
            Some(_) => {
                let place = self.waiting.iter().position(|w| w.client_id.as_deref() == client_id)?;
                self.waiting.remove(place)
            }
        }
    }
}

fn unconfirmed(reply: Option<Reply>) {
    if let Some(reply) = reply {
        let _ = reply.send(Err(SendFault::Unconfirmed));
    }
}

#[cfg(test)]
#[path = "pending_tests.rs"]
mod tests;
