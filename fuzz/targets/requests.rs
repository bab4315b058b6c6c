//! What a hub makes of the smaller requests: joining, taking, receipts, presence.
#![no_main]

use chapfood_protocol::{
    Limits, PresenceState, parse_channel_name, parse_claim, parse_presence, parse_received,
};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(payload) = serde_json::from_slice::<Value>(bytes) else { return };
    let limits = Limits::default();
    let short = |name: &str| (1..=limits.channel).contains(&name.chars().count());
    if let Ok(name) = parse_channel_name(payload.clone(), &limits) {
        assert!(short(&name) && !name.chars().any(char::is_control));
    }
    if let Ok(claim) = parse_claim(payload.clone()) {
        assert!((1..=100).contains(&claim.id.as_str().chars().count()));
        assert!(claim.username.is_none_or(|name| (1..=100).contains(&name.chars().count())));
    }
    match parse_received(payload.clone(), &limits) {
        Ok(receipt) => assert!(short(&receipt.channel)),
        Err(problems) => assert!(!problems.is_empty()),
    }
    for before in [false, true] {
        let before = PresenceState { do_not_disturb: before, ring_muted: before };
        if let Err(problems) = parse_presence(&payload, before) {
            assert!(!problems.is_empty());
        }
    }
});
