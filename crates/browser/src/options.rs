use std::net::SocketAddr;
use std::path::PathBuf;

use chapfood_protocol::Timestamp;
use clap::Parser;

/// Serves a station and its UI to a browser on this computer.
#[derive(Debug, Clone, Parser)]
#[command(name = "chapfood-browser-station", version)]
pub(crate) struct Options {
    /// Where to serve; a loopback address. Port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// The folder of the built UI.
    #[arg(long, default_value = "ui/dist")]
    pub(crate) ui: PathBuf,
    /// The folder of the history, the settings and the hub; made if absent.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// The port of the hub hosted here; 0 picks a free one. Without it, as the settings say.
    #[arg(long)]
    pub(crate) hub_port: Option<u16>,
    /// Host no hub.
    #[arg(long)]
    pub(crate) no_hub: bool,
    /// The hub to listen to, e.g. http://127.0.0.1:8001. Without it, the one hosted here.
    #[arg(long)]
    pub(crate) hub: Option<String>,
    /// Fill an empty history with so many invented notifications.
    #[arg(long)]
    pub(crate) seed_rows: Option<u32>,
    /// When the newest of them arrived, e.g. 2026-06-07T10:00:00Z. Without it, now.
    #[arg(long, value_parser = instant)]
    pub(crate) seed_until: Option<Timestamp>,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "not an ISO 8601 time".to_owned())
}
