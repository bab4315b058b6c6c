//! Asks for attention as the policy says, and stops once somebody has dealt with it.

use std::collections::BTreeSet;
use std::time::Duration;

use chapfood_inbox::{Entry, Inbox, InboxError, Stored};
use chapfood_protocol::{NotificationId, PresenceState, Timestamp};
use tokio::time::Instant;

use super::Owner;
use crate::alerts::quiet::{self, Hush};
use crate::alerts::ringing::{Again, Beat, Ringing};
use crate::alerts::rules::Rules;
use crate::alerts::sounding::Sounding;
use crate::contract::{DoNotDisturb, DoNotDisturbChoice, Fault, Link, Settings, Sound};
use crate::history::HistoryFault;
use crate::toast::Wording;
use crate::toast_policy::Changes;
use crate::todo::todo;

/// The longest that the wall clock is not looked at while something depends on it: timers stand still while the
/// computer sleeps.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// The most that rings: more of it sounds the same.
const RINGING: u32 = 10_000;

/// What asks for attention.
#[derive(Debug, Default)]
pub(super) struct Alerting {
    ringing: Ringing,
    sounding: Sounding,
    stale: Stale,
    /// Whether this outage has been heard.
    outage_heard: bool,
    /// When the clock is to be looked at again.
    pub(super) wake: Option<Instant>,
}

/// Of which rows something may have changed since they were last looked at.
#[derive(Debug, Default, PartialEq, Eq)]
struct Stale {
    rows: BTreeSet<NotificationId>,
    /// All that show as well.
    shown: bool,
    /// Others may wait now than did.
    waiting: bool,
}

impl Alerting {
    /// With what a former run left still to be found.
    pub(super) fn start() -> Self {
        Self { stale: Stale { waiting: true, ..Stale::default() }, ..Self::default() }
    }

    /// These rows are others now, or gone.
    pub(super) fn look_at<'a>(&mut self, ids: impl Iterator<Item = &'a NotificationId>) {
        self.stale.rows.extend(ids.cloned());
    }

    /// Any row may have been read: that leaves the screen, but goes on ringing.
    pub(super) fn look_at_shown(&mut self) {
        self.stale.shown = true;
    }

    /// Any row may be another now, or gone.
    pub(super) fn look_at_all(&mut self) {
        (self.stale.shown, self.stale.waiting) = (true, true);
    }

    /// Rows that did not matter may matter now.
    pub(super) fn look_through(&mut self) {
        self.stale.waiting = true;
    }

    /// Whether everything has been looked at since it changed.
    fn is_up_to_date(&self) -> bool {
        self.stale == Stale::default()
    }
}

impl Owner {
    pub(super) fn wording(&self) -> Wording {
        Wording { language: self.state.language(), locked: self.screen_locked }
    }

    /// New rows: pops up and sounds as the policy says.
    pub(super) fn alert(&mut self, stored: &Stored) {
        let wording = self.wording();
        let mut rules = Rules::new(&self.state.settings, self.clock.now(), self.clock.zone());
        let changes = self.policy.arrived(stored, &mut rules, wording);
        for replaced in &stored.replaced {
            self.alerting.ringing.gone(&replaced.earlier);
        }
        for row in &stored.new {
            self.alerting.ringing.note(row, &mut rules);
        }
        let now = rules.now();
        // Only what rings itself has had a turn: what does not must not put off what does.
        let rings = stored.new.iter().any(|row| rules.of(row.channel.as_deref()).ring(row.kind).is_some());
        let sound = self.alerting.sounding.arrived(&stored.new, &mut rules);
        if let Some(sound) = sound {
            if rings {
                self.alerting.ringing.heard(now);
            }
            self.play(sound);
        }
        self.change_screen(changes);
    }

