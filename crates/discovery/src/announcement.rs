use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use mdns_sd::{DaemonEvent, IfKind, Receiver, ServiceInfo};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::daemon::Daemon;
use crate::{DiscoveryError, HubId, REST, SERVICE, VERSION, name};

/// The goodbye is repeated after 120 ms, in case the first one was lost.
const GOODBYE: Duration = Duration::from_millis(200);

/// A hub that says where it is, for as long as this lives.
///
/// It follows the addresses of the computer: a change is noticed within 5 s. Dropped, it says goodbye in the background,
/// which the end of the program may cut short; [`Announcement::stop`] waits for that.
pub struct Announcement {
    full_name: String,
    /// Dropped, it tells the task to end.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Announcement {
    /// Announces the hub `name`, whose door with TLS is `port` on every address of this computer.
    ///
    /// If somebody on the network has this name already it becomes `name (2)`. A name longer than 57 bytes is cut.
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
        let service = service.enable_addr_auto();
        let full_name = service.get_fullname().to_owned();
        let daemon = announce(service.clone())?;
        let (stop, stopped) = oneshot::channel();
        Ok(Self { full_name, stop, task: tokio::spawn(run(daemon, service, stopped)) })
    }

    /// Says goodbye, so that stations forget the hub at once and not after two minutes. Takes 0.2 s.
    pub async fn stop(self) {
        drop(self.stop);
        // It cannot have failed; and one that is flooded is not waited for.
        let _ = timeout(4 * GOODBYE, self.task).await;
    }
}

impl fmt::Debug for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Announcement").field("full_name", &self.full_name).finish_non_exhaustive()
    }
}

fn announce(service: ServiceInfo) -> Result<Daemon, DiscoveryError> {
    let daemon = Daemon::start()?;
    tokio::spawn(log_what_happens(daemon.handle().monitor()?));
    daemon.handle().register(service)?;
    Ok(daemon)
}

/// Until it is `stopped`, says where the hub is.
async fn run(mut daemon: Daemon, service: ServiceInfo, mut stopped: oneshot::Receiver<()>) {
    loop {
        tokio::select! {
            _ = &mut stopped => return say_goodbye(&daemon, service.get_fullname()).await,
            () = daemon.until_unfit() => {}
        }
        tracing::warn!("the network is flooded with announcements: the hub's own is renewed in {REST:?}");
        daemon = tokio::select! {
            _ = &mut stopped => return,
            daemon = again(daemon, &service) => daemon,
        };
    }
}

/// Another thread in the place of `old`, once that has ended.
async fn again(old: Daemon, service: &ServiceInfo) -> Daemon {
    old.end().await;
    loop {
        sleep(REST).await;
        match announce(service.clone()) {
            Ok(daemon) => return daemon,
            Err(error) => tracing::warn!(%error, "the hub cannot be announced"),
        }
    }
}

async fn say_goodbye(daemon: &Daemon, full_name: &str) {
    if let Ok(withdrawn) = daemon.handle().unregister(full_name)
        && let Ok(Ok(_)) = timeout(GOODBYE, withdrawn.recv_async()).await
    {
        sleep(GOODBYE).await;
    }
    daemon.end().await;
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
