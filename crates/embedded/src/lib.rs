//! What a station's own program brings with it: the hub that it can host ([`LocalHub`] on `chapfood-hub`), and looking
//! for others ([`Finder`](chapfood_station::Finder) on `chapfood-discovery`).
//!
//! The desktop app and the browser's server share it; the station itself knows neither.

mod finder;
mod firewall;
mod network;
mod overview;
mod qr;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use chapfood_hub::{Hub, HubConfig, HubError, Offered, PairingError, Tokens};
use chapfood_station::contract::{HostedHub, HubFailure, HubOverview, NewToken, TokenWish};
use chapfood_station::{Clock, HubPlan, LocalHub, LocalHubFault, PairingOrder};
use tokio::sync::{Mutex, watch};
use tokio::task::AbortHandle;

pub use finder::NetworkFinder;
use network::Watched;

/// A hub that this program can start and stop.
#[derive(Debug)]
pub struct EmbeddedHub<C> {
    listen: IpAddr,
    data_dir: PathBuf,
    clock: C,
    running: Mutex<Option<Running>>,
    state: watch::Sender<HostedHub>,
    /// What is shown to whoever is at the other computer. Its code is in no log.
    offered: watch::Sender<Option<Offered>>,
}

#[derive(Debug)]
struct Running {
    hub: Hub,
    /// Says on the network where it is; none without a door to it.
    announcement: Option<chapfood_discovery::Announcement>,
    /// The task that passes on how the hub stands.
    figures: AbortHandle,
}

impl<C: Clock> EmbeddedHub<C> {
    /// A hub, off, with its database in `data_dir`, which is made when it first starts.
    ///
    /// `listen` is where programs come in without a token: a loopback address.
    pub fn new(listen: IpAddr, data_dir: impl Into<PathBuf>, clock: C) -> Self {
        let state = watch::Sender::new(HostedHub::Off);
        let (running, offered) = (Mutex::new(None), watch::Sender::new(None));
        Self { listen, data_dir: data_dir.into(), clock, running, state, offered }
    }
}

impl<C: Clock> EmbeddedHub<C> {
    async fn while_on(&self) -> Result<(), LocalHubFault> {
        self.running.lock().await.as_ref().map(drop).ok_or(LocalHubFault::Off)
    }

    async fn begin(&self, plan: &HubPlan) -> Result<Running, HubError> {
        let mut config = HubConfig::new(SocketAddr::new(self.listen, plan.port), &self.data_dir);
        config.name.clone_from(&plan.name);
        config.lan = network::doors(plan);
        let hub = Hub::start(config).await?;
        let announcement = network::announce(&hub, &plan.name);
        let watched = Watched {
            activity: hub.activity(),
            pairing: hub.pairing(),
            fingerprint: network::digits(&hub),
            tls: hub.lan().iter().find(|door| door.tls).map(|door| door.address.port()),
            plain: hub.lan().iter().find(|door| !door.tls).map(|door| door.address.port()),
            offered: self.offered.subscribe(),
            lookout: hub.lookout(),
        };
        self.offered.send_replace(None);
        self.state.send_replace(HostedHub::On {
            address: self.reachable_at(hub.address()),
            connected_clients: 0,
            active_channels: 0,
            started_at: self.clock.now().as_millis(),
            network: None,
            offer: None,
            unheard: Vec::new(),
        });
        let figures = tokio::spawn(network::follow(watched, self.state.clone()));
        Ok(Running { hub, announcement, figures: figures.abort_handle() })
    }

    /// Where this computer reaches the hub. "Everywhere" is no address to connect to.
    fn reachable_at(&self, address: SocketAddr) -> String {
        let ip = if self.listen.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
        format!("http://{}", SocketAddr::new(ip, address.port()))
    }