    /// Has the state of alerts follow from the rows, the settings and the clock as they are now.
    pub(super) async fn attend(&mut self) {
        let now = self.clock.now();
        self.end_do_not_disturb(now).await;
        self.look_again().await;
        self.hear_outage();
        let zone = self.clock.zone();
        self.state.quiet_until =
            quiet::until(&self.state.settings.quiet_hours, now, &zone).map(Timestamp::as_millis);
        self.say_presence(now);
        let beat = self.alerting.ringing.beat(&mut Rules::new(&self.state.settings, now, zone));
        self.state.ringing = beat.count;
        if beat.count == 0 {
            let withdraw = self.policy.rings_no_more().into_iter().collect();
            self.change_screen(Changes { withdraw, show: Vec::new() });
        }
        self.alerting.wake = self.next_look(now, &beat);
        if let Some(sound) = beat.sound {
            self.play(sound);
        }
        if let Some(again) = beat.again {
            self.pop_up_again(again).await;
        }
    }

    /// Others see whether anybody here can be disturbed, and hears it ring.
    fn say_presence(&mut self, now: Timestamp) {
        let settings = &self.state.settings;
        let silenced =
            quiet::is_not_to_disturb(settings.do_not_disturb, now) || self.state.quiet_until.is_some();
        let muted = !settings.sounds || settings.volume == 0;
        if let Some(feed) = &mut self.feed {
            feed.say_presence(PresenceState { do_not_disturb: silenced, ring_muted: muted });
        }
    }

    /// A link that stays down is heard once, until there is one again; in quiet hours not before they end.
    pub(super) fn hear_outage(&mut self) {
        match self.state.link {
            Link::Connected { .. } => self.alerting.outage_heard = false,
            Link::Offline { .. } | Link::Refused { .. } if !self.alerting.outage_heard => {
                let settings = &self.state.settings;
                let hush = quiet::of_shop(settings, self.clock.now(), &self.clock.zone());
                if settings.sounds && hush == Hush::Nothing {
                    self.alerting.outage_heard = true;
                    self.play(Sound::Lost);
                }
            }
            _ => {}
        }
    }

    pub(super) async fn do_not_disturb(&mut self, choice: DoNotDisturbChoice) -> Result<(), Fault> {
        let (now, zone) = (self.clock.now(), self.clock.zone());
        let chosen = quiet::chosen(choice, &self.state.settings.quiet_hours, now, &zone);
        self.save(Settings { do_not_disturb: chosen, ..self.state.settings.clone() }).await?;
        if chosen != DoNotDisturb::Off {
            let withdraw = self.policy.hush();
            self.change_screen(Changes { withdraw, show: Vec::new() });
        }
        self.attend().await;
        Ok(())
    }

    /// Strangers may look at the screen from now on, or no longer.
    pub(super) fn screen_locked(&mut self, locked: bool) {
        self.screen_locked = locked;
        if locked {
            // What shows says more than strangers may read.
            let withdraw = self.policy.clear();
            self.change_screen(Changes { withdraw, show: Vec::new() });
        }
    }

    pub(super) fn play(&self, sound: Sound) {
        self.sounds.play(sound, self.state.settings.volume);
    }

    pub(super) fn change_screen(&self, Changes { withdraw, show }: Changes) {
        withdraw.iter().for_each(|id| self.popups.withdraw(id));
        self.popups.show(show);
    }

    /// What was chosen to end has ended.
    async fn end_do_not_disturb(&mut self, now: Timestamp) {
        let chosen = self.state.settings.do_not_disturb;
        if chosen == DoNotDisturb::Off || quiet::is_not_to_disturb(chosen, now) {
            return;
        }
        let next = Settings { do_not_disturb: DoNotDisturb::Off, ..self.state.settings.clone() };
        if let Err(fault) = self.save(next.clone()).await {
            // The next start finds that it has ended, just as this one did.
            tracing::warn!(%fault, "the end of do not disturb is not kept");
            self.state.settings = next;
        }
    }

