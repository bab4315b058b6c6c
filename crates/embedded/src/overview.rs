//! The hub's own view of itself, as a station's window takes it.

use std::collections::{BTreeMap, BTreeSet};

use chapfood_hub::{ChannelPattern, Connected, Grant, Happened, Overview, TokenSummary};
use chapfood_protocol::{Role, Timestamp};
use chapfood_station::LocalHubFault;
use chapfood_station::contract::{AuditEntry, HubDevice, HubOverview, HubToken, TokenWish};

/// The longest label of a token, in characters.
const LABEL: usize = 100;
/// The most channels that a token is for.
const CHANNELS: usize = 50;

pub(crate) fn shown(overview: Overview) -> HubOverview {
    let labels: BTreeMap<_, _> =
        overview.tokens.iter().map(|token| (token.id, token.label.clone())).collect();
    HubOverview {
        devices: overview.devices.into_iter().map(device).collect(),
        tokens: overview.tokens.into_iter().filter(|token| token.revoked.is_none()).map(token).collect(),
        sent_today: overview.figures.transmitted_today,
        refused_today: overview.figures.refused_today,
        per_minute: overview
            .figures
            .per_minute
            .iter()
            .map(|minute| u32::try_from(minute.transmitted).unwrap_or(u32::MAX))
            .collect(),
        audit: overview.audit.into_iter().rev().map(|line| entry(line, &labels)).collect(),
    }
}

fn device(connected: Connected) -> HubDevice {
    let presence = connected.presence;
    HubDevice {
        id: presence.id,
        user_id: presence.user_id,
        device_name: presence.device_name,
        username: presence.username,
        channels: presence.channels,
        since: presence.since.as_millis(),
        // The station knows itself.
        here: false,
        do_not_disturb: presence.state.do_not_disturb,
        ring_muted: presence.state.ring_muted,
    }
}

fn token(token: TokenSummary) -> HubToken {
    let TokenSummary { id, label, roles, channels, created, used, revoked: _ } = token;
    let has = |role| roles.contains(&role);
    HubToken {
        id,
        label,
        reads: has(Role::Subscriber),
        sends: has(Role::Publisher),
        administers: has(Role::Admin),
        channels,
        created: created.as_millis(),
        used: used.map(Timestamp::as_millis),
    }
}

fn entry(line: Happened, labels: &BTreeMap<i64, String>) -> AuditEntry {
    AuditEntry {
        at: line.at.as_millis(),
        event: line.event.to_owned(),
        token: line.token.and_then(|id| labels.get(&id).cloned()),
        address: line.address,
        code: line.code,
        times: line.times,
    }
}

/// What a token is to be called and to allow.
///
/// # Errors
/// [`LocalHubFault::Senseless`].
pub(crate) fn granted(wish: &TokenWish) -> Result<(String, Grant), LocalHubFault> {
    let label = wish.label.trim();
    if label.is_empty() || label.chars().count() > LABEL || label.chars().any(char::is_control) {
        return Err(LocalHubFault::Senseless(
            "label is empty, longer than 100 characters, or has control characters",
        ));
    }
    let roles: BTreeSet<_> = [(wish.reads, Role::Subscriber), (wish.sends, Role::Publisher)]
        .into_iter()
        .filter_map(|(wanted, role)| wanted.then_some(role))
        .collect();
    if roles.is_empty() {
        return Err(LocalHubFault::Senseless("a token that neither reads nor sends is for nothing"));
    }
    let channels: Option<Vec<_>> = wish.channels.iter().map(|text| ChannelPattern::parse(text)).collect();
    match channels {
        Some(channels) if (1..=CHANNELS).contains(&channels.len()) => {
            Ok((label.to_owned(), Grant { roles, channels }))
        }
        _ => Err(LocalHubFault::Senseless("channels are none, more than 50, or not names of channels")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(label: &str, reads: bool, sends: bool, channels: &[&str]) -> TokenWish {
        let channels = channels.iter().map(|name| (*name).to_owned()).collect();
        TokenWish { label: label.into(), reads, sends, channels }
    }

    #[test]
    fn a_token_is_given_out_for_something_that_makes_sense() {
        let (label, grant) = granted(&wish(" Caisse ", false, true, &["commandes*"])).expect("it does");
        assert_eq!((label.as_str(), grant.roles), ("Caisse", BTreeSet::from([Role::Publisher])));
        let senseless = [
            wish("", true, true, &["*"]),
            wish("a\nb", true, true, &["*"]),
            wish("x", false, false, &["*"]),
            wish("x", true, false, &[]),
            wish("x", true, false, &["*a"]),
        ];
        for wish in senseless {
            assert!(granted(&wish).is_err(), "{wish:?}");
        }
    }
}
