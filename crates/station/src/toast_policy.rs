//! Which pop-ups appear, and when: a function of what was, what arrived and when.
//!
//! The first three notifications of a channel within 5 s have a pop-up each. Past that the channel is noisy:
//! the rest is counted and shown in one, as soon as the channel was silent for a second, and every 5 s
//! at the latest. What came after an outage is always counted into one, whatever its channels are.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chapfood_inbox::Entry;
use chapfood_protocol::Timestamp;

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
    count: u32,
    newest: Entry,
    urgency: Urgency,
    since: i64,
    last: i64,
}

impl Held {
    fn due(&self) -> i64 {
        (self.last + SILENCE).min(self.since + LONGEST)
    }
}

/// What was lately shown, and what waits.
#[derive(Debug, Default)]
pub(crate) struct ToastPolicy {
    recent: HashMap<Option<String>, VecDeque<i64>>,
    held: BTreeMap<Group, Held>,
}

impl ToastPolicy {
    /// New rows at `now`, oldest first: returns the pop-ups to show at once.
    pub(crate) fn arrived(&mut self, rows: &[Entry], now: Timestamp, language: Language) -> Vec<Toast> {
        let now = now.as_millis();
        self.forget(now);
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
                toasts.push(toast::single(row, language));
            }
        }
        toasts
    }

    /// The groups whose time has come at `now`.
    pub(crate) fn due(&mut self, now: Timestamp, language: Language) -> Vec<Toast> {
        let now = now.as_millis();
        let due = self.held.extract_if(.., |_, held| held.due() <= now);
        due.map(|(group, Held { count, newest, urgency, .. })| match group {
            Group::Missed => toast::missed(count, &newest, urgency, language),
            Group::Channel(_) if count == 1 => toast::single(&newest, language),
            Group::Channel(_) => toast::burst(count, &newest, urgency, language),
        })
        .collect()
    }

    /// When [`ToastPolicy::due`] next has something.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.held.values().map(Held::due).min().map(Timestamp::from_millis)
    }

    fn hold(&mut self, group: Group, row: &Entry, now: i64) {
        let urgency = Urgency::of(row.kind);
        let held = self.held.entry(group).or_insert_with(|| Held {
            count: 0,
            newest: row.clone(),
            urgency,
            since: now,
            last: now,
        });
        held.count += 1;
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
