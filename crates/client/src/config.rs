use std::collections::BTreeMap;
use std::time::Duration;

use chapfood_protocol::{Auth, Position};
use tokio::sync::watch;

use crate::HubPin;

/// What a session needs to know at its start.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// The hub, e.g. `http://127.0.0.1:8001`. The path `/socket.io/` is added if there is none.
    pub address: String,
    /// The hub's certificate. With it the address is an `https` one, and nothing but this certificate is trusted there,
    /// whatever name or address the hub has. `None`: over `https`, what this computer's system trusts.
    pub pin: Option<HubPin>,
    /// Who connects.
    pub auth: Auth,
    /// The channels to be in from the first connection on.
    pub channels: Vec<String>,
    /// Where this computer is in each channel, as it stands when a connection begins; `None` for who keeps no
    /// places. Takes the place of [`Auth::cursors`].
    pub cursors: Option<watch::Receiver<BTreeMap<String, Position>>>,
    /// How patient the session is.
    pub pacing: Pacing,
}

/// How often a session tries and how long it waits. The defaults suit a shop's network; tests shorten them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pacing {
    /// The attempts that count as "reconnecting" before the hub counts as offline. 5 in the published API.
    pub attempts: u32,
    /// The wait before each of those attempts. 1 s in the published API.
    pub first_delay: Duration,
    /// The longest wait after them, 10 s. Each wait is between four fifths of it and all of it, at random, so
    /// that the stations of a chain do not all come back in the same instant.
    pub max_delay: Duration,
    /// From the first packet of an attempt to the hub's word that we are connected, 5 s.
    pub connect_deadline: Duration,
    /// How long a hub that accepted the connection may take to send `connection-confirmed` before it counts
    /// as a hub that does not send it, 500 ms.
    pub confirmation_grace: Duration,
    /// How long the network may take to accept one packet from us, 5 s.
    pub emit_deadline: Duration,
    /// How long a hub may take to answer a sent notification, 10 s.
    pub answer_deadline: Duration,
    /// How long a full queue of deliveries is waited for before the connection is ended, 3 s. While
    /// waiting, nothing is read, and so no ping is answered: keep it below the hub's ping timeout (5 s).
    pub reader_patience: Duration,
    /// How long an orderly goodbye may take, 1 s.
    pub goodbye_deadline: Duration,
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(10),
            connect_deadline: Duration::from_secs(5),
            confirmation_grace: Duration::from_millis(500),
            emit_deadline: Duration::from_secs(5),
            answer_deadline: Duration::from_secs(10),
            reader_patience: Duration::from_secs(3),
            goodbye_deadline: Duration::from_secs(1),
        }
    }
}
