//! What the person sends: first on this computer's disk, then at the hub.

use std::collections::BTreeMap;
use std::time::Duration;

use chapfood_client::SendFault;
use chapfood_inbox::{Errand, Inbox, InboxError, Outgoing};
use chapfood_protocol::{ErrorMessage, NotificationId, NotificationSent};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Owner, Reply, Report};
use crate::contract::{Draft, Event, Fault, FaultCode, Outbox, QueuedDraft, Sent};
use crate::feed::lang;
use crate::fresh_id::fresh_id;
use crate::history::{History, HistoryFault};
use crate::outbox::{self, Hub, Next, Verdict};
use crate::{drafts, words};

/// The most drafts named in a snapshot.
const NAMED: usize = 50;
/// How long a hub, or a disk, that could not take something is left alone.
const RETRY: Duration = Duration::from_secs(2);
/// The shortest and the longest pause that a hub may ask for by itself.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A hub that has not confirmed the connection by then speaks the published API without that event.
const INTRODUCTION: Duration = Duration::from_secs(1);

/// The outbox as the owner sees it.
#[derive(Debug, Default)]
pub(super) struct Sending {
    /// As it is on the disk.
    waiting: Vec<Outgoing>,
    /// The first ones that a person sends, as the window shows them.
    drafts: Vec<QueuedDraft>,
    /// Forms that still wait for the hub's answer. What they sent does not show as queued yet.
    forms: BTreeMap<i64, Form>,
    /// The one that the hub has been told and has not answered.
    under_way: Option<UnderWay>,
    /// Nothing is sent before.
    not_before: Option<Instant>,
    /// When a hub that has not introduced itself on this connection is taken as it is.
    introduced_by: Option<Instant>,
    /// What the hub last said when it could not take something, so that it is told once.
    complaint: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct UnderWay {
    pub(super) number: i64,
    /// When it is told again. A send needs none: its session says when it is over.
    pub(super) until: Option<Instant>,
}

#[derive(Debug)]
struct Form {
    reply: Reply,
    until: Instant,
}

impl Sending {
    /// As the disk has it from the last run.
    pub(super) async fn load(history: &History) -> Result<Self, HistoryFault> {
        let (waiting, drafts) = history.run(|inbox| read(inbox)).await?;
        Ok(Self { waiting, drafts, ..Self::default() })
    }

    /// What the window is shown.
    pub(super) fn shown(&self) -> Outbox {
        let drafts = self.drafts.iter().filter(|draft| !self.forms.contains_key(&draft.number));
        let count = self.waiting.len().saturating_sub(self.forms.len());
        Outbox { count: u32::try_from(count).unwrap_or(u32::MAX), drafts: drafts.cloned().collect() }
    }

    /// When [`Owner::drain`] has something to do next, if nothing happens before `now`.
    pub(super) fn next_due(&self, now: Instant) -> Option<Instant> {
        let introduced_by = self.introduced_by.filter(|by| *by > now);
        let told_again = self.under_way.and_then(|under_way| under_way.until);
        let others = [self.not_before, introduced_by, told_again].into_iter().flatten();
        self.forms.values().map(|form| form.until).chain(others).min()
    }

    pub(super) fn set_under_way(&mut self, under_way: UnderWay) {
        self.under_way = Some(under_way);
    }

    pub(super) fn end_under_way(&mut self, number: i64) {
        self.under_way = self.under_way.filter(|under_way| under_way.number != number);
    }

    /// The claim that the hub has been asked for.
    pub(super) fn claim_under_way(&self) -> Option<&Outgoing> {
        let number = self.under_way.filter(|under_way| under_way.until.is_some())?.number;
        self.waiting.iter().find(|outgoing| outgoing.number == number)
    }

    /// A take of this notification that no hub has heard of.
    pub(super) fn unsent_take(&self, id: &NotificationId) -> Option<i64> {
        let errand = Errand::Take(id.clone());
        let unsent = |outgoing: &&Outgoing| outgoing.errand == errand && !outgoing.attempted;
        self.waiting.iter().find(unsent).map(|outgoing| outgoing.number)
    }
}

impl Owner {
    /// Keeps the draft. The form hears what becomes of it, if that is soon.
    pub(super) async fn send(&mut self, draft: Draft, reply: Reply) {
        match self.keep(&draft).await {
            Ok(Ok(number)) => {
                let until = Instant::now() + self.pacing.answer_deadline;
                self.sending.forms.insert(number, Form { reply, until });
            }
            Ok(Err(refused)) => drop(reply.send(Ok(json!(refused)))),
            Err(fault) => drop(reply.send(Err(fault))),
        }
    }

