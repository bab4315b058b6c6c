//! What the hub says.

use std::collections::VecDeque;
use std::time::Duration;

use chapfood_client::{Delivery, LinkState};
use chapfood_inbox::{Arrival, Batch, Incoming};
use chapfood_protocol::{ErrorMessage, event};
use tokio::time::Instant;

use super::Owner;
use super::claiming::is_about_a_claim;
use crate::contract::{Event, HubStats};
use crate::feed::Feed;
use crate::link;

/// The least time between two questions for the channels. A shop that opens brings many changes at once.
const REFRESH_EVERY: Duration = Duration::from_secs(1);

impl Owner {
    pub(super) fn linked(&mut self, number: u64, state: LinkState) {
        if self.counts(number) {
            if matches!(state, LinkState::Connected { .. }) {
                self.forget_pause();
            } else {
                // The next connection begins in no channel, and shows as connected before it says so.
                self.state.channels.disconnected();
            }
            self.state.link = link::shown(state);
            // Each word of the link by itself: several may come in one turn, and the last of them is all that the
            // end of the turn sees.
            self.hear_outage();
            self.look_for_hubs();
        }
    }

    /// What is said over a link comes after the word that there is one.
    pub(super) fn catch_up_with_links(&mut self) {
        while let Ok((number, link)) = self.links.try_recv() {
            self.linked(number, link);
        }
    }

    pub(super) async fn hear(&mut self, number: u64, deliveries: Vec<Delivery>) {
        // A session that is ending is still stored: a hub that takes no receipts counts it as received. But no
        // cursor moves by it, since another session may have begun from where we were.
        let counts = self.counts(number);
        let mut batches = VecDeque::new();
        let mut batch = self.batch(counts);
        let mut claims = Vec::new();
        for delivery in deliveries {
            let Some(delivery) = self.without_trial(delivery) else { continue };
            match delivery {
                Delivery::Notification(notification) => {
                    let arrival = Arrival { caught_up: notification.replayed, notification };
                    batch.entries.push(Incoming::Arrival(arrival));
                }
                Delivery::Taken(change) => batch.entries.push(Incoming::Claim(self.heard_of(change, true))),
                Delivery::Released(change) => {
                    batch.entries.push(Incoming::Claim(self.heard_of(change, false)));
                }
                other if counts => {
                    if let (Delivery::Confirmed(confirmed), Some(feed)) = (&other, &mut self.feed) {
                        feed.confirmed(confirmed);
                        batches.push_back(std::mem::replace(&mut batch, self.batch(counts)));
                    }
                    note_places(&mut batch, &other);
                    self.heard(other).await;
                }
                _ => {}
            }
        }
        batches.push_back(batch);
        for entry in batches.iter().flat_map(|batch| &batch.entries) {
            if let Incoming::Claim(claim) = entry {
                claims.push((claim.change.id.clone(), claim.taken, claim.mine));
            }
        }
        self.store(batches).await;
        if self.unstored.is_none() {
            self.claims_stored(claims).await;
        }
    }

    /// An empty batch of the present connection.
    fn batch(&self, counts: bool) -> Batch {
        let origin = self.feed.as_ref().filter(|_| counts).and_then(Feed::origin).cloned();
        Batch { origin, ..Batch::default() }
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
                self.hub_answered();
                // Somebody came or went somewhere.
                self.refresh_at.get_or_insert_with(|| Instant::now() + REFRESH_EVERY);
            }
            Delivery::Errors(error) => self.refused(error).await,
            // Stored with what came with them.
            Delivery::Notification(_) | Delivery::Taken(_) | Delivery::Released(_) | Delivery::Resync(_) => {}
        }
    }

    pub(super) fn ask_for_channels(&mut self) {
        self.refresh_at = None;
        if let Some(feed) = &self.feed {
            feed.session().get_channels();
        }
    }

    async fn refused(&mut self, error: ErrorMessage) {
        let Some(error) = self.refused_in_trial(error) else { return };
        let error = match error {
            error if is_about_a_claim(&error) => match self.claim_refused(error).await {
                Some(error) => error,
                None => return,
            },
            error => error,
        };
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

/// What the hub says of our place in a channel's log.
fn note_places(batch: &mut Batch, delivery: &Delivery) {
    match delivery {
        Delivery::Resync(resync) => batch.gaps.push(resync.channel.clone()),
        Delivery::Joined(joined) => {
            if joined.recovered == Some(false) {
                batch.gaps.push(joined.channel.clone());
            }
            // With something pending, the first of it gives the place.
            if let (0, Some(head)) = (joined.pending_count, joined.head) {
                batch.heads.push((joined.channel.clone(), head));
            }
        }
        _ => {}
    }
}
