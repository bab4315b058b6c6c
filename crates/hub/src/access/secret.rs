//! A token's text, and what is kept of it.

use std::fmt::Write;

use chapfood_protocol::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::HubError;

/// Begins every token, so that a person, and a search for leaked ones, knows it for what it is.
const MARK: &str = "cf";
/// Bytes of chance in a token.
const CHANCE: usize = 32;

/// What is kept of a token: enough to know it again, useless to whoever reads the database. There is no salt and no
/// slow hash: these are 256 bits of chance, not a password.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept(pub(super) [u8; 32]);

impl Kept {
    /// Whether it is of this text. Takes the same time wherever the two differ.
    pub(super) fn is_of(&self, text: &str) -> bool {
        self.0.ct_eq(&of(text).0).into()
    }
}

fn of(text: &str) -> Kept {
    Kept(Sha256::digest(text.as_bytes()).into())
}

/// The token with the number `id`: its text, and what is kept.
///
/// # Errors
/// The system gives no chance.
pub(super) fn make(id: i64) -> Result<(Secret, Kept), HubError> {
    let mut chance = [0_u8; CHANCE];
    getrandom::fill(&mut chance).map_err(|error| HubError::NotWritable {
        path: "the system's random source".into(),
        reason: error.to_string(),
    })?;
    let mut text = format!("{MARK}_{id}_");
    for byte in chance {
        let _ = write!(text, "{byte:02x}");
    }
    let kept = of(&text);
    Ok((Secret::new(text), kept))
}

/// Whether a text could be a token.
pub(super) fn has_form(text: &str) -> bool {
    number(text).is_some()
}

/// The number in a token's text, if it has the form of one.
pub(super) fn number(text: &str) -> Option<i64> {
    let (id, chance) = text.strip_prefix(MARK)?.strip_prefix('_')?.split_once('_')?;
    let whole = chance.len() == 2 * CHANCE && id.len() <= 18 && id.bytes().all(|byte| byte.is_ascii_digit());
    id.parse().ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_again_by_what_is_kept_and_no_other_is() {
        let (secret, kept) = make(7).expect("chance");
        let (other, _) = make(7).expect("chance");
        assert_eq!(number(secret.reveal()), Some(7));
        assert!(kept.is_of(secret.reveal()));
        assert!(!kept.is_of(other.reveal()), "two are never the same");
        let spoiled = format!("{}0", &secret.reveal()[..secret.reveal().len() - 1]);
        assert!(!kept.is_of(&spoiled) || spoiled == secret.reveal());
        assert!(!secret.reveal().contains(&hex(&kept.0)), "what is kept is not the token");
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn what_has_not_the_form_of_a_token_has_no_number() {
        let chance = "a".repeat(64);
        for text in
            ["", "cf", "cf_1", "cf__", "Bearer x", &format!("cf_-1_{chance}"), &format!("xx_1_{chance}")]
        {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(number(&format!("cf_1_{chance}b")), None);
        assert_eq!(number(&format!("cf_{}_{chance}", "9".repeat(30))), None);
    }
}
