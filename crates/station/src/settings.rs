//! Changes of the settings, and what the first start fills in.

use chapfood_inbox::Retention;
use chapfood_protocol::Timestamp;

use crate::address;
use crate::contract::{
    ChannelPreferences, ChannelQuiet, Language, LanguageChoice, Settings, SettingsChange, SetupChoice, Span,
};
use crate::seams::HubPlan;

/// The longest name or id, in characters: a hub cuts the rest.
const NAME_LIMIT: usize = 100;

/// The most people who share a computer.
const PEOPLE_LIMIT: usize = 20;
/// Of a day.
const MINUTES: u16 = 24 * 60;

/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

impl Settings {
    /// How a channel asks for attention; `None` stands for broadcasts.
    pub(crate) fn preferences_of(&self, channel: Option<&str>) -> ChannelPreferences {
        let chosen = self.preferences.get(channel.unwrap_or_default());
        chosen.cloned().unwrap_or_else(|| match channel {
            Some(_) => ChannelPreferences::of_channel(),
            None => ChannelPreferences::of_broadcasts(),
        })
    }
}

/// A change that makes no sense; in English, for the developer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct InvalidSetting(&'static str);

/// Gives a station that never ran its identity: an id made once, and the computer user's name. One that `asks`
/// nothing at its first start is set up at once. `None`: nothing is to be filled in.
pub(crate) fn introduced(
    settings: &Settings,
    fresh_id: &str,
    os_user: Option<&str>,
    asks: bool,
) -> Option<Settings> {
    let mut next = settings.clone();
    if next.user_id.is_empty() {
        next.user_id = fresh_id.to_owned();
        if let Some(name) = os_user.and_then(|name| named(name).ok()) {
            next.username = name;
        }
    }
    next.set_up |= !asks;
    (next != *settings).then_some(next)
}

/// The settings after the first start's question was answered.
///
/// # Errors
/// The value that makes no sense; then nothing changes.
pub(crate) fn set_up(settings: &Settings, choice: &SetupChoice) -> Result<Settings, InvalidSetting> {
    let mut next = Settings { set_up: true, ..settings.clone() };
    match choice {
        SetupChoice::Host { port, hub_name, network, username } => {
            (next.host_hub, next.hub_port) = (true, checked_port(*port)?);
            (next.hub_network, next.hub_name) = (*network, checked_hub_name(hub_name)?);
            next.known_hub = None;
            next.hub_address = address::local(*port);
            next.username = named(username)?;
        }
        SetupChoice::Join { address: typed, username } => {
            (next.host_hub, next.known_hub) = (false, None);
            next.hub_address = checked_address(typed)?;
            next.username = named(username)?;
        }
    }
    Ok(next)
}

/// The settings after `change`.
///
/// A hub hosted on another port takes the station with it, if it listens to that hub.
///
/// # Errors
/// The first value that makes no sense; then nothing changes.
pub(crate) fn changed(settings: &Settings, change: &SettingsChange) -> Result<Settings, InvalidSetting> {
    let mut next = settings.clone();
    if let Some(choice) = change.language {
        next.language = match choice {
            LanguageChoice::System => None,
            LanguageChoice::Fr => Some(Language::Fr),
            LanguageChoice::En => Some(Language::En),
        };
    }
    if let Some(username) = &change.username {
        next.username = named(username)?;
    }
    if let Some(user_id) = &change.user_id {
        next.user_id = named(user_id)?;
        if next.user_id.is_empty() {
            return Err(InvalidSetting("userId is empty: the hub could keep nothing for this station"));
        }
    }
    if let Some(port) = change.hub_port {
        checked_port(port)?;
        if next.host_hub && address::is_local(&next.hub_address, next.hub_port) {
            next.hub_address = address::local(port);
        }
        next.hub_port = port;
    }
    if let Some(name) = &change.hub_name {
        next.hub_name = checked_hub_name(name)?;
    }
    next.hub_network = change.hub_network.unwrap_or(next.hub_network);
    next.hub_plain = change.hub_plain.unwrap_or(next.hub_plain);
    if let Some(typed) = &change.hub_address {
        next.hub_address = checked_address(typed)?;
        // Another address is another hub, which has no token of this computer's to expect.
        if next.hub_address != settings.hub_address {
            next.known_hub = None;
        }
    }
    if let Some(days) = change.keep_days {
        if !(1..=3_650).contains(&days) {
            return Err(InvalidSetting("keepDays is not 1 to 3,650"));
        }
        next.keep_days = days;
    }
    if let Some(count) = change.keep_at_most {
        if !(1_000..=10_000_000).contains(&count) {
            return Err(InvalidSetting("keepAtMost is not 1,000 to 10,000,000"));
        }
        next.keep_at_most = count;
    }
    if let Some(volume) = change.volume {
        if volume > 100 {
            return Err(InvalidSetting("volume is not 0 to 100"));
        }
        next.volume = volume;
    }
    if let Some(quiet_hours) = &change.quiet_hours {
        if quiet_hours.days.iter().flatten().any(|span| !is_span(*span)) {
            return Err(InvalidSetting("quietHours has a span that is none"));
        }
        next.quiet_hours = quiet_hours.clone();
    }
    for (channel, preferences) in change.preferences.iter().flatten() {
        if !is_sensible(preferences) {
            return Err(InvalidSetting("preferences has a value out of its bounds"));
        }
        next.preferences.insert(channel.clone(), preferences.clone());
    }
    if let Some(people) = &change.people {
        next.people = named_people(people)?;
    }
    if let Some(wall) = &change.wall {
        next.wall = wall.clone();
    }
    next.text_size = change.text_size.unwrap_or(next.text_size);
    next.sounds = change.sounds.unwrap_or(next.sounds);
    next.raw_data = change.raw_data.unwrap_or(next.raw_data);
    next.theme = change.theme.unwrap_or(next.theme);
    next.popups = change.popups.unwrap_or(next.popups);
    next.single_key_shortcuts = change.single_key_shortcuts.unwrap_or(next.single_key_shortcuts);
    next.close_to_tray = change.close_to_tray.unwrap_or(next.close_to_tray);
    next.autostart = change.autostart.unwrap_or(next.autostart);
    Ok(next)
}

