use chapfood_station::contract::QrCode;
use std::fmt::Write as _;

/// A text as a QR code. `None`: it is longer than one holds, some 2,300 bytes.
pub(crate) fn code(text: &str) -> Option<QrCode> {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            // A string can always be written to.
            let _ = write!(path, "M{} {}h1v1h-1z", at % width, at / width);
        }
    }
    Some(QrCode { size: u32::try_from(width).ok()?, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_module_by_module_with_its_three_corners() {
        let drawn = code("chapfood://pair#192.168.1.20:8002").expect("it is short");
        let last = drawn.size - 1;
        for corner in ["M0 0h".to_owned(), format!("M{last} 0h"), format!("M0 {last}h")] {
            assert!(drawn.path.contains(&corner), "{corner}");
        }
        assert_eq!(code(&"x".repeat(5_000)), None);
    }
}
