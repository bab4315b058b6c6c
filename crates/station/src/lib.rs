//! The desktop app without a desktop.

pub mod contract;
#[cfg(test)]
mod contract_export;
