//! What a hub makes of a `send-notification`.
#![no_main]

use chapfood_protocol::{BROADCAST, Lang, Limits, parse_send};
use serde_json::{Map, Value};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(payload) = serde_json::from_slice::<Value>(bytes) else { return };
    let limits = Limits::default();
    match parse_send(payload, &limits) {
        Ok(request) => {
            assert!((1..=limits.title).contains(&request.title.chars().count()));
            assert!((1..=limits.message).contains(&request.message.chars().count()));
            if let Some(channel) = &request.channel {
                assert!((1..=limits.channel).contains(&channel.chars().count()));
                assert_ne!(channel, BROADCAST);
            }
            if let Some(data) = request.data {
                assert!(depth(&data) <= limits.data_depth);
                let written = serde_json::to_vec(&Value::Object(data)).expect("it came as JSON");
                assert!(written.len() <= limits.data_bytes);
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "a refusal says why");
            for problem in problems {
                assert!(!problem.code().is_empty());
                assert!([Lang::Fr, Lang::En].into_iter().all(|lang| !problem.words(lang).is_empty()));
            }
        }
    }
});

/// How deep lists and objects are nested; `{}` is 1.
fn depth(data: &Map<String, Value>) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::Array(values) => 1 + values.iter().map(of).max().unwrap_or(0),
            Value::Object(fields) => depth(fields),
            _ => 0,
        }
    }
    1 + data.values().map(of).max().unwrap_or(0)
}
