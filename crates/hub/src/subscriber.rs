//! For whom the hub keeps places, marks and claims. Pure.

use chapfood_protocol::Auth;
use sha2::{Digest, Sha256};

/// Longer ones, in bytes, are kept as what they are known again by: some shops use whole tokens for ids, and each new
/// one would take that much room for as long as the hub remembers it.
const KEPT: usize = 200;

/// What a client's device or person is called in the database; `None` if it says of neither who it is.
pub(crate) fn subscriber(auth: &Auth) -> Option<String> {
    let name = auth.subscriber()?;
    if name.len() <= KEPT {
        return Some(name);
    }
    let kind = name.split(':').next().unwrap_or_default();
    let known_by =
        Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Some(format!("{kind}:sha256:{known_by}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_ids_take_little_room_and_stay_two_if_they_differ_at_their_far_end() {
        let of = |id: &str| subscriber(&Auth::from_value(&json!({ "device_id": id }))).expect("a device");
        let long = |end: &str| of(&("x".repeat(4_000) + end));
        assert_eq!(of("bar"), "device:bar");
        assert!(long("a").len() < KEPT);
        assert_eq!(long("a"), long("a"));
        assert_ne!(long("a"), long("b"));
        let person = subscriber(&Auth::from_value(&json!({ "user_id": "x".repeat(4_000) + "a" })));
        assert_ne!(person, Some(long("a")), "a person is no device");
    }
}
