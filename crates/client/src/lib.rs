//! One session to one ChapFood hub, kept alive for ever.
//!
//! [`Session::start`] returns at once. From then on the session connects, joins its channels, and when the
//! link breaks it tries again, first at the published pace (5 attempts, 1 s apart) and then for ever. What the
//! hub says comes out of [`Deliveries`] in the hub's order; how the link stands is watched, never asked for.
//!
//! The crate knows no disk: whoever reads the deliveries stores them, says so with [`Session::received`], and
//! keeps the places that the next connection names ([`SessionConfig::cursors`]). Whatever was not said to be
//! received is the hub's to send again.

mod again;
mod asking;
mod clock;
mod config;
mod connection;
mod delivery;
mod establish;
mod fault;
mod inflow;
mod link;
mod network;
mod pairing;
mod pending;
mod pin;
mod receipts;
mod refusal;
mod request;
mod serve;
mod session;
mod slumber;
mod supervisor;
mod tls;

pub use chapfood_pairing::{Code, CodeFault, Fingerprint, LinkFault, PairingLink};
pub use config::{Pacing, SessionConfig};
pub use delivery::{Deliveries, Delivery};
pub use fault::SendFault;
pub use link::LinkState;
pub use pairing::{Applicant, Invitation, Paired, PairingFault, PairingPatience, PairingStep, pair};
pub use pin::{HubPin, NotACertificate};
pub use refusal::RefusalReason;
pub use session::Session;
pub use tls::certificate_shown_at;

/// What every program with a session, or with a hub, adds to the directives of its log: at its finest the library
/// below writes out whole messages, and with them tokens and what people are told.
pub const LOG_GUARD: &str = "tungstenite=warn";
