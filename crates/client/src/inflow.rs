//! What one connection hears, sorted: for whoever reads the deliveries, or for the session itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chapfood_protocol::{ConnectionConfirmed, ErrorMessage, NotificationSent, event};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::Delivery;
use crate::refusal::Refusal;

/// What a connection tells its session.
#[derive(Debug)]
pub(crate) enum Signal {
    /// The hub accepted the CONNECT.
    Accepted,
    /// The hub sent `connection-confirmed`; its database, if it has the additions.
    Confirmed(Option<String>),
    /// The hub refused the CONNECT.
    Refused(Refusal),
    /// The connection is over; why, for the log.
    Lost(String),
    /// `notification-sent`.
    Sent(NotificationSent),
    /// `error-message`.
    Errors(ErrorMessage),
}

/// Where one connection's callbacks put what they hear. They only push: a callback that did more would
/// delay the answer to the hub's next ping.
#[derive(Debug, Clone)]
pub(crate) struct Inflow {
    deliveries: mpsc::Sender<Delivery>,
    signals: mpsc::Sender<Signal>,
    patience: Duration,
    /// Set when something could not be delivered. Nothing of this connection is delivered after it: the
    /// hub sends everything again, and a gap in between would look like the whole.
    over: Arc<AtomicBool>,
}

impl Inflow {
    /// Waits up to `patience` for room among the deliveries, then ends the connection.
    pub(crate) fn new(
        deliveries: mpsc::Sender<Delivery>,
        signals: mpsc::Sender<Signal>,
        patience: Duration,
    ) -> Self {
        Self { deliveries, signals, patience, over: Arc::default() }
    }

    /// Tells the session. One that is gone needs no signals.
    pub(crate) async fn signal(&self, signal: Signal) {
        let _ = self.signals.send(signal).await;
    }

    /// Takes one event of the hub.
    pub(crate) async fn take(&self, name: &str, payload: Value) {
        match name {
            event::CONNECTION_CONFIRMED => {
                let confirmed: Option<ConnectionConfirmed> = read(name, payload);
                let epoch = confirmed.as_ref().and_then(|confirmed| confirmed.log_epoch().map(str::to_owned));
                self.deliver(confirmed.map(Delivery::Confirmed)).await;
                // Also if it could not be read: a hub that says it has let us in.
                self.signal(Signal::Confirmed(epoch)).await;
            }
            event::NOTIFICATION_RECEIVED => {
                self.deliver(read(name, payload).map(Delivery::Notification)).await;
            }
            event::NOTIFICATION_TAKEN => self.deliver(read(name, payload).map(Delivery::Taken)).await,
            event::NOTIFICATION_RELEASED => self.deliver(read(name, payload).map(Delivery::Released)).await,
            event::CHANNEL_JOINED => self.deliver(read(name, payload).map(Delivery::Joined)).await,
            event::RESYNC_REQUIRED => self.deliver(read(name, payload).map(Delivery::Resync)).await,
            event::CHANNEL_LEFT => self.deliver(read(name, payload).map(Delivery::Left)).await,
            event::CHANNELS_LIST => self.deliver(read(name, payload).map(Delivery::Channels)).await,
            event::SERVER_STATS => self.deliver(read(name, payload).map(Delivery::Stats)).await,
            event::NOTIFICATION_SENT => {
                if let Some(sent) = read(name, payload) {
                    self.signal(Signal::Sent(sent)).await;
                }
            }
            event::ERROR_MESSAGE => {
                if let Some(error) = read(name, payload) {
                    self.signal(Signal::Errors(error)).await;
                }
            }
            // A newer hub may say more than we know.
            _ => tracing::debug!(event = name, "the hub sent an event unknown here"),
        }
    }

    /// Puts something among the deliveries, or ends the connection.
    pub(crate) async fn deliver(&self, delivery: Option<Delivery>) {
        let Some(delivery) = delivery else { return };
        if self.over.load(Ordering::Acquire) {
            return;
        }
        if timeout(self.patience, self.deliveries.send(delivery)).await.is_err() {
            self.over.store(true, Ordering::Release);
            self.signal(Signal::Lost("the queue of deliveries stayed full".into())).await;
        }
    }
}

/// A payload that is not what the protocol says is logged: there is no way to show it.
fn read<T: DeserializeOwned>(name: &str, payload: Value) -> Option<T> {
    serde_json::from_value(payload)
        .map_err(|error| tracing::warn!(event = name, %error, "the hub sent a payload that cannot be read"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(uptime: u32) -> Option<Delivery> {
        let stats = serde_json::json!({ "connectedClients": 1, "activeChannels": 1, "uptime": uptime,
            "timestamp": "2026-06-07T10:00:00.000Z" });
        read("server-stats", stats).map(Delivery::Stats)
    }

    #[tokio::test]
    async fn after_something_was_not_delivered_nothing_is() {
        let (deliver, mut deliveries) = mpsc::channel(1);
        let (signal, mut signals) = mpsc::channel(2);
        let inflow = Inflow::new(deliver, signal, Duration::from_millis(1));
        inflow.deliver(stats(1)).await;
        inflow.deliver(stats(2)).await;
        assert!(matches!(signals.try_recv(), Ok(Signal::Lost(_))), "the connection is to end");
        assert_eq!(deliveries.try_recv().ok(), stats(1));
        inflow.clone().deliver(stats(3)).await;
        assert!(deliveries.try_recv().is_err(), "2 is missing: 3 would hide it");
    }

    #[tokio::test]
    async fn a_payload_that_cannot_be_read_ends_nothing() {
        let (deliver, mut deliveries) = mpsc::channel(1);
        let (signal, mut signals) = mpsc::channel(1);
        let inflow = Inflow::new(deliver, signal, Duration::from_millis(1));
        for name in [event::NOTIFICATION_RECEIVED, event::NOTIFICATION_SENT, "unheard-of"] {
            inflow.take(name, Value::Null).await;
        }
        assert!(deliveries.try_recv().is_err() && signals.try_recv().is_err());
        inflow.take(event::CONNECTION_CONFIRMED, Value::Null).await;
        assert!(
            matches!(signals.try_recv(), Ok(Signal::Confirmed(None))),
            "we are in, whatever it says of itself"
        );
    }
}
