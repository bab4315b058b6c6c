//! Who is due what, and what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chapfood_protocol::{BROADCAST, NotificationId};

use super::hub::Committed;
use super::people::{Person, channel, name};
use crate::log;

/// How long a subscriber is waited for.
const REMEMBER_MICROS: i64 = 30 * 24 * 60 * 60 * 1_000_000;

/// What the hub may believe too much of a clock that leaps.
const LEAP_MICROS: i64 = 3 * 24 * 60 * 60 * 1_000_000;

/// One confirmed notification or claim.
#[derive(Debug)]
struct Entry {
    id: String,
    is_notification: bool,
    channel: Arc<str>,
    seq: u64,
    client_id: Option<String>,
    gone: Option<Gone>,
}

/// It is no longer in the log, and since which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    Pruned(usize),
    /// It came after the copy that was put back.
    Restored(usize),
}

/// A subscriber in a channel.
type Key = (Arc<str>, Arc<str>);

/// What a database knows.
#[derive(Debug, Clone, Default)]
struct Known {
    /// When the hub last heard of whom.
    seen: BTreeMap<Key, i64>,
    /// Places in `entries` that are in the log; only noted for a copy.
    kept: BTreeSet<usize>,
    /// How many entries there had ever been; only noted for a copy.
    count: usize,
}

#[derive(Debug, Default)]
pub(super) struct Account {
    entries: Vec<Entry>,
    known: Known,
    copy: Known,
    /// Places in `entries` that a subscriber is due.
    due: BTreeMap<Arc<str>, BTreeSet<usize>>,
    /// Who ever was in which channel.
    ever: BTreeSet<Key>,
    /// From which entry on a line gets a channel of which nothing is remembered for it.
    live_from: BTreeMap<(usize, Arc<str>), usize>,
    /// How much too much may have passed for the hub.
    leapt_micros: i64,
}

impl Account {
    /// Something was committed.
    pub(super) fn note(&mut self, committed: Committed, now_micros: i64) -> Result<(), String> {
        match committed {
            Committed::Appended { entry, client_id } => self.appended(&entry, client_id)?,
            Committed::Repeated { id, client_id } => {
                if self.first_with(&client_id).is_none_or(|first| first.id != id) {
                    return Err(format!("{client_id:?} was answered with {id}"));
                }
            }
            Committed::Located { channel, subscriber: Some(subscriber), .. } => {
                let key = (subscriber, channel);
                self.ever.insert(key.clone());
                self.known.seen.insert(key, now_micros);
            }
            Committed::Located { line, channel, subscriber: None } => {
                self.live_from.entry((line, channel)).or_insert(self.entries.len());
            }
            Committed::Advanced(cursors) => {
                let keys = cursors.into_iter().map(|cursor| (cursor.subscriber, cursor.channel));
                self.known.seen.extend(keys.map(|key| (key, now_micros)));
            }
        }
        Ok(())
    }

    fn appended(&mut self, entry: &log::Entry, client_id: Option<String>) -> Result<(), String> {
        let channel = channel(entry);
        let (id, seq) = (name(entry), entry.seq());
        if let Some(first) = self.first_with(&client_id) {
            return Err(format!("{client_id:?} was stored as {} and again as {id}", first.id));
        }
        if let Some(last) = self.in_log().map(|(_, entry)| entry).rfind(|last| last.channel == channel)
            && last.seq >= seq
        {
            return Err(format!("{channel} {seq} was given out after {}", last.seq));
        }
        for (subscriber, _) in self.known.seen.keys().filter(|(_, theirs)| *theirs == channel) {
            self.due.entry(Arc::clone(subscriber)).or_default().insert(self.entries.len());
        }
        self.entries.push(Entry {
            id,
            is_notification: entry.kind() == 0,
            channel,
            seq,
            client_id,
            gone: None,
        });
        Ok(())
    }

    fn in_log(&self) -> impl DoubleEndedIterator<Item = (usize, &Entry)> {
        self.entries.iter().enumerate().filter(|(_, entry)| entry.gone.is_none())
    }

    fn first_with(&self, client_id: &Option<String>) -> Option<&Entry> {
        let client_id = client_id.as_ref()?;
        self.in_log().map(|(_, entry)| entry).find(|entry| entry.client_id.as_ref() == Some(client_id))
    }

    /// A clock that goes forward, at once or when it is put right again, is believed a little.
    pub(super) fn clock_leaps(&mut self) {
        self.leapt_micros += LEAP_MICROS;
    }

    pub(super) fn backup(&mut self) {
        let kept = self.in_log().map(|(place, _)| place).collect();
        self.copy = Known { kept, count: self.entries.len(), ..self.known.clone() };
    }

    pub(super) fn restore(&mut self, step: usize) {
        self.known = self.copy.clone();
        for (place, entry) in self.entries.iter_mut().enumerate() {
            if self.copy.kept.contains(&place) {
                entry.gone = None;
            } else {
                entry.gone = match entry.gone {
                    None => Some(Gone::Restored(step)),
                    // The copy never had it, and gives its number to another one.
                    Some(Gone::Pruned(since)) if place >= self.copy.count => Some(Gone::Restored(since)),
                    gone => gone,
                };
            }
        }
    }

