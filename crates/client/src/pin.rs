use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chapfood_pairing::Fingerprint;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The most bytes of a certificate; a hub's own has some 400.
const LIMIT: usize = 16 * 1024;

/// The certificate by which a hub is known again, wherever it is.
///
/// As JSON it is one text, the certificate in base64: what is calculated from it is not written down beside it, so
/// the two cannot differ.
#[derive(Clone, PartialEq, Eq)]
pub struct HubPin {
    certificate: Vec<u8>,
    fingerprint: Fingerprint,
}

/// These bytes are the certificate of no hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a certificate")]
pub struct NotACertificate;

impl HubPin {
    /// That of the hub with this certificate (DER).
    ///
    /// # Errors
    /// These bytes are no certificate that this computer's TLS can read, or more than 16 KiB.
    pub fn of(certificate: Vec<u8>) -> Result<Self, NotACertificate> {
        if certificate.len() > LIMIT || native_tls::Certificate::from_der(&certificate).is_err() {
            return Err(NotACertificate);
        }
        Ok(Self { fingerprint: Fingerprint::of(&certificate), certificate })
    }

    /// The certificate (DER).
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Its SHA-256, by which people and links name it.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl fmt::Debug for HubPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HubPin({})", self.fingerprint)
    }
}

impl Serialize for HubPin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.certificate))
    }
}

impl<'de> Deserialize<'de> for HubPin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let certificate = STANDARD.decode(text).map_err(de::Error::custom)?;
        Self::of(certificate).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, to_value};

    use super::*;

    fn certificate() -> Vec<u8> {
        let made = rcgen::generate_simple_self_signed(["chapfood-hub".to_owned()]).expect("a certificate");
        made.cert.der().to_vec()
    }

    #[test]
    fn a_pin_that_was_written_down_is_the_same_pin_again() {
        let pin = HubPin::of(certificate()).expect("a certificate");
        let written = to_value(&pin).expect("written");
        assert!(written.is_string(), "{written}");
        assert_eq!(from_value::<HubPin>(written).expect("read"), pin);
        assert_eq!(pin.fingerprint(), Fingerprint::of(pin.certificate()));
    }

    #[test]
    fn what_is_no_certificate_is_no_pin() {
        let spoiled = STANDARD.encode(&certificate()[1..]);
        for text in ["", "nonsense", "bm9uc2Vuc2U=", &spoiled] {
            assert!(from_value::<HubPin>(Value::from(text)).is_err(), "{text}");
        }
        assert_eq!(HubPin::of(vec![0; LIMIT + 1]), Err(NotACertificate));
    }
}
