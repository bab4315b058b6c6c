//! The small state: what a snapshot shows, and nothing that does anything.

use std::collections::BTreeMap;

use chapfood_inbox::Tally;

use crate::address;
use crate::channels::Channels;
use crate::contract::{
    CatchUp, ChannelPreferences, FoundHub, Gap, HostKind, HostedHub, HubStats, Language, Link, Outbox,
    Pairing, PopupHealth, Readiness, Row, Settings, Snapshot, SoundHealth, Standard, Todo, TokenKept,
};

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) host: HostKind,
    pub(crate) version: String,
    pub(crate) desktop_language: Language,
    pub(crate) settings: Settings,
    pub(crate) link: Link,
    pub(crate) hub_name: Option<String>,
    pub(crate) hub_stats: Option<HubStats>,
    pub(crate) channels: Channels,
    pub(crate) tally: Tally,
    pub(crate) history_bytes: u64,
    pub(crate) hosted_hub: HostedHub,
    pub(crate) popup_health: PopupHealth,
    pub(crate) storage_fault: Option<String>,
    pub(crate) gap: Option<Gap>,
    pub(crate) catch_up: Option<CatchUp>,
    pub(crate) sound_health: SoundHealth,
    pub(crate) todo: Todo,
    /// What arrived since midnight, by channel.
    pub(crate) today: BTreeMap<String, u32>,
    pub(crate) ringing: u32,
    pub(crate) quiet_until: Option<i64>,
    pub(crate) latest: Vec<Row>,
    pub(crate) readiness: Option<Readiness>,
    pub(crate) found: Vec<FoundHub>,
    pub(crate) pairing: Option<Pairing>,
    pub(crate) token_kept: Option<TokenKept>,
}

impl State {
    pub(crate) fn language(&self) -> Language {
        self.settings.language.unwrap_or(self.desktop_language)
    }

    pub(crate) fn is_connected(&self) -> bool {
        matches!(self.link, Link::Connected { .. })
    }

    /// Whether the station listens to the hub that this computer hosts, or would host.
    pub(crate) fn listens_to_own_hub(&self) -> bool {
        address::is_local(&self.settings.hub_address, self.settings.hub_port)
    }

    /// By which the history and the outbox know the hub: one that let this computer in is the same wherever it is.
    pub(crate) fn hub_key(&self) -> &str {
        self.settings.known_hub.as_ref().map_or(&self.settings.hub_address, |known| &known.fingerprint)
    }

    pub(crate) fn snapshot(&self, outbox: Outbox) -> Snapshot {
        let connected = self.is_connected();
        let unread = &self.tally.unread_by_channel;
        Snapshot {
            link: self.link.clone(),
            hub_name: self.hub_name.clone().filter(|_| connected),
            hub_stats: self.hub_stats.clone().filter(|_| connected),
            channels: self.channels.list(&self.settings.channels, connected, unread, &self.today),
            unread: self.tally.unread,
            total: self.tally.total,
            hosted_hub: self.hosted_hub.clone(),
            history_bytes: self.history_bytes,
            outbox,
            catch_up: self.catch_up.clone(),
            storage_fault: self.storage_fault.clone(),
            gap: self.gap.clone(),
            found: self.found.clone(),
            pairing: self.pairing.clone(),
            token_kept: self.token_kept,
            popups: self.popup_health,
            sound: self.sound_health,
            todo: self.todo.clone(),
            ringing: self.ringing,
            quiet_until: self.quiet_until,
            latest: self.latest.clone(),
            standard: Standard {
                channel: ChannelPreferences::of_channel(),
                broadcasts: ChannelPreferences::of_broadcasts(),
            },
            readiness: self.readiness.clone(),
            settings: self.settings.clone(),
            host: self.host,
            newest_row: self.tally.newest_row,
            version: self.version.clone(),
        }
    }
}
