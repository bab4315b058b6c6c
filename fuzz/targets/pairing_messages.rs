//! What a hub and a station make of each other's messages when they pair.
#![no_main]

use std::sync::OnceLock;

use chapfood_pairing::{
    BODY_LIMIT, Begin, Begun, Code, Confirm, Confirmed, Fingerprint, Refusal, State, Wait, exchange,
};
use serde_json::from_slice;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    if body.len() > BODY_LIMIT {
        return;
    }
    static OFFER: OnceLock<(Code, Fingerprint)> = OnceLock::new();
    let (code, fingerprint) = OFFER
        .get_or_init(|| (Code::parse("042137").expect("a code"), Fingerprint::of(b"the hub's certificate")));
    if let Ok(begin) = from_slice::<Begin>(body) {
        // Any point of the curve is answered; a station that did not begin by the code is found out later.
        let _ = exchange::Hub::answer(code, fingerprint, &begin.message);
    }
    if let Ok(begun) = from_slice::<Begun>(body) {
        let (station, _) = exchange::Station::begin(code, fingerprint);
        let _ = station.confirm(&begun.message);
    }
    if let Ok(Confirm { mac, .. }) = from_slice(body) {
        let (_, message) = exchange::Station::begin(code, fingerprint);
        let (hub, _) = exchange::Hub::answer(code, fingerprint, &message).expect("an honest station");
        assert!(hub.confirm(&mac).is_err(), "nobody guesses a proof");
    }
    let _ = from_slice::<Confirmed>(body);
    let _ = from_slice::<Wait>(body);
    let _ = from_slice::<Refusal>(body);
    if let Ok(State::Accepted { token, hub }) = from_slice::<State>(body) {
        let secret = token.reveal();
        let printed = format!("{:?}", State::Accepted { token: token.clone(), hub });
        assert!(secret.len() < 40 || !printed.contains(secret), "tokens are not printed");
    }
});
