//! What the exchange counts, and tells the owner of who is there.

use chapfood_protocol::{BROADCAST, ChannelSummary, Presence};
use socketioxide::TransportType;
use socketioxide::socket::Sid;

use super::client::Client;
use super::{Exchange, count};
use crate::clock;
use crate::overview::{Connected, Live, Tally};
use crate::transport::Visit;

impl Exchange {
    /// Goes on counting where the log left off.
    pub(crate) fn counting_on(mut self, tally: Tally) -> Self {
        self.tally = tally;
        self
    }

    /// Something of this client's was written down and handed on.
    pub(super) fn note_transmitted(&mut self, from: Sid, channel: Option<&str>) {
        let now = clock::now();
        self.tally.transmitted(1, now);
        let hears = |sid: &Sid| {
            let other = *sid != from;
            other && self.clients.get(sid).is_some_and(|client| !client.presence.do_not_disturb)
        };
        let room = self.rooms.get(channel.unwrap_or(BROADCAST));
        let heard = room.is_some_and(|room| room.members.iter().any(hears));
        self.unheard.sent(channel, heard, now);
    }

    /// Something that a client sent was not taken.
    pub(super) fn note_refused(&mut self) {
        self.tally.refused(clock::now());
    }

    pub(super) fn look_around(&mut self) -> Live {
        let now = clock::now();
        let mut clients: Vec<_> = self.clients.values().collect();
        clients.sort_unstable_by_key(|client| client.born);
        let named = self.rooms.iter().filter(|(name, _)| &***name != BROADCAST);
        Live {
            devices: clients.into_iter().map(connected).collect(),
            channels: named
                .map(|(name, room)| ChannelSummary {
                    name: name.to_string(),
                    client_count: count(room.members.len()),
                })
                .collect(),
            figures: self.tally.figures(now),
            unheard: self.unheard.now(now),
        }
    }
}

fn connected(client: &Client) -> Connected {
    let names = client.seats.memberships.keys().filter(|name| &***name != BROADCAST);
    let mut channels: Vec<_> = names.map(ToString::to_string).collect();
    channels.sort_unstable();
    let visit = client.socket.req_parts().extensions.get::<Visit>();
    Connected {
        presence: Presence {
            id: client.born.to_string(),
            user_id: client.person.user_id.clone(),
            username: client.person.username.clone(),
            device_name: client.person.device_name.clone(),
            channels,
            since: client.since,
            state: client.presence,
        },
        address: visit.map(|visit| visit.from),
        transport: match client.socket.transport_type() {
            TransportType::Websocket => "websocket",
            TransportType::Polling => "polling",
        },
        token: client.access.token,
    }
}
