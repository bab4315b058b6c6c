//! `chapfood hub`, and copies of its database.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chapfood_discovery::{Announcement, HubId};
use chapfood_hub::{Hub, HubConfig, LanDoor, Restored, Room};

use crate::args::{BackupOptions, HubOptions, RestoreOptions};
use crate::failure::Failure;
use crate::stop::StopSignals;
use crate::{output, plain, words};

/// What a program ended by Ctrl-C leaves by custom: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

pub(crate) async fn run(options: HubOptions) -> Result<(), Failure> {
    // Before the hub starts: a SIGTERM right after the ready line must find us listening.
    let mut signals = StopSignals::listen()?;
    let data = folder(options.data)?;
    let mut config = HubConfig::new(options.listen, data);
    config.lan = doors(&options.lan, true).chain(doors(&options.lan_plain, false)).collect();
    config.origins = options.allow_origin;
    config.name = options.name.unwrap_or(config.name);
    config.ping_interval = options.ping_interval_ms.unwrap_or(config.ping_interval);
    config.ping_timeout = options.ping_timeout_ms.unwrap_or(config.ping_timeout);
    config.deadline = options.deadline_ms.unwrap_or(config.deadline);
    let count = |chosen: Option<u32>, own| chosen.and_then(|n| usize::try_from(n).ok()).unwrap_or(own);
    config.room = Room {
        connections: count(options.max_connections, config.room.connections),
        per_address: count(options.max_per_address, config.room.per_address),
        unknown: count(options.max_unknown, config.room.unknown),
    };
    config.pace.sends = options.sends.unwrap_or(config.pace.sends);
    config.pace.joins = options.joins.unwrap_or(config.pace.joins);
    if let Some(days) = options.keep_days {
        config.retention.age = Duration::from_secs(u64::from(days) * 24 * 60 * 60);
    }
    if let Some(megabytes) = options.quota_mb {
        config.retention.quota_bytes = u64::from(megabytes) * 1024 * 1024;
    }
    let name = config.name.clone();
    let hub = Hub::start(config).await?;
    for line in ready(&hub) {
        match output::line(&line) {
            // A hub goes on without anybody reading its output.
            Ok(()) | Err(Failure::OutputClosed) => {}
            Err(failure) => return Err(failure),
        }
    }
    let announcement = if options.no_announce { None } else { announce(&hub, &name) };
    signals.next().await;
    eprintln!("{}", words::stopping());
    let stop = async {
        if let Some(announcement) = announcement {
            announcement.stop().await;
        }
        hub.stop().await;
    };
    tokio::select! {
        () = stop => Ok(()),
        () = signals.next() => std::process::exit(INTERRUPTED),
    }
}

fn doors(addresses: &[SocketAddr], tls: bool) -> impl Iterator<Item = LanDoor> {
    addresses.iter().map(move |listen| LanDoor { listen: *listen, tls })
}

/// Says on the network where the hub's door with TLS is. A hub that only this computer reaches is not announced, and
/// one that cannot be announced serves all the same.
fn announce(hub: &Hub, name: &str) -> Option<Announcement> {
    let id = HubId::of_fingerprint(hub.fingerprint()?)?;
    let doors: Vec<SocketAddr> = hub.lan().iter().filter(|door| door.tls).map(|door| door.address).collect();
    let mut doors = doors.into_iter().filter(|door| !door.ip().to_canonical().is_loopback()).peekable();
    // An announcement has one port.
    let port = doors.peek()?.port();
    let addresses: Vec<IpAddr> = doors.filter(|door| door.port() == port).map(|door| door.ip()).collect();
    Announcement::start_on(name, &addresses, port, &id)
        .inspect_err(|error| eprintln!("chapfood: {}", words::not_announced(error)))
        .ok()
}

/// What it says once it accepts connections. Programs read it, so it is the same in every language.
fn ready(hub: &Hub) -> Vec<String> {
    let mut lines = vec![format!("hub ready on {}", hub.url())];
    lines.extend(hub.lan().iter().map(|door| match hub.fingerprint().filter(|_| door.tls) {
        Some(fingerprint) => format!("network https://{} certificate {fingerprint}", door.address),
        None => format!("network http://{} without TLS", door.address),
    }));
    lines
}

/// `chapfood backup`.
pub(crate) fn backup(options: BackupOptions) -> Result<(), Failure> {
    Ok(chapfood_hub::backup(&folder(options.data)?, &options.file)?)
}

/// `chapfood restore`.
pub(crate) fn restore(options: RestoreOptions) -> Result<(), Failure> {
    let folder = folder(options.data)?;
    let Restored { kept, tokens_of_the_copy } = chapfood_hub::restore(&folder, &options.file)?;
    if tokens_of_the_copy {
        eprintln!("chapfood: {}", plain::line(&words::tokens_of_the_copy()));
    }
    match kept {
        Some(kept) => output::line(&words::kept_aside(&kept)),
        None => Ok(()),
    }
}

/// The folder that was named, or else the one of this user.
pub(crate) fn folder(chosen: Option<PathBuf>) -> Result<PathBuf, Failure> {
    chosen.or_else(default_data_dir).ok_or_else(|| Failure::Usage(words::no_data_dir()))
}

fn default_data_dir() -> Option<PathBuf> {
    let folder = |name: &str| {
        // An empty or relative one counts as unset: the XDG specification says so.
        std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
    };
    let base = if cfg!(windows) {
        folder("APPDATA")
    } else {
        folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(Path::new(".local/share"))))
    };
    base.map(|base| base.join("chapfood-hub"))
}
