//! How a hub stands, as far as other computers have to do with it.

use std::net::SocketAddr;
use std::time::Duration;

use chapfood_discovery::{Announcement, HubId};
use chapfood_hub::{Activity, Hub, LanDoor, Lookout, OfferState as Stands, Offered, Pairing, PairingLink};
use chapfood_station::HubPlan;
use chapfood_station::contract::{HostedHub, NetworkDoor, OfferEnd, OfferState, PairingOffer};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::{firewall, qr};

/// How often to look where this computer is, since a cable is pulled or an address given anew, and whom nobody heard.
const LOOK: Duration = Duration::from_secs(5);

/// The doors for other computers, on every address of this one.
pub(crate) fn doors(plan: &HubPlan) -> Vec<LanDoor> {
    // Port 0 is any, for each of them.
    let door = |after: u16, tls: bool| {
        let port = if plan.port == 0 { Some(0) } else { plan.port.checked_add(after) };
        port.map(|port| LanDoor { listen: SocketAddr::from(([0u16; 8], port)), tls })
    };
    let tls = plan.network.then(|| door(1, true)).flatten();
    let plain = (plan.network && plan.plain).then(|| door(2, false)).flatten();
    tls.into_iter().chain(plain).collect()
}

/// Says on the network where the hub is. That it cannot be said is no reason not to run: a link and an address lead
/// there as well.
pub(crate) fn announce(hub: &Hub, name: &str) -> Option<Announcement> {
    let door = hub.lan().iter().find(|door| door.tls)?;
    let id = HubId::of_fingerprint(hub.fingerprint()?)?;
    Announcement::start(name, door.address.port(), &id)
        .inspect_err(|error| tracing::warn!(%error, "other computers do not find this hub by themselves"))
        .ok()
}

/// The certificate's SHA-256 as 64 hex digits.
pub(crate) fn digits(hub: &Hub) -> Option<String> {
    Some(hub.fingerprint()?.replace(':', "").to_ascii_lowercase())
}

/// What is followed of a running hub.
pub(crate) struct Watched {
    pub(crate) activity: watch::Receiver<Activity>,
    pub(crate) pairing: Pairing,
    pub(crate) fingerprint: Option<String>,
    /// The ports of the doors for other computers.
    pub(crate) tls: Option<u16>,
    pub(crate) plain: Option<u16>,
    pub(crate) offered: watch::Receiver<Option<Offered>>,
    pub(crate) lookout: Lookout,
}

/// Passes on how the hub stands, until the task ends with it.
pub(crate) async fn follow(mut hub: Watched, state: watch::Sender<HostedHub>) {
    let mut offer_stands = hub.pairing.state();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut door = None;
    let mut now_unheard = Vec::new();
    let mut alive = true;
    while alive {
        let activity = *hub.activity.borrow_and_update();
        let offered = hub.offered.borrow_and_update().clone();
        let stands = offer_stands.borrow_and_update().clone();
        let offer = offered.and_then(|offered| shown(&offered, &stands)).map(Box::new);
        state.send_if_modified(|state| {
            let HostedHub::On { connected_clients, active_channels, network, offer: shown, unheard, .. } =
                state
            else {
                return false;
            };
            let next = (activity.connected_clients, activity.active_channels, &door, &offer, &now_unheard);
            let changed = (*connected_clients, *active_channels, &*network, &*shown, &*unheard) != next;
            (*connected_clients, *active_channels) = (activity.connected_clients, activity.active_channels);
            network.clone_from(&door);
            shown.clone_from(&offer);
            unheard.clone_from(&now_unheard);
            changed
        });
        alive = tokio::select! {
            changed = hub.activity.changed() => changed.is_ok(),
            changed = hub.offered.changed() => changed.is_ok(),
            changed = offer_stands.changed() => changed.is_ok(),
            _ = look.tick() => {
                door = hub.door().map(Box::new);
                now_unheard = hub.unheard().await;
                true
            }
        };
    }
}

impl Watched {
    /// Channels in which somebody should have been. What goes to everybody is not meant: whoever comes gets it.
    async fn unheard(&self) -> Vec<String> {
        let overview = self.lookout.overview().await.ok().flatten();
        overview.into_iter().flat_map(|it| it.unheard).filter_map(|unheard| unheard.channel).collect()
    }

    fn door(&self) -> Option<NetworkDoor> {
        let fingerprint = self.fingerprint.clone()?;
        let reachable = self.pairing.reachable_at();
        let with = |port: u16| {
            reachable.iter().map(|at| SocketAddr::new(at.ip(), port).to_string()).collect::<Vec<_>>()
        };
        let ports: Vec<_> = self.tls.into_iter().chain(self.plain).collect();
        Some(NetworkDoor {
            addresses: with(self.tls?),
            fingerprint,
            plain: self.plain.map(with),
            firewall: firewall::noticed(&ports),
        })
    }
}

/// `None`: there is nothing to show any more.
fn shown(offered: &Offered, stands: &Stands) -> Option<PairingOffer> {
    let ended = |why| OfferState::Ended { why };
    let mut left = 0;
    let state = match stands {
        Stands::Closed => return None,
        Stands::Open { tries_left, .. } => {
            left = u8::try_from(*tries_left).unwrap_or(u8::MAX);
            OfferState::Open
        }
        Stands::Asking(newcomer) => OfferState::Asking {
            device_name: newcomer.device_name.clone(),
            username: newcomer.username.clone(),
            address: newcomer.address.to_canonical().to_string(),
        },
        Stands::Accepted { device_name } => OfferState::Accepted { device_name: device_name.clone() },
        Stands::Refused { .. } => ended(OfferEnd::Refused),
        Stands::Gone { .. } => ended(OfferEnd::Gone),
        Stands::Expired => ended(OfferEnd::Expired),
        Stands::TriesUsedUp => ended(OfferEnd::Tries),
    };
    let link = offered.link.as_ref().map(PairingLink::text);
    Some(PairingOffer {
        code: offered.code.digits().to_owned(),
        qr: link.as_deref().and_then(qr::code),
        link,
        expires_at: offered.expires_at.as_millis(),
        tries_left: left,
        state,
    })
}
