//! The clients of the model world, by the rules that docs/protocol.md states for them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chapfood_protocol::{Auth, BROADCAST, Position};
use serde_json::json;

use super::CHANNELS;
use super::hub::{Ask, Line};
use crate::log::Entry;

/// What the hub gives a socket.
#[derive(Debug, Clone)]
pub(super) enum Packet {
    Confirmed { epoch: String },
    Joined { channel: Arc<str>, head: u64, pending: u64, recovered: bool },
    Left { channel: Arc<str> },
    Resync { channel: Arc<str> },
    Entry(Box<Entry>),
    Ping,
}

/// What a client sends.
#[derive(Debug)]
pub(super) enum Up {
    Pong,
    Ask(Ask, Arc<str>),
}

/// One client, over all its connections.
#[derive(Debug)]
pub(super) struct Person {
    auth: Auth,
    pub(super) subscriber: Option<Arc<str>>,
    /// A device that stores, and says what it has stored.
    pub(super) is_device: bool,
    pub(super) link: Option<Link>,
    /// Ids that it has, with their channels: a device those that it stored, a stock client those that arrived.
    pub(super) has: BTreeMap<String, Arc<str>>,
    /// Ids that it ever had.
    pub(super) ever_had: BTreeSet<String>,
    /// When its disk was last put back.
    pub(super) put_back: usize,
    copy: Option<Disk>,
    /// When it last was told that something of a channel is missing.
    pub(super) told: BTreeMap<Arc<str>, usize>,
    /// Channels of which it was once given everything kept.
    pub(super) resynced: BTreeSet<Arc<str>>,
    /// The hub's database, as it was last told.
    confirmed: Option<String>,
    /// The database of its places.
    epoch: Option<String>,
    places: BTreeMap<Arc<str>, u64>,
}

/// A copy of a device's disk.
#[derive(Debug, Clone)]
struct Disk {
    has: BTreeMap<String, Arc<str>>,
    confirmed: Option<String>,
    epoch: Option<String>,
    places: BTreeMap<Arc<str>, u64>,
}

/// A client's end of a connection.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) line: Line,
    /// On the way to the client.
    pub(super) wire: VecDeque<Packet>,
    /// It said goodbye.
    pub(super) closing: bool,
    /// Channels that it asked for and has not left.
    pub(super) channels: BTreeSet<Arc<str>>,
    /// Those of them that it last asked to leave.
    pub(super) is_to_go: BTreeSet<Arc<str>>,
    /// How many of its leaves were not answered.
    pub(super) leaving: BTreeMap<Arc<str>, usize>,
    /// What came last, by channel.
    last: BTreeMap<Arc<str>, u64>,
    /// Where each channel's log ended when it joined, and how many notifications it still missed.
    pub(super) joined: BTreeMap<Arc<str>, (u64, u64)>,
    /// Arrived at a device, and not stored yet.
    heard: VecDeque<Packet>,
    /// The hub's database, as this connection said.
    epoch: Option<String>,
    /// What the hub was told of on this connection.
    acknowledged: BTreeMap<Arc<str>, u64>,
}

impl Person {
    pub(super) fn new(name: &str) -> Self {
        let auth = Auth::from_value(&match name {
            "nobody" => json!({}),
            device if device.starts_with("device") => json!({ "device_id": device, "protocol": 2 }),
            user => json!({ "user_id": user }),
        });
        Self {
            subscriber: auth.subscriber().map(Into::into),
            is_device: auth.acknowledges(),
            auth,
            link: None,
            has: BTreeMap::new(),
            ever_had: BTreeSet::new(),
            put_back: 0,
            copy: None,
            told: BTreeMap::new(),
            resynced: BTreeSet::new(),
            confirmed: None,
            epoch: None,
            places: BTreeMap::new(),
        }
    }

