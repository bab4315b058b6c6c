//! The desktop app without a desktop: one session, one history, the pop-ups' policy and the settings.
//!
//! # For a host
//! A host (the desktop app, the browser's server) gives the station what it needs of the computer and
//! carries the contract between it and the UI:
//!
//! ```ignore
//! let seams = Seams { settings: store, tokens, finder, toaster, player, hub, clock: SystemClock };
//! let station = Station::start(config, seams).await?;      // within a tokio runtime
//! let reply: serde_json::Value = station.handle(command).await?; // Err(Fault) goes to the UI as it is
//! let mut events = station.events();                        // starts with a snapshot
//! while let Some(event) = events.next().await { /* to the UI */ }
//! station.toast_activated(&toast.id, action).await;         // a pop-up was clicked
//! station.close().await;                                    // before the program ends
//! ```
//!
//! # Inside
//! One task (`owner`) holds all state; everything else is a handle or a pure function. Data flows one way:
//! a batch of the session → one transaction of the history → only the rows that are new → pop-ups and an
//! [`Event::Arrived`](contract::Event). Nothing is shown that is not stored.

mod address;
mod alerts;
mod channels;
mod clock;
pub mod contract;
#[cfg(test)]
mod contract_export;
mod drafts;
mod events;
mod export;
mod fault;
mod feed;
mod fresh_id;
mod history;
mod hosting;
mod link;
mod one_line;
mod outbox;
mod owner;
mod pairing;
mod popups;
mod readiness;
mod references;
#[cfg(test)]
mod sample;
mod seams;
mod settings;
mod sounds;
mod state;
mod station;
mod toast;
mod toast_policy;
mod todo;
mod token_file;
mod words;

pub use chapfood_client::{LOG_GUARD, Pacing};
pub use clock::{Clock, SystemClock};
pub use events::Events;
pub use history::HistoryFault;
pub use one_line::one_line;
pub use seams::{
    Finder, HubPlan, LocalHub, LocalHubFault, PairingOrder, Player, SettingsStore, SettingsUnsaved,
    SoundFault, ToastFault, Toaster, TokenStore, TokenUnsaved,
};
pub use station::{Seams, StartFault, Station, StationConfig};
pub use toast::{Toast, ToastAction, Urgency};
pub use token_file::TokenFile;
