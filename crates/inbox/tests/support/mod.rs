//! What the tests of the history share.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test program uses its part of this")]

use chapfood_inbox::{Arrival, Inbox};
use chapfood_protocol::{Notification, NotificationId, NotificationType, Timestamp};
use tempfile::TempDir;

/// 2026-06-07T10:00:00Z.
pub const MORNING: i64 = 1_780_826_400_000;
pub const HOUR: i64 = 3_600_000;

pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// An ordinary notification; tests change what they are about.
pub fn arrival(id: &str) -> Arrival {
    Arrival {
        caught_up: false,
        notification: Notification {
            id: NotificationId::new(id),
            kind: NotificationType::Info,
            title: format!("Commande {id}"),
            message: "Table 4".into(),
            data: None,
            sender: "Caisse 1".into(),
            channel: Some("commandes".into()),
            timestamp: at(MORNING),
            seq: 0,
            replayed: false,
            epoch: None,
            key: None,
            ttl: None,
            expired: false,
        },
    }
}

pub fn on(channel: Option<&str>, kind: NotificationType, id: &str) -> Arrival {
    let mut arrival = arrival(id);
    arrival.notification.channel = channel.map(str::to_owned);
    arrival.notification.kind = kind;
    arrival
}

pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder for the test"))
    }

    pub fn file(&self) -> std::path::PathBuf {
        self.0.path().join("history.db")
    }

    pub fn open(&self) -> Inbox {
        Inbox::open(&self.file()).expect("the history opens")
    }
}

pub fn id(text: &str) -> NotificationId {
    NotificationId::new(text)
}
