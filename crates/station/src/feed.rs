//! The running session: its words forwarded to the station's own task.

use std::collections::{BTreeMap, BTreeSet};

use chapfood_client::{Deliveries, Delivery, LinkState, Session, SessionConfig};
use chapfood_inbox::Origin;
use chapfood_protocol::{Auth, ConnectionConfirmed, Lang, PROTOCOL_VERSION, Position, PresenceState};
use tokio::sync::{mpsc, watch};

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
    /// By which the history knows the hub.
    hub: String,
    session: Session,
    /// What the next connection names to the hub.
    cursors: watch::Sender<Cursors>,
    /// Which log the present connection's numbers belong to. `None`: not connected yet, or the hub has none.
    origin: Option<Origin>,
    /// Whether the hub has said who it is.
    introduced: bool,
    /// What the session was last told to say of whether anybody hears this computer.
    presence: Option<PresenceState>,
}

/// How far this computer is, by channel; `*` for the broadcasts.
pub(crate) type Cursors = BTreeMap<String, Position>;

impl Feed {
    /// Starts session `number`, from where this computer is.
    ///
    /// Deliveries go on being forwarded after the feed is dropped, until the session has ended: a hub that
    /// takes no receipts may already count them as received.
    pub(crate) fn start(
        number: u64,
        hub: String,
        mut config: SessionConfig,
        cursors: Cursors,
        ears: &Ears,
    ) -> Self {
        let cursors = watch::Sender::new(cursors);
        config.cursors = Some(cursors.subscribe());
        let (session, deliveries) = Session::start(config);
        tokio::spawn(forward_link(number, session.clone(), ears.links.clone()));
        tokio::spawn(forward_deliveries(number, deliveries, ears.batches.clone()));
        Self { number, hub, session, cursors, origin: None, introduced: false, presence: None }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Has the hub know whether anybody hears this computer, if it is not known already.
    pub(crate) fn say_presence(&mut self, state: PresenceState) {
        if self.presence.replace(state) != Some(state) {
            self.session.presence(state);
        }
    }

    /// The log of the present connection.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Whether the hub has said who it is: until then, [`Feed::origin`] means nothing.
    pub(crate) fn is_introduced(&self) -> bool {
        self.introduced
    }

    /// A connection begins.
    pub(crate) fn confirmed(&mut self, confirmed: &ConnectionConfirmed) {
        self.introduced = true;
        self.origin =
            confirmed.log_epoch().map(|epoch| Origin { address: self.hub.clone(), epoch: epoch.to_owned() });
    }

    /// This is committed now; of the channels in `touched` the hub is told.
    pub(crate) fn committed(&self, cursors: Cursors, touched: &BTreeSet<&str>) {
        for (channel, position) in cursors.iter().filter(|(channel, _)| touched.contains(channel.as_str())) {
            self.session.received(channel, position.clone());
        }
        self.cursors.send_replace(cursors);
    }
}

/// As whom the station connects: with `device_id`, the hub keeps what this computer missed; a hub without the
/// additions does so with `user_id`. A station without a name gives the one of the published API, or everybody
/// would read its id instead.
pub(crate) fn auth(
    settings: &Settings,
    language: Language,
    device_id: &str,
    device_name: Option<String>,
) -> Auth {
    let name = Some(settings.username.clone()).filter(|name| !name.is_empty());
    Auth {
        user_id: Some(settings.user_id.clone()),
        username: Some(name.unwrap_or_else(|| Auth::default().sender().to_owned())),
        device_id: Some(device_id.to_owned()),
        device_name,
        lang: lang(language),
        protocol: Some(PROTOCOL_VERSION),
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
