//! The loop: one thing after the other, each seen by everybody before the next.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Owner, Report, Request};
use crate::contract::Event;

/// How long the last words of a session are waited for at the end.
const GOODBYE: Duration = Duration::from_secs(3);

impl Owner {
    /// Runs until it is told to close, or until the last handle is gone.
    pub(crate) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        self.forget_trash().await;
        self.begin().await;
        let mut hub = self.hosting.state();
        let closer = loop {
            self.drain().await;
            // Whoever was just told something looks at the state at once.
            self.publish();
            self.attend().await;
            self.publish();
            let wake = self.next_wake();
            tokio::select! {
                request = requests.recv() => match request {
                    Some(Request::Do(command, reply)) => self.perform(*command, reply).await,
                    Some(Request::ToastActivated(id, action)) => self.toast_activated(id, action).await,
                    Some(Request::Show(place)) => self.announcer.tell(Event::ShowRequested { place }),
                    Some(Request::MayQuit(reply)) => self.may_quit(reply),
                    Some(Request::ScreenLocked(locked)) => self.screen_locked(locked),
                    Some(Request::Close(reply)) => break Some(reply),
                    None => break None,
                },
                Some((number, link)) = self.links.recv() => self.linked(number, link),
                // While the disk refuses, nothing more is taken: the hub keeps it.
                Some((number, batch)) = self.batches.recv(), if self.unstored.is_none() => {
                    self.catch_up_with_links();
                    self.hear(number, batch).await;
                }
                Some(report) = self.reports.recv() => self.note(report).await,
                () = self.joining.changed() => self.found_others().await,
                Ok(()) = hub.changed() => self.state.hosted_hub = hub.borrow_and_update().clone(),
                () = at(wake) => self.wake().await,
            }
        };
        self.end().await;
        if let Some(closer) = closer {
            // Whoever asked may be gone.
            let _ = closer.send(());
        }
    }

    /// First the hub of this computer, then the session: the other way round, the first attempt would fail.
    /// Neither before the person has said how it is to be.
    pub(super) async fn begin(&mut self) {
        if !self.state.settings.set_up {
            return;
        }
        let hosts = self.state.settings.host_hub;
        if hosts {
            self.turn_hub_on();
        }
        if !(hosts && self.state.listens_to_own_hub()) {
            self.start_session().await;
        }
    }

    async fn end(&mut self) {
        self.end_session();
        self.ears = None;
        // What was not said to be received comes again, but a hub that takes no receipts counts it as received.
        let hearing_out = async {
            self.store_again(None).await;
            while self.unstored.is_none()
                && let Some((number, batch)) = self.batches.recv().await
            {
                self.hear(number, batch).await;
            }
            while self.is_sending()
                && let Some(report) = self.reports.recv().await
            {
                self.note(report).await;
            }
        };
        if timeout(GOODBYE, hearing_out).await.is_err() {
            tracing::warn!("the session did not end in time");
        }
        self.release_all_forms();
        // An order that nobody takes any more leaves nothing to stop.
        let _ = self.hosting.turn_off().await;
    }

    async fn note(&mut self, report: Report) {
        match report {
            Report::Popup(health) => self.state.popup_health = health,
            Report::Sound(health) => self.state.sound_health = health,
            Report::Tried(tried) => self.tried(tried),
            Report::Pairing(number, step) => self.paired_or_not(number, step).await,
            Report::TokenHeld(held) => self.token_held(held).await,
            Report::HubStarted => self.own_hub_started().await,
            Report::Answered(number, answer) => self.answered(number, *answer).await,
        }
    }

    async fn wake(&mut self) {
        let now = Instant::now();
        if self.refresh_at.is_some_and(|due| due <= now) {
            self.ask_for_channels();
        }
        self.store_again(Some(now)).await;
        self.prune(now).await;
        self.keep_up().await;
        self.give_up_trying(now);
        self.try_elsewhere().await;
        self.look_for_token_again().await;
        let changes = self.policy.due(self.clock.now(), self.wording());
        self.change_screen(changes);
    }

    fn next_wake(&self) -> Option<Instant> {
        let toasts = self.policy.next_due().map(|due| {
            let millis = due.as_millis() - self.clock.now().as_millis();
            Instant::now() + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
        });
        let retry = self.unstored.as_ref().map(|unstored| unstored.retry_at);
        let sending = self.sending.next_due(Instant::now());
        let keeping = Some(self.keeping.next_due(self.clock.now()));
        let others = [self.refresh_at, self.alerting.wake, self.trial.until, Some(self.pruning.due), keeping];
        let joining = self.joining.next_due();
        others.into_iter().chain([toasts, retry, sending, joining]).flatten().min()
    }

    /// Puts the state where handles and subscribers see it, if it changed.
    pub(super) fn publish(&self) {
        let next = self.state.snapshot(self.sending.shown());
        self.shown.send_if_modified(|shown| {
            let changed = *shown != next;
            *shown = next;
            changed
        });
    }
}

/// The given instant; without one, never.
async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
