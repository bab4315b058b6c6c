//! When a session begins and ends, and the hub of this computer with it.

use std::collections::BTreeMap;

use chapfood_client::SessionConfig;
use chapfood_protocol::Auth;

use super::{Owner, Report};
use crate::contract::{Link, RefusalReason};
use crate::feed::{Feed, auth};
use crate::{pairing, settings, words};

impl Owner {
    /// A new session by the settings as they are; the one before says goodbye on its own.
    pub(super) async fn start_session(&mut self) {
        self.end_session();
        if self.ears.is_none() || !self.state.settings.set_up {
            return;
        }
        let Some(token) = self.held_token() else { return };
        let pin = self.state.settings.known_hub.as_ref().map(pairing::pin);
        if let Some(None) = pin {
            // Without it whoever answers there would be shown the token.
            let now = self.clock.now().as_millis();
            let words = words::unreadable_certificate(self.state.language()).to_owned();
            let reason = RefusalReason::CertificateChanged;
            self.state.link = Link::Refused { reason, words, next_at: now, since: now };
            return;
        }
        let pin = pin.flatten();
        let Some(ears) = &self.ears else { return };
        let settings = &self.state.settings;
        let hub = self.state.hub_key().to_owned();
        let key = hub.clone();
        // A disk that cannot be read names no place: the hub goes on from the last receipt.
        let cursors = self.history.run(move |inbox| inbox.cursors(&hub)).await.unwrap_or_else(|fault| {
            tracing::error!(%fault, "the places in the hub's log cannot be read");
            BTreeMap::new()
        });
        let config = SessionConfig {
            address: settings.hub_address.clone(),
            pin,
            auth: Auth {
                token,
                ..auth(settings, self.state.language(), &self.device_id, self.device_name.clone())
            },
            channels: settings.channels.clone(),
            cursors: None,
            pacing: self.pacing.clone(),
        };
        self.sessions += 1;
        let feed = Feed::start(self.sessions, key, config, cursors, ears);
        self.feed = Some(feed);
    }

    /// Until another one starts, the station is connecting.
    pub(super) fn end_session(&mut self) {
        if let Some(feed) = self.feed.take() {
            let session = feed.session().clone();
            tokio::spawn(session.close());
        }
        self.state.link = Link::Connecting;
        self.state.hub_name = None;
        self.state.hub_stats = None;
        self.state.channels.disconnected();
        self.refresh_at = None;
    }

    pub(super) fn turn_hub_on(&self) {
        let started = self.hosting.turn_on(settings::hub_plan(&self.state.settings));
        let reports = self.to_reports.clone();
        tokio::spawn(async move {
            if started.await.is_ok() {
                // The station may have ended meanwhile.
                let _ = reports.send(Report::HubStarted);
            }
        });
    }

    /// Nobody waits for the end of it: the state tells.
    pub(super) fn turn_hub_off(&self) {
        drop(self.hosting.turn_off());
    }

    /// On or failed: if it failed because another hub has the port, that one may be listened to.
    pub(super) async fn own_hub_started(&mut self) {
        match &self.feed {
            None => self.start_session().await,
            Some(feed) if self.state.listens_to_own_hub() => feed.session().try_now(),
            Some(_) => {}
        }
    }
}
