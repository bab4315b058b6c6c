use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chapfood_protocol::Limits;

/// How a hub is run. The defaults suit one shop.
#[derive(Debug, Clone)]
pub struct HubConfig {
    /// Where it listens. Port 0 picks a free one.
    pub listen: SocketAddr,
    /// The folder of its database; made if absent.
    pub data_dir: PathBuf,
    /// The name it tells clients.
    pub name: String,
    /// How often an idle connection is asked whether it is alive.
    pub ping_interval: Duration,
    /// How long it may take to answer before it counts as lost.
    pub ping_timeout: Duration,
    /// What it accepts.
    pub limits: Limits,
}

impl HubConfig {
    /// A hub on `listen` with its database in `data_dir`.
    ///
    /// A dead link is noticed after at most `ping_interval + ping_timeout`, 15 s.
    pub fn new(listen: SocketAddr, data_dir: impl Into<PathBuf>) -> Self {
        Self {
            listen,
            data_dir: data_dir.into(),
            name: "ChapFood".into(),
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(5),
            limits: Limits::default(),
        }
    }
}
