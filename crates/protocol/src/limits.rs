use serde::{Deserialize, Serialize};

/// What a hub accepts. Settings of the hub; told to clients in `connection-confirmed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Characters (Unicode scalar values) of a title.
    pub title: usize,
    /// Characters of a message.
    pub message: usize,
    /// Characters of a channel's name.
    pub channel: usize,
    /// Bytes of `data` written as compact JSON.
    pub data_bytes: usize,
    /// Levels of nesting in `data`; `{}` has one.
    pub data_depth: usize,
    /// Channels that one connection may be in, apart from the broadcasts.
    pub channels: usize,
    /// Bytes of one message on the transport. Past it the connection is closed, not answered.
    pub payload_bytes: usize,
    /// How often this client may send; `None`: as often as it likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sends: Option<Rate>,
    /// How often it may join and leave channels; `None`: as often as it likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joins: Option<Rate>,
}

/// How often something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// At once, after a while without.
    pub burst: u32,
    /// On average, per second.
    pub per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            title: 200,
            message: 4_000,
            channel: 100,
            data_bytes: 64 * 1024,
            data_depth: 32,
            channels: 1_000,
            payload_bytes: 1_000_000,
            sends: None,
            joins: None,
        }
    }
}
