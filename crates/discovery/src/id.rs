use std::fmt;

/// How many digits of the fingerprint are said: enough to tell hubs apart, and no proof of anything.
const DIGITS: usize = 16;

/// What a hub is known by on the network: the first 16 hex digits of the SHA-256 of its certificate, in small letters.
///
/// It survives another address and another name. It is no proof: that is the certificate itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HubId(String);

impl HubId {
    /// The id of the hub with this fingerprint: 64 hex digits, in pairs with colons between them or without.
    pub fn of_fingerprint(fingerprint: &str) -> Option<Self> {
        let digits: String = fingerprint.chars().filter(|character| *character != ':').collect();
        let whole = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        whole.then(|| Self(digits[..DIGITS].to_ascii_lowercase()))
    }

    /// An id as it was announced: 16 hex digits, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let valid = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        valid.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The 16 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HubId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_gives_the_same_id_however_it_is_written() {
        let pairs = ["A1"; 32].join(":");
        let plain = "a1".repeat(32);
        let id = HubId::parse("a1a1a1a1a1a1a1a1");
        assert!(id.is_some());
        assert_eq!(HubId::of_fingerprint(&pairs), id);
        assert_eq!(HubId::of_fingerprint(&plain), id);
    }

    #[test]
    fn what_is_no_fingerprint_or_no_id_is_none() {
        for wrong in ["", "a1", "zz".repeat(32).as_str(), "a1".repeat(33).as_str(), "é".repeat(32).as_str()]
        {
            assert_eq!(HubId::of_fingerprint(wrong), None, "{wrong}");
        }
        for wrong in
            ["", "a1a1a1a1a1a1a1a", "a1a1a1a1a1a1a1a1a", "a1a1a1a1a1a1a1 1", "ééééééééé", "a1:a1:a1:a1:a1:a"]
        {
            assert_eq!(HubId::parse(wrong), None, "{wrong}");
        }
    }
}
