//! One entry of a channel's log.

use chapfood_protocol::{ClaimChanged, Notification, Timestamp, event};
use serde::Serialize;
use serde::de::Error;

/// An entry, as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Entry {
    Notification(Notification),
    /// Somebody took charge of a notification of this log.
    Taken(ClaimChanged),
    /// Nobody is in charge of it any more.
    Released(ClaimChanged),
}

impl Entry {
    /// Reads an entry back from its row. The database is called `epoch` now, whatever it was when the row was
    /// written: a restored copy has another one.
    pub(super) fn read(kind: i64, payload: &str, epoch: &str) -> serde_json::Result<Self> {
        let mut entry = match kind {
            0 => Self::Notification(serde_json::from_str(payload)?),
            1 => Self::Taken(serde_json::from_str(payload)?),
            2 => Self::Released(serde_json::from_str(payload)?),
            _ => return Err(serde_json::Error::custom(format!("no entry is of kind {kind}"))),
        };
        match &mut entry {
            Self::Notification(notification) => notification.epoch = Some(epoch.to_owned()),
            Self::Taken(change) | Self::Released(change) => epoch.clone_into(&mut change.epoch),
        }
        Ok(entry)
    }

    /// How the database tells the kinds apart.
    pub(crate) fn kind(&self) -> i64 {
        match self {
            Self::Notification(_) => 0,
            Self::Taken(_) => 1,
            Self::Released(_) => 2,
        }
    }

    /// The event that carries it.
    pub(crate) fn event(&self) -> &'static str {
        match self {
            Self::Notification(_) => event::NOTIFICATION_RECEIVED,
            Self::Taken(_) => event::NOTIFICATION_TAKEN,
            Self::Released(_) => event::NOTIFICATION_RELEASED,
        }
    }

    /// Its place in the channel's log.
    pub(crate) fn seq(&self) -> u64 {
        match self {
            Self::Notification(notification) => notification.seq,
            Self::Taken(change) | Self::Released(change) => change.seq,
        }
    }

    /// `None`: the broadcasts.
    pub(crate) fn channel(&self) -> Option<&str> {
        match self {
            Self::Notification(notification) => notification.channel.as_deref(),
            Self::Taken(change) | Self::Released(change) => change.channel.as_deref(),
        }
    }

    /// Marks what is given from the log at `now`: whether it was waiting, and whether its sender's time for it
    /// is over. It is given all the same: an order that nobody saw in time is just what a shop must learn of.
    pub(crate) fn mark(&mut self, replayed: bool, now: Timestamp) {
        match self {
            Self::Notification(notification) => {
                notification.replayed = replayed;
                notification.expired = notification.is_over(now);
            }
            Self::Taken(change) | Self::Released(change) => change.replayed = replayed,
        }
    }

    /// The same claim, as it is told to whoever asked for it, out of the log's order.
    pub(crate) fn into_answer(mut self) -> Self {
        if let Self::Taken(change) | Self::Released(change) = &mut self {
            change.answer = true;
        }
        self
    }
}
