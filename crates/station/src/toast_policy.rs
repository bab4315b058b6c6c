//! Which pop-ups appear, and when: a function of what was, what arrived and when.
//!
//! The first three notifications of a channel within 5 s have a pop-up each. Past that the channel is noisy:
//! the rest is counted and shown in one, as soon as the channel was silent for a second, and every 5 s
//! at the latest. What came after an outage is always counted into one, whatever its channels are, and for as
//! long as it goes on coming, up to a minute.
//!
//! An update takes the place of the pop-up of what it updates, and counts once with it. What had expired when
//! it came is in the history only: a pop-up asks for something to be done now.
//!
//! What a person has dealt with, here or elsewhere, leaves the screen; a pop-up for several does when all of them
//! are dealt with. What goes on ringing takes the place of its earlier pop-ups.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use chapfood_inbox::{Entry, Stored};
use chapfood_protocol::{NotificationId, Timestamp};

use crate::alerts::ringing::{Again, Ringing};
use crate::alerts::rules::Rules;
use crate::toast::{self, Toast, Urgency, Wording};

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
/// Pop-ups remembered for what becomes of them. Older ones have gone from the screen.
const REMEMBERED: usize = 64;
/// Of a group that waits, so many of the newest can stand for it.
const SPOKESMEN: usize = 20;
/// A pop-up for more than these is not withdrawn one by one: nobody deals with so many while it shows.
const TRACKED: usize = 200;

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
    /// The newest of them, the last one being the newest.
    newest: VecDeque<Entry>,
    /// The title of the first one.
    first: String,
    /// Whether somebody is expected to take them.
    waits: bool,
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

    fn remove(&mut self, id: &NotificationId) {
        self.ids.remove(id);
        self.newest.retain(|entry| entry.id != *id);
    }

    /// Nothing waits, or nothing that could be named.
    fn is_over(&self) -> bool {
        self.ids.is_empty() || self.newest.is_empty()
    }
}

/// A pop-up that may be on the screen.
#[derive(Debug, Clone)]
struct Shown {
    id: String,
    members: BTreeSet<NotificationId>,
    /// Whether it was made for one notification.
    single: bool,
}

/// What is to be done on the screen: first what goes, then what comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// The ids of pop-ups.
    pub(crate) withdraw: Vec<String>,
    pub(crate) show: Vec<Toast>,
}

/// What was lately shown, and what waits.
#[derive(Debug, Default)]
pub(crate) struct ToastPolicy {
    recent: HashMap<Option<String>, VecDeque<i64>>,
    held: BTreeMap<Group, Held>,
    /// Oldest first.
    shown: VecDeque<Shown>,
    /// By an update that waits: the pop-up that it makes out of date.
    outdated: BTreeMap<NotificationId, NotificationId>,
    /// The pop-up of what goes on ringing.
    ringing: Option<String>,
}

impl ToastPolicy {
    /// New rows, oldest first: what changes on the screen at once.
    pub(crate) fn arrived(&mut self, stored: &Stored, rules: &mut Rules<'_>, wording: Wording) -> Changes {
        let now = rules.now().as_millis();
        self.forget(now);
        self.supersede(stored);
        let asks = |row: &&Entry| (!row.expired || row.reminded) && row.taken.is_none();
        let rows = stored.new.iter().filter(asks);
        let rows: Vec<_> = rows.filter(|row| rules.of(row.channel.as_deref()).pops_up(row.kind)).collect();
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
        let mut show = Vec::new();
        for row in rows {
            let waits = rules.of(row.channel.as_deref()).expects();
            if row.caught_up {
                self.hold(Group::Missed, row, waits, now);
                continue;
            }
            self.recent.entry(row.channel.clone()).or_default().push_back(now);
            if noisy[&row.channel] {
                self.hold(Group::Channel(row.channel.clone()), row, waits, now);
            } else {
                show.push(self.single(row, waits, wording));
            }
        }
        self.held.retain(|_, held| !held.is_over());
        Changes { withdraw: self.forget_outdated(), show }
    }

    /// The groups whose time has come at `now`.
    pub(crate) fn due(&mut self, now: Timestamp, wording: Wording) -> Changes {
        let now = now.as_millis();
        self.forget(now);
        let due: Vec<_> = self.held.extract_if(.., |_, held| held.due() <= now).collect();
        let mut show = Vec::new();
        for (group, Held { ids, mut newest, first, waits, urgency, .. }) in due {
            let Some(newest) = newest.pop_back() else { continue };
            let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            let toast = match group {
                Group::Channel(_) if count == 1 => {
                    show.push(self.single(&newest, waits, wording));
                    continue;
                }
                Group::Missed => toast::missed(count, &newest, urgency, wording),
                Group::Channel(_) => toast::burst(count, &first, &newest, urgency, wording),
            };
            self.remember(&toast, ids, false);
            show.push(toast);
        }
        Changes { withdraw: self.forget_outdated(), show }
    }

