//! What a station makes of its settings file, as a person, another version or a dying disk left it.
#![no_main]

use chapfood_station::contract::Settings;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(settings) = serde_json::from_slice::<Settings>(bytes) else { return };
    let written = serde_json::to_vec(&settings).expect("what was read can be written");
    let again: Settings = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(again, settings);
});
