//! What a pop-up says, for a service that may take its body for markup.

/// The sender's words on one line, without the control characters that end a D-Bus connection.
pub(super) fn title(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
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
            c => out.push(c),
        }
    }
    out
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
}
