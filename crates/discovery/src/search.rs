use std::time::Duration;

use mdns_sd::{Receiver, ServiceDaemon, ServiceEvent};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::table::Table;
use crate::{DiscoveryError, FoundHub, HubId, SERVICE};

/// After how many announcements the search begins anew. mdns-sd keeps whatever it hears for as long as that claims to
/// be good, and has no limit.
const FLOOD: u32 = 10_000;

/// How long a search that was flooded, or whose thread ended, rests.
const REST: Duration = Duration::from_secs(30);

/// A search for hubs on the network, for as long as this lives.
#[derive(Debug)]
pub struct Search {
    hubs: watch::Receiver<Vec<FoundHub>>,
    task: JoinHandle<()>,
}

impl Search {
    /// Asks who is there, and goes on listening: hubs announce themselves when they start and when their address
    /// changes. One that ends without a goodbye is listed for two minutes more.
    ///
    /// # Errors
    /// [`DiscoveryError`] if the system has no thread for it. A network that is not there yet is no error: it is
    /// waited for.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start() -> Result<Self, DiscoveryError> {
        Self::begin(None)
    }

    /// As [`Search::start`], for one hub only: where it is now. However many others are announced, they do not crowd it
    /// out.
    ///
    /// # Errors
    /// See [`Search::start`].
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn for_hub(id: HubId) -> Result<Self, DiscoveryError> {
        Self::begin(Some(id))
    }

    fn begin(wanted: Option<HubId>) -> Result<Self, DiscoveryError> {
        let (told, hubs) = watch::channel(Vec::new());
        let browsing = Browsing::start()?;
        Ok(Self { hubs, task: tokio::spawn(run(browsing, wanted, told)) })
    }

    /// Who is announced, by name; now and at every change. At most [`crate::MAX_HUBS`].
    pub fn hubs(&self) -> watch::Receiver<Vec<FoundHub>> {
        self.hubs.clone()
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A thread that asks and listens, which ends with this.
struct Browsing {
    daemon: ServiceDaemon,
    events: Receiver<ServiceEvent>,
}

impl Browsing {
    fn start() -> Result<Self, DiscoveryError> {
        let daemon = ServiceDaemon::new()?;
        match daemon.browse(SERVICE) {
            Ok(events) => Ok(Self { daemon, events }),
            Err(error) => {
                let _ = daemon.shutdown();
                Err(error.into())
            }
        }
    }
}

impl Drop for Browsing {
    fn drop(&mut self) {
        let _ = self.daemon.shutdown();
    }
}

/// Until it is aborted, or nobody can hear it any more.
async fn run(mut browsing: Browsing, wanted: Option<HubId>, told: watch::Sender<Vec<FoundHub>>) {
    loop {
        follow(&browsing.events, wanted.as_ref(), &told).await;
        // Its memory goes with it.
        drop(browsing);
        tracing::warn!("the search for hubs was flooded or ended, and begins anew in {} s", REST.as_secs());
        browsing = loop {
            tokio::time::sleep(REST).await;
            match Browsing::start() {
                Ok(anew) => break anew,
                Err(error) => tracing::warn!(%error, "hubs cannot be looked for"),
            }
        };
        // Whoever is there answers; whoever is not is not listed for ever.
        told.send_replace(Vec::new());
    }
}

/// Tells what is announced until there is too much of it, or the thread ends.
async fn follow(
    events: &Receiver<ServiceEvent>,
    wanted: Option<&HubId>,
    told: &watch::Sender<Vec<FoundHub>>,
) {
    let mut table = Table::default();
    let mut heard = 0;
    while heard < FLOOD {
        let Ok(event) = events.recv_async().await else { return };
        match event {
            ServiceEvent::ServiceResolved(service) => {
                let addresses = service.addresses.iter().map(mdns_sd::ScopedIp::to_ip_addr);
                let txt = service.txt_properties.iter();
                let txt = txt.map(|property| (property.key(), property.val().unwrap_or_default()));
                let hub = FoundHub::read(&service.fullname, service.port, addresses, txt);
                let hub = hub.filter(|hub| wanted.is_none_or(|id| hub.id == *id));
                table.announced(&service.fullname, hub);
            }
            ServiceEvent::ServiceRemoved(_, full_name) => table.gone(&full_name),
            _ => {}
        }
        heard += 1;
        let list = table.list();
        told.send_if_modified(|known| {
            let changed = *known != list;
            if changed {
                *known = list;
            }
            changed
        });
    }
}
