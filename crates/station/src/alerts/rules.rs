//! What a notification may do to be noticed, by what the person chose and by the hour.

use std::collections::HashMap;

use chapfood_protocol::{NotificationType, Timestamp};
use jiff::tz::TimeZone;

use super::quiet::{self, Hush};
use crate::contract::{ChannelPreferences, Settings, Sound, SoundChoice};

/// The rules at one instant. What they say of a channel is found out once: the hours of a zone take a while.
#[derive(Debug)]
pub(crate) struct Rules<'a> {
    settings: &'a Settings,
    now: Timestamp,
    zone: TimeZone,
    /// By name, the empty string for broadcasts.
    channels: HashMap<String, ChannelRules>,
}

/// The rules for what is sent to one channel.
#[derive(Debug, Clone)]
pub(crate) struct ChannelRules {
    preferences: ChannelPreferences,
    /// Whether this computer hears of the channel: of one that was left, nobody tells it that somebody took
    /// something.
    followed: bool,
    hush: Hush,
    popups: bool,
    sounds: bool,
}

impl<'a> Rules<'a> {
    pub(crate) fn new(settings: &'a Settings, now: Timestamp, zone: TimeZone) -> Self {
        Self { settings, now, zone, channels: HashMap::new() }
    }

    /// When they apply.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Those of a channel; `None` stands for broadcasts.
    pub(crate) fn of(&mut self, channel: Option<&str>) -> &ChannelRules {
        let name = channel.unwrap_or_default();
        if !self.channels.contains_key(name) {
            let preferences = self.settings.preferences_of(channel);
            let hush = quiet::of_channel(self.settings, &preferences, self.now, &self.zone);
            let followed = channel.is_none_or(|name| self.settings.channels.iter().any(|one| one == name));
            let Settings { popups, sounds, .. } = *self.settings;
            let rules = ChannelRules { preferences, followed, hush, popups, sounds };
            self.channels.insert(name.to_owned(), rules);
        }
        &self.channels[name]
    }
}

impl ChannelRules {
    /// Whether it has a pop-up.
    pub(crate) fn pops_up(&self, kind: NotificationType) -> bool {
        self.popups && self.preferences.popup && self.attends(kind)
    }

    /// What it sounds like, if it may sound.
    pub(crate) fn sound(&self, kind: NotificationType) -> Option<Sound> {
        let order = match self.preferences.sound {
            SoundChoice::None => return None,
            SoundChoice::Bell => Sound::Bell,
            SoundChoice::Chime => Sound::Chime,
            SoundChoice::Marimba => Sound::Marimba,
            SoundChoice::Knock => Sound::Knock,
        };
        (self.sounds && self.attends(kind)).then_some(match kind {
            NotificationType::Info | NotificationType::Success => order,
            NotificationType::Warning => Sound::Warning,
            NotificationType::Error => Sound::Error,
        })
    }

    /// What it sounds like again and again while it waits, and how many milliseconds apart.
    pub(crate) fn ring(&self, kind: NotificationType) -> Option<(Sound, i64)> {
        // A file that was edited by hand may say anything.
        let every = i64::from(self.preferences.ring_every.clamp(10, 30)) * 1_000;
        self.sound(kind).filter(|_| self.preferences.ring && self.expects()).map(|it| (it, every))
    }

    /// Whether somebody is expected to take charge.
    pub(crate) fn expects(&self) -> bool {
        self.preferences.expects && self.followed
    }

    fn attends(&self, kind: NotificationType) -> bool {
        self.preferences.types.contains(&kind) && !self.hush.covers(kind)
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
