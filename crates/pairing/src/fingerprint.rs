//! What a certificate is known by.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::HexFault;
use crate::hex;

/// The SHA-256 of a hub's certificate, as it is sent in the TLS handshake (DER). It is public.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of this certificate.
    pub fn of(certificate_der: &[u8]) -> Self {
        Self(Sha256::digest(certificate_der).into())
    }

    /// From 64 hexadecimal digits in lower case.
    ///
    /// # Errors
    /// It is something else.
    pub fn parse(text: &str) -> Result<Self, HexFault> {
        hex::bytes(text).map(Self)
    }

    /// Its first 16 digits: by these a hub is found again on the network. They prove nothing; the whole does.
    pub fn short(&self) -> String {
        hex::text(&self.0[..8])
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::text(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sha_256_that_other_tools_print_too() {
        let fingerprint = Fingerprint::of(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(fingerprint.to_string(), text);
        assert_eq!(fingerprint.short(), &text[..16]);
        assert_eq!(Fingerprint::parse(text), Ok(fingerprint));
    }

    #[test]
    fn no_other_text_is_a_fingerprint() {
        let digits = "a".repeat(64);
        let faulty = [
            String::new(),
            digits.to_uppercase(),
            digits.replace('a', "g"),
            format!("{digits}a"),
            format!(" {digits}"),
            digits[1..].to_owned(),
            format!("{}é", &digits[2..]),
        ];
        for text in faulty {
            assert!(Fingerprint::parse(&text).is_err(), "{text}");
        }
    }
}