    /// After a pruning only this is kept: it must not have taken what somebody seen lately has not received.
    pub(super) fn pruned(
        &mut self,
        kept: &BTreeSet<(String, u64)>,
        people: &[Person],
        now_micros: i64,
        step: usize,
    ) -> Result<(), String> {
        for (place, entry) in self.entries.iter_mut().enumerate() {
            if entry.gone.is_some() || kept.contains(&(entry.channel.to_string(), entry.seq)) {
                continue;
            }
            entry.gone = Some(Gone::Pruned(step));
            for person in people {
                let Some(subscriber) = &person.subscriber else { continue };
                let is_due = self.due.get(subscriber).is_some_and(|due| due.contains(&place));
                let seen = self.known.seen.get(&(Arc::clone(subscriber), Arc::clone(&entry.channel)));
                if is_due
                    && !person.ever_had.contains(&entry.id)
                    && seen.is_some_and(|seen| now_micros - seen + self.leapt_micros < REMEMBER_MICROS)
                {
                    return Err(format!("{} {} went before {subscriber} had it", entry.channel, entry.seq));
                }
            }
        }
        Ok(())
    }

    /// A cursor on the disk never stands beyond something that its subscriber neither has nor was told to be lost.
    pub(super) fn check_cursors(
        &self,
        cursors: &BTreeSet<(String, String, u64)>,
        people: &[Person],
    ) -> Result<(), String> {
        for person in people {
            let Some(subscriber) = &person.subscriber else { continue };
            let of = |channel: &str| {
                let own =
                    |(theirs, name, _): &&(String, String, u64)| **theirs == **subscriber && name == channel;
                cursors.iter().find(own).map_or(0, |(_, _, seq)| *seq)
            };
            for entry in self.missing(person).filter(|entry| !person.ever_had.contains(&entry.id)) {
                let untold = match entry.gone {
                    None => true,
                    Some(Gone::Pruned(since)) => {
                        person.told.get(&entry.channel).is_none_or(|told| *told <= since)
                    }
                    // Its number means something else now.
                    Some(Gone::Restored(_)) => false,
                };
                if untold && of(&entry.channel) >= entry.seq {
                    return Err(format!("{subscriber} counts as having {} {}", entry.channel, entry.seq));
                }
            }
        }
        Ok(())
    }

    /// What somebody is due and does not have.
    fn missing<'a>(&'a self, person: &'a Person) -> impl Iterator<Item = &'a Entry> {
        let due = person.subscriber.as_ref().and_then(|subscriber| self.due.get(subscriber));
        let entries = due.into_iter().flatten().map(|place| &self.entries[*place]);
        entries.filter(|entry| !person.has.contains_key(&entry.id))
    }

    /// Whether somebody may get this.
    pub(super) fn expects(&self, given: &log::Entry, person: &Person) -> Result<(), String> {
        let (channel, id) = (channel(given), name(given));
        let found = self.entries.iter().position(|entry| entry.id == id && entry.channel == channel);
        let Some(place) = found.filter(|place| self.entries[*place].seq == given.seq()) else {
            return Err(format!("{channel} {} was never confirmed as {id}", given.seq()));
        };
        let subscriber = person.subscriber.as_ref().filter(|_| person.is_device || *channel != *BROADCAST);
        let expected = match (subscriber, &person.link) {
            (Some(subscriber), _) => {
                person.resynced.contains(&channel)
                    || self.due.get(subscriber).is_some_and(|due| due.contains(&place))
            }
            (None, Some(link)) => {
                self.live_from.get(&(link.line, channel)).is_some_and(|from| *from <= place)
            }
            (None, None) => false,
        };
        if expected { Ok(()) } else { Err(format!("{id} is not due to it")) }
    }

    /// One of the notifications that were ever confirmed.
    pub(super) fn notification(&self, which: usize) -> Option<NotificationId> {
        let mut ids = self.entries.iter().filter(|entry| entry.is_notification).map(|entry| &entry.id);
        let count = ids.clone().count();
        ids.nth(which % count.max(1)).map(|id| NotificationId::new(id.clone()))
    }

    pub(super) fn knows(&self, person: &Person, channel: &str) -> bool {
        let subscriber = person.subscriber.as_ref();
        subscriber.is_some_and(|subscriber| self.ever.contains(&(Arc::clone(subscriber), channel.into())))
    }

    /// Everybody has what they are due, or was told that it is lost.
    pub(super) fn check_everything_came(&self, people: &[Person]) -> Result<(), String> {
        for person in people {
            for entry in self.missing(person) {
                let since = match entry.gone {
                    None => return Err(format!("{:?} never got {entry:?}", person.subscriber)),
                    Some(Gone::Pruned(step) | Gone::Restored(step)) => step,
                };
                let since =
                    if person.ever_had.contains(&entry.id) { since.max(person.put_back) } else { since };
                if person.told.get(&entry.channel).is_none_or(|told| *told <= since) {
                    return Err(format!("{:?} was never told of the loss of {entry:?}", person.subscriber));
                }
            }
        }
        Ok(())
    }
}
