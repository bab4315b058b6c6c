//! Tries everything that an order needs to be seen and heard, one thing after the other.

use std::collections::BTreeSet;
use std::time::Duration;

use chapfood_client::{Delivery, SendFault};
use chapfood_protocol::{
    ErrorMessage, Notification, NotificationSent, NotificationType, Position, SendRequest, event,
};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Owner, Report};
use crate::alerts::quiet::{self, Hush};
use crate::contract::{CheckSubject, PopupHealth, Readiness, Sound};
use crate::fresh_id::fresh_id;
use crate::readiness::{self, Finding};
use crate::seams::SoundFault;
use crate::{toast, words};

/// How long a hub may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a notification may take to the hub and back.
const ROUND: Duration = Duration::from_secs(10);
/// Seconds for which the sample is of use.
const TTL: u32 = 60;

/// What a trial left with the hub, or waits for.
#[derive(Debug, Default)]
pub(super) struct Trial {
    /// A channel that nobody else is in.
    channel: Option<String>,
    /// Those of this run, the present one included: the hub's last words of one come late.
    channels: BTreeSet<String>,
    /// When the hub has taken too long.
    pub(super) until: Option<Instant>,
}

/// What came of something that was tried.
#[derive(Debug)]
pub(super) enum Tried {
    /// `None`: nothing, in time.
    Sound(Option<Result<(), SoundFault>>),
    Popup(Option<PopupHealth>),
    /// The channel it was for.
    Sent(String, Box<Result<NotificationSent, SendFault>>),
}

impl Owner {
    /// Begins, unless it is under way.
    pub(super) fn check_readiness(&mut self) {
        if self.state.readiness.as_ref().is_some_and(|readiness| readiness.running) {
            return;
        }
        self.state.readiness = Some(Readiness::begun(self.clock.now().as_millis()));
        self.go_on_trying();
    }

    /// Something that was tried away from here is over.
    pub(super) fn tried(&mut self, tried: Tried) {
        let settings = &self.state.settings;
        let (subject, finding) = match tried {
            Tried::Sound(outcome) => (CheckSubject::Sound, readiness::sound(outcome, settings)),
            Tried::Popup(health) => (CheckSubject::Popups, readiness::popups(health, settings)),
            Tried::Sent(channel, outcome) => {
                let is_this = self.trial.channel.as_ref() == Some(&channel);
                let Some(fault) = outcome.err().filter(|_| is_this) else { return };
                return self.end_round(failure(fault));
            }
        };
        self.found(subject, finding);
    }

    /// The hub took too long.
    pub(super) fn give_up_trying(&mut self, now: Instant) {
        if self.trial.until.take_if(|until| *until <= now).is_some() {
            let late = Finding::failed("the hub did not answer in time");
            match self.under_way() {
                Some(CheckSubject::EndToEnd) => self.end_round(late),
                _ => self.found(CheckSubject::Hub, late),
            }
        }
    }

    /// Takes out what the hub says of the trial's own channel: it is neither stored nor shown.
    pub(super) fn without_trial(&mut self, delivery: Delivery) -> Option<Delivery> {
        let own = |channel: &String| self.trial.channels.contains(channel);
        match delivery {
            Delivery::Joined(joined) if own(&joined.channel) => self.send_round(&joined.channel),
            Delivery::Notification(notification) if notification.channel.as_ref().is_some_and(own) => {
                self.came_back(&notification);
            }
            Delivery::Left(left) if own(&left.channel) => {}
            Delivery::Resync(resync) if own(&resync.channel) => {}
            Delivery::Channels(mut active) => {
                active.retain(|channel| !own(&channel.name));
                return Some(Delivery::Channels(active));
            }
            other => return Some(other),
        }
        None
    }

    /// The hub gave its figures.
    pub(super) fn hub_answered(&mut self) {
        if self.under_way() == Some(CheckSubject::Hub) {
            self.found(CheckSubject::Hub, Finding::passed());
        }
    }

    /// The hub says no to something: returns what does not concern the trial.
    pub(super) fn refused_in_trial(&mut self, error: ErrorMessage) -> Option<ErrorMessage> {
        let joins = error.event.as_deref() == Some(event::JOIN_CHANNEL);
        // The trial's own channel has a name that no hub has anything against.
        let of_a_name = error.codes.iter().any(|code| code.starts_with("channel_"));
        if self.under_way() == Some(CheckSubject::EndToEnd) && joins && !of_a_name {
            self.end_round(Finding::failed(error.errors.join("; ")));
            return None;
        }
        Some(error)
    }

    fn under_way(&self) -> Option<CheckSubject> {
        self.state.readiness.as_ref().and_then(Readiness::under_way)
    }

    fn found(&mut self, subject: CheckSubject, finding: Finding) {
        let known = self.state.readiness.as_mut().is_some_and(|readiness| readiness.found(subject, finding));
        if known {
            self.trial.until = None;
            self.go_on_trying();
        }
    }

