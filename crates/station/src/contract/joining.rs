//! Listening to another computer's hub: finding it, being let in, and not being let in any more.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A hub that announces itself on this network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FoundHub {
    /// The beginning of its certificate's fingerprint, by which it is known again: 16 hex digits.
    pub id: String,
    /// As it calls itself.
    pub name: String,
    /// Where it is, the likeliest first, e.g. `192.168.1.20:8002`. Never empty.
    pub addresses: Vec<String>,
    /// Whether this computer was let in there once.
    pub known: bool,
}

/// By what another computer's hub is to let this one in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "by", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PairingWay {
    /// The link that its QR code holds.
    Link {
        /// As pasted.
        link: String,
    },
    /// The six digits that it shows.
    Code {
        /// Where it is, as typed or found, e.g. `192.168.1.20:8002`.
        address: String,
        /// As typed.
        code: String,
    },
}

impl fmt::Debug for PairingWay {
    /// Without link and code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link { .. } => f.write_str("Link"),
            Self::Code { address, .. } => {
                f.debug_struct("Code").field("address", address).finish_non_exhaustive()
            }
        }
    }
}

/// How far being let in is. When it succeeded, there is none any more, and the settings name the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Pairing {
    /// Reaching the hub.
    Contacting,
    /// Showing that both know the code.
    Confirming,
    /// The code was right; whoever sits at the hub decides.
    Waiting {
        /// By which both screens can be compared: the hub's [`KnownHub::fingerprint`].
        fingerprint: String,
    },
    /// It did not come to that.
    Failed {
        /// Why.
        reason: PairingFailure,
        /// How many wrong codes the hub still bears, if it says so.
        tries_left: Option<u8>,
        /// The hub's words, if it said any.
        words: Vec<String>,
    },
}

/// Why another computer's hub did not let this one in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PairingFailure {
    /// What was typed is no code, no link or no address.
    Unreadable,
    /// Nobody answers there.
    Unreachable,
    /// Somebody answers who is no hub, or one of another version.
    NotAHub,
    /// The hub is not the one that the link names.
    WrongHub,
    /// The code is another one.
    CodeWrong,
    /// No computer is being added there, or no more, or the code is too old.
    Closed,
    /// Another computer is being added there at this moment.
    Busy,
    /// Whoever sits there did not let this computer in.
    Refused,
    /// This computer could not keep what it was given.
    NotKept,
}

/// Where this computer keeps the token by which a hub lets it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TokenKept {
    /// In the system's own place for passwords.
    Keyring,
    /// In a file that only this person of this computer reads, because there is no such place.
    File,
}

/// Why a hub does not let this computer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// It wants a token, and this computer has none.
    TokenRequired,
    /// It does not know the token.
    TokenInvalid,
    /// The token was withdrawn.
    TokenRevoked,
    /// It could not look the token up just now.
    TokenUnchecked,
    /// This computer did too much in too short a time.
    RateLimited,
    /// It shows another certificate than the hub that let this computer in: it may be somebody else.
    CertificateChanged,
    /// Its words say why.
    Other,
}

/// The hub that let this computer in, as this computer knows it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct KnownHub {
    /// As it called itself.
    pub name: String,
    /// SHA-256 of its certificate, 64 hex digits in small letters.
    pub fingerprint: String,
    /// Its certificate, in base64.
    pub certificate: String,
}
