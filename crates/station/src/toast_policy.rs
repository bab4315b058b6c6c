//! Which pop-ups appear, and when: a function of what was, what arrived and when.
//!
//! The first three notifications of a channel within 5 s have a pop-up each. Past that the channel is noisy:
//! the rest is counted and shown in one, as soon as the channel was silent for a second, and every 5 s
//! at the latest. What came after an outage is always counted into one, whatever its channels are, and for as
//! long as it goes on coming, up to a minute.
//!
//! An update takes the place of the pop-up of what it updates, and counts once with it. What had expired when
//! it came is in the history only: a pop-up asks for something to be done now.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use chapfood_inbox::{Entry, Stored};
use chapfood_protocol::{NotificationId, Timestamp};

use crate::contract::Language;
use crate::toast::{self, Toast, Urgency};

/// Pop-ups of one channel within [`WINDOW`] before it counts as noisy.
const SINGLES: usize = 3;
/// Milliseconds.
const WINDOW: i64 = 5_000;
/// The silence that ends a group, in milliseconds.
const SILENCE: i64 = 1_000;
/// The longest that a group waits for silence, in milliseconds.
const LONGEST: i64 = 5_000;
/// The same for what came after an outage, which is late in any case.
const LONGEST_MISSED: i64 = 60_000;
/// Pop-ups remembered for their updates. Older ones have gone from the screen.
const REMEMBERED: usize = 64;

/// What a pop-up stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    /// What came after an outage.
    Missed,
    /// A noisy channel; `None` is the broadcasts.
    Channel(Option<String>),
}

/// Notifications that wait to be shown as one.
#[derive(Debug, Clone)]
struct Held {
    ids: BTreeSet<NotificationId>,
    newest: Entry,
    urgency: Urgency,
    since: i64,
    last: i64,
    /// How long it waits for silence.
    patience: i64,
}

impl Held {
    fn due(&self) -> i64 {
        (self.last + SILENCE).min(self.since + self.patience)
    }
}

/// What was lately shown, and what waits.
#[derive(Debug, Default)]
pub(crate) struct ToastPolicy {
    recent: HashMap<Option<String>, VecDeque<i64>>,
    held: BTreeMap<Group, Held>,
    /// What had a pop-up of its own, oldest first.
    singles: VecDeque<NotificationId>,
    /// By an update that waits: the pop-up that it makes out of date.
    outdated: BTreeMap<NotificationId, NotificationId>,
}

impl ToastPolicy {
    /// New rows at `now`, oldest first: returns the pop-ups to show at once.
    pub(crate) fn arrived(&mut self, stored: &Stored, now: Timestamp, language: Language) -> Vec<Toast> {
        let now = now.as_millis();
        self.forget(now);
        self.supersede(stored);
        let rows: Vec<_> = stored.new.iter().filter(|row| !row.expired).collect();
        let mut arriving: HashMap<&Option<String>, usize> = HashMap::new();
        for row in rows.iter().filter(|row| !row.caught_up) {
            *arriving.entry(&row.channel).or_default() += 1;
        }
        let noisy = |channel: &Option<String>| {
            let shown = self.recent.get(channel).map_or(0, VecDeque::len);
            let waiting = self.held.contains_key(&Group::Channel(channel.clone()));
            waiting || shown + arriving[channel] > SINGLES
        };
        let noisy: HashMap<_, _> = arriving.keys().map(|channel| (*channel, noisy(channel))).collect();
        let mut toasts = Vec::new();
        for row in rows {
            if row.caught_up {
                self.hold(Group::Missed, row, now);
                continue;
            }
            self.recent.entry(row.channel.clone()).or_default().push_back(now);
            if noisy[&row.channel] {
                self.hold(Group::Channel(row.channel.clone()), row, now);
            } else {
                toasts.push(self.single(row, language));
            }
        }
        self.held.retain(|_, held| !held.ids.is_empty());
        self.forget_outdated();
        toasts
    }

    /// The groups whose time has come at `now`.
    pub(crate) fn due(&mut self, now: Timestamp, language: Language) -> Vec<Toast> {
        let now = now.as_millis();
        let due: Vec<_> = self.held.extract_if(.., |_, held| held.due() <= now).collect();
        let shown = due.into_iter().map(|(group, Held { ids, newest, urgency, .. })| {
            let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            match group {
                Group::Missed => toast::missed(count, &newest, urgency, language),
                Group::Channel(_) if count == 1 => self.single(&newest, language),
                Group::Channel(_) => toast::burst(count, &newest, urgency, language),
            }
        });
        let shown = shown.collect();
        self.forget_outdated();
        shown
    }

    /// When [`ToastPolicy::due`] next has something.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.held.values().map(Held::due).min().map(Timestamp::from_millis)
    }

    fn single(&mut self, row: &Entry, language: Language) -> Toast {
        if self.singles.len() == REMEMBERED {
            self.singles.pop_front();
        }
        self.singles.push_back(row.id.clone());
        let replaces = self.outdated.remove(&row.id).map(|id| id.as_str().to_owned());
        Toast { replaces, ..toast::single(row, language) }
    }

    /// What is replaced waits no longer, and its pop-up is the update's to replace.
    fn supersede(&mut self, stored: &Stored) {
        for replaced in &stored.replaced {
            let later = stored.new.iter().find(|row| row.id == replaced.later);
            for held in self.held.values_mut() {
                held.ids.remove(&replaced.earlier);
                if let Some(later) = later.filter(|_| held.newest.id == replaced.earlier) {
                    // A click must open something that is still there.
                    held.newest = later.clone();
                }
            }
            let shown = self.singles.contains(&replaced.earlier).then(|| replaced.earlier.clone());
            if let Some(shown) = self.outdated.remove(&replaced.earlier).or(shown) {
                self.outdated.insert(replaced.later.clone(), shown);
            }
        }
    }

    /// What does not wait any more replaces no pop-up later.
    fn forget_outdated(&mut self) {
        let held = &self.held;
        self.outdated.retain(|update, _| held.values().any(|held| held.ids.contains(update)));
    }

    fn hold(&mut self, group: Group, row: &Entry, now: i64) {
        let urgency = Urgency::of(row.kind);
        let patience = if group == Group::Missed { LONGEST_MISSED } else { LONGEST };
        let held = self.held.entry(group).or_insert_with(|| Held {
            ids: BTreeSet::new(),
            newest: row.clone(),
            urgency,
            since: now,
            last: now,
            patience,
        });
        held.ids.insert(row.id.clone());
        held.newest = row.clone();
        held.urgency = held.urgency.max(urgency);
        held.last = now;
    }

    /// A clock that was set back counts as new: whatever lies in the future is forgotten too.
    fn forget(&mut self, now: i64) {
        self.recent.retain(|_, shown| {
            shown.retain(|at| (now - WINDOW + 1..=now).contains(at));
            !shown.is_empty()
        });
        for held in self.held.values_mut() {
            held.since = held.since.min(now);
            held.last = held.last.min(now);
        }
    }
}

#[cfg(test)]
#[path = "toast_policy_tests.rs"]
mod tests;
