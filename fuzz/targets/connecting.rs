//! What a hub makes of whoever connects.
#![no_main]

use chapfood_protocol::Auth;
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(payload) = serde_json::from_slice::<Value>(bytes) else { return };
    let auth = Auth::from_value(&payload);
    assert!((1..=100).contains(&auth.sender().chars().count()), "others see a name, and a short one");
    assert!(auth.device_name.as_ref().is_none_or(|name| name.chars().count() <= 100));
    assert!(auth.subscriber().is_none_or(|id| id.len() <= 4_096 + "device:".len()));
    assert!(auth.cursors.len() <= 1_000);
    let person = auth.person();
    assert_eq!(person.username, auth.sender());
    if let Some(token) = &auth.token {
        // A short one may be a part of the words that stand there anyway.
        let secret = token.reveal();
        assert!(secret.len() < 40 || !format!("{:?}", auth.token).contains(secret), "tokens are not printed");
    }
});
