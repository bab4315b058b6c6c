use chapfood_protocol::{
    ChannelJoined, ChannelLeft, ChannelSummary, ClaimChanged, ConnectionConfirmed, ErrorMessage,
    Notification, ResyncRequired, ServerStats,
};
use tokio::sync::mpsc;

/// The most deliveries in one batch: enough for one database transaction to be worth it, few enough for the
/// first toast of a long catch-up not to wait for the last.
const BATCH: usize = 256;

/// Something the hub said.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    /// `connection-confirmed`: the first word of each connection.
    Confirmed(ConnectionConfirmed),
    /// `notification-received`. The same id may come again after a lost link.
    Notification(Notification),
    /// `notification-taken`: in the log's order with the notifications, unless it is an answer.
    Taken(ClaimChanged),
    /// `notification-released`, likewise.
    Released(ClaimChanged),
    /// `channel-joined`.
    Joined(ChannelJoined),
    /// `channel-left`.
    Left(ChannelLeft),
    /// `resync-required`: something of this channel may be missing for good. What the hub has follows.
    Resync(ResyncRequired),
    /// `channels-list`.
    Channels(Vec<ChannelSummary>),
    /// `server-stats`.
    Stats(ServerStats),
    /// `error-message` that answers no [`Session::send`](crate::Session::send): those go to the sender.
    Errors(ErrorMessage),
}

/// What the hub says, in its order. Dropping it ends the session without a goodbye, so that the hub counts
/// what was not taken out as not received.
#[derive(Debug)]
pub struct Deliveries {
    queue: mpsc::Receiver<Delivery>,
}

impl Deliveries {
    pub(crate) fn new(queue: mpsc::Receiver<Delivery>) -> Self {
        Self { queue }
    }

    /// Waits for something, then takes everything that is there, at most 256. `None`: the session has ended.
    pub async fn next(&mut self) -> Option<Vec<Delivery>> {
        let mut batch = Vec::new();
        (self.queue.recv_many(&mut batch, BATCH).await > 0).then_some(batch)
    }
}
