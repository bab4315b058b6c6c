//! The ChapFood hub: a durable log behind a Socket.IO server.
//!
//! The way of a notification: `transport` (the connection) → `intake` (checked, in order) → `log` (committed
//! and flushed) → `exchange` (given to whoever is due it). Nothing goes the other way except answers. `access` says
//! who may do what on that way.

mod access;
mod admin;
mod backup;
mod clock;
mod config;
mod error;
mod exchange;
mod hub;
mod intake;
mod log;
mod neighbourhood;
mod overview;
mod pairing;
mod reception;
mod subscriber;
mod transport;

pub use access::{AuditEvent, AuditLine, ChannelPattern, Grant, Pace, Token, Tokens};
pub use backup::{Restored, backup, restore};
pub use chapfood_pairing::{Code, PairingLink};
pub use config::{HubConfig, LanDoor, Retention};
pub use error::HubError;
pub use hub::{Hub, LanAddress};
pub use overview::{Connected, Figures, Happened, Lookout, Minute, Overview, TokenSummary, Unheard};
pub use pairing::{Newcomer, OfferState, Offered, Pairing, PairingError};
pub use transport::Room;

/// The hub's figures, published at every change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Activity {
    /// Sockets connected.
    pub connected_clients: u32,
    /// Channels with somebody in them.
    pub active_channels: u32,
}
