//! Coming and going: connections, joins, leaves.

use std::sync::Arc;

use chapfood_protocol::{
    BROADCAST, ChannelJoined, ChannelLeft, ConnectionConfirmed, HubIdentity, Lang, PROTOCOL_VERSION, Problem,
    ResyncRequired, event,
};
use socketioxide::TransportType;
use socketioxide::extract::AckSender;
use socketioxide::socket::Sid;

use super::answers::Subject;
use super::client::Client;
use super::{Exchange, count};
use crate::clock;
use crate::log::Place;
use crate::transport::Connection;

impl Exchange {
    pub(super) fn on_connect(&mut self, mut client: Client, broadcasts: Place, claims: &[u64]) {
        let socket = &client.socket;
        let sid = socket.id;
        if client.access.token.is_some_and(|token| self.revoked.contains(&token)) {
            client.show_out();
            return;
        }
        // It may have gone while the log was busy; its leaving may even have been heard first.
        if !socket.connected() {
            return;
        }
        let confirmed = ConnectionConfirmed {
            socket_id: sid.to_string(),
            server_time: clock::now(),
            protocol: Some(PROTOCOL_VERSION),
            epoch: Some(self.about.epoch.clone()),
            hub: Some(HubIdentity {
                name: self.about.name.clone(),
                version: env!("CARGO_PKG_VERSION").into(),
            }),
            limits: Some(client.access.limits(self.about.limits)),
            role: client.access.grant.roles.last().map(|role| role.as_str().to_owned()),
            roles: client.access.grant.roles.iter().map(|role| role.as_str().to_owned()).collect(),
        };
        let listens = client.access.grant.listens();
        // The same transport may connect again before its going was heard.
        let before = self.clients.get(&sid).and_then(|client| client.window.connection().cloned());
        let upgraded = self.upgraded.remove(&sid).or(before);
        self.on_gone(sid, false);
        let own = socket.req_parts().extensions.get::<Connection>().cloned();
        let link = upgraded.or_else(|| own.filter(|_| socket.transport_type() == TransportType::Websocket));
        if let Some(connection) = link {
            client.window.goes_over(connection);
        }
        let everybody: Arc<str> = BROADCAST.into();
        if !listens {
            self.clients.insert(sid, client);
            self.answer(sid, event::CONNECTION_CONFIRMED, &confirmed, None);
            self.changed();
            return;
        }
        let broadcasts = self.marks.start(client.seats.kept_for(BROADCAST), &everybody, broadcasts);
        client.seats.join(&everybody, &broadcasts).learn_claims(claims);
        self.clients.insert(sid, client);
        self.answer(sid, event::CONNECTION_CONFIRMED, &confirmed, None);
        let room = self.rooms.entry(BROADCAST.into()).or_default();
        self.busy.extend(room.place_at(broadcasts.head));
        room.members.insert(sid);
        self.unheard.somebody_came(None);
        self.tell_gap(sid, BROADCAST, broadcasts);
        self.serve(sid);
        self.changed();
    }

    /// `claims` are those numbers after the place's cursor that are no notifications.
    pub(super) fn on_join(
        &mut self,
        sid: Sid,
        channel: &Arc<str>,
        place: Place,
        claims: &[u64],
        ack: Option<AckSender>,
    ) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        let head = place.head;
        let place = self.marks.start(client.seats.kept_for(channel), channel, place);
        let membership = client.seats.join(channel, &place);
        membership.learn_claims(claims);
        let (missing, pending_count) = (membership.missing(head), membership.pending(head));
        let lang = client.lang;
        let room = self.rooms.entry(Arc::clone(channel)).or_default();
        self.busy.extend(room.place_at(head));
        let came = room.members.insert(sid);
        let joined = ChannelJoined {
            message: match lang {
                Lang::Fr => format!("Vous avez rejoint « {channel} »"),
                Lang::En => format!("You joined « {channel} »"),
            },
            channel: channel.to_string(),
            client_count: count(room.members.len()),
            pending_count,
            timestamp: clock::now(),
            epoch: Some(self.about.epoch.clone()),
            head: Some(head),
            recovered: Some(place.is_whole()),
        };
        if place.unknown {
            self.tell_gap(sid, channel, place);
        }
        self.answer(sid, event::CHANNEL_JOINED, &joined, ack);
        if missing > 0 {
            self.serve(sid);
        }
        if came {
            self.unheard.somebody_came(Some(channel));
            self.changed();
        }
    }

    /// Tells a device that its place is unknown here, or that something it has not received is gone. For the
    /// broadcasts it is the only word of it, since nobody joins them.
    fn tell_gap(&mut self, sid: Sid, channel: &str, place: Place) {
        if place.is_whole() {
            return;
        }
        let epoch = self.about.epoch.clone();
        let required = ResyncRequired { channel: channel.to_owned(), epoch, head: place.head };
        self.answer(sid, event::RESYNC_REQUIRED, &required, None);
    }

    pub(super) fn on_leave(&mut self, sid: Sid, channel: String, ack: Option<AckSender>) {
        let channel: Arc<str> = channel.into();
        let Some(client) = self.clients.get_mut(&sid) else { return };
        if !client.seats.leave(&channel) {
            let problem = Problem::NotInChannel(channel.to_string());
            let subject = Subject { channel: Some(channel.to_string()), ..Subject::default() };
            self.refuse(sid, event::LEAVE_CHANNEL, &[problem], subject, ack);
            return;
        }
        let lang = client.lang;
        self.remove_member(&channel, sid);
        let left = ChannelLeft {
            message: match lang {
                Lang::Fr => format!("Vous avez quitté « {channel} »"),
                Lang::En => format!("You left « {channel} »"),
            },
            channel: channel.to_string(),
            timestamp: clock::now(),
        };
        self.answer(sid, event::CHANNEL_LEFT, &left, ack);
        self.changed();
    }

    /// The owner withdrew these tokens: whoever came in by one is told, and shown out.
    pub(super) fn on_revoked(&mut self, tokens: Vec<i64>) {
        self.revoked.extend(tokens);
        let is_revoked =
            |client: &Client| client.access.token.is_some_and(|token| self.revoked.contains(&token));
        let out: Vec<_> =
            self.clients.iter().filter(|(_, client)| is_revoked(client)).map(|(sid, _)| *sid).collect();
        for sid in out {
            if let Some(client) = self.clients.get(&sid) {
                client.show_out();
            }
            // From here on it is given nothing, whatever becomes of its connection.
            self.on_gone(sid, false);
        }
    }

    pub(super) fn on_gone(&mut self, sid: Sid, in_order: bool) {
        self.upgraded.remove(&sid);
        let Some(mut client) = self.clients.remove(&sid) else { return };
        self.busy.remove(&sid);
        // Otherwise the marks stay where the last pong put them: the rest comes again.
        if in_order {
            let received = client.seats.on_clean_end(client.window.left());
            self.mark(received);
        }
        for channel in client.seats.memberships.keys() {
            self.remove_member(channel, sid);
        }
        self.changed();
    }

    pub(super) fn remove_member(&mut self, channel: &Arc<str>, sid: Sid) {
        if let Some(room) = self.rooms.get_mut(channel) {
            room.members.remove(&sid);
            if room.members.is_empty() {
                self.rooms.remove(channel);
            }
        }
    }
}
