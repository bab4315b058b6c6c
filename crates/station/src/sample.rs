//! A row that tests change where it matters to them.

use chapfood_inbox::Entry;
use chapfood_protocol::{NotificationId, NotificationType, Timestamp};

/// An order that nobody has seen or taken, of the very beginning of time.
pub(crate) fn entry(id: &str) -> Entry {
    Entry {
        row: 1,
        id: NotificationId::new(id),
        kind: NotificationType::Info,
        title: format!("Titre {id}"),
        message: "m".into(),
        sender: "Alice".into(),
        channel: Some("cuisine".into()),
        at: Timestamp::from_millis(0),
        read: false,
        caught_up: false,
        expired: false,
        taken: None,
        remind_at: None,
        reminded: false,
    }
}
