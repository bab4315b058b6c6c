//! What the person asks for.

use std::sync::Arc;

use chapfood_client::SendFault;
use chapfood_protocol::{NotificationId, NotificationSent};
use serde_json::{Value, json};

use super::{Owner, Reply, Report};
use crate::contract::{Command, Draft, Event, Fault, FaultCode, Filter, Settings, SettingsChange};
use crate::feed::lang;
use crate::fresh_id::fresh_id;
use crate::history;
use crate::seams::{SettingsStore, SettingsUnsaved};
use crate::settings;
use crate::station::StartFault;
use crate::toast;

/// A draft that the session has an answer to.
#[derive(Debug)]
pub(super) struct SendOutcome {
    draft: Draft,
    client_id: Option<String>,
    answer: Result<NotificationSent, SendFault>,
    reply: Reply,
}

impl Owner {
    /// Does it and replies, with the state already where the reply's reader will look.
    pub(super) async fn perform(&mut self, command: Command, reply: Reply) {
        let done = match command {
            Command::Send { draft } => return self.send(draft, reply),
            other => self.done(other).await,
        };
        self.publish();
        // A window that was closed meanwhile wants no answer.
        let _ = reply.send(done);
    }

    async fn done(&mut self, command: Command) -> Result<Value, Fault> {
        match command {
            Command::MarkRead { ids, read } => self.mark_read(ids, read).await?,
            Command::MarkAllRead { filter } => return self.mark_all_read(&filter).await,
            Command::JoinChannel { name } => self.join(name).await?,
            Command::LeaveChannel { name } => self.leave(&name).await?,
            Command::RefreshChannels => self.ask_for_channels(),
            Command::TryNow => {
                if let Some(feed) = &self.feed {
                    feed.session().try_now();
                }
            }
            Command::ChangeSettings { change } => return self.change(&change).await,
            Command::StartHub => self.host(true).await?,
            Command::StopHub => self.host(false).await?,
            Command::TestPopup => self.popups.show(vec![toast::sample(self.state.language())]),
            // Answered by the handle itself, or by the session.
            Command::Snapshot
            | Command::Outline { .. }
            | Command::Page { .. }
            | Command::Locate { .. }
            | Command::Open { .. }
            | Command::Send { .. } => {
                return Err(Fault::new(FaultCode::Unsupported, "this is not the owner's to answer"));
            }
        }
        Ok(Value::Null)
    }

    async fn mark_read(&mut self, ids: Vec<String>, read: bool) -> Result<(), Fault> {
        let ids: Vec<_> = ids.into_iter().map(NotificationId::new).collect();
        let changed = self.history.run(move |inbox| inbox.mark_read(&ids, read)).await?;
        if !changed.is_empty() {
            let ids = changed.iter().map(|id| id.as_str().to_owned()).collect();
            self.announcer.tell(Event::ReadChanged { ids, read });
            self.count_again().await;
        }
        Ok(())
    }

    async fn mark_all_read(&mut self, filter: &Filter) -> Result<Value, Fault> {
        let filter = history::asked(filter);
        let changed = self.history.run(move |inbox| inbox.mark_all_read(&filter)).await?;
        if changed > 0 {
            self.announcer.tell(Event::ReadChanged { ids: Vec::new(), read: true });
            self.count_again().await;
        }
        Ok(json!(changed))
    }

    async fn join(&mut self, name: String) -> Result<(), Fault> {
        if !self.state.settings.channels.contains(&name) {
            let mut next = self.state.settings.clone();
            next.channels.push(name.clone());
            self.save(next).await?;
            self.state.channels.wanted(&name);
        }
        if let Some(feed) = &self.feed {
            feed.session().join(&name);
        }
        Ok(())
    }

    async fn leave(&mut self, name: &str) -> Result<(), Fault> {
        let mut next = self.state.settings.clone();
        next.channels.retain(|joined| joined != name);
        if next != self.state.settings {
            self.save(next).await?;
            self.state.channels.unwanted(name);
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
        if let Some(feed) = &self.feed {
            feed.session().leave(name);
        }
    }

    async fn change(&mut self, change: &SettingsChange) -> Result<Value, Fault> {
        let before = self.state.settings.clone();
        let next = settings::changed(&before, change)
            .map_err(|invalid| Fault::new(FaultCode::InvalidSetting, invalid))?;
        self.save(next).await?;
        let after = &self.state.settings;
        if !after.popups {
            self.policy = crate::toast_policy::ToastPolicy::default();
        }
        let another_session = settings::another_session(&before, after);
        if after.host_hub && after.hub_port != before.hub_port {
            self.turn_hub_off();
            self.turn_hub_on();
        }
        if another_session {
            self.start_session();
        }
        Ok(json!(self.state.settings))
    }

    async fn host(&mut self, host_hub: bool) -> Result<(), Fault> {
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

    fn send(&mut self, draft: Draft, reply: Reply) {
        let refuse = |reply: Reply, answer| drop(reply.send(answer));
        let Some(feed) = &self.feed else {
            return refuse(reply, Err(Fault::new(FaultCode::NotConnected, SendFault::NotConnected)));
        };
        let request = match self.drafts.request(&draft, lang(self.state.language())) {
            Ok(request) => request,
            Err(refused) => return refuse(reply, Ok(json!(refused))),
        };
        let session = feed.session().clone();
        let reports = self.to_reports.clone();
        tokio::spawn(async move {
            let client_id = request.client_id.clone();
            let answer = session.send(request).await;
            // The station may have ended meanwhile; then its handles say so.
            let _ = reports.send(Report::Sent(Box::new(SendOutcome { draft, client_id, answer, reply })));
        });
    }

    pub(super) fn sent(&mut self, outcome: SendOutcome) {
        let SendOutcome { draft, client_id, answer, reply } = outcome;
        let sent = self.drafts.answered(draft, client_id, answer);
        let _ = reply.send(sent.map(|sent| json!(sent)));
    }

    pub(super) async fn open_requested(&mut self, id: String) {
        // The pop-up of a sample, or of something that has been deleted, opens nothing.
        if self.history.detail(id.clone()).await.is_ok() {
            self.announcer.tell(Event::OpenRequested { id });
        }
    }

    async fn save(&mut self, next: Settings) -> Result<(), Fault> {
        save(&self.store, next.clone()).await.map_err(|unsaved| Fault::new(FaultCode::Storage, unsaved))?;
        self.state.settings = next;
        Ok(())
    }
}

/// The saved settings; at the very first start with an identity, which is saved at once.
pub(super) async fn first_settings(
    store: &Arc<dyn SettingsStore>,
    os_user: Option<&str>,
) -> Result<Settings, StartFault> {
    let loading = Arc::clone(store);
    let loaded = tokio::task::spawn_blocking(move || loading.load()).await.unwrap_or_default();
    let fresh_id = fresh_id().map_err(StartFault::NoRandom)?;
    let Some(introduced) = settings::introduced(&loaded, &fresh_id, os_user) else { return Ok(loaded) };
    if let Err(fault) = save(store, introduced.clone()).await {
        // The station works; the next start makes another id, and what that one missed is lost to it.
        tracing::error!(%fault, "the identity of this station is not kept");
    }
    Ok(introduced)
}

async fn save(store: &Arc<dyn SettingsStore>, settings: Settings) -> Result<(), SettingsUnsaved> {
    let store = Arc::clone(store);
    let saved = tokio::task::spawn_blocking(move || store.save(&settings)).await;
    saved.unwrap_or_else(|panicked| Err(SettingsUnsaved(panicked.to_string())))
}
