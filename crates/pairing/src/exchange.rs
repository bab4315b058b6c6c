//! The exchange: SPAKE2 over Ed25519 with the code as the password, then a proof from each side that it has the key.
//!
//! ```text
//! station                                   hub
//! begin(code, certificate it was shown)
//!          ---- message -------------->     answer(code, its own certificate)
//!          <--- message ---------------
//! confirm  ---- mac ------------------>     confirm: the code was right, or a try is spent
//!          <--- mac -------------------
//! verify: this is the hub of that code, and nobody stands between
//!          ---- mac, again and again -->     is_of: it is this station who asks
//! ```
//!
//! The station proves itself first, so that a stranger gets nothing of the hub's to compare guesses with.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use spake2::{Ed25519Group, Identity, Password, Spake2};
use thiserror::Error;

use crate::wire::{Mac, Message};
use crate::{Code, Fingerprint};

/// The exchange ends here without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ExchangeFault {
    /// The other side's message is none that its side could have made.
    #[error("the message is not one of this exchange")]
    Message,
    /// The other side does not know the code, or saw another certificate: somebody stands between.
    #[error("the code, or the certificate, is another one")]
    Code,
}

/// A station that has begun.
pub struct Station {
    spake: Spake2<Ed25519Group>,
    message: Message,
    fingerprint: Fingerprint,
}

/// A station that has proved that it knows the code, and waits for the hub to do the same.
pub struct StationConfirming(Keys);

/// A station whose hub is the right one.
pub struct StationPaired(Keys);

/// A hub that has answered, and waits for the station's proof.
pub struct Hub(Keys);

/// A hub whose station knows the code.
pub struct HubPaired(Keys);

impl Station {
    /// Begins, towards a hub that showed the certificate with this fingerprint on this very connection.
    pub fn begin(code: &Code, fingerprint: &Fingerprint) -> (Self, Message) {
        let (spake, sent) = Spake2::start_a(&password(code), &station_id(fingerprint), &hub_id(fingerprint));
        let message = message(&sent);
        (Self { spake, message: message.clone(), fingerprint: *fingerprint }, message)
    }

    /// Takes the hub's answer; the proof is for [`crate::Confirm`].
    ///
    /// # Errors
    /// It is no answer of a hub.
    pub fn confirm(self, answer: &Message) -> Result<(StationConfirming, Mac), ExchangeFault> {
        let keys = Keys::of(self.spake, &self.fingerprint, &self.message, answer, answer)?;
        let proof = keys.mac(STATION);
        Ok((StationConfirming(keys), proof))
    }
}

impl StationConfirming {
    /// Looks at the hub's proof.
    ///
    /// # Errors
    /// It is not the hub whose code this is.
    pub fn verify(self, proof: &Mac) -> Result<StationPaired, ExchangeFault> {
        (self.0.mac(HUB) == *proof).then_some(StationPaired(self.0)).ok_or(ExchangeFault::Code)
    }
}

impl StationPaired {
    /// For [`crate::Wait`]: only the station that was confirmed can ask for what comes of it.
    pub fn wait(&self) -> Mac {
        self.0.mac(WAIT)
    }
}

impl Hub {
    /// Answers a station.
    ///
    /// # Errors
    /// What it sent is no beginning of a station.
    pub fn answer(
        code: &Code,
        fingerprint: &Fingerprint,
        begun: &Message,
    ) -> Result<(Self, Message), ExchangeFault> {
        let (spake, sent) = Spake2::start_b(&password(code), &station_id(fingerprint), &hub_id(fingerprint));
        let message = message(&sent);
        let keys = Keys::of(spake, fingerprint, begun, &message, begun)?;
        Ok((Self(keys), message))
    }

    /// Looks at the station's proof; the hub's own is for [`crate::Confirmed`].
    ///
    /// # Errors
    /// The station does not know the code, or saw another certificate.
    pub fn confirm(self, proof: &Mac) -> Result<(HubPaired, Mac), ExchangeFault> {
        if self.0.mac(STATION) != *proof {
            return Err(ExchangeFault::Code);
        }
        let own = self.0.mac(HUB);
        Ok((HubPaired(self.0), own))
    }
}

impl HubPaired {
    /// Whether a [`crate::Wait`] is of the station that was confirmed.
    pub fn is_of(&self, proof: &Mac) -> bool {
        self.0.mac(WAIT) == *proof
    }
}

/// What each proof says, so that none can stand for another.
const STATION: &[u8] = b"chapfood pairing 1 station confirms";
const HUB: &[u8] = b"chapfood pairing 1 hub confirms";
const WAIT: &[u8] = b"chapfood pairing 1 station waits";

/// The key, and all that was said on the way to it.
struct Keys {
    key: Vec<u8>,
    transcript: Vec<u8>,
}

impl Keys {
    fn of(
        spake: Spake2<Ed25519Group>,
        fingerprint: &Fingerprint,
        station: &Message,
        hub: &Message,
        received: &Message,
    ) -> Result<Self, ExchangeFault> {
        let key = spake.finish(&received.0).map_err(|_| ExchangeFault::Message)?;
        // All parts are of fixed length, so no two transcripts read the same.
        let transcript = [fingerprint.bytes().as_slice(), &station.0, &hub.0].concat();
        Ok(Self { key, transcript })
    }

    fn mac(&self, says: &[u8]) -> Mac {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(&self.transcript);
        mac.update(says);
        Mac(mac.finalize().into_bytes().into())
    }
}

fn password(code: &Code) -> Password {
    Password::new(code.digits())
}

/// The certificate is part of who both are, so that over another one the keys differ.
fn station_id(fingerprint: &Fingerprint) -> Identity {
    Identity::new(&[b"chapfood station of ".as_slice(), fingerprint.bytes()].concat())
}

fn hub_id(fingerprint: &Fingerprint) -> Identity {
    Identity::new(&[b"chapfood hub with ".as_slice(), fingerprint.bytes()].concat())
}

fn message(sent: &[u8]) -> Message {
    Message(sent.try_into().expect("a side's letter and a point of the curve"))
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
