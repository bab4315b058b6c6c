//! Text from the wire, made harmless for a terminal.

use std::fmt::Write;

/// `text` on one line, with whatever a terminal could obey written out: control characters (escape sequences
/// start with one) and the marks that turn the direction of writing, which can make a line read as another.
pub(crate) fn line(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => plain.push_str("\\n"),
            '\t' => plain.push_str("\\t"),
            '\r' => plain.push_str("\\r"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(plain, "\\u{{{:x}}}", u32::from(character));
            }
            _ if character.is_control() => {
                let _ = write!(plain, "\\u{{{:x}}}", u32::from(character));
            }
            _ => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_obeys_is_left() {
        assert_eq!(line("\u{1b}[31mred\u{7}\r\nx\ty"), "\\u{1b}[31mred\\u{7}\\r\\nx\\ty");
        assert_eq!(line("\u{9b}2J\u{7f}"), "\\u{9b}2J\\u{7f}", "C1 controls are escape sequences too");
        assert_eq!(line("facture\u{202e}gpj.exe"), "facture\\u{202e}gpj.exe");
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        let text = "Commande prête 🍔 — طلب جاهز <b>«42»</b> \\n";
        assert_eq!(line(text), text);
    }
}
