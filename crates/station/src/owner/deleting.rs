//! What the person takes out of the history, and wants to see again later.

use chapfood_protocol::{NotificationId, Timestamp};
use serde_json::{Value, json};

use super::Owner;
use crate::contract::{Fault, FaultCode};

/// Milliseconds.
const MINUTE: i64 = 60_000;
/// The longest until a notification comes back, in minutes.
const LONGEST: u16 = 24 * 60;

impl Owner {
    pub(super) async fn delete(&mut self, ids: Vec<String>) -> Result<Value, Fault> {
        let (ids, now) = (named(ids), self.clock.now());
        let gone = ids.clone();
        let count = self.history.run(move |inbox| inbox.delete(&ids, now)).await?;
        if count > 0 {
            self.alerting.look_at(gone.iter());
            self.keeping.deleted(now);
            self.removed(count).await;
        }
        Ok(json!(count))
    }

    pub(super) async fn restore(&mut self, ids: Vec<String>) -> Result<Value, Fault> {
        let ids = named(ids);
        let count = self.history.run(move |inbox| inbox.restore(&ids)).await?;
        if count > 0 {
            self.alerting.look_through();
            self.removed(0).await;
        }
        Ok(json!(count))
    }

    pub(super) async fn erase(&mut self) -> Result<Value, Fault> {
        let erased = self.history.run(chapfood_inbox::Inbox::erase).await;
        self.alerting.look_at_all();
        // Also if only the disk was not given back.
        self.removed(*erased.as_ref().unwrap_or(&0)).await;
        Ok(json!(erased?))
    }

    pub(super) async fn remind(&mut self, id: String, minutes: Option<u16>) -> Result<(), Fault> {
        if minutes.is_some_and(|minutes| !(1..=LONGEST).contains(&minutes)) {
            return Err(Fault::new(FaultCode::InvalidSetting, "minutes is not 1 to 1,440"));
        }
        let now = self.clock.now().as_millis();
        let at = minutes.map(|minutes| Timestamp::from_millis(now + i64::from(minutes) * MINUTE));
        let id = NotificationId::new(id);
        let wanted = id.clone();
        if !self.history.run(move |inbox| inbox.remind(&wanted, at)).await? {
            return Err(Fault::new(FaultCode::UnknownNotification, "no notification has this id"));
        }
        self.changed(std::iter::once(&id));
        self.count_again().await;
        Ok(())
    }
}

fn named(ids: Vec<String>) -> Vec<NotificationId> {
    ids.into_iter().map(NotificationId::new).collect()
}
