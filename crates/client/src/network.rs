//! Whether the computer's network has changed, told by its addresses alone.
//!
//! Whoever plugs the cable in again, or comes within reach of the Wi-Fi, should not wait for the next attempt. The
//! addresses are looked at while waiting, together with the clock (see `slumber`): a watcher of the system's own
//! events would be quicker by a second, and would need a thread or a netlink socket that outlives each connection.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// The addresses of this computer by which others may reach it.
pub(crate) type Addresses = BTreeSet<IpAddr>;

/// Asks the system: what an interface has whose cable is out does not count, nor loopback and link-local addresses.
/// Empty if it does not say.
pub(crate) fn addresses() -> Addresses {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        tracing::debug!(%error, "the system does not name this computer's addresses");
        Vec::new()
    });
    let reachable = interfaces.iter().filter(|interface| interface.is_oper_up() && !interface.is_loopback());
    reachable.map(if_addrs::Interface::ip).collect()
}

/// The network as an attempt found it.
#[derive(Debug)]
pub(crate) struct Network {
    ask: fn() -> Addresses,
    tried_with: Addresses,
}

impl Network {
    /// `ask` gives the addresses as they are; [`addresses`] for those of this computer.
    pub(crate) fn new(ask: fn() -> Addresses) -> Self {
        Self { ask, tried_with: Addresses::new() }
    }

    /// An attempt begins.
    pub(crate) fn try_with_this(&mut self) {
        self.tried_with = (self.ask)();
    }

    /// Whether an address has come or gone since the last attempt began.
    pub(crate) fn changed(&self) -> bool {
        (self.ask)() != self.tried_with
    }
}