    async fn keep(&mut self, draft: &Draft) -> Result<Result<i64, Sent>, Fault> {
        let text = match drafts::kept(draft, lang(self.state.language())) {
            Ok(text) => text,
            Err(refused) => return Ok(Err(refused)),
        };
        let client_id = fresh_id().map_err(|error| Fault::new(FaultCode::Unsupported, error))?;
        let errand = Errand::Send { client_id };
        let (address, now) = (self.state.hub_key().to_owned(), self.clock.now());
        let queued = self.outbox(move |inbox| inbox.queue(&address, &errand, Some(&text), now)).await?;
        queued.map(Ok).ok_or_else(|| Fault::new(FaultCode::OutboxFull, "1,000 wait for the hub already"))
    }

    pub(super) async fn unqueue(&mut self, number: i64) -> Result<Value, Fault> {
        let sent = || Fault::new(FaultCode::AlreadySent, "the hub has it, or may have it");
        let under_way = self.sending.under_way.map(|under_way| under_way.number);
        let address = self.state.hub_key();
        let found = self.sending.waiting.iter().find(|outgoing| outgoing.number == number);
        let found = found.filter(|outgoing| matches!(outgoing.errand, Errand::Send { .. }));
        if !found.is_some_and(|outgoing| outbox::may_be_taken_back(outgoing, under_way, address)) {
            return Err(sent());
        }
        let text = self.history.run(move |inbox| inbox.draft(number)).await?.ok_or_else(sent)?;
        let draft: Draft =
            serde_json::from_str(&text).map_err(|error| Fault::new(FaultCode::Storage, error))?;
        self.outbox(move |inbox| inbox.settle(number)).await?;
        Ok(json!(draft))
    }

    /// Sends what is next, if anything is, and lets go the forms that have waited long enough.
    pub(super) async fn drain(&mut self) {
        self.release_forms();
        let now = Instant::now();
        let connected = self.state.is_connected();
        self.sending.under_way =
            self.sending.under_way.filter(|it| it.until.is_none_or(|until| connected && now < until));
        if self.sending.not_before.is_some_and(|until| now < until) {
            return;
        }
        self.sending.not_before = None;
        while let (None, Some(hub)) = (self.sending.under_way, self.hub(now)) {
            let next = outbox::next(&self.sending.waiting, self.state.hub_key(), hub);
            let done = match next {
                None => return,
                Some(Next::Send(number)) => self.dispatch(number).await,
                Some(Next::Hold(number)) => {
                    let words = vec![words::maybe_sent(self.state.language()).to_owned()];
                    self.outbox(move |inbox| inbox.mark_refused(number, &words)).await
                }
                Some(Next::KeepHere(number)) => self.keep_here(number).await,
            };
            if let Err(fault) = done {
                return self.outbox_fault(&fault);
            }
        }
    }

    /// The hub that would be sent to now.
    fn hub(&mut self, now: Instant) -> Option<Hub> {
        let feed = self.feed.as_ref().filter(|_| self.state.is_connected())?;
        if !feed.is_introduced() {
            let introduced_by = *self.sending.introduced_by.get_or_insert(now + INTRODUCTION);
            if now < introduced_by {
                return None;
            }
        }
        Some(if feed.origin().is_some() { Hub::KnowsRepeats } else { Hub::Published })
    }

    async fn keep_here(&mut self, number: i64) -> Result<(), HistoryFault> {
        let found = self.sending.waiting.iter().find(|outgoing| outgoing.number == number).cloned();
        let Some(outgoing) = found else { return Ok(()) };
        self.outbox(move |inbox| inbox.keep_here(&outgoing)).await
    }

    async fn dispatch(&mut self, number: i64) -> Result<(), HistoryFault> {
        let found = self.sending.waiting.iter().find(|outgoing| outgoing.number == number).cloned();
        let Some(outgoing) = found else { return Ok(()) };
        let Errand::Send { client_id } = outgoing.errand.clone() else {
            return self.ask_for(&outgoing).await;
        };
        let text = self
            .outbox(move |inbox| {
                inbox.mark_attempted(number, true)?;
                inbox.draft(number)
            })
            .await?;
        let draft: Draft = match serde_json::from_str(&text.unwrap_or_default()) {
            Ok(draft) => draft,
            Err(error) => {
                let words = vec![error.to_string()];
                return self.outbox(move |inbox| inbox.mark_refused(number, &words)).await;
            }
        };
        let Some(feed) = &self.feed else { return Ok(()) };
        let session = feed.session().clone();
        let reports = self.to_reports.clone();
        self.sending.under_way = Some(UnderWay { number, until: None });
        tokio::spawn(async move {
            let answer = session.send(drafts::request(draft, client_id)).await;
            // The station may have ended meanwhile; then the hub is asked again at the next start.
            let _ = reports.send(Report::Answered(number, Box::new(answer)));
        });
        Ok(())
    }

