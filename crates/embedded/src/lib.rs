//! The hub inside a station's own program: [`LocalHub`] on `chapfood-hub`.
//!
//! The desktop app and the browser's server share it; the station itself knows no hub.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use chapfood_hub::{Hub, HubConfig, HubError};
use chapfood_station::contract::{HostedHub, HubFailure};
use chapfood_station::{Clock, LocalHub};
use tokio::sync::{Mutex, watch};
use tokio::task::AbortHandle;

/// A hub that this program can start and stop.
#[derive(Debug)]
pub struct EmbeddedHub<C> {
    listen: IpAddr,
    data_dir: PathBuf,
    clock: C,
    running: Mutex<Option<Running>>,
    state: watch::Sender<HostedHub>,
}

#[derive(Debug)]
struct Running {
    hub: Hub,
    /// The task that passes the hub's figures on.
    figures: AbortHandle,
}

impl<C: Clock> EmbeddedHub<C> {
    /// A hub, off, with its database in `data_dir`, which is made when it first starts.
    ///
    /// `listen` decides who can reach it: a loopback address only this computer, `0.0.0.0` the network.
    pub fn new(listen: IpAddr, data_dir: impl Into<PathBuf>, clock: C) -> Self {
        let state = watch::Sender::new(HostedHub::Off);
        Self { listen, data_dir: data_dir.into(), clock, running: Mutex::new(None), state }
    }

    fn on(&self, hub: Hub) -> Running {
        let mut activity = hub.activity();
        let now = *activity.borrow_and_update();
        self.state.send_replace(HostedHub::On {
            address: self.reachable_at(hub.address()),
            connected_clients: now.connected_clients,
            active_channels: now.active_channels,
            started_at: self.clock.now().as_millis(),
        });
        let state = self.state.clone();
        let figures = tokio::spawn(async move {
            while activity.changed().await.is_ok() {
                let now = *activity.borrow_and_update();
                state.send_modify(|state| {
                    if let HostedHub::On { connected_clients, active_channels, .. } = state {
                        (*connected_clients, *active_channels) = (now.connected_clients, now.active_channels);
                    }
                });
            }
        });
        Running { hub, figures: figures.abort_handle() }
    }

    /// Where this computer reaches the hub. "Everywhere" is no address to connect to.
    fn reachable_at(&self, address: SocketAddr) -> String {
        let ip = if self.listen.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
        format!("http://{}", SocketAddr::new(ip, address.port()))
    }
}

impl<C: Clock> LocalHub for EmbeddedHub<C> {
    async fn start(&self, port: u16) {
        let mut running = self.running.lock().await;
        if running.is_some() {
            return;
        }
        self.state.send_replace(HostedHub::Starting);
        match Hub::start(HubConfig::new(SocketAddr::new(self.listen, port), &self.data_dir)).await {
            Ok(hub) => *running = Some(self.on(hub)),
            Err(error) => {
                self.state
                    .send_replace(HostedHub::Failed { reason: reason(&error), detail: error.to_string() });
            }
        }
    }

    async fn stop(&self) {
        let mut running = self.running.lock().await;
        if let Some(Running { hub, figures }) = running.take() {
            figures.abort();
            self.state.send_replace(HostedHub::Stopping);
            hub.stop().await;
        }
        self.state.send_replace(HostedHub::Off);
    }

    fn state(&self) -> watch::Receiver<HostedHub> {
        self.state.subscribe()
    }
}

fn reason(error: &HubError) -> HubFailure {
    match error {
        HubError::PortInUse { .. } => HubFailure::PortInUse,
        HubError::NotWritable { .. } | HubError::DiskFull(_) => HubFailure::NotWritable,
        HubError::ForeignDatabase { .. } => HubFailure::ForeignDatabase,
        HubError::NewerDatabase { .. } => HubFailure::NewerDatabase,
        HubError::CannotListen { .. }
        | HubError::BadCertificate { .. }
        | HubError::DatabaseInUse { .. }
        | HubError::Database(_) => HubFailure::Other,
    }
}
