use std::fmt;

use crate::contract::{Fault, FaultCode};

impl Fault {
    /// A fault with the words of its cause.
    pub(crate) fn new(code: FaultCode, cause: impl fmt::Display) -> Self {
        Self { code, message: cause.to_string() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
