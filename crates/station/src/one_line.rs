/// Somebody's words on one line, for a place where ours stand beside them: whatever would break the line, or turn the
/// direction of what follows, is left out.
pub fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    spaced.filter(|c| !c.is_control() && !turns(*c)).collect::<String>().trim().to_owned()
}

/// Whether a character is there only to say in which direction to read.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_the_line_or_turns_what_follows() {
        assert_eq!(one_line(" a\tb\r\nc\u{1b}[31m\u{85}\u{2028}d\0 "), "a b  c[31m  d");
        assert_eq!(one_line("evil\u{202e}gpj.exe\u{2066}\u{200f}"), "evilgpj.exe", "it reads as it is");
        assert_eq!(one_line("طلب\u{200c} جديد"), "طلب\u{200c} جديد", "what an alphabet needs stays");
    }
}
