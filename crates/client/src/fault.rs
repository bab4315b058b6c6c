use chapfood_protocol::ErrorMessage;

/// Why a notification is not known to be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFault {
    /// There was no link to the hub: nothing was sent.
    #[error("not connected to the hub: nothing was sent")]
    NotConnected,
    /// The hub refused it, in its own words: nothing was stored.
    #[error("the hub refused: {}", .0.errors.join("; "))]
    Refused(Box<ErrorMessage>),
    /// The link broke, or the hub did not answer in time: it may be stored or not. Sending it again with
    /// the same `client_id` is safe on a hub that knows Part 3 of the protocol.
    #[error("the hub did not confirm: it may have been sent or not")]
    Unconfirmed,
}
