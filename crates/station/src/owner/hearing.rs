//! What the hub says.

use std::time::Duration;

use chapfood_client::{Delivery, LinkState};
use chapfood_protocol::{ErrorMessage, event};
use tokio::time::Instant;

use super::Owner;
use crate::contract::{Event, HubStats};
use crate::feed::sorted;
use crate::link;

/// The least time between two questions for the channels. A shop that opens brings many changes at once.
const REFRESH_EVERY: Duration = Duration::from_secs(1);

impl Owner {
    pub(super) fn linked(&mut self, number: u64, state: LinkState) {
        if self.counts(number) {
            self.state.link = link::shown(state);
        }
    }

    pub(super) async fn hear(&mut self, number: u64, batch: Vec<Delivery>) {
        let (notifications, others) = sorted(batch);
        if self.counts(number) {
            for other in others {
                self.heard(other).await;
            }
        }
        // Also those of a session that is ending: its hub counts them as received.
        self.store(notifications).await;
    }

    fn counts(&self, number: u64) -> bool {
        self.feed.as_ref().is_some_and(|feed| feed.number() == number)
    }

    async fn heard(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Confirmed(confirmed) => {
                self.state.hub_name = confirmed.hub.map(|hub| hub.name);
                self.state.channels.connected(&self.state.settings.channels);
                self.ask_for_channels();
                if let Some(feed) = &self.feed {
                    feed.session().get_stats();
                }
            }
            Delivery::Joined(joined) => self.state.channels.joined(&joined.channel, joined.client_count),
            Delivery::Left(left) => self.state.channels.left(&left.channel),
            Delivery::Channels(active) => self.state.channels.listed(&active),
            Delivery::Stats(stats) => {
                self.state.hub_stats = Some(HubStats {
                    connected_clients: stats.connected_clients,
                    active_channels: stats.active_channels,
                    uptime: stats.uptime,
                });
                // Somebody came or went somewhere.
                self.refresh_at.get_or_insert_with(|| Instant::now() + REFRESH_EVERY);
            }
            Delivery::Resync(_) => {}
            Delivery::Errors(error) => self.refused(error).await,
            Delivery::Notification(notification) => self.store(vec![notification]).await,
        }
    }

    pub(super) fn ask_for_channels(&mut self) {
        self.refresh_at = None;
        if let Some(feed) = &self.feed {
            feed.session().get_channels();
        }
    }

    async fn refused(&mut self, error: ErrorMessage) {
        let about = error.event.as_deref();
        if about == Some(event::LEAVE_CHANNEL) && self.state.channels.leave_refused() {
            return;
        }
        // A hub that names no event can mean a join: sends have had their answer from the session.
        if matches!(about, None | Some(event::JOIN_CHANNEL))
            && let Some(name) = self.state.channels.refused(&error.codes)
        {
            self.disown(&name).await;
        }
        self.announcer.tell(Event::HubErrors {
            errors: error.errors,
            codes: error.codes,
            about: error.event,
        });
    }
}
