//! What a person chooses on this computer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ChannelPreferences, DoNotDisturb, KnownHub, QuietHours};

/// The person's language. French comes first everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// French.
    #[default]
    Fr,
    /// English.
    En,
}

/// The look of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Dark text on light.
    Light,
    /// Light text on dark.
    Dark,
}

/// How large text and everything around it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum TextSize {
    /// 100 %.
    #[default]
    Normal,
    /// 115 %.
    Large,
    /// 130 %.
    Larger,
}

/// The view for a screen on the wall.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Wall {
    /// Whether it is open; it comes back after a restart.
    pub open: bool,
    /// Only this channel; `null`: all that expect somebody.
    pub channel: Option<String>,
    /// Dark text on light.
    pub light: bool,
}

/// How this computer gets its notifications, as chosen at the very first start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "how", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SetupChoice {
    /// It hosts the hub.
    Host {
        /// See [`Settings::hub_port`].
        port: u16,
        /// See [`Settings::hub_name`].
        hub_name: String,
        /// See [`Settings::hub_network`].
        network: bool,
        /// See [`Settings::username`].
        username: String,
    },
    /// It listens to another computer's.
    Join {
        /// See [`Settings::hub_address`], as typed.
        address: String,
        /// See [`Settings::username`].
        username: String,
    },
}

/// What the person has chosen on this computer. The station owns it; the host keeps it.
///
/// Every field has a default, so that a file of an older version still loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// `null`: as the desktop says.
    pub language: Option<Language>,
    /// Light, dark, or as the desktop says.
    pub theme: Theme,
    /// The name other people see as sender. Empty: the hub says "Anonyme".
    pub username: String,
    /// The stable id of the person for the hub, made once at first start.
    pub user_id: String,
    /// The address of the hub this station listens to, e.g. `http://127.0.0.1:8001`.
    pub hub_address: String,
    /// Whether this computer hosts a hub of its own.
    pub host_hub: bool,
    /// The port of the hub hosted here, for programs of this computer.
    pub hub_port: u16,
    /// What the hub hosted here calls itself.
    pub hub_name: String,
    /// Whether other computers may come in at the hub hosted here, by TLS and with a token.
    pub hub_network: bool,
    /// Whether devices may that cannot do TLS: what they say can be read by others on the network.
    pub hub_plain: bool,
    /// The hub that let this computer in; `null`: it listens to a hub that asks for nothing.
    pub known_hub: Option<KnownHub>,
    /// The channels this station has joined, in the order it joined them.
    pub channels: Vec<String>,
    /// Whether pop-ups of the system are shown at all.
    pub popups: bool,
    /// Whether single-letter shortcuts work.
    pub single_key_shortcuts: bool,
    /// Whether closing the window leaves the app in the tray.
    pub close_to_tray: bool,
    /// Whether the app starts with the computer. Only the desktop host acts on it.
    pub autostart: bool,
    /// Notifications go from this computer's history after so many days.
    pub keep_days: u16,
    /// Beyond so many notifications the oldest go, even if they are younger.
    pub keep_at_most: u32,
    /// How large text is.
    pub text_size: TextSize,
    /// Whether sounds are played at all.
    pub sounds: bool,
    /// 0 to 100.
    pub volume: u8,
    /// Neither pop-ups nor sounds for now.
    pub do_not_disturb: DoNotDisturb,
    /// Neither pop-ups nor sounds at these hours.
    pub quiet_hours: QuietHours,
    /// By channel, the empty string for broadcasts; of a channel that is not here, see
    /// [`Snapshot::standard`](super::Snapshot::standard).
    pub preferences: BTreeMap<String, ChannelPreferences>,
    /// Who uses this computer, beside [`Settings::username`]; whoever takes something is asked for their name.
    pub people: Vec<String>,
    /// The view for a screen on the wall.
    pub wall: Wall,
    /// Whether data opens as JSON.
    pub raw_data: bool,
    /// Whether the person has said how this computer gets its notifications. A file of a version that did not
    /// ask has said so.
    #[serde(default = "yes")]
    pub set_up: bool,
}

fn yes() -> bool {
    true
}

impl Default for Settings {
    /// What suits a shop's first computer: it hosts the hub and listens to it. `user_id` and `username`
    /// are empty here; the station fills them once, at first start.
    fn default() -> Self {
        Self {
            language: None,
            theme: Theme::System,
            username: String::new(),
            user_id: String::new(),
            hub_address: format!("http://127.0.0.1:{}", chapfood_protocol::DEFAULT_PORT),
            host_hub: true,
            hub_port: chapfood_protocol::DEFAULT_PORT,
            hub_name: "ChapFood".to_owned(),
            hub_network: false,
            hub_plain: false,
            known_hub: None,
            channels: vec!["commandes".to_owned()],
            popups: true,
            single_key_shortcuts: true,
            close_to_tray: true,
            autostart: false,
            keep_days: 90,
            keep_at_most: 1_000_000,
            text_size: TextSize::Normal,
            sounds: true,
            volume: 70,
            do_not_disturb: DoNotDisturb::Off,
            quiet_hours: QuietHours::default(),
            preferences: BTreeMap::new(),
            people: Vec::new(),
            wall: Wall::default(),
            raw_data: false,
            set_up: false,
        }
    }
}

/// A change of the settings: absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SettingsChange {
    /// `"system"`, `"fr"` or `"en"`.
    pub language: Option<LanguageChoice>,
    /// See [`Settings::theme`].
    pub theme: Option<Theme>,
    /// See [`Settings::username`].
    pub username: Option<String>,
    /// See [`Settings::user_id`].
    pub user_id: Option<String>,
    /// See [`Settings::hub_address`].
    pub hub_address: Option<String>,
    /// See [`Settings::hub_port`].
    pub hub_port: Option<u16>,
    /// See [`Settings::hub_name`]; 1 to 57 bytes.
    pub hub_name: Option<String>,
    /// See [`Settings::hub_network`].
    pub hub_network: Option<bool>,
    /// See [`Settings::hub_plain`].
    pub hub_plain: Option<bool>,
    /// See [`Settings::popups`].
    pub popups: Option<bool>,
    /// See [`Settings::single_key_shortcuts`].
    pub single_key_shortcuts: Option<bool>,
    /// See [`Settings::close_to_tray`].
    pub close_to_tray: Option<bool>,
    /// See [`Settings::autostart`].
    pub autostart: Option<bool>,
    /// See [`Settings::keep_days`]; 1 to 3,650.
    pub keep_days: Option<u16>,
    /// See [`Settings::keep_at_most`]; 1,000 to 10,000,000.
    pub keep_at_most: Option<u32>,
    /// See [`Settings::text_size`].
    pub text_size: Option<TextSize>,
    /// See [`Settings::sounds`].
    pub sounds: Option<bool>,
    /// See [`Settings::volume`].
    pub volume: Option<u8>,
    /// See [`Settings::quiet_hours`]; all of them.
    pub quiet_hours: Option<QuietHours>,
    /// See [`Settings::preferences`]; these channels', the others stay.
    pub preferences: Option<BTreeMap<String, ChannelPreferences>>,
    /// See [`Settings::people`]; at most 20 names.
    pub people: Option<Vec<String>>,
    /// See [`Settings::wall`].
    pub wall: Option<Wall>,
    /// See [`Settings::raw_data`].
    pub raw_data: Option<bool>,
}

/// A language, or the desktop's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum LanguageChoice {
    /// As the desktop says.
    System,
    /// French.
    Fr,
    /// English.
    En,
}
