//! What the person chooses: saved first, then used.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Owner;
use crate::contract::{Fault, FaultCode, Settings, SettingsChange, SetupChoice};
use crate::fresh_id::fresh_id;
use crate::seams::{SettingsStore, SettingsUnsaved};
use crate::settings;
use crate::station::StartFault;
use crate::toast_policy::Changes;

impl Owner {
    pub(super) async fn join(&mut self, name: String) -> Result<(), Fault> {
        if !self.state.settings.channels.contains(&name) {
            let mut next = self.state.settings.clone();
            next.channels.push(name.clone());
            self.save(next).await?;
            self.state.channels.wanted(&name);
            self.followed_others().await;
        }
        if let Some(feed) = &self.feed {
            feed.session().join(&name);
        }
        Ok(())
    }

    pub(super) async fn leave(&mut self, name: &str) -> Result<(), Fault> {
        let mut next = self.state.settings.clone();
        next.channels.retain(|joined| joined != name);
        if next != self.state.settings {
            self.save(next).await?;
            self.state.channels.unwanted(name);
            self.followed_others().await;
            if let Some(feed) = &self.feed {
                feed.session().leave(name);
            }
        }
        Ok(())
    }

    /// The hub refused this channel: it is not wanted any more, here or at the next connection.
    pub(super) async fn disown(&mut self, name: &str) {
        let mut next = self.state.settings.clone();
        next.channels.retain(|joined| joined != name);
        if let Err(fault) = self.save(next.clone()).await {
            // Until the disk takes it, this run at least knows better; the hub will refuse again.
            tracing::warn!(%fault, "a refused channel stays in the saved settings");
            self.state.settings = next;
        }
        self.followed_others().await;
        if let Some(feed) = &self.feed {
            feed.session().leave(name);
        }
    }

    /// Other channels than before are followed, or other things expected of them: other rows wait.
    async fn followed_others(&mut self) {
        self.alerting.look_through();
        self.count_again().await;
    }

    pub(super) async fn change(&mut self, change: &SettingsChange) -> Result<Value, Fault> {
        let before = self.state.settings.clone();
        let next = settings::changed(&before, change)
            .map_err(|invalid| Fault::new(FaultCode::InvalidSetting, invalid))?;
        self.save(next).await?;
        if !self.state.settings.popups {
            let withdraw = self.policy.hush();
            self.change_screen(Changes { withdraw, show: Vec::new() });
        }
        let after = &self.state.settings;
        if (before.keep_days, before.keep_at_most) != (after.keep_days, after.keep_at_most) {
            self.pruning.hurry();
        }
        if before.preferences != after.preferences {
            self.followed_others().await;
        }
        let after = &self.state.settings;
        let another_session = settings::another_session(&before, after);
        if after.host_hub && settings::hub_plan(&before) != settings::hub_plan(after) {
            self.turn_hub_off();
            self.turn_hub_on();
        }
        if another_session {
            self.start_session().await;
        }
        Ok(json!(self.state.settings))
    }

    pub(super) async fn host(&mut self, host_hub: bool) -> Result<(), Fault> {
        if self.state.settings.host_hub != host_hub {
            self.save(Settings { host_hub, ..self.state.settings.clone() }).await?;
        }
        if host_hub {
            self.turn_hub_on();
        } else {
            self.turn_hub_off();
        }
        Ok(())
    }

    /// The answer to the first start's question; then everything begins.
    pub(super) async fn set_up(&mut self, choice: &SetupChoice) -> Result<Value, Fault> {
        let before = self.state.settings.clone();
        let next = settings::set_up(&before, choice)
            .map_err(|invalid| Fault::new(FaultCode::InvalidSetting, invalid))?;
        self.save(next).await?;
        self.end_session();
        if before.set_up && before.host_hub {
            self.turn_hub_off();
        }
        self.begin().await;
        Ok(json!(self.state.settings))
    }

    pub(super) async fn save(&mut self, next: Settings) -> Result<(), Fault> {
        save(&self.store, next.clone()).await.map_err(|unsaved| Fault::new(FaultCode::Storage, unsaved))?;
        self.state.settings = next;
        Ok(())
    }
}

/// The saved settings; at the very first start with an identity, which is saved at once.
pub(super) async fn first_settings(
    store: &Arc<dyn SettingsStore>,
    os_user: Option<&str>,
    asks_first: bool,
) -> Result<Settings, StartFault> {
    let loading = Arc::clone(store);
    let loaded = tokio::task::spawn_blocking(move || loading.load()).await.unwrap_or_default();
    let fresh_id = fresh_id().map_err(StartFault::NoRandom)?;
    let Some(introduced) = settings::introduced(&loaded, &fresh_id, os_user, asks_first) else {
        return Ok(loaded);
    };
    if let Err(fault) = save(store, introduced.clone()).await {
        // The station works; the next start makes another id, and what that one missed is lost to it on a
        // hub that does not know computers apart.
        tracing::error!(%fault, "the identity of this station is not kept");
    }
    Ok(introduced)
}

async fn save(store: &Arc<dyn SettingsStore>, settings: Settings) -> Result<(), SettingsUnsaved> {
    let store = Arc::clone(store);
    let saved = tokio::task::spawn_blocking(move || store.save(&settings)).await;
    saved.unwrap_or_else(|panicked| Err(SettingsUnsaved(panicked.to_string())))
}
