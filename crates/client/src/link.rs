use chapfood_protocol::Timestamp;

/// How the link to the hub stands. Instants are by this computer's wall clock, for a person to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// The first attempt, or one that was asked for with `try_now`, is under way.
    Connecting,
    /// The hub confirmed the connection.
    Connected {
        /// When it did.
        since: Timestamp,
    },
    /// Not connected; one of the first attempts is about to be made, or under way.
    Reconnecting {
        /// Which one, from 1.
        attempt: u32,
        /// How many there are.
        of: u32,
        /// When it is, or was, made.
        next_at: Timestamp,
        /// Not connected since.
        since: Timestamp,
    },
    /// Not connected after all of the first attempts; tried again for ever.
    Offline {
        /// When the next attempt is, or was, made.
        next_at: Timestamp,
        /// Not connected since.
        since: Timestamp,
    },
    /// The hub answers but does not let this client in; tried again for ever.
    Refused {
        /// The hub's words.
        words: String,
        /// When the next attempt is, or was, made.
        next_at: Timestamp,
        /// Not connected since.
        since: Timestamp,
    },
}
