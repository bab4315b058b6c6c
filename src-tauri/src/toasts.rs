//! The system's pop-ups. They are an extra: everything they offer is also in the window, so that
//! whatever goes wrong here is reported and never waited for.

mod buttons;
#[cfg(any(test, not(target_os = "linux")))]
mod live;
#[cfg(target_os = "linux")]
#[path = "toasts/linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "toasts/elsewhere.rs"]
mod system;
mod text;

use chapfood_station::ToastAction;

pub(crate) use system::{DesktopToaster, last_words};

/// A pop-up was clicked.
#[derive(Debug)]
pub(crate) struct Click {
    /// The station's id for the pop-up.
    pub(crate) id: String,
    /// What its button does, or [`ToastAction::Open`] for a click beside them.
    pub(crate) action: ToastAction,
}
