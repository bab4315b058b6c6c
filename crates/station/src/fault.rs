use std::fmt;

use crate::contract::{Fault, FaultCode};
use crate::seams::LocalHubFault;

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

impl From<LocalHubFault> for Fault {
    fn from(fault: LocalHubFault) -> Self {
        let code = match fault {
            LocalHubFault::Off | LocalHubFault::NoDoor => FaultCode::Unsupported,
            LocalHubFault::Senseless(_) => FaultCode::InvalidSetting,
            LocalHubFault::Disk(_) => FaultCode::Storage,
        };
        Self::new(code, fault)
    }
}