/// Whether the hub must hear of the change: it knows a session by these.
pub(crate) fn another_session(before: &Settings, after: &Settings) -> bool {
    before.hub_address != after.hub_address
        || before.user_id != after.user_id
        || before.known_hub != after.known_hub
        || before.username != after.username
        || before.language != after.language
}

/// How the hub of this computer is to be run.
pub(crate) fn hub_plan(settings: &Settings) -> HubPlan {
    HubPlan {
        port: settings.hub_port,
        name: settings.hub_name.clone(),
        network: settings.hub_network,
        plain: settings.hub_network && settings.hub_plain,
    }
}

/// What the history keeps at `now`.
pub(crate) fn retention(settings: &Settings, now: Timestamp) -> Retention {
    let since = now.as_millis() - i64::from(settings.keep_days) * DAY;
    Retention { since: Timestamp::from_millis(since), at_most: settings.keep_at_most }
}

fn checked_port(port: u16) -> Result<u16, InvalidSetting> {
    if port == 0 || port > u16::MAX - 2 {
        return Err(InvalidSetting(
            "hubPort is not 1 to 65,533: the doors for other computers come after it",
        ));
    }
    Ok(port)
}

/// The longest name of a hub, in bytes: what announces it takes 63, with a number after a name that is taken.
const HUB_NAME_LIMIT: usize = 57;

fn checked_hub_name(typed: &str) -> Result<String, InvalidSetting> {
    match named(typed)? {
        name if name.is_empty() => Err(InvalidSetting("hubName is empty")),
        name if name.len() > HUB_NAME_LIMIT => Err(InvalidSetting("hubName is longer than 57 bytes")),
        name => Ok(name),
    }
}

fn checked_address(typed: &str) -> Result<String, InvalidSetting> {
    address::parse(typed).ok_or(InvalidSetting("hubAddress is no http address"))
}

fn is_span(span: Span) -> bool {
    span.from < MINUTES && span.to < MINUTES && span.from != span.to
}

fn is_sensible(preferences: &ChannelPreferences) -> bool {
    (10..=30).contains(&preferences.ring_every)
        && (1..=240).contains(&preferences.watch_after)
        && preferences.late_after > preferences.watch_after
        && preferences.late_after <= 480
        && !matches!(preferences.quiet, ChannelQuiet::Own { span, .. } if !is_span(span))
}

/// The names without blanks and repetitions, in their order.
fn named_people(typed: &[String]) -> Result<Vec<String>, InvalidSetting> {
    let mut people: Vec<String> = Vec::new();
    for name in typed {
        let name = named(name)?;
        if !name.is_empty() && !people.contains(&name) {
            people.push(name);
        }
    }
    if people.len() > PEOPLE_LIMIT {
        return Err(InvalidSetting("people are more than 20"));
    }
    Ok(people)
}

/// The name of the person of this computer; empty: none.
///
/// # Errors
/// The hub would cut it.
pub(crate) fn person(typed: &str) -> Result<String, InvalidSetting> {
    named(typed)
}

/// The name of somebody who takes charge of something.
///
/// # Errors
/// There is none, or the hub would cut it.
pub(crate) fn taker(typed: &str) -> Result<String, InvalidSetting> {
    match named(typed)? {
        name if name.is_empty() => Err(InvalidSetting("by is empty: nobody could be asked")),
        name => Ok(name),
    }
}

fn named(typed: &str) -> Result<String, InvalidSetting> {
    let name = typed.trim();
    if name.chars().any(char::is_control) {
        return Err(InvalidSetting("a name contains control characters"));
    }
    if name.chars().count() > NAME_LIMIT {
        return Err(InvalidSetting("a name is longer than 100 characters"));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
