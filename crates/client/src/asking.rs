//! What is asked of a hub that cannot do it yet, until it can.

use std::time::Duration;

use chapfood_protocol::{ErrorMessage, Problem, event};
use serde_json::json;
use tokio::time::Instant;

use crate::again::Ask;
use crate::connection::Connection;
use crate::supervisor::{Ending, Supervisor};

impl Supervisor {
    /// Takes note of an error that nobody has to hear: what it answers is asked again, or was never asked by a person.
    pub(crate) fn puts_off(&mut self, error: &ErrorMessage) -> bool {
        let asked = error.event.as_deref();
        if let (Some(after), true) = (error.retry_after_ms, error.has_code(&Problem::RateLimited(0).code())) {
            let ask = match (asked, &error.channel) {
                (Some(event::JOIN_CHANNEL), Some(channel)) => Ask::Join(channel.clone()),
                (Some(event::LEAVE_CHANNEL), Some(channel)) => Ask::Leave(channel.clone()),
                (Some(event::SET_PRESENCE), _) => Ask::Presence,
                _ => return false,
            };
            tracing::debug!(?ask, after, "the hub asks us to wait");
            self.again.refused(ask, Duration::from_millis(after), Instant::now());
            return true;
        }
        if asked == Some(event::SET_PRESENCE) {
            // The token may not allow it, or the hub not know it: others then see this computer as it was before.
            tracing::debug!(errors = ?error.errors, "the hub takes no presence from us");
            return true;
        }
        false
    }

    /// Asks what is due, if it is still wanted.
    pub(crate) async fn ask_again(&mut self, connection: &Connection) -> Result<(), Ending> {
        match self.again.take(Instant::now()) {
            Some(Ask::Join(channel)) if self.channels.contains(&channel) => {
                self.emit(connection, event::JOIN_CHANNEL, Some(json!(channel))).await
            }
            Some(Ask::Leave(channel)) if !self.channels.contains(&channel) => {
                self.emit(connection, event::LEAVE_CHANNEL, Some(json!(channel))).await
            }
            Some(Ask::Presence) => self.tell_presence(connection).await,
            Some(Ask::Join(_) | Ask::Leave(_)) | None => Ok(()),
        }
    }

    /// Says whether anybody here hears us, if that is known and the hub can take it.
    pub(crate) async fn tell_presence(&mut self, connection: &Connection) -> Result<(), Ending> {
        let Some(state) = self.presence.filter(|_| self.receipts.hub_has_additions()) else { return Ok(()) };
        self.again.forget(&Ask::Presence);
        self.emit(connection, event::SET_PRESENCE, Some(json!(state))).await
    }
}
