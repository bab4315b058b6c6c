//! When and how this computer asks for attention: decisions only, each a function of what was, what happened and
//! when. What shows and plays is elsewhere.

pub(crate) mod quiet;
pub(crate) mod ringing;
pub(crate) mod rules;
pub(crate) mod sounding;
