//! Who is connected, told to those who asked.

use chapfood_protocol::{BROADCAST, Presence, PresenceList, PresenceState, event};
use socketioxide::extract::AckSender;
use socketioxide::socket::Sid;
use tokio::time::Instant;

use super::Exchange;
use super::client::{Client, Given, json_bytes};

impl Exchange {
    /// Answers, and tells the client from now on whenever that changes.
    pub(super) fn on_get_presence(&mut self, sid: Sid, ack: Option<AckSender>) {
        let list = self.presence_for(sid);
        if let Some(client) = self.clients.get_mut(&sid) {
            client.watches_presence = true;
        }
        self.answer(sid, event::PRESENCE_LIST, &list, ack);
    }

    /// A device says whether anybody can hear it.
    pub(super) fn on_set_presence(&mut self, sid: Sid, state: PresenceState, ack: Option<AckSender>) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        client.presence = state;
        self.acknowledge(sid, event::PRESENCE_CHANGED, &state, ack);
        self.presence_pace.changed(Instant::now());
    }

    /// Everybody whom this client may know of: those who are in a channel that its token covers.
    pub(super) fn presence_for(&self, sid: Sid) -> PresenceList {
        let Some(grant) = self.clients.get(&sid).map(|client| &client.access.grant) else {
            return PresenceList::default();
        };
        let seen = |client: &Client| {
            let names = client.seats.memberships.keys().filter(|name| &***name != BROADCAST);
            let mut channels: Vec<_> =
                names.filter(|name| grant.knows(name)).map(ToString::to_string).collect();
            channels.sort_unstable();
            let known = !channels.is_empty() || grant.covers_everything() || client.socket.id == sid;
            known.then(|| Presence {
                id: client.born.to_string(),
                user_id: client.person.user_id.clone(),
                username: client.person.username.clone(),
                device_name: client.person.device_name.clone(),
                channels,
                since: client.since,
                state: client.presence,
            })
        };
        let mut clients: Vec<_> = self.clients.values().collect();
        clients.sort_unstable_by_key(|client| client.born);
        PresenceList { devices: clients.into_iter().filter_map(seen).collect() }
    }

    /// Tells everybody who asked. Whoever has no room is told as soon as there is some.
    pub(super) fn push_presence(&mut self, now: Instant) {
        self.presence_pace.pushed(now);
        let watching = self.clients.iter().filter(|(_, client)| client.watches_presence);
        for sid in watching.map(|(sid, _)| *sid).collect::<Vec<_>>() {
            self.tell_presence(sid);
        }
    }

    /// Tells one of them.
    pub(super) fn tell_presence(&mut self, sid: Sid) {
        let list = self.presence_for(sid);
        let bytes = json_bytes(&list);
        let Some(client) = self.clients.get_mut(&sid) else { return };
        client.presence_owed = client.give(event::PRESENCE_CHANGED, &list, bytes) == Given::Full;
        if client.presence_owed {
            self.busy.insert(sid);
        }
    }
}
