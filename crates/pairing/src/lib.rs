//! How a station and a hub that have never met come to trust each other. No I/O, no clock.
//!
//! The hub shows a [`Code`] of six digits, or a [`PairingLink`] that carries it. Both sides then run an exchange
//! ([`exchange`]) in which whoever stands between them, or does not know the code, learns nothing that could be tried at
//! leisure: each guess costs an attempt that the hub sees. What the code proves is bound to the hub's certificate, by its
//! [`Fingerprint`], so a man in the middle, who can only show another certificate, ends with another key.

mod code;
pub mod exchange;
mod fingerprint;
mod hex;
mod link;
mod wire;

pub use code::{Code, CodeFault};
pub use fingerprint::Fingerprint;
pub use hex::HexFault;
pub use link::{LinkFault, PairingLink};
pub use wire::{
    BEGIN_PATH, BODY_LIMIT, Begin, Begun, CONFIRM_PATH, Confirm, Confirmed, HubName, MESSAGE_BYTES, Mac,
    Message, Refusal, State, WAIT_PATH, Wait, refusal,
};