    pub(super) async fn answered(&mut self, number: i64, answer: Result<NotificationSent, SendFault>) {
        self.sending.end_under_way(number);
        let form = self.sending.forms.remove(&number).filter(|form| !form.reply.is_closed());
        let (sent, noted) = match outbox::verdict(answer) {
            Verdict::Arrived(sent) => {
                self.sending.complaint.clear();
                let noted = self.outbox(move |inbox| inbox.settle(number)).await;
                let id = sent.notification_id.as_str().to_owned();
                (Sent::Confirmed { id, subscribers: sent.subscribers }, noted)
            }
            Verdict::Refused(error) => {
                // The form has the text. Without it, the outbox is the only place that has.
                let (words, has_form) = (error.errors.clone(), form.is_some());
                let noted = self.outbox(move |inbox| match has_form {
                    true => inbox.settle(number),
                    false => inbox.mark_refused(number, &words),
                });
                (Sent::Refused { errors: error.errors, codes: error.codes }, noted.await)
            }
            Verdict::Later(error) => {
                match error {
                    Some(error) => self.put_off(error),
                    None => self.pause(),
                }
                (Sent::Queued { number }, self.outbox(move |inbox| inbox.mark_attempted(number, false)).await)
            }
            Verdict::Unknown => {
                self.pause();
                (Sent::Queued { number }, Ok(()))
            }
        };
        if let Err(fault) = noted {
            self.outbox_fault(&fault);
        }
        if let Some(form) = form {
            self.answer_form(form, &sent);
        }
    }

    /// The hub cannot take it now. A hub that names a time only has much to do: that is nothing to tell a person.
    pub(super) fn put_off(&mut self, error: ErrorMessage) {
        match error.retry_after_ms {
            Some(millis) => {
                self.sending.not_before =
                    Some(Instant::now() + Duration::from_millis(millis).clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
            }
            None => {
                self.pause();
                self.complain(error);
            }
        }
    }

    /// What the hub says of itself, once until it changes.
    fn complain(&mut self, error: ErrorMessage) {
        if error.codes != self.sending.complaint {
            self.sending.complaint.clone_from(&error.codes);
            let about = error.event;
            self.announcer.tell(Event::HubErrors { errors: error.errors, codes: error.codes, about });
        }
    }

    /// Whoever could not take something is left alone for a while.
    pub(super) fn pause(&mut self) {
        self.sending.not_before = Some(Instant::now() + RETRY);
    }

    /// The hub is connected again, or another one: what it could not take before, it may take now.
    pub(super) fn forget_pause(&mut self) {
        self.sending.not_before = None;
        self.sending.introduced_by = None;
    }

    /// Tells the forms that wait in vain, or long enough, that the outbox has it.
    fn release_forms(&mut self) {
        let (now, connected) = (Instant::now(), self.state.is_connected());
        let waited: Vec<_> =
            self.sending.forms.extract_if(.., |_, form| !connected || form.until <= now).collect();
        for (number, form) in waited {
            self.answer_form(form, &Sent::Queued { number });
        }
    }

    /// Nobody answers any more.
    pub(super) fn release_all_forms(&mut self) {
        for (number, form) in std::mem::take(&mut self.sending.forms) {
            self.answer_form(form, &Sent::Queued { number });
        }
    }

    /// Answers with the state already where the form's window will look.
    fn answer_form(&mut self, form: Form, sent: &Sent) {
        self.publish();
        // A form that was closed meanwhile wants no answer.
        let _ = form.reply.send(Ok(json!(sent)));
    }

    pub(super) fn is_sending(&self) -> bool {
        self.sending.under_way.is_some_and(|under_way| under_way.until.is_none())
    }

    pub(super) fn outbox_fault(&mut self, fault: &HistoryFault) {
        tracing::error!(%fault, "the outbox cannot be read or written");
        self.pause();
    }

    /// Does something with the outbox on the disk, and sees what it then holds.
    pub(super) async fn outbox<T: Send + 'static>(
        &mut self,
        task: impl FnOnce(&mut Inbox) -> Result<T, InboxError> + Send + 'static,
    ) -> Result<T, HistoryFault> {
        let (done, (waiting, drafts)) = self.history.run(|inbox| Ok((task(inbox)?, read(inbox)?))).await?;
        (self.sending.waiting, self.sending.drafts) = (waiting, drafts);
        Ok(done)
    }
}

fn read(inbox: &Inbox) -> Result<(Vec<Outgoing>, Vec<QueuedDraft>), InboxError> {
    let waiting = inbox.outbox()?;
    let mut named = Vec::new();
    for outgoing in waiting.iter().filter(|w| matches!(w.errand, Errand::Send { .. })).take(NAMED) {
        let text = inbox.draft(outgoing.number)?.unwrap_or_default();
        // One that cannot be read is refused when its turn comes.
        named.extend(serde_json::from_str(&text).ok().map(|draft| queued(outgoing, draft)));
    }
    Ok((waiting, named))
}

fn queued(outgoing: &Outgoing, draft: Draft) -> QueuedDraft {
    QueuedDraft {
        number: outgoing.number,
        channel: draft.channel,
        kind: draft.kind,
        title: draft.title,
        at: outgoing.queued_at.as_millis(),
        refused: outgoing.refusal.clone(),
    }
}
