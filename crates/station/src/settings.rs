//! Changes of the settings, and what the first start fills in.

use chapfood_inbox::Retention;
use chapfood_protocol::Timestamp;

use crate::address;
use crate::contract::{Language, LanguageChoice, Settings, SettingsChange};

/// The longest name or id, in characters: a hub cuts the rest.
const NAME_LIMIT: usize = 100;

/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// A change that makes no sense; in English, for the developer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct InvalidSetting(&'static str);

/// Gives a station that never ran its identity: an id made once, and the computer user's name.
/// `None`: it has one.
pub(crate) fn introduced(settings: &Settings, fresh_id: &str, os_user: Option<&str>) -> Option<Settings> {
    if !settings.user_id.is_empty() {
        return None;
    }
    let os_user = os_user.and_then(|name| named(name).ok());
    Some(Settings {
        user_id: fresh_id.to_owned(),
        username: os_user.unwrap_or_else(|| settings.username.clone()),
        ..settings.clone()
    })
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
        if port == 0 {
            return Err(InvalidSetting("hubPort is 0: the other computers could not know the port"));
        }
        if next.host_hub && address::is_local(&next.hub_address, next.hub_port) {
            next.hub_address = address::local(port);
        }
        next.hub_port = port;
    }
    if let Some(typed) = &change.hub_address {
        next.hub_address = address::parse(typed).ok_or(InvalidSetting("hubAddress is no http address"))?;
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
        || before.username != after.username
        || before.language != after.language
}

/// What the history keeps at `now`.
pub(crate) fn retention(settings: &Settings, now: Timestamp) -> Retention {
    let since = now.as_millis() - i64::from(settings.keep_days) * DAY;
    Retention { since: Timestamp::from_millis(since), at_most: settings.keep_at_most }
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
