//! The running session: its words forwarded to the station's own task.

use chapfood_client::{Deliveries, Delivery, LinkState, Pacing, Session, SessionConfig};
use chapfood_protocol::{Auth, Lang, Notification};
use tokio::sync::mpsc;

use crate::contract::{Language, Settings};

/// Batches that may wait for the disk. Past that the client stops reading, and the hub keeps the rest.
pub(crate) const BATCHES: usize = 4;

/// Where sessions are heard. Sessions are numbered, so that an old one's last words are told apart.
#[derive(Debug, Clone)]
pub(crate) struct Ears {
    /// Apart from the batches: the link must show even while no batch is taken.
    pub(crate) links: mpsc::UnboundedSender<(u64, LinkState)>,
    pub(crate) batches: mpsc::Sender<(u64, Vec<Delivery>)>,
}

/// The session that counts.
#[derive(Debug)]
pub(crate) struct Feed {
    number: u64,
    session: Session,
}

impl Feed {
    /// Starts session `number` with these settings.
    ///
    /// Deliveries go on being forwarded after the feed is dropped, until the session has ended: the hub may
    /// already count them as received.
    pub(crate) fn start(
        number: u64,
        settings: &Settings,
        language: Language,
        pacing: Pacing,
        ears: &Ears,
    ) -> Self {
        let auth = auth(settings, language);
        let address = settings.hub_address.clone();
        let config =
            SessionConfig { address, auth, channels: settings.channels.clone(), cursors: None, pacing };
        let (session, deliveries) = Session::start(config);
        tokio::spawn(forward_link(number, session.clone(), ears.links.clone()));
        tokio::spawn(forward_deliveries(number, deliveries, ears.batches.clone()));
        Self { number, session }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }
}

/// As whom the station connects: with `user_id`, the hub keeps what the person missed. A station without a
/// name gives the one of the published API, or everybody would read its id instead.
fn auth(settings: &Settings, language: Language) -> Auth {
    let name = Some(settings.username.clone()).filter(|name| !name.is_empty());
    Auth {
        user_id: Some(settings.user_id.clone()),
        username: Some(name.unwrap_or_else(|| Auth::default().sender().to_owned())),
        lang: lang(language),
        ..Auth::default()
    }
}

/// The language of the hub's words.
pub(crate) fn lang(language: Language) -> Lang {
    match language {
        Language::Fr => Lang::Fr,
        Language::En => Lang::En,
    }
}

async fn forward_link(number: u64, session: Session, links: mpsc::UnboundedSender<(u64, LinkState)>) {
    let mut link = session.link();
    // The task must not keep alive the session it watches.
    drop(session);
    loop {
        let state = link.borrow_and_update().clone();
        if links.send((number, state)).is_err() || link.changed().await.is_err() {
            return;
        }
    }
}

async fn forward_deliveries(
    number: u64,
    mut deliveries: Deliveries,
    batches: mpsc::Sender<(u64, Vec<Delivery>)>,
) {
    while let Some(batch) = deliveries.next().await {
        if batches.send((number, batch)).await.is_err() {
            return;
        }
    }
}

/// What a batch holds for the history, and the rest, each in its order.
pub(crate) fn sorted(batch: Vec<Delivery>) -> (Vec<Notification>, Vec<Delivery>) {
    let mut notifications = Vec::new();
    let mut others = Vec::new();
    for delivery in batch {
        match delivery {
            Delivery::Notification(notification) => notifications.push(notification),
            other => others.push(other),
        }
    }
    (notifications, others)
}
