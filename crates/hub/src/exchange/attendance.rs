//! Coming and going: connections, joins, leaves.

use std::sync::Arc;

use chapfood_protocol::{
    Auth, BROADCAST, ChannelJoined, ChannelLeft, ConnectionConfirmed, HubIdentity, Lang, PROTOCOL_VERSION,
    Problem, event,
};
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::socket::Sid;

use super::client::Client;
use super::membership::Membership;
use super::{Exchange, count};
use crate::clock;

impl Exchange {
    pub(super) fn on_connect(&mut self, socket: SocketRef, auth: &Auth, broadcast_head: u64) {
        let sid = socket.id;
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
            limits: Some(self.about.limits),
        };
        let mut client = Client::new(socket, auth);
        client.memberships.insert(BROADCAST.into(), Membership::new(broadcast_head, broadcast_head));
        self.clients.insert(sid, client);
        self.answer(sid, event::CONNECTION_CONFIRMED, &confirmed, None);
        let room = self.rooms.entry(BROADCAST.into()).or_default();
        room.head = broadcast_head;
        room.members.insert(sid);
        self.changed();
    }

    pub(super) fn on_join(
        &mut self,
        sid: Sid,
        channel: &Arc<str>,
        head: u64,
        cursor: u64,
        ack: Option<AckSender>,
    ) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        // What was received may not be on the disk yet.
        let received = client.subscriber.as_ref().and_then(|subscriber| self.marks.get(subscriber, channel));
        let cursor = received.map_or(cursor, |seq| cursor.max(seq));
        let membership = client
            .memberships
            .entry(Arc::clone(channel))
            .or_insert_with(|| Membership::new(cursor.min(head), head));
        let pending_count = membership.missing(head);
        let lang = client.lang;
        let room = self.rooms.entry(Arc::clone(channel)).or_default();
        room.head = head;
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
        };
        self.answer(sid, event::CHANNEL_JOINED, &joined, ack);
        if pending_count > 0 {
            self.serve(sid);
        }
        if came {
            self.changed();
        }
    }

    pub(super) fn on_leave(&mut self, sid: Sid, channel: String, ack: Option<AckSender>) {
        let channel: Arc<str> = channel.into();
        let Some(client) = self.clients.get_mut(&sid) else { return };
        let Some(mut membership) = client.memberships.remove(&channel) else {
            let problem = Problem::NotInChannel(channel.to_string());
            self.refuse(sid, event::LEAVE_CHANNEL, &[problem], None, ack);
            return;
        };
        // The connection lives, so what was given on it arrives; were it given again after another join,
        // a stock client would show it twice.
        let received = membership.on_clean_end();
        let (lang, subscriber) = (client.lang, client.subscriber.clone());
        self.mark(subscriber, &channel, received);
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

    pub(super) fn on_gone(&mut self, sid: Sid, in_order: bool) {
        let Some(client) = self.clients.remove(&sid) else { return };
        self.busy.remove(&sid);
        for (channel, mut membership) in client.memberships {
            // Otherwise the marks stay where the last pong put them: the rest comes again.
            if in_order {
                let received = membership.on_clean_end();
                self.mark(client.subscriber.clone(), &channel, received);
            }
            self.remove_member(&channel, sid);
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