    /// Connects on `line`, and says where it is.
    pub(super) fn connect(&mut self, line: Line) -> Auth {
        self.link = Some(Link {
            line,
            wire: VecDeque::new(),
            closing: false,
            channels: BTreeSet::from([BROADCAST.into()]),
            is_to_go: BTreeSet::new(),
            leaving: BTreeMap::new(),
            last: BTreeMap::new(),
            joined: BTreeMap::new(),
            heard: VecDeque::new(),
            epoch: None,
            acknowledged: BTreeMap::new(),
        });
        let place = |(channel, seq): (&Arc<str>, &u64)| {
            Some((channel.to_string(), Position { epoch: self.epoch.clone()?, seq: *seq }))
        };
        Auth { cursors: self.places.iter().filter_map(place).collect(), ..self.auth.clone() }
    }

    /// Takes the next thing from its wire, and says what it answers. An error is what is wrong with it.
    pub(super) fn arrive(&mut self, step: usize) -> Result<Option<(Packet, Option<Up>)>, String> {
        let Some(link) = &mut self.link else { return Ok(None) };
        let Some(packet) = link.wire.pop_front() else { return Ok(None) };
        link.check(&packet)?;
        if let Packet::Ping = packet {
            return Ok(Some((packet, Some(Up::Pong))));
        }
        if let Packet::Resync { channel } = &packet {
            self.resynced.insert(Arc::clone(channel));
        }
        if self.is_device {
            link.heard.push_back(packet.clone());
        } else {
            match &packet {
                // Its only word of a restored hub.
                Packet::Confirmed { epoch } if self.epoch.as_ref() != Some(epoch) => {
                    self.epoch = Some(epoch.clone());
                    let channels = CHANNELS.into_iter().chain([BROADCAST]);
                    self.told.extend(channels.map(|channel| (channel.into(), step)));
                }
                Packet::Joined { channel, recovered: false, .. } => {
                    self.told.insert(Arc::clone(channel), step);
                }
                Packet::Entry(entry) => {
                    self.got(entry);
                }
                _ => {}
            }
        }
        Ok(Some((packet, None)))
    }

    /// A device commits the next of what it heard: what it shows, and where it is, in one.
    pub(super) fn store(&mut self, step: usize) {
        let Some(packet) = self.link.as_mut().and_then(|link| link.heard.pop_front()) else { return };
        match packet {
            Packet::Confirmed { epoch } => {
                if let Some(link) = &mut self.link {
                    link.epoch = Some(epoch.clone());
                }
                // Another database is all that can be said of channels in which it had no place.
                if self.confirmed.replace(epoch.clone()) != Some(epoch) {
                    let placeless = CHANNELS.map(Arc::from).into_iter().chain([BROADCAST.into()]);
                    let placeless = placeless.filter(|channel| !self.places.contains_key(channel));
                    self.told.extend(placeless.map(|channel| (channel, step)));
                }
            }
            Packet::Resync { channel } => self.lost(&channel, step),
            Packet::Joined { channel, head, pending, recovered } => {
                if !recovered {
                    self.lost(&channel, step);
                }
                if pending == 0 {
                    self.hear(step);
                    self.places.entry(channel).or_insert(head);
                }
            }
            Packet::Entry(entry) => {
                self.hear(step);
                self.got(&entry);
                let place = self.places.entry(channel(&entry)).or_default();
                *place = entry.seq().max(*place);
            }
            Packet::Left { .. } | Packet::Ping => {}
        }
    }

    /// Something of a channel is missing: no place is named until the hub has given one.
    fn lost(&mut self, channel: &Arc<str>, step: usize) {
        self.hear(step);
        self.told.insert(Arc::clone(channel), step);
        self.places.remove(channel);
    }

    /// What is stored now belongs to the database that this connection named. Places in another one are let go:
    /// the device knows by itself that something may be missing after them.
    fn hear(&mut self, step: usize) {
        let epoch = self.link.as_ref().and_then(|link| link.epoch.clone());
        if self.epoch != epoch {
            self.epoch = epoch;
            let let_go = std::mem::take(&mut self.places);
            self.told.extend(let_go.into_keys().map(|channel| (channel, step)));
        }
    }

