//! A real hub with a door to the network, that hands out tokens and withdraws them.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use chapfood_client::{HubPin, SessionConfig};
use chapfood_hub::{ChannelPattern, Grant, Hub, HubConfig, LanDoor, Tokens};
use chapfood_protocol::{Auth, PROTOCOL_VERSION, Role, Secret};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tempfile::TempDir;

use super::quick;

pub(crate) const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// A hub as a shop owner would host it.
pub(crate) struct OwnersHub {
    pub(crate) hub: Hub,
    /// Its TLS door.
    pub(crate) door: SocketAddr,
    pub(crate) pin: HubPin,
    pub(crate) folder: TempDir,
}

impl OwnersHub {
    pub(crate) async fn start() -> Self {
        Self::start_at(ANY_PORT, |_| {}).await
    }

    /// A new hub, with a certificate of its own, whose TLS door is at `door`.
    pub(crate) async fn start_at(door: SocketAddr, change: impl FnOnce(&mut HubConfig)) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the hub");
        Self::start_in(folder, door, change).await
    }

    /// The hub whose memory is in that folder.
    pub(crate) async fn start_in(
        folder: TempDir,
        door: SocketAddr,
        change: impl FnOnce(&mut HubConfig),
    ) -> Self {
        let mut config = HubConfig::new(ANY_PORT, folder.path());
        config.lan = vec![LanDoor { listen: door, tls: true }];
        change(&mut config);
        let hub = Hub::start(config).await.expect("the hub starts");
        let door = hub.lan()[0].address;
        let pem = std::fs::read(folder.path().join("hub-certificate.pem")).expect("it has a certificate");
        let certificate = CertificateDer::from_pem_slice(&pem).expect("a certificate");
        let pin = HubPin::of(certificate.to_vec()).expect("a certificate");
        Self { hub, door, pin, folder }
    }

    /// A token for a station: its number and its text.
    pub(crate) fn token(&self) -> (i64, Secret) {
        let grant = Grant {
            roles: BTreeSet::from([Role::Subscriber, Role::Publisher]),
            channels: ChannelPattern::parse("*").into_iter().collect(),
        };
        self.tokens().create("Caisse", &grant).expect("given out")
    }

    pub(crate) fn revoke(&self, token: i64) {
        assert!(self.tokens().revoke(token).expect("withdrawn"));
    }

    fn tokens(&self) -> Tokens {
        Tokens::open(self.folder.path()).expect("the hub's tokens")
    }

    /// A station that knows this hub.
    pub(crate) fn station(&self, token: Option<Secret>, channels: &[&str]) -> SessionConfig {
        SessionConfig {
            address: format!("https://{}", self.door),
            pin: Some(self.pin.clone()),
            auth: Auth {
                username: Some("Alice".into()),
                device_id: Some("caisse".into()),
                protocol: Some(PROTOCOL_VERSION),
                token,
                ..Auth::default()
            },
            channels: channels.iter().map(|&channel| channel.into()).collect(),
            cursors: None,
            pacing: quick(),
        }
    }
}
