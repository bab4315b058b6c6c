//! What a station makes of what a hub says, or somebody in a hub's place.
#![no_main]

use chapfood_protocol::{
    ChannelJoined, ChannelLeft, ChannelSummary, ClaimChanged, ConnectionConfirmed, ErrorMessage,
    Notification, NotificationSent, PresenceList, ResyncRequired, ServerStats, Timestamp,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(payload) = serde_json::from_slice::<Value>(bytes) else { return };
    if let Some(notification) = read::<Notification>(&payload) {
        for now in [0, 1_700_000_000_000, i64::MAX, i64::MIN] {
            let _ = notification.is_over(Timestamp::from_millis(now));
        }
    }
    if let Some(confirmed) = read::<ConnectionConfirmed>(&payload) {
        let _ = confirmed.log_epoch();
    }
    read::<NotificationSent>(&payload);
    read::<ChannelJoined>(&payload);
    read::<ChannelLeft>(&payload);
    read::<Vec<ChannelSummary>>(&payload);
    read::<ServerStats>(&payload);
    read::<ErrorMessage>(&payload);
    read::<ResyncRequired>(&payload);
    read::<ClaimChanged>(&payload);
    read::<PresenceList>(&payload);
});

/// Reads it; what was read can be written and read again, and is the same.
fn read<T: DeserializeOwned + Serialize>(payload: &Value) -> Option<T> {
    let read: T = serde_json::from_value(payload.clone()).ok()?;
    let written = serde_json::to_value(&read).expect("what was read can be written");
    let again: T = serde_json::from_value(written.clone()).expect("what was written can be read");
    assert_eq!(serde_json::to_value(&again).expect("as before"), written);
    Some(read)
}
