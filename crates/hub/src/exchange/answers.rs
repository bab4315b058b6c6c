//! What clients are told, apart from notifications.

use chapfood_protocol::{
    BROADCAST, ChannelSummary, ErrorMessage, NotificationId, NotificationSent, Problem, ServerStats, event,
};
use serde::Serialize;
use serde_json::Value;
use socketioxide::extract::AckSender;
use socketioxide::socket::Sid;
use tokio::time::Instant;

use super::client::{Client, Given, json_bytes};
use super::{Asked, Exchange, What, count};
use crate::log::Receipt;
use crate::{Activity, clock};

/// What an error is about, given back so that the asker knows.
#[derive(Default)]
pub(super) struct Subject {
    pub(super) client_id: Option<String>,
    pub(super) id: Option<NotificationId>,
    pub(super) channel: Option<String>,
}

impl Exchange {
    pub(super) fn confirm(
        &mut self,
        asked: Asked,
        receipt: Receipt,
        duplicate: bool,
        subscribers: Option<u32>,
    ) {
        let client_id = if let What::Send { client_id } = asked.what { client_id } else { None };
        let sent = NotificationSent {
            notification_id: receipt.id,
            channel: receipt.channel,
            timestamp: receipt.accepted_at,
            seq: receipt.seq,
            duplicate,
            subscribers,
            client_id,
        };
        self.answer(asked.sid, event::NOTIFICATION_SENT, &sent, asked.ack);
    }

    pub(super) fn refuse(
        &mut self,
        sid: Sid,
        event: &str,
        problems: &[Problem],
        subject: Subject,
        ack: Option<AckSender>,
    ) {
        if event == event::SEND_NOTIFICATION {
            self.note_refused();
        }
        let Some(client) = self.clients.get(&sid) else { return };
        let Subject { client_id, id, channel } = subject;
        let message =
            ErrorMessage { client_id, id, channel, ..ErrorMessage::new(event, problems, client.lang) };
        self.answer(sid, event::ERROR_MESSAGE, &message, ack);
    }

    pub(super) fn answer(
        &mut self,
        sid: Sid,
        event: &'static str,
        payload: &impl Serialize,
        ack: Option<AckSender>,
    ) {
        self.tell(sid, event, payload, |client, payload| client.answer(event, payload, ack));
    }

    /// Answers the callback only, if there is one: the event itself comes another way.
    pub(super) fn acknowledge(
        &mut self,
        sid: Sid,
        event: &'static str,
        payload: &impl Serialize,
        ack: Option<AckSender>,
    ) {
        self.tell(sid, event, payload, |client, payload| client.acknowledge(event, &payload, ack));
    }

    fn tell(
        &mut self,
        sid: Sid,
        event: &'static str,
        payload: &impl Serialize,
        how: impl FnOnce(&mut Client, Value),
    ) {
        let Some(client) = self.clients.get_mut(&sid) else { return };
        match serde_json::to_value(payload) {
            Ok(payload) => how(client, payload),
            Err(error) => tracing::error!(%error, event, "an answer could not be written as JSON"),
        }
        if client.owes() {
            self.busy.insert(sid);
        }
    }

    /// The channels with somebody in them that this client may know of.
    pub(super) fn channels(&self, sid: Sid) -> Vec<ChannelSummary> {
        let grant = self.clients.get(&sid).map(|client| &client.access.grant);
        let knows = |name: &str| grant.is_some_and(|grant| grant.knows(name));
        let named = self.rooms.iter().filter(|(name, _)| &***name != BROADCAST && knows(name));
        named
            .map(|(name, room)| ChannelSummary {
                name: name.to_string(),
                client_count: count(room.members.len()),
            })
            .collect()
    }

    pub(super) fn activity(&self) -> Activity {
        let everybody = usize::from(self.rooms.contains_key(BROADCAST));
        Activity {
            connected_clients: count(self.clients.len()),
            active_channels: count(self.rooms.len() - everybody),
        }
    }

    pub(super) fn stats(&self) -> ServerStats {
        let Activity { connected_clients, active_channels } = self.activity();
        let uptime = self.about.started.elapsed().as_secs_f64();
        ServerStats { connected_clients, active_channels, uptime, timestamp: clock::now() }
    }

    pub(super) fn changed(&mut self) {
        self.stats_pace.changed(Instant::now());
        self.presence_pace.changed(Instant::now());
        self.activity.send_replace(self.activity());
    }

    pub(super) fn push_stats(&mut self, now: Instant) {
        self.stats_pace.pushed(now);
        let stats = self.stats();
        let bytes = json_bytes(&stats);
        for (sid, client) in &mut self.clients {
            // The last state always arrives: whoever has no room is told as soon as there is some.
            client.stats_owed = client.give(event::SERVER_STATS, &stats, bytes) == Given::Full;
            if client.stats_owed {
                self.busy.insert(*sid);
            }
        }
    }
}
