//! What a pop-up says, for a service that may take its body for markup.

/// The sender's words on one line, without the control characters that end a D-Bus connection.
pub(super) fn title(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { exchangeable(c) }).collect()
}

/// The sender's words, line breaks kept, escaped where the service would interpret them.
pub(super) fn body(text: &str, markup: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' if markup => out.push_str("&amp;"),
            '<' if markup => out.push_str("&lt;"),
            '>' if markup => out.push_str("&gt;"),
            '\n' => out.push('\n'),
            c if c.is_control() => out.push(' '),
            c => out.push(exchangeable(c)),
        }
    }
    out
}

/// The character, unless it is one of those that Unicode keeps for a program's own use. Services made with systemd's
/// library take a message with such a one in it for damaged, and drop it.
fn exchangeable(c: char) -> char {
    let kept = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    if kept { char::REPLACEMENT_CHARACTER } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_escaped_only_for_a_service_that_interprets_markup() {
        let hostile = "<img src=x onerror=alert(1)> 5 < 6 & 7 > 2";
        assert_eq!(body(hostile, false), hostile);
        assert_eq!(body(hostile, true), "&lt;img src=x onerror=alert(1)&gt; 5 &lt; 6 &amp; 7 &gt; 2");
    }

    #[test]
    fn control_characters_become_spaces_and_line_breaks_stay_in_the_body_only() {
        assert_eq!(title("a\0b\nc\u{1b}[31m"), "a b c [31m");
        assert_eq!(body("a\0b\nc\r", true), "a b\nc ");
    }

    #[test]
    fn a_character_that_some_services_refuse_costs_no_pop_up() {
        assert_eq!(title("a\u{fffe}b\u{10ffff}c\u{fdd0}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(body("\u{ffff}\u{fffd}é", false), "\u{fffd}\u{fffd}é");
    }
}
