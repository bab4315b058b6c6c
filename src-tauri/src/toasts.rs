//! The system's pop-ups. They are an extra: everything they offer is also in the window, so that
//! whatever goes wrong here is reported and never waited for.

#[cfg(target_os = "linux")]
#[path = "toasts/linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "toasts/elsewhere.rs"]
mod system;
mod text;

pub(crate) use system::{DesktopToaster, last_words};
