//! The ChapFood wire protocol: event names, payloads, validation, ids, limits and the words of errors.
//!
//! Nothing here does I/O or reads a clock; instants come in as parameters. Both ends use these types, so a
//! field exists once. Part 1 is the published API, Part 2 what it leaves open, Part 3 the additions that an
//! old client ignores; `docs/protocol.md` is the text.

mod access;
pub mod auth;
mod connect_error;
pub mod event;
mod id;
mod limits;
mod notification;
mod payload;
mod presence;
mod problem;
mod request;
mod timestamp;

pub use access::{Role, Secret};
pub use auth::{Auth, Position};
pub use connect_error::ConnectError;
pub use id::{IdSequence, NotificationId};
pub use limits::{Limits, Rate};
pub use notification::{Notification, NotificationType};
pub use payload::{
    ChannelJoined, ChannelLeft, ChannelSummary, ClaimChanged, ConnectionConfirmed, ErrorMessage, HubIdentity,
    NotificationSent, Person, ResyncRequired, ServerStats,
};
pub use presence::{Presence, PresenceList, PresenceState, parse_presence};
pub use problem::{Forbidden, Lang, Problem};
pub use request::{
    BROADCAST, ClaimRequest, Receipt, SendRequest, parse_channel_name, parse_claim, parse_received,
    parse_send,
};
pub use timestamp::Timestamp;

/// The version of the additions (Part 3) that this crate speaks; a published-API client names none.
pub const PROTOCOL_VERSION: u32 = 2;

/// The port of the published API.
pub const DEFAULT_PORT: u16 = 8001;
