//! What a hub makes of the channels that a token is for.
#![no_main]

use chapfood_hub::ChannelPattern;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(pattern) = ChannelPattern::parse(text) else { return };
    assert_eq!(pattern.as_str(), text);
    assert!(!text.trim().is_empty() && text.chars().count() <= 100 && !text.chars().any(char::is_control));
    assert!(!text.trim_end_matches('*').contains('*') && !text.ends_with("**"));
});
