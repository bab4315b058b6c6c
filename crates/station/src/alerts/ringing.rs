//! What sounds again and again until somebody takes it. Several at once ring as one.

use std::collections::BTreeMap;

use chapfood_inbox::{Entry, LONGEST_WAIT};
use chapfood_protocol::{NotificationId, NotificationType, Timestamp};

use super::rules::Rules;
use super::sounding::importance;
use crate::contract::Sound;
use crate::toast::Urgency;

/// Each so many rings the pop-up is shown again.
const POPUP_EVERY: u32 = 3;

/// What waits for somebody, and when it was last heard.
#[derive(Debug, Default)]
pub(crate) struct Ringing {
    waiting: BTreeMap<NotificationId, Waiting>,
    /// `None`: nothing rings.
    heard_at: Option<i64>,
    rings: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    channel: Option<String>,
    kind: NotificationType,
    at: i64,
}

/// One that rings.
struct Turn<'a> {
    at: i64,
    id: &'a NotificationId,
    sound: Sound,
    every: i64,
    pops_up: bool,
    urgency: Urgency,
}

/// How it stands at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Beat {
    /// How many ring.
    pub(crate) count: u32,
    /// What is to be heard now.
    pub(crate) sound: Option<Sound>,
    /// Whose pop-ups are to be shown again now, the oldest first.
    pub(crate) again: Vec<NotificationId>,
    /// How the most urgent of them asks for attention.
    pub(crate) urgency: Urgency,
    /// When the next ring is due.
    pub(crate) next: Option<Timestamp>,
}

impl Ringing {
    /// Takes in a row as it is now: whatever nobody has taken waits, unless it is to come back later. Whether it
    /// rings is decided at each beat.
    pub(crate) fn note(&mut self, row: &Entry, rules: &mut Rules<'_>) {
        let is_free = !row.expired && row.taken.is_none() && row.remind_at.is_none();
        let waits = is_free && rules.of(row.channel.as_deref()).expects();
        if waits && rules.now().as_millis() - row.at.as_millis() < LONGEST_WAIT {
            let (channel, kind, at) = (row.channel.clone(), row.kind, row.at.as_millis());
            self.waiting.insert(row.id.clone(), Waiting { channel, kind, at });
        } else {
            self.waiting.remove(&row.id);
        }
    }

    /// It is not in the history any more.
    pub(crate) fn gone(&mut self, id: &NotificationId) {
        self.waiting.remove(id);
    }

    /// What may be waiting.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &NotificationId> {
        self.waiting.keys()
    }

    /// Everything is to be taken in anew.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Something was just heard at `now`: what rings has had its turn.
    pub(crate) fn heard(&mut self, now: Timestamp) {
        self.heard_at = Some(now.as_millis());
    }

    /// What is due by `rules`. However late it is asked, as after a sleep, it is one ring.
    pub(crate) fn beat(&mut self, rules: &mut Rules<'_>) -> Beat {
        let now = rules.now().as_millis();
        self.waiting.retain(|_, waiting| now - waiting.at < LONGEST_WAIT);
        let mut ringing = Vec::new();
        for (id, waiting) in &self.waiting {
            let rules = rules.of(waiting.channel.as_deref());
            if let Some((sound, every)) = rules.ring(waiting.kind) {
                let (pops_up, urgency) = (rules.pops_up(waiting.kind), Urgency::of(waiting.kind));
                ringing.push(Turn { at: waiting.at, id, sound, every, pops_up, urgency });
            }
        }
        let Some(every) = ringing.iter().map(|turn| turn.every).min() else {
            (self.heard_at, self.rings) = (None, 0);
            return Beat::default();
        };
        // A clock that was set back puts off nothing by more than one turn.
        let due = self.heard_at.is_none_or(|heard_at| now - heard_at >= every || heard_at > now);
        let mut beat = Beat { count: u32::try_from(ringing.len()).unwrap_or(u32::MAX), ..Beat::default() };
        if due {
            self.heard_at = Some(now);
            self.rings += 1;
            beat.sound = ringing.iter().map(|turn| turn.sound).max_by_key(|sound| importance(*sound));
            if self.rings.is_multiple_of(POPUP_EVERY) {
                ringing.retain(|turn| turn.pops_up);
                ringing.sort_unstable_by_key(|turn| (turn.at, turn.id));
                beat.urgency = ringing.iter().map(|turn| turn.urgency).max().unwrap_or_default();
                beat.again = ringing.into_iter().map(|turn| turn.id.clone()).collect();
            }
        }
        beat.next = self.heard_at.map(|heard_at| Timestamp::from_millis(heard_at + every));
        beat
    }
}

#[cfg(test)]
#[path = "ringing_tests.rs"]
mod tests;
