//! The settings on disk, by tauri-plugin-store.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chapfood_station::contract::Settings;
use chapfood_station::{SettingsStore, SettingsUnsaved};
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt as _};

const KEY: &str = "settings";

/// The settings, twice. The plugin writes a file in place: a computer that is switched off in the
/// middle leaves half a file, and then the other copy is whole.
pub(crate) struct StoredSettings {
    copies: [Copy; 2],
    /// From the command line; counts more than what is stored.
    hub_port: Option<u16>,
}

struct Copy {
    path: PathBuf,
    store: Arc<Store<Wry>>,
}

impl StoredSettings {
    /// The settings kept in this folder.
    pub(crate) fn open(
        app: &AppHandle,
        folder: &Path,
        hub_port: Option<u16>,
    ) -> tauri_plugin_store::Result<Self> {
        let copy = |name| {
            let path = folder.join(name);
            // Saved at each change, by ourselves and flushed: not a while later.
            let store = app.store_builder(&path).disable_auto_save().build()?;
            Ok::<_, tauri_plugin_store::Error>(Copy { path, store })
        };
        Ok(Self { copies: [copy("settings.json")?, copy("settings.copy.json")?], hub_port })
    }
}

impl SettingsStore for StoredSettings {
    fn load(&self) -> Settings {
        let mut settings = self.copies.iter().find_map(Copy::load).unwrap_or_default();
        if let Some(port) = self.hub_port {
            settings.host_hub = true;
            settings.hub_port = port;
            settings.known_hub = None;
            settings.hub_address = format!("http://127.0.0.1:{port}");
        }
        settings
    }

    fn save(&self, settings: &Settings) -> Result<(), SettingsUnsaved> {
        let saved = self.copies.iter().try_for_each(|copy| copy.save(settings));
        saved.map_err(|error| SettingsUnsaved(format!("{error:#}")))
    }
}

impl Copy {
    fn load(&self) -> Option<Settings> {
        let stored = self.store.get(KEY)?;
        serde_json::from_value(stored)
            .inspect_err(|error| tracing::error!("{} is not readable: {error}", self.path.display()))
            .ok()
    }

    fn save(&self, settings: &Settings) -> anyhow::Result<()> {
        self.store.set(KEY, serde_json::to_value(settings)?);
        self.store.save()?;
        Ok(File::open(&self.path)?.sync_all()?)
    }
}
