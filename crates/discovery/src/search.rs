use mdns_sd::{Receiver, ServiceEvent};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::daemon::Daemon;
use crate::table::Table;
use crate::{DiscoveryError, FoundHub, HubId, REST, SERVICE};

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
    daemon: Daemon,
    events: Receiver<ServiceEvent>,
}

impl Browsing {
    fn start() -> Result<Self, DiscoveryError> {
        let daemon = Daemon::start()?;
        let events = daemon.handle().browse(SERVICE)?;
        Ok(Self { daemon, events })
    }
}

/// Until it is aborted.
async fn run(mut browsing: Browsing, wanted: Option<HubId>, told: watch::Sender<Vec<FoundHub>>) {
    loop {
        tokio::select! {
            () = follow(&browsing.events, wanted.as_ref(), &told) => {}
            () = browsing.daemon.until_unfit() => {}
        }
        tracing::warn!("the network is flooded with announcements: the search begins anew in {REST:?}");
        browsing.daemon.end().await;
        browsing = loop {
            sleep(REST).await;
            match Browsing::start() {
                Ok(anew) => break anew,
                Err(error) => tracing::warn!(%error, "hubs cannot be looked for"),
            }
        };
        // Whoever is there answers; whoever is not is not listed for ever.
        told.send_replace(Vec::new());
    }
}

/// Tells what is announced until the thread ends, or says more than can be followed.
async fn follow(
    events: &Receiver<ServiceEvent>,
    wanted: Option<&HubId>,
    told: &watch::Sender<Vec<FoundHub>>,
) {
    let mut table = Table::default();
    while let Ok(event) = events.recv_async().await {
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