    fn got(&mut self, entry: &Entry) {
        self.ever_had.insert(name(entry));
        self.has.insert(name(entry), channel(entry));
    }

    pub(super) fn copy(&mut self) {
        self.copy = Some(Disk {
            has: self.has.clone(),
            confirmed: self.confirmed.clone(),
            epoch: self.epoch.clone(),
            places: self.places.clone(),
        });
    }

    pub(super) fn put_back(&mut self, step: usize) {
        let Some(Disk { has, confirmed, epoch, places }) = self.copy.clone() else { return };
        // Where the disk has no place, it has none to name, and its past cannot come again.
        self.has.retain(|id, channel| has.contains_key(id) || !places.contains_key(channel));
        self.put_back = step;
        (self.confirmed, self.epoch, self.places) = (confirmed, epoch, places);
    }

    /// What a device has to tell the hub.
    pub(super) fn receipts(&mut self) -> Vec<Up> {
        let Some(link) = self.link.as_mut().filter(|link| self.is_device && link.epoch == self.epoch) else {
            return Vec::new();
        };
        let mut receipts = Vec::new();
        for (channel, seq) in &self.places {
            // Only of what came on this connection: the place was named when it began.
            if link.last.get(channel).is_some_and(|last| seq <= last)
                && link.acknowledged.insert(Arc::clone(channel), *seq) != Some(*seq)
            {
                receipts.push(Up::Ask(Ask::Received(Arc::clone(channel), *seq), Arc::clone(channel)));
            }
        }
        receipts
    }
}

impl Link {
    /// Within a connection everything comes in order, once, and only from where the client is.
    fn check(&mut self, packet: &Packet) -> Result<(), String> {
        match packet {
            Packet::Joined { channel, head, pending, .. } => {
                self.joined.entry(Arc::clone(channel)).or_insert((*head, *pending));
            }
            Packet::Left { channel } => {
                self.joined.remove(channel);
                let open = self.leaving.entry(Arc::clone(channel)).or_default();
                *open -= 1;
                if *open == 0 && self.is_to_go.remove(channel) {
                    self.channels.remove(channel);
                }
            }
            Packet::Entry(entry) => {
                let channel = channel(entry);
                let seq = entry.seq();
                if !self.channels.contains(&channel) {
                    return Err(format!("{channel} {seq} came, and it is not there"));
                }
                let last = self.last.insert(Arc::clone(&channel), seq).unwrap_or(0);
                if seq <= last {
                    return Err(format!("{channel} {seq} came after {last} on one connection"));
                }
                if let Some((head, pending)) = self.joined.get_mut(&channel) {
                    let (replayed, counts) = match &**entry {
                        Entry::Notification(notification) => (notification.replayed, true),
                        Entry::Taken(change) | Entry::Released(change) => (change.replayed, false),
                    };
                    if replayed != (seq <= *head) {
                        return Err(format!("{channel} {seq} says replayed: {replayed}, joined at {head}"));
                    }
                    if replayed && counts {
                        *pending = pending.checked_sub(1).ok_or("more was pending than was said")?;
                    }
                }
            }
            Packet::Confirmed { .. } | Packet::Resync { .. } | Packet::Ping => {}
        }
        Ok(())
    }
}

/// The log that an entry is in.
pub(super) fn channel(entry: &Entry) -> Arc<str> {
    entry.channel().unwrap_or(BROADCAST).into()
}

/// What tells an entry from all others.
pub(super) fn name(entry: &Entry) -> String {
    match entry {
        Entry::Notification(notification) => notification.id.as_str().to_owned(),
        Entry::Taken(change) | Entry::Released(change) => {
            format!("{} at {:?} as {}", change.id.as_str(), change.at, change.seq)
        }
    }
}
