//! The names of the events, exactly as they travel.

/// Server to client, once, right after the connection.
pub const CONNECTION_CONFIRMED: &str = "connection-confirmed";
/// Server to client: a notification of a joined channel, or a broadcast.
pub const NOTIFICATION_RECEIVED: &str = "notification-received";
/// Server to the emitter only: the notification is on the hub's disk.
pub const NOTIFICATION_SENT: &str = "notification-sent";
/// Server to client: the answer to [`JOIN_CHANNEL`].
pub const CHANNEL_JOINED: &str = "channel-joined";
/// Server to client: the answer to [`LEAVE_CHANNEL`].
pub const CHANNEL_LEFT: &str = "channel-left";
/// Server to client: the answer to [`GET_CHANNELS`].
pub const CHANNELS_LIST: &str = "channels-list";
/// Server to client: the answer to [`GET_STATS`], and on every change of state.
pub const SERVER_STATS: &str = "server-stats";
/// Server to client: what was wrong with an event.
pub const ERROR_MESSAGE: &str = "error-message";
/// Server to client: the cursor is unknown here, or what follows it is gone (Part 3).
pub const RESYNC_REQUIRED: &str = "resync-required";
/// Server to client: somebody takes charge of a notification (Part 3). Part of the channel's log.
pub const NOTIFICATION_TAKEN: &str = "notification-taken";
/// Server to client: nobody is in charge of a notification any more (Part 3). Part of the channel's log.
pub const NOTIFICATION_RELEASED: &str = "notification-released";
/// Server to client: the answer to [`GET_PRESENCE`] (Part 3).
pub const PRESENCE_LIST: &str = "presence-list";
/// Server to client: who is connected has changed; for those who asked once (Part 3).
pub const PRESENCE_CHANGED: &str = "presence-changed";
/// Server to client: an orderly stop is about to happen (Part 3).
pub const HUB_CLOSING: &str = "hub-closing";

/// Client to server: a bare channel name.
pub const JOIN_CHANNEL: &str = "join-channel";
/// Client to server: a bare channel name.
pub const LEAVE_CHANNEL: &str = "leave-channel";
/// Client to server, without payload.
pub const GET_STATS: &str = "get-stats";
/// Client to server, without payload.
pub const GET_CHANNELS: &str = "get-channels";
/// Client to server: see [`crate::SendRequest`].
pub const SEND_NOTIFICATION: &str = "send-notification";
/// Client to server: see [`crate::parse_claim`]; the first one wins (Part 3).
pub const TAKE_NOTIFICATION: &str = "take-notification";
/// Client to server: see [`crate::parse_claim`] (Part 3).
pub const RELEASE_NOTIFICATION: &str = "release-notification";
/// Client to server, without payload (Part 3).
pub const GET_PRESENCE: &str = "get-presence";
/// Client to server: see [`crate::parse_presence`] (Part 3).
pub const SET_PRESENCE: &str = "set-presence";
/// Client to server: everything up to a number is committed on this device (Part 3).
pub const RECEIVED: &str = "received";
