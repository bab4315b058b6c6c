//! When a session begins and ends, and the hub of this computer with it.

use super::{Owner, Report};
use crate::contract::Link;
use crate::feed::Feed;

impl Owner {
    /// A new session by the settings as they are; the one before says goodbye on its own.
    pub(super) fn start_session(&mut self) {
        self.end_session();
        let Some(ears) = &self.ears else { return };
        self.sessions += 1;
        let feed = Feed::start(
            self.sessions,
            &self.state.settings,
            self.state.language(),
            self.pacing.clone(),
            ears,
        );
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
        let started = self.hosting.turn_on(self.state.settings.hub_port);
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
    pub(super) fn own_hub_started(&mut self) {
        match &self.feed {
            None => self.start_session(),
            Some(feed) if self.state.listens_to_own_hub() => feed.session().try_now(),
            Some(_) => {}
        }
    }
}
