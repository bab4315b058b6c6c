//! Bytes as text: lower case, two digits each, and nothing else is read.

use std::fmt::Write;

use thiserror::Error;

/// A text is not the bytes that it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{wanted} hexadecimal digits in lower case were expected")]
pub struct HexFault {
    /// How many digits there should be.
    pub wanted: usize,
}

pub(crate) fn text(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn bytes<const N: usize>(text: &str) -> Result<[u8; N], HexFault> {
    let fault = HexFault { wanted: N * 2 };
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return Err(fault);
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else { return Err(fault) };
        *byte = high << 4 | low;
    }
    Ok(bytes)
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}