    /// Looks at the rows that may be others now: what is dealt with neither rings nor shows.
    async fn look_again(&mut self) {
        let stale = std::mem::take(&mut self.alerting.stale);
        if let Err(fault) = self.try_look_again(&stale).await {
            tracing::error!(%fault, "what still waits cannot be looked at");
            self.alerting.stale = stale;
        }
    }

    async fn try_look_again(&mut self, stale: &Stale) -> Result<(), HistoryFault> {
        if stale.waiting {
            self.look_through_history().await?;
        }
        let mut wanted = stale.rows.clone();
        if stale.shown {
            wanted.extend(self.policy.ids());
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let look = move |inbox: &mut Inbox| wanted.into_iter().map(|id| look_at(inbox, id)).collect();
        let found: Vec<(NotificationId, Option<Entry>)> = self.history.run(look).await?;
        let mut rules = Rules::new(&self.state.settings, self.clock.now(), self.clock.zone());
        let mut settled = BTreeSet::new();
        for (id, row) in found {
            match &row {
                Some(row) => self.alerting.ringing.note(row, &mut rules),
                None => self.alerting.ringing.gone(&id),
            }
            if row.is_none_or(|row| row.read || row.taken.is_some() || row.remind_at.is_some()) {
                settled.insert(id);
            }
        }
        let withdraw = self.policy.settled(&settled);
        self.change_screen(Changes { withdraw, show: Vec::new() });
        Ok(())
    }

    /// Finds what waits.
    async fn look_through_history(&mut self) -> Result<(), HistoryFault> {
        let todo = todo(&self.state.settings, self.clock.now());
        let rows = self.history.run(move |inbox| inbox.untaken(&todo, RINGING)).await?;
        let mut rules = Rules::new(&self.state.settings, self.clock.now(), self.clock.zone());
        self.alerting.ringing.clear();
        for row in &rows {
            self.alerting.ringing.note(row, &mut rules);
        }
        Ok(())
    }

    async fn pop_up_again(&mut self, again: Again) {
        let (oldest, newest) = (again.oldest.clone(), again.newest.clone());
        let found = self.history.run(move |inbox| Ok((inbox.details(&oldest)?, inbox.details(&newest)?)));
        // What has just gone is noticed at the next look.
        if let Ok((Some(oldest), Some(newest))) = found.await {
            let (wording, ringing) = (self.wording(), &self.alerting.ringing);
            let changes = self.policy.rang(ringing, &again, &oldest.entry, &newest.entry, wording);
            self.change_screen(changes);
        }
    }

    /// When something next depends on the clock.
    fn next_look(&self, now: Timestamp, beat: &Beat) -> Option<Instant> {
        let settings = &self.state.settings;
        let ends = match settings.do_not_disturb {
            DoNotDisturb::Until { at } => Some(at),
            DoNotDisturb::Off | DoNotDisturb::On => None,
        };
        let has_hours = settings.quiet_hours.days.iter().any(Option::is_some);
        let waits = !self.alerting.ringing.is_empty();
        let is_lost = matches!(self.state.link, Link::Offline { .. } | Link::Refused { .. });
        let unheard = is_lost && !self.alerting.outage_heard;
        if ends.is_none() && !has_hours && !waits && !unheard && self.alerting.is_up_to_date() {
            return None;
        }
        let known = [ends, self.state.quiet_until, beat.next.map(Timestamp::as_millis)];
        let wait = known.into_iter().flatten().map(|at| at - now.as_millis()).min();
        let wait = wait.and_then(|millis| u64::try_from(millis).ok()).map(Duration::from_millis);
        Some(Instant::now() + wait.unwrap_or(LOOK_EVERY).min(LOOK_EVERY))
    }
}

fn look_at(inbox: &Inbox, id: NotificationId) -> Result<(NotificationId, Option<Entry>), InboxError> {
    let entry = inbox.details(&id)?.map(|details| details.entry);
    Ok((id, entry))
}