    /// The tokens of the hub, away from this task: the disk may take its time.
    async fn with_tokens<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Tokens) -> Result<T, HubError> + Send + 'static,
    ) -> Result<T, LocalHubFault> {
        let folder = self.data_dir.clone();
        let done = tokio::task::spawn_blocking(move || act(&mut Tokens::open(&folder)?)).await;
        let disk = |words: String| LocalHubFault::Disk(words);
        done.map_err(|panicked| disk(panicked.to_string()))?.map_err(|error| disk(error.to_string()))
    }
}

impl<C: Clock> LocalHub for EmbeddedHub<C> {
    async fn start(&self, plan: HubPlan) {
        let mut running = self.running.lock().await;
        if running.is_some() {
            return;
        }
        self.state.send_replace(HostedHub::Starting);
        match self.begin(&plan).await {
            Ok(on) => *running = Some(on),
            Err(error) => {
                let failed = HostedHub::Failed { reason: reason(&error, &plan), detail: error.to_string() };
                self.state.send_replace(failed);
            }
        }
    }

    async fn stop(&self) {
        let mut running = self.running.lock().await;
        if let Some(Running { hub, announcement, figures }) = running.take() {
            figures.abort();
            self.state.send_replace(HostedHub::Stopping);
            if let Some(announcement) = announcement {
                announcement.stop().await;
            }
            hub.stop().await;
        }
        self.state.send_replace(HostedHub::Off);
    }

    fn state(&self) -> watch::Receiver<HostedHub> {
        self.state.subscribe()
    }

    async fn overview(&self) -> Result<HubOverview, LocalHubFault> {
        let running = self.running.lock().await;
        let overview = running.as_ref().ok_or(LocalHubFault::Off)?.hub.overview().await;
        let overview = overview.map_err(|error| LocalHubFault::Disk(error.to_string()))?;
        overview.map(overview::shown).ok_or(LocalHubFault::Off)
    }

    async fn pair(&self, order: PairingOrder) -> Result<(), LocalHubFault> {
        let running = self.running.lock().await;
        let pairing = running.as_ref().ok_or(LocalHubFault::Off)?.hub.pairing();
        match order {
            PairingOrder::Open => {
                let offered = pairing.open_offer().map_err(|error| match error {
                    PairingError::NoDoor => LocalHubFault::NoDoor,
                    PairingError::NoChance(_) => LocalHubFault::Disk(error.to_string()),
                })?;
                self.offered.send_replace(Some(offered));
            }
            PairingOrder::Close => {
                pairing.close_offer();
                self.offered.send_replace(None);
            }
            PairingOrder::Answer(accept) => {
                // Whoever asked may be gone: that is in the state already.
                pairing.answer(accept);
            }
        }
        Ok(())
    }

    async fn create_token(&self, wish: TokenWish) -> Result<NewToken, LocalHubFault> {
        let (label, grant) = overview::granted(&wish)?;
        self.while_on().await?;
        let (id, secret) = self.with_tokens(move |tokens| tokens.create(&label, &grant)).await?;
        Ok(NewToken { id, secret: secret.reveal().to_owned() })
    }

    async fn revoke_token(&self, id: i64) -> Result<(), LocalHubFault> {
        self.while_on().await?;
        self.with_tokens(move |tokens| tokens.revoke(id)).await.map(drop)
    }
}

fn reason(error: &HubError, plan: &HubPlan) -> HubFailure {
    match error {
        HubError::PortInUse { listen } if listen.port() == plan.port => HubFailure::PortInUse,
        HubError::PortInUse { .. } => HubFailure::NetworkPortInUse,
        HubError::NotWritable { .. } | HubError::DiskFull(_) => HubFailure::NotWritable,
        HubError::ForeignDatabase { .. } => HubFailure::ForeignDatabase,
        HubError::NewerDatabase { .. } => HubFailure::NewerDatabase,
        HubError::BadCertificate { .. } => HubFailure::BadCertificate,
        HubError::CannotListen { .. } | HubError::DatabaseInUse { .. } | HubError::Database(_) => {
            HubFailure::Other
        }
    }
}
