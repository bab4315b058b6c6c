use std::fs::{self, File};
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::PathBuf;

use chapfood_station::contract::Settings;
use chapfood_station::{SettingsStore, SettingsUnsaved};

use crate::options::Options;

/// The settings as a JSON file.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
}

impl SettingsFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Makes the command line's choices the settings.
    pub(crate) fn adopt(&self, options: &Options) -> anyhow::Result<()> {
        let mut settings = self.load();
        if options.no_hub {
            settings.host_hub = false;
        }
        if let Some(port) = options.hub_port {
            settings.hub_port = if port == 0 { free_port()? } else { port };
            settings.hub_address = format!("http://127.0.0.1:{}", settings.hub_port);
            settings.known_hub = None;
        }
        if let Some(address) = &options.hub {
            settings.hub_address.clone_from(address);
            settings.known_hub = None;
        }
        if options.seed_rows.is_some() {
            // What was invented is to be there, however old it claims to be.
            settings.keep_days = 3_650;
        }
        Ok(self.write(&settings)?)
    }

    /// Replaces the file whole: a power cut leaves the old one or the new one.
    fn write(&self, settings: &Settings) -> io::Result<()> {
        let next = self.path.with_extension("json.new");
        let mut file = File::create(&next)?;
        file.write_all(&serde_json::to_vec_pretty(settings)?)?;
        file.sync_all()?;
        fs::rename(next, &self.path)
    }
}

impl SettingsStore for SettingsFile {
    fn load(&self) -> Settings {
        let Ok(text) = fs::read(&self.path) else { return Settings::default() };
        serde_json::from_slice(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, path = %self.path.display(), "the settings cannot be read: starting anew");
            Settings::default()
        })
    }

    fn save(&self, settings: &Settings) -> Result<(), SettingsUnsaved> {
        self.write(settings).map_err(|error| SettingsUnsaved(error.to_string()))
    }
}

/// A port that is free now. The hub keeps it over its own restarts, so it is chosen once, here.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