    /// When [`ToastPolicy::due`] next has something.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.held.values().map(Held::due).min().map(Timestamp::from_millis)
    }

    /// What is on the screen or about to be: whatever becomes of these matters.
    pub(crate) fn ids(&self) -> BTreeSet<NotificationId> {
        let shown = self.shown.iter().flat_map(|shown| &shown.members);
        shown.chain(self.held.values().flat_map(|held| &held.ids)).cloned().collect()
    }

    /// Somebody has dealt with these: returns the pop-ups that say nothing any more.
    pub(crate) fn settled(&mut self, ids: &BTreeSet<NotificationId>) -> Vec<String> {
        for held in self.held.values_mut() {
            ids.iter().for_each(|id| held.remove(id));
        }
        self.held.retain(|_, held| !held.is_over());
        let mut over = Vec::new();
        self.shown.retain_mut(|shown| {
            let before = shown.members.len();
            shown.members.retain(|member| !ids.contains(member));
            let stays = !shown.members.is_empty() || before == 0;
            if !stays {
                over.push(shown.id.clone());
            }
            stays
        });
        over.extend(self.forget_outdated());
        over
    }

    /// Nothing more is to be shown of what waits.
    pub(crate) fn hush(&mut self) -> Vec<String> {
        self.held.clear();
        self.forget_outdated()
    }

    /// `again` of what is `ringing` is shown again, `oldest` to `newest`: one pop-up stands for them, as urgent as the
    /// most urgent of them, in the place of those that they had.
    pub(crate) fn rang(
        &mut self,
        ringing: &Ringing,
        again: &Again,
        oldest: &Entry,
        newest: &Entry,
        wording: Wording,
    ) -> Changes {
        let is_single = again.count == 1;
        let mut toast = match is_single {
            true => toast::single(oldest, true, wording),
            false => toast::waiting(again.count, oldest, newest, again.urgency, wording),
        };
        let mut gone = Vec::new();
        let before = self.ringing.take();
        self.shown.retain(|shown| {
            let is_before = before.as_ref() == Some(&shown.id);
            let is_in_it = || shown.members.iter().all(|member| ringing.is_of(again, member));
            let stays = !is_before && (shown.members.is_empty() || !is_in_it());
            if !stays {
                gone.push(shown.id.clone());
            }
            stays
        });
        let earlier = before.filter(|id| gone.contains(id));
        toast.replaces = earlier.or_else(|| gone.iter().find(|id| **id == toast.id).cloned());
        gone.retain(|id| Some(id) != toast.replaces.as_ref());
        self.remember(&toast, ringing.members(again, TRACKED), is_single);
        self.ringing = Some(toast.id.clone());
        Changes { withdraw: gone, show: vec![toast] }
    }

    /// Nothing rings any more: returns the pop-up that stood for what did, if nothing says whose it was.
    pub(crate) fn rings_no_more(&mut self) -> Option<String> {
        let ringing = self.ringing.take()?;
        let place = self.shown.iter().position(|shown| shown.id == ringing && shown.members.is_empty())?;
        self.shown.remove(place).map(|shown| shown.id)
    }

    /// Returns all pop-ups that show, those that an update has yet to replace included: none of them may.
    pub(crate) fn clear(&mut self) -> Vec<String> {
        self.ringing = None;
        let outdated = std::mem::take(&mut self.outdated).into_values().map(|id| id.as_str().to_owned());
        self.shown.drain(..).map(|shown| shown.id).chain(outdated).collect()
    }

    fn single(&mut self, row: &Entry, waits: bool, wording: Wording) -> Toast {
        let replaces = self.outdated.remove(&row.id).map(|id| id.as_str().to_owned());
        let toast = Toast { replaces, ..toast::single(row, waits, wording) };
        self.remember(&toast, BTreeSet::from([row.id.clone()]), true);
        toast
    }

    fn remember(&mut self, toast: &Toast, members: BTreeSet<NotificationId>, single: bool) {
        if self.shown.len() == REMEMBERED {
            self.shown.pop_front();
        }
        let members = if members.len() > TRACKED { BTreeSet::new() } else { members };
        self.shown.push_back(Shown { id: toast.id.clone(), members, single });
    }

    /// What is replaced waits no longer, and its pop-up is the update's to replace.
    fn supersede(&mut self, stored: &Stored) {
        for replaced in &stored.replaced {
            for held in self.held.values_mut() {
                if held.ids.remove(&replaced.earlier) {
                    let later = stored.new.iter().find(|row| row.id == replaced.later);
                    // A click must open something that is still there.
                    for entry in held.newest.iter_mut().filter(|entry| entry.id == replaced.earlier) {
                        if let Some(later) = later {
                            entry.clone_from(later);
                        }
                    }
                }
            }
            let had_one = |shown: &Shown| shown.single && shown.id == replaced.earlier.as_str();
            let place = self.shown.iter().position(had_one);
            let shown = place.and_then(|place| self.shown.remove(place)).map(|_| replaced.earlier.clone());
            if let Some(shown) = self.outdated.remove(&replaced.earlier).or(shown) {
                self.outdated.insert(replaced.later.clone(), shown);
            }
        }
    }

    /// What does not wait any more replaces no pop-up later: returns those that are out of date for good.
    fn forget_outdated(&mut self) -> Vec<String> {
        let held = &self.held;
        let waits = |update: &NotificationId| held.values().any(|held| held.ids.contains(update));
        let over = self.outdated.extract_if(.., |update, _| !waits(update));
        over.map(|(_, outdated)| outdated.as_str().to_owned()).collect()
    }

    fn hold(&mut self, group: Group, row: &Entry, waits: bool, now: i64) {
        let urgency = Urgency::of(row.kind);
        let patience = if group == Group::Missed { LONGEST_MISSED } else { LONGEST };
        let held = self.held.entry(group).or_insert_with(|| Held {
            ids: BTreeSet::new(),
            newest: VecDeque::new(),
            first: row.title.clone(),
            waits,
            urgency,
            since: now,
            last: now,
            patience,
        });
        held.ids.insert(row.id.clone());
        held.newest.retain(|entry| entry.id != row.id);
        if held.newest.len() == SPOKESMEN {
            held.newest.pop_front();
        }
        held.newest.push_back(row.clone());
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
