use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use mdns_sd::{DaemonEvent, IfKind, Receiver, ServiceDaemon, ServiceInfo};
use tokio::time::timeout;

use crate::{DiscoveryError, HubId, SERVICE, VERSION, name};

/// The goodbye is repeated after 120 ms, in case the first one was lost.
const GOODBYE: Duration = Duration::from_millis(200);

/// A hub that says where it is, for as long as this lives.
///
/// It follows the addresses of the computer: a change is noticed within 5 s. Dropped, it says goodbye once, from a
/// thread that the end of the program may cut short; [`Announcement::stop`] waits for that.
pub struct Announcement {
    daemon: ServiceDaemon,
    full_name: String,
}

impl Announcement {
    /// Announces the hub `name`, whose door with TLS is `port` on every address of this computer.
    ///
    /// If somebody on the network has this name already it becomes `name (2)`. A name longer than 63 bytes is cut.
    ///
    /// # Errors
    /// [`DiscoveryError`] if the system has no thread for it. A network that is not there yet is no error: it is
    /// waited for.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(name: &str, port: u16, id: &HubId) -> Result<Self, DiscoveryError> {
        Self::start_on(name, &[Ipv6Addr::UNSPECIFIED.into()], port, id)
    }

    /// As [`Announcement::start`], for a hub that listens on `addresses` only: no other one is announced. `0.0.0.0`
    /// and `::` mean every one of this computer.
    ///
    /// # Errors
    /// See [`Announcement::start`].
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start_on(name: &str, addresses: &[IpAddr], port: u16, id: &HubId) -> Result<Self, DiscoveryError> {
        let properties = [("v", VERSION), ("id", id.as_str())];
        // A host name of its own, so that nothing is said of what the computer is called.
        let host = format!("chapfood-{id}.local.");
        let label = name::announced(name);
        let mut service = ServiceInfo::new(SERVICE, &label, &host, "", port, &properties[..])?;
        service.set_interfaces(addresses.iter().map(|ip| interfaces(*ip)).collect());
        let full_name = service.get_fullname().to_owned();
        let announcement = Self { daemon: ServiceDaemon::new()?, full_name };
        tokio::spawn(log_what_happens(announcement.daemon.monitor()?));
        announcement.daemon.register(service.enable_addr_auto())?;
        Ok(announcement)
    }

    /// Says goodbye, so that stations forget the hub at once and not after two minutes. Takes 0.2 s.
    pub async fn stop(self) {
        if let Ok(withdrawn) = self.daemon.unregister(&self.full_name)
            && let Ok(Ok(_)) = timeout(GOODBYE, withdrawn.recv_async()).await
        {
            tokio::time::sleep(GOODBYE).await;
        }
        if let Ok(ended) = self.daemon.shutdown() {
            let _ = timeout(GOODBYE, ended.recv_async()).await;
        }
    }
}

impl fmt::Debug for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Announcement").field("full_name", &self.full_name).finish_non_exhaustive()
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // It says goodbye for whatever is still registered. After a stop it is gone already.
        let _ = self.daemon.shutdown();
    }
}

/// Where a hub that listens on `ip` is announced.
fn interfaces(ip: IpAddr) -> IfKind {
    match ip.to_canonical() {
        IpAddr::V4(any) if any.is_unspecified() => IfKind::IPv4,
        any if any.is_unspecified() => IfKind::All,
        one => IfKind::Addr(one),
    }
}

/// Until the daemon ends.
async fn log_what_happens(events: Receiver<DaemonEvent>) {
    let mut complained = false;
    while let Ok(event) = events.recv_async().await {
        match event {
            // One word for the owner, not one for every packet of a night without a network.
            DaemonEvent::Error(error) if !complained => {
                complained = true;
                tracing::warn!(%error, "the hub may not be found on the network");
            }
            DaemonEvent::NameChange(change) => {
                tracing::warn!(from = ?change.original, to = ?change.new_name, "another hub on the network has this name");
            }
            DaemonEvent::IpAdd(ip) => tracing::info!(%ip, "announced at a new address"),
            DaemonEvent::IpDel(ip) => tracing::info!(%ip, "an address of this computer is gone"),
            other => tracing::debug!(?other, "announcing"),
        }
    }
}