    fn go_on_trying(&mut self) {
        while let Some(subject) = self.state.readiness.as_mut().and_then(Readiness::go_on) {
            let Some(finding) = self.try_out(subject) else { return };
            if let Some(readiness) = &mut self.state.readiness {
                readiness.found(subject, finding);
            }
        }
    }

    /// Tries one thing. `None`: what comes of it comes later.
    fn try_out(&mut self, subject: CheckSubject) -> Option<Finding> {
        let settings = &self.state.settings;
        match subject {
            CheckSubject::Sound => {
                let answer = self.sounds.try_out(Sound::Bell, settings.volume);
                self.report_later(answer, Tried::Sound);
                None
            }
            CheckSubject::Popups => {
                let answer = self.popups.try_out(toast::sample(self.state.language()));
                self.report_later(answer, Tried::Popup);
                None
            }
            CheckSubject::DoNotDisturb => {
                let hush = quiet::of_shop(settings, self.clock.now(), &self.clock.zone());
                Some(readiness::do_not_disturb(hush != Hush::Nothing))
            }
            CheckSubject::Autostart => Some(readiness::autostart(settings, self.state.host)),
            CheckSubject::Hub => match self.connected() {
                Err(unlinked) => Some(unlinked),
                Ok(session) => {
                    session.get_stats();
                    self.trial.until = Some(Instant::now() + ANSWER);
                    None
                }
            },
            CheckSubject::EndToEnd => self.begin_round(),
        }
    }

    fn connected(&self) -> Result<chapfood_client::Session, Finding> {
        let session =
            self.feed.as_ref().filter(|_| self.state.is_connected()).map(|feed| feed.session().clone());
        session.ok_or_else(|| readiness::unlinked(&self.state.link, &self.state.settings.hub_address))
    }

    /// Joins a channel that nobody else knows of.
    fn begin_round(&mut self) -> Option<Finding> {
        let session = match self.connected() {
            Ok(session) => session,
            Err(unlinked) => return Some(unlinked),
        };
        let channel = match fresh_id() {
            Ok(id) => format!("essai-{id}"),
            Err(error) => return Some(Finding::failed(error.to_string())),
        };
        session.join(&channel);
        self.trial.channels.insert(channel.clone());
        (self.trial.channel, self.trial.until) = (Some(channel), Some(Instant::now() + ROUND));
        None
    }

    fn send_round(&self, channel: &str) {
        if !self.is_of_this_round(channel) {
            return;
        }
        let Ok(session) = self.connected() else { return };
        let (title, message) = words::sample(self.state.language());
        let request = SendRequest {
            channel: Some(channel.to_owned()),
            kind: NotificationType::Info,
            title: title.to_owned(),
            message: message.to_owned(),
            data: None,
            client_id: None,
            key: None,
            ttl: Some(TTL),
        };
        let (reports, channel) = (self.to_reports.clone(), channel.to_owned());
        tokio::spawn(async move {
            let outcome = session.send(request).await;
            // The station may have ended meanwhile.
            let _ = reports.send(Report::Tried(Tried::Sent(channel, Box::new(outcome))));
        });
    }

    /// Whether it is the channel of the trial that is under way, and not of one before.
    fn is_of_this_round(&self, channel: &str) -> bool {
        self.under_way() == Some(CheckSubject::EndToEnd) && self.trial.channel.as_deref() == Some(channel)
    }

    fn came_back(&mut self, notification: &Notification) {
        let channel = notification.channel.as_deref().unwrap_or_default();
        if let Some((feed, origin)) = self.feed.as_ref().and_then(|feed| Some((feed, feed.origin()?))) {
            // The hub need not keep it for this computer.
            let position = Position { epoch: origin.epoch.clone(), seq: notification.seq };
            feed.session().received(channel, position);
        }
        if self.is_of_this_round(channel) {
            self.end_round(Finding::passed());
        }
    }

    fn end_round(&mut self, finding: Finding) {
        if let (Some(feed), Some(channel)) = (&self.feed, &self.trial.channel) {
            feed.session().leave(channel);
        }
        self.found(CheckSubject::EndToEnd, finding);
    }

    fn report_later<T: Send + 'static>(
        &self,
        answer: oneshot::Receiver<T>,
        tried: impl FnOnce(Option<T>) -> Tried + Send + 'static,
    ) {
        let reports = self.to_reports.clone();
        tokio::spawn(async move {
            let outcome = answer.await.ok();
            // The station may have ended meanwhile.
            let _ = reports.send(Report::Tried(tried(outcome)));
        });
    }
}

fn failure(fault: SendFault) -> Finding {
    match fault {
        SendFault::Refused(error) => Finding::failed(error.errors.join("; ")),
        fault => Finding::failed(fault.to_string()),
    }
}
