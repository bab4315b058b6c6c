//! When and how this computer asks for attention.

use chapfood_protocol::NotificationType;
use serde::{Deserialize, Serialize};

#[cfg(test)]
use crate::contract_export::TypeWord;

/// How one channel asks for attention on this computer.
///
/// Every field has a default, so that a file of an older version still loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct ChannelPreferences {
    /// Whether the system shows a pop-up.
    pub popup: bool,
    /// What an information or a success sounds like. A warning and an error always have their own sounds.
    pub sound: SoundChoice,
    /// Whether the sound comes back until somebody has taken it. Only where somebody is expected to.
    pub ring: bool,
    /// Seconds between two rings, 10 to 30.
    pub ring_every: u8,
    /// Whether somebody is expected to take charge of what arrives.
    pub expects: bool,
    /// The types that pop up and sound. The others are in the history only.
    #[cfg_attr(test, ts(as = "Vec<TypeWord>"))]
    pub types: Vec<NotificationType>,
    /// Minutes until an order is to be watched, 1 to 240.
    pub watch_after: u16,
    /// Minutes until an order is late; more than `watch_after`, at most 480.
    pub late_after: u16,
    /// When the channel is silent.
    pub quiet: ChannelQuiet,
}

impl ChannelPreferences {
    /// What suits a channel of which the person has chosen nothing: an order must be seen, heard and taken.
    pub fn of_channel() -> Self {
        Self {
            popup: true,
            sound: SoundChoice::Bell,
            ring: true,
            ring_every: 20,
            expects: true,
            types: vec![
                NotificationType::Info,
                NotificationType::Success,
                NotificationType::Warning,
                NotificationType::Error,
            ],
            watch_after: 5,
            late_after: 10,
            quiet: ChannelQuiet::AsShop,
        }
    }

    /// What suits broadcasts: they tell everybody something, and nobody in particular has to act.
    pub fn of_broadcasts() -> Self {
        Self { expects: false, ring: false, ..Self::of_channel() }
    }
}

impl Default for ChannelPreferences {
    fn default() -> Self {
        Self::of_channel()
    }
}

/// When a channel is silent. The history fills all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "when", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ChannelQuiet {
    /// As this computer's [`QuietHours`] say.
    #[default]
    AsShop,
    /// Never: it is heard also while others are quiet.
    Never,
    /// At hours of its own, the same each day.
    Own {
        /// The hours.
        span: Span,
        /// Whether errors are shown and heard all the same.
        errors_pierce: bool,
    },
}

/// The hours at which this computer neither pops up nor sounds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct QuietHours {
    /// For each day, Monday first, the span that begins on it; `null`: none.
    pub days: [Option<Span>; 7],
    /// Whether errors are shown and heard all the same.
    pub errors_pierce: bool,
}

/// From one local time of day to another; to one that is not later means to that of the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// Minutes after midnight, below 1,440.
    pub from: u16,
    /// Minutes after midnight, below 1,440.
    pub to: u16,
}

/// Neither pop-ups nor sounds, whatever the hour. Beats everything else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DoNotDisturb {
    /// Alerts as usual.
    #[default]
    Off,
    /// Until an instant.
    Until {
        /// When it ends.
        at: i64,
    },
    /// Until the person says otherwise.
    On,
}

/// How long not to be disturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum DoNotDisturbChoice {
    /// Not any more.
    Off,
    /// 30 minutes.
    HalfHour,
    /// An hour.
    Hour,
    /// Until the shop's next quiet hours begin; where there are none, as [`DoNotDisturbChoice::Tomorrow`].
    Service,
    /// Until five in the morning.
    Tomorrow,
    /// Until the person says otherwise.
    Manual,
}

/// What a channel's information or success sounds like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum SoundChoice {
    /// No sound at all, not for warnings and errors either.
    None,
    /// A counter bell.
    #[default]
    Bell,
    /// Two rising tones.
    Chime,
    /// A wooden bar, struck.
    Marimba,
    /// A knock on wood, twice.
    Knock,
}

/// What can be heard. Each meaning has its own sound, and no other has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Sound {
    /// See [`SoundChoice::Bell`].
    Bell,
    /// See [`SoundChoice::Chime`].
    Chime,
    /// See [`SoundChoice::Marimba`].
    Marimba,
    /// See [`SoundChoice::Knock`].
    Knock,
    /// A warning.
    Warning,
    /// An error.
    Error,
    /// The hub cannot be reached any more.
    Lost,
}

/// Whether this computer can be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SoundHealth {
    /// Not tried yet.
    Unknown,
    /// The last sound was played.
    Working,
    /// There is nothing to play on.
    NoDevice,
    /// The device refused, or did not answer in time.
    Failing,
    /// This host plays no sounds.
    Unsupported,
}
