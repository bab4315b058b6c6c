//! What sounds again and again until somebody takes it. Several at once ring as one.

use std::collections::{BTreeSet, HashMap, HashSet};

use chapfood_inbox::{Entry, LONGEST_WAIT};
use chapfood_protocol::{NotificationId, NotificationType, Timestamp};

use super::rules::Rules;
use super::sounding::importance;
use crate::contract::Sound;
use crate::toast::Urgency;

/// Each so many rings the pop-up is shown again.
const POPUP_EVERY: u32 = 3;

/// What waits for somebody, and when it was last heard. The more there is, the less time there is for it: what is due
/// is found by channel and kind, not by looking at each.
#[derive(Debug, Default)]
pub(crate) struct Ringing {
    waiting: HashMap<NotificationId, Waiting>,
    /// The same by what is alike, never empty, with their times: the oldest first.
    groups: HashMap<Group, BTreeSet<(i64, NotificationId)>>,
    /// `None`: nothing rings.
    heard_at: Option<i64>,
    rings: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    group: Group,
    at: i64,
}

/// What is alike in how it rings.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Group {
    channel: Option<String>,
    kind: NotificationType,
}

/// How one group rings.
struct Turn<'a> {
    group: &'a Group,
    members: &'a BTreeSet<(i64, NotificationId)>,
    sound: Sound,
    every: i64,
    pops_up: bool,
}

/// How it stands at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Beat {
    /// How many ring.
    pub(crate) count: u32,
    /// What is to be heard now.
    pub(crate) sound: Option<Sound>,
    /// Whose pop-ups are to be shown again now.
    pub(crate) again: Option<Again>,
    /// When the next ring is due.
    pub(crate) next: Option<Timestamp>,
}

/// Those whose pop-ups are shown again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Again {
    /// How many.
    pub(crate) count: u32,
    pub(crate) oldest: NotificationId,
    pub(crate) newest: NotificationId,
    /// Of the most urgent of them.
    pub(crate) urgency: Urgency,
    groups: HashSet<Group>,
}

impl Ringing {
    /// Takes in a row as it is now: whatever nobody has taken waits, unless it is to come back later. Whether it
    /// rings is decided at each beat.
    pub(crate) fn note(&mut self, row: &Entry, rules: &mut Rules<'_>) {
        let is_free = !row.expired && row.taken.is_none() && row.remind_at.is_none();
        let waits = is_free && rules.of(row.channel.as_deref()).expects();
        self.gone(&row.id);
        if waits && rules.now().as_millis() - row.at.as_millis() < LONGEST_WAIT {
            let group = Group { channel: row.channel.clone(), kind: row.kind };
            let at = row.at.as_millis();
            self.groups.entry(group.clone()).or_default().insert((at, row.id.clone()));
            self.waiting.insert(row.id.clone(), Waiting { group, at });
        }
    }

    /// It is not in the history any more.
    pub(crate) fn gone(&mut self, id: &NotificationId) {
        let Some((id, Waiting { group, at })) = self.waiting.remove_entry(id) else { return };
        if let Some(members) = self.groups.get_mut(&group) {
            members.remove(&(at, id));
            if members.is_empty() {
                self.groups.remove(&group);
            }
        }
    }

    /// Whether nothing may be waiting.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Everything is to be taken in anew.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
        self.groups.clear();
    }

    /// Something was just heard at `now`: what rings has had its turn.
    pub(crate) fn heard(&mut self, now: Timestamp) {
        self.heard_at = Some(now.as_millis());
    }

    /// What is due by `rules`. However late it is asked, as after a sleep, it is one ring.
    pub(crate) fn beat(&mut self, rules: &mut Rules<'_>) -> Beat {
        let now = rules.now().as_millis();
        self.let_go(now);
        let mut turns = Vec::new();
        for (group, members) in &self.groups {
            let rules = rules.of(group.channel.as_deref());
            if let Some((sound, every)) = rules.ring(group.kind) {
                turns.push(Turn { group, members, sound, every, pops_up: rules.pops_up(group.kind) });
            }
        }
        let Some(every) = turns.iter().map(|turn| turn.every).min() else {
            (self.heard_at, self.rings) = (None, 0);
            return Beat::default();
        };
        // A clock that was set back puts off nothing by more than one turn.
        let due = self.heard_at.is_none_or(|heard_at| now - heard_at >= every || heard_at > now);
        let mut beat = Beat { count: count(&turns), ..Beat::default() };
        if due {
            self.heard_at = Some(now);
            self.rings += 1;
            // Of equals always the same one.
            let loudest = turns.iter().max_by_key(|turn| (importance(turn.sound), &turn.group.channel));
            beat.sound = loudest.map(|turn| turn.sound);
            if self.rings.is_multiple_of(POPUP_EVERY) {
                turns.retain(|turn| turn.pops_up);
                beat.again = again(&turns);
            }
        }
        beat.next = self.heard_at.map(|heard_at| Timestamp::from_millis(heard_at + every));
        beat
    }

    /// Whether it is one of those that are shown again.
    pub(crate) fn is_of(&self, again: &Again, id: &NotificationId) -> bool {
        self.waiting.get(id).is_some_and(|waiting| again.groups.contains(&waiting.group))
    }

    /// All that are shown again; none if they are more than `limit`.
    pub(crate) fn members(&self, again: &Again, limit: usize) -> BTreeSet<NotificationId> {
        if again.count as usize > limit {
            return BTreeSet::new();
        }
        let members = again.groups.iter().filter_map(|group| self.groups.get(group)).flatten();
        members.map(|(_, id)| id.clone()).collect()
    }

    /// What waited for so long is in the history only.
    fn let_go(&mut self, now: i64) {
        let is_over = |(at, _): &&(i64, NotificationId)| now - at >= LONGEST_WAIT;
        let over = self.groups.values().flat_map(|members| members.iter().take_while(is_over));
        let over: Vec<_> = over.map(|(_, id)| id.clone()).collect();
        over.iter().for_each(|id| self.gone(id));
    }
}

fn count(turns: &[Turn<'_>]) -> u32 {
    let count = turns.iter().map(|turn| turn.members.len()).sum::<usize>();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// `None`: there are none.
fn again(turns: &[Turn<'_>]) -> Option<Again> {
    let (_, oldest) = turns.iter().filter_map(|turn| turn.members.first()).min()?;
    let (_, newest) = turns.iter().filter_map(|turn| turn.members.last()).max()?;
    Some(Again {
        count: count(turns),
        oldest: oldest.clone(),
        newest: newest.clone(),
        urgency: turns.iter().map(|turn| Urgency::of(turn.group.kind)).max()?,
        groups: turns.iter().map(|turn| turn.group.clone()).collect(),
    })
}

#[cfg(test)]
#[path = "ringing_tests.rs"]
mod tests;
