//! Who is connected, told to those who asked.

use std::collections::HashMap;
use std::sync::Arc;

use chapfood_protocol::{BROADCAST, Presence, PresenceList, PresenceState, event};
use socketioxide::extract::AckSender;
use socketioxide::socket::Sid;
use tokio::time::Instant;

use super::Exchange;
use super::client::{Client, Given, json_bytes};
use crate::access::Grant;

impl Exchange {
    /// Answers as soon as there is room, and tells the client from now on whenever that changes.
    pub(super) fn on_get_presence(&mut self, sid: Sid, ack: Option<AckSender>) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        client.watches_presence = true;
        client.presence_asked.push_back(ack);
        client.flush();
        self.busy.insert(sid);
        self.tell_owed_presence(sid);
    }

    /// A device says whether anybody can hear it.
    pub(super) fn on_set_presence(&mut self, sid: Sid, state: PresenceState, ack: Option<AckSender>) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        client.presence = state;
        self.acknowledge(sid, event::PRESENCE_CHANGED, &state, ack);
        self.presence_pace.changed(Instant::now());
    }

    /// Everybody whom the holders of this grant may know of: those who are in a channel that it covers.
    fn presence_by(&self, grant: &Grant) -> Vec<(u64, Presence)> {
        let everybody = grant.covers_everything();
        let seen = |client: &Client| {
            let seen = client.as_seen_by(grant);
            (everybody || !seen.channels.is_empty()).then_some((client.born, seen))
        };
        let mut seen: Vec<_> = self.clients.values().filter_map(seen).collect();
        seen.sort_unstable_by_key(|(born, _)| *born);
        seen
    }

    /// What this client is told: `seen` by its grant, and itself.
    fn presence_for(&self, sid: Sid, seen: &[(u64, Presence)]) -> PresenceList {
        let mut devices: Vec<_> = seen.iter().map(|(_, device)| device.clone()).collect();
        if let Some(client) = self.clients.get(&sid)
            && let Err(at) = seen.binary_search_by_key(&client.born, |(born, _)| *born)
        {
            devices.insert(at, client.as_seen_by(&client.access.grant));
        }
        PresenceList { devices }
    }

    /// Tells everybody who asked. Whoever has no room is told as soon as there is some.
    pub(super) fn push_presence(&mut self, now: Instant) {
        self.presence_pace.pushed(now);
        let mut watching: HashMap<Arc<Grant>, Vec<Sid>> = HashMap::new();
        for (sid, client) in self.clients.iter_mut().filter(|(_, client)| client.watches_presence) {
            client.presence_owed = true;
            self.busy.insert(*sid);
            if client.has_room() {
                watching.entry(Arc::clone(&client.access.grant)).or_default().push(*sid);
            }
        }
        for (grant, watching) in watching {
            let seen = self.presence_by(&grant);
            for sid in watching {
                self.give_presence(sid, &seen);
            }
        }
    }

    /// Tells one of them, and answers its questions, as far as there is room.
    pub(super) fn tell_owed_presence(&mut self, sid: Sid) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        let owed = client.presence_owed || !client.presence_asked.is_empty();
        if !owed || !client.has_room() {
            return;
        }
        let grant = Arc::clone(&client.access.grant);
        let seen = self.presence_by(&grant);
        let answer = self.presence_for(sid, &seen);
        while let Some(client) = self.clients.get_mut(&sid)
            && client.has_room()
            && let Some(ack) = client.presence_asked.pop_front()
        {
            self.answer(sid, event::PRESENCE_LIST, &answer, ack);
        }
        self.give_presence(sid, &seen);
    }

    fn give_presence(&mut self, sid: Sid, seen: &[(u64, Presence)]) {
        let list = self.presence_for(sid, seen);
        let bytes = json_bytes(&list);
        let Some(client) = self.clients.get_mut(&sid).filter(|client| client.presence_owed) else { return };
        client.presence_owed = client.give(event::PRESENCE_CHANGED, &list, bytes) == Given::Full;
    }
}

impl Client {
    /// With those of its channels that the grant covers.
    fn as_seen_by(&self, grant: &Grant) -> Presence {
        let names = self.seats.memberships.keys().filter(|name| &***name != BROADCAST);
        let mut channels: Vec<_> = names.filter(|name| grant.knows(name)).map(ToString::to_string).collect();
        channels.sort_unstable();
        Presence {
            id: self.born.to_string(),
            user_id: self.person.user_id.clone(),
            username: self.person.username.clone(),
            device_name: self.person.device_name.clone(),
            channels,
            since: self.since,
            state: self.presence,
        }
    }
}
