//! Who is in charge of what. A claim waits in the outbox like a send, but its answer comes with the log.

use chapfood_inbox::{Claim, Errand, Outgoing};
use chapfood_protocol::{Auth, ClaimChanged, ErrorMessage, NotificationId, Problem, event};
use tokio::time::Instant;

use super::Owner;
use super::sending::UnderWay;
use crate::contract::{Fault, FaultCode};
use crate::history::HistoryFault;
use crate::outbox::{self, Refusal};
use crate::settings;

impl Owner {
    /// Has somebody take charge of a notification, the person of this computer if nobody is named: here at once,
    /// and at the hub as soon as it can be.
    pub(super) async fn take(&mut self, id: String, by: Option<String>) -> Result<(), Fault> {
        let by = match by {
            Some(typed) => {
                settings::taker(&typed).map_err(|invalid| Fault::new(FaultCode::InvalidSetting, invalid))?
            }
            None => self.own_name(),
        };
        self.claim(id, Some(by)).await
    }

    /// Has nobody in charge of a notification any more.
    pub(super) async fn release(&mut self, id: String) -> Result<(), Fault> {
        self.claim(id, None).await
    }

    /// The name under which the hub knows this computer's connection.
    fn own_name(&self) -> String {
        let name = Some(self.state.settings.username.clone()).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| Auth::default().sender().to_owned())
    }

    async fn claim(&mut self, id: String, by: Option<String>) -> Result<(), Fault> {
        let take = by.is_some();
        let id = NotificationId::new(id);
        let wanted = id.clone();
        let found = self.history.run(move |inbox| inbox.details(&wanted)).await?;
        let found =
            found.ok_or_else(|| Fault::new(FaultCode::UnknownNotification, "no notification has this id"))?;
        let taken = found.entry.taken;
        if if take { taken.is_some_and(|taken| taken.mine) } else { taken.is_none() } {
            return Ok(());
        }
        let unsent = self.sending.unsent_take(&id).filter(|_| !take);
        if let Some(number) = unsent {
            // Nobody has heard of it, and nobody will.
            self.outbox(move |inbox| inbox.settle(number)).await?;
        } else {
            let errand = if take { Errand::Take(id.clone()) } else { Errand::Release(id.clone()) };
            let (address, now) = (self.state.hub_key().to_owned(), self.clock.now());
            let queued = self.outbox(move |inbox| inbox.queue(&address, &errand, by.as_deref(), now)).await?;
            queued.ok_or_else(|| Fault::new(FaultCode::OutboxFull, "1,000 wait for the hub already"))?;
        }
        self.others_now(&id).await;
        Ok(())
    }

    /// A row is another one now, and what waits has changed with it.
    async fn others_now(&mut self, id: &NotificationId) {
        self.count_again().await;
        self.changed(std::iter::once(id));
    }

    /// What the hub says of a claim, as the history takes it.
    pub(super) fn heard_of(&self, change: ClaimChanged, taken: bool) -> Claim {
        let settings = &self.state.settings;
        let by_us = change.by.user_id.as_ref() == Some(&settings.user_id)
            && change.by.device_name == self.device_name;
        // Only who has it is told out of turn that it is taken, perhaps under the name of that time.
        Claim { mine: by_us || (taken && change.answer), change, taken }
    }

    /// Asks the hub. The answer is the claim itself, or a refusal with its id.
    pub(super) async fn ask_for(&mut self, outgoing: &Outgoing) -> Result<(), HistoryFault> {
        let number = outgoing.number;
        let by = self
            .outbox(move |inbox| {
                inbox.mark_attempted(number, true)?;
                inbox.draft(number)
            })
            .await?;
        // Else the hub knows the name.
        let by = by.filter(|by| *by != self.own_name());
        if let Some(feed) = &self.feed {
            match &outgoing.errand {
                Errand::Take(id) => feed.session().take(id.clone(), by),
                Errand::Release(id) => feed.session().release(id.clone()),
                Errand::Send { .. } => {}
            }
        }
        let until = Instant::now() + self.pacing.answer_deadline;
        self.sending.set_under_way(UnderWay { number, until: Some(until) });
        Ok(())
    }

    /// These are on the disk now. If one of them is what the hub was asked for, that has been answered.
    pub(super) async fn claims_stored(&mut self, claims: Vec<(NotificationId, bool, bool)>) {
        for (id, taken, mine) in claims {
            let Some(outgoing) = self.sending.claim_under_way() else { return };
            let answered = match &outgoing.errand {
                Errand::Take(wanted) => *wanted == id && taken && mine,
                Errand::Release(wanted) => *wanted == id && !taken,
                Errand::Send { .. } => false,
            };
            if answered {
                let number = outgoing.number;
                self.over(&id, number).await;
            }
        }
    }

    /// The hub says no to a claim. Returns its words, if they are for the person.
    pub(super) async fn claim_refused(&mut self, error: ErrorMessage) -> Option<ErrorMessage> {
        let Some(outgoing) = self.sending.claim_under_way().cloned() else { return Some(error) };
        let (Errand::Take(id) | Errand::Release(id)) = &outgoing.errand else { return Some(error) };
        // A hub that does not know the event does not know that there is an id in it either.
        if error.id.as_ref().is_some_and(|refused| refused != id) {
            return Some(error);
        }
        match outbox::refusal(&error.codes) {
            // Nobody can be told any more; but it must not stay somebody's for ever here, nor ring on where nobody
            // can take it.
            Refusal::Final if matches!(outgoing.errand, Errand::Release(_)) || is_unknown(&error) => {
                self.keep_errand_here(&outgoing, id).await;
                Some(error)
            }
            Refusal::Final => {
                self.over(id, outgoing.number).await;
                Some(error)
            }
            Refusal::Passing => {
                self.sending.end_under_way(outgoing.number);
                self.put_off(error);
                None
            }
            Refusal::NeverHeardOf => {
                self.keep_errand_here(&outgoing, id).await;
                None
            }
        }
    }

    /// No hub is to be told; so it is on this computer, and nowhere else.
    async fn keep_errand_here(&mut self, outgoing: &Outgoing, id: &NotificationId) {
        self.sending.end_under_way(outgoing.number);
        let kept = outgoing.clone();
        if let Err(fault) = self.outbox(move |inbox| inbox.keep_here(&kept)).await {
            self.outbox_fault(&fault);
        }
        self.others_now(id).await;
    }

    /// Nothing waits any more; the row shows what the log says.
    async fn over(&mut self, id: &NotificationId, number: i64) {
        self.sending.end_under_way(number);
        if let Err(fault) = self.outbox(move |inbox| inbox.settle(number)).await {
            // Asked again, the hub answers again.
            self.outbox_fault(&fault);
        }
        self.others_now(id).await;
    }
}

/// Whether the hub has no such notification, or not any more.
fn is_unknown(error: &ErrorMessage) -> bool {
    error.codes.contains(&Problem::UnknownNotification.code())
}

/// Whether an error is about a claim.
pub(super) fn is_about_a_claim(error: &ErrorMessage) -> bool {
    matches!(error.event.as_deref(), Some(event::TAKE_NOTIFICATION | event::RELEASE_NOTIFICATION))
}
