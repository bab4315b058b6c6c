//! The station served to a plain browser on this computer. The UI's tests drive it.

mod door;
mod options;
mod popups;
mod seed;
mod server;
mod settings_file;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, ensure};
use chapfood_embedded::{EmbeddedHub, NetworkFinder};
use chapfood_station::contract::{HostKind, HostedHub};
use chapfood_station::{Clock, LOG_GUARD, Seams, Station, StationConfig, SystemClock, TokenFile};
use clap::Parser;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::options::Options;
use crate::popups::{NoPopups, NoSounds};
use crate::settings_file::SettingsFile;

/// How long open requests may take at the end.
const FAREWELL: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env().add_directive(LOG_GUARD.parse()?))
        .with_writer(std::io::stderr)
        .init();
    let options = Options::parse();
    ensure!(options.listen.ip().is_loopback(), "--listen must be an address of this computer alone");
    std::fs::create_dir_all(&options.data).context("the data folder cannot be made")?;

    let history = options.data.join("history.db");
    if let Some(rows) = options.seed_rows {
        let end = options.seed_until.unwrap_or_else(|| SystemClock.now());
        seed::fill(&history, rows, end).context("the history cannot be filled")?;
    }
    let settings = SettingsFile::new(options.data.join("settings.json"));
    settings.adopt(&options).context("the settings cannot be prepared")?;

    let listener = TcpListener::bind(options.listen).await.context("the address cannot be listened on")?;
    let exports = Some(options.data.join("exports"));
    let version = env!("CARGO_PKG_VERSION");
    let config = StationConfig { exports, ..StationConfig::new(history, HostKind::Browser, version) };
    let hub = EmbeddedHub::new(Ipv4Addr::LOCALHOST.into(), options.data.join("hub"), SystemClock);
    let tokens = Box::new(TokenFile::new(options.data.join("tokens.json")));
    let finder = Box::new(NetworkFinder);
    let seams =
        Seams { settings, tokens, finder, toaster: NoPopups, player: NoSounds, hub, clock: SystemClock };
    let station = Station::start(config, seams).await?;
    announce(&station, listener.local_addr()?).await?;

    let mut terminated = signal(SignalKind::terminate())?;
    let ending = station.clone();
    let server = axum::serve(listener, server::routes(station.clone(), &options.ui));
    let serving = server.with_graceful_shutdown(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        // First the station: its end closes the streams of events, which would never end by themselves.
        ending.close().await;
    });
    let mut serving = std::pin::pin!(async { serving.await });
    let mut events = station.events();
    tokio::select! {
        served = &mut serving => return Ok(served?),
        () = async { while events.next().await.is_some() {} } => {}
    }
    // A browser may keep a connection open for ever.
    tokio::time::timeout(FAREWELL, serving).await.unwrap_or(Ok(()))?;
    Ok(())
}

/// Says on stdout where everything is, once it can be used: whoever starts this program reads these lines.
async fn announce(station: &Station, address: SocketAddr) -> anyhow::Result<()> {
    let mut events = station.events();
    if station.snapshot().settings.host_hub {
        loop {
            match station.snapshot().hosted_hub {
                HostedHub::On { address, .. } => break say(&format!("hub ready on {address}")),
                HostedHub::Failed { detail, .. } => break say(&format!("hub failed: {detail}")),
                HostedHub::Off | HostedHub::Starting | HostedHub::Stopping => {}
            }
            events.next().await.context("the station ended")?;
        }
    }
    say(&format!("station ready on http://{address}"));
    Ok(())
}

/// A line on stdout. The station goes on without anybody reading it; `println!` would panic.
fn say(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}
