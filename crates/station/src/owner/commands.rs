//! What the person asks for.

use chapfood_inbox::Inbox;
use chapfood_protocol::NotificationId;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{Owner, Reply};
use crate::contract::{Command, Event, Fault, FaultCode, Filter, HostKind};
use crate::toast::ToastAction;
use crate::{history, toast};

/// After how long a pop-up's button has it come back.
const REMIND_MINUTES: u16 = 5;

impl Owner {
    /// Does it and replies, with the state already where the reply's reader will look.
    pub(super) async fn perform(&mut self, command: Command, reply: Reply) {
        let done = match command {
            Command::Send { draft } => return self.send(draft, reply).await,
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
            Command::DismissGap => {
                self.history.run(Inbox::dismiss_gap).await?;
                self.state.gap = None;
            }
            Command::DismissCatchUp => {
                self.history.run(Inbox::dismiss_catch_up).await?;
                self.state.catch_up = None;
            }
            Command::TestPopup => self.popups.show(vec![toast::sample(self.state.language())]),
            Command::Unqueue { number } => return self.unqueue(number).await,
            Command::Take { id, by } => self.take(id, by).await?,
            Command::Release { id } => self.release(id).await?,
            Command::Remind { id, minutes } => self.remind(id, minutes).await?,
            Command::Delete { ids } => return self.delete(ids).await,
            Command::Restore { ids } => return self.restore(ids).await,
            Command::Erase => return self.erase().await,
            Command::DoNotDisturb { choice } => self.do_not_disturb(choice).await?,
            Command::TestSound { sound } => self.play(sound),
            Command::CheckReadiness => self.check_readiness(),
            Command::SetUp { choice } => return self.set_up(&choice).await,
            Command::Quit => self.may_end()?,
            Command::FindHubs => self.find_hubs(),
            Command::Pair { way, username } => self.pair(way, &username)?,
            Command::CancelPairing => self.cancel_pairing(),
            // Answered by the handle itself, or when the hub has answered.
            Command::Snapshot
            | Command::Outline { .. }
            | Command::Page { .. }
            | Command::Locate { .. }
            | Command::Open { .. }
            | Command::Waiting { .. }
            | Command::Export { .. }
            | Command::HubOverview
            | Command::OfferPairing
            | Command::ClosePairing
            | Command::AnswerPairing { .. }
            | Command::CreateToken { .. }
            | Command::RevokeToken { .. }
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
            self.alerting.look_at(changed.iter());
            let ids = changed.iter().map(|id| id.as_str().to_owned()).collect();
            self.announcer.tell(Event::ReadChanged { ids, read });
            self.count_again().await;
        }
        Ok(())
    }

    async fn mark_all_read(&mut self, filter: &Filter) -> Result<Value, Fault> {
        let filter = history::asked(filter, &self.state.settings, self.clock.now());
        let changed = self.history.run(move |inbox| inbox.mark_all_read(&filter)).await?;
        if changed > 0 {
            self.alerting.look_at_shown();
            self.announcer.tell(Event::ReadChanged { ids: Vec::new(), read: true });
            self.count_again().await;
        }
        Ok(json!(changed))
    }

    pub(super) async fn toast_activated(&mut self, id: String, action: ToastAction) {
        let command = match action {
            ToastAction::Open => return self.open_requested(id).await,
            ToastAction::Take => Command::Take { id, by: None },
            ToastAction::Remind => Command::Remind { id, minutes: Some(REMIND_MINUTES) },
        };
        if let Err(fault) = self.done(command).await {
            // There is nobody to be told: the row in the window shows how it is.
            tracing::warn!(%fault, ?action, "a button of a pop-up did nothing");
        }
    }

    /// Answers whether nobody else is cut off; else has the window ask.
    pub(super) fn may_quit(&self, reply: oneshot::Sender<bool>) {
        let computers = self.shown.borrow().others_connected();
        if computers > 0 {
            self.announcer.tell(Event::QuitRequested { computers });
        }
        // Whoever asked may be gone.
        let _ = reply.send(computers == 0);
    }

    /// The host ends the app, once it is told that it may.
    fn may_end(&self) -> Result<(), Fault> {
        match self.state.host {
            HostKind::Desktop => Ok(()),
            HostKind::Browser => {
                Err(Fault::new(FaultCode::Unsupported, "a page in a browser is no app to end"))
            }
        }
    }

    async fn open_requested(&mut self, id: String) {
        // The pop-up of a sample, or of something that has been deleted, opens nothing.
        if self.history.detail(id.clone()).await.is_ok() {
            self.announcer.tell(Event::OpenRequested { id });
        }
    }
}
