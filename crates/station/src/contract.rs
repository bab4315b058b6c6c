//! Everything that crosses between the station and its UI, in one place.
//!
//! The TypeScript twins in `ui/src/host/contract/` are generated from these types by this crate's
//! test `contract_is_current` and committed; the UI never declares its own copies.
//! Instants are milliseconds since 1970 UTC, as JavaScript's `Date` takes them.

mod alerts;
mod command;
mod event;
mod history;
mod hosting;
mod joining;
mod readiness;
mod sending;
mod settings;
mod snapshot;

pub use alerts::{
    ChannelPreferences, ChannelQuiet, DoNotDisturb, DoNotDisturbChoice, QuietHours, Sound, SoundChoice,
    SoundHealth, Span,
};
pub use command::Command;
pub use event::{Event, Fault, FaultCode, Place};
pub use history::{Day, Detail, ExportFormat, Exported, Filter, Outline, Row, Taken, Waiting};
pub use hosting::{
    AuditEntry, Firewall, HostedHub, HubDevice, HubFailure, HubOverview, HubToken, NetworkDoor, NewToken,
    OfferEnd, OfferState, PairingOffer, QrCode, TokenWish,
};
pub use joining::{FoundHub, KnownHub, Pairing, PairingFailure, PairingWay, RefusalReason, TokenKept};
pub use readiness::{Check, CheckOutcome, CheckSubject, Readiness};
pub use sending::{Draft, Sent};
pub use settings::{Language, LanguageChoice, Settings, SettingsChange, SetupChoice, TextSize, Theme, Wall};
pub use snapshot::{
    CatchUp, Channel, Gap, HostKind, HubStats, Link, Outbox, PopupHealth, QueuedDraft, Snapshot, Standard,
    Todo,
};
