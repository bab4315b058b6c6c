//! The name of a hub, on its way into an announcement and out of one.

use crate::SERVICE;

/// What one part of a DNS name holds, in bytes, without what is added where another hub has the name.
const LABEL_BYTES: usize = 63 - " (999)".len();

/// A dot divides DNS names, and mdns-sd asks again for a name with a dot in it as if it were two: such a hub is lost
/// when its records run out. This character looks the same.
const DOT: char = '\u{2024}';

/// How `name` is announced: its first 57 bytes, without what an announcement cannot carry.
pub(crate) fn announced(name: &str) -> String {
    let mut label = String::new();
    for character in plain(name).chars() {
        let character = match character {
            '.' => DOT,
            '\\' => '/',
            other => other,
        };
        if label.len() + character.len_utf8() > LABEL_BYTES {
            break;
        }
        label.push(character);
    }
    // A part of a DNS name is never empty.
    if label.trim().is_empty() { "ChapFood".into() } else { label.trim().into() }
}

/// The name in `full_name`, e.g. `Marais._chapfood._tcp.local.`: its first `limit` characters, and what could mislead a
/// reader left out. `None` if it is of another service, or nothing is left.
pub(crate) fn heard(full_name: &str, limit: usize) -> Option<String> {
    let end = full_name.len().checked_sub(SERVICE.len())?;
    // Names are compared without regard to case.
    let ours = full_name.get(end..).is_some_and(|service| service.eq_ignore_ascii_case(SERVICE));
    let name = full_name.get(..end).filter(|_| ours)?.strip_suffix('.')?;
    let name: String = plain(&name.replace(DOT, ".")).chars().take(limit).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// `text` without control characters, without marks that turn the direction of writing, and without what cannot be
/// seen; all white space is single spaces.
fn plain(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|character| if character.is_whitespace() { ' ' } else { character })
        .filter(|character| !character.is_control() && !misleads(*character))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn misleads(character: char) -> bool {
    matches!(character,
        // The direction of writing.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        // Nothing to be seen. The joiners U+200C and U+200D stay: Persian and emoji are written with them.
        | '\u{ad}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_call_a_hub_comes_through_as_it_is() {
        for name in ["Marais", "Chez M. Paul", "Crêperie « Ty Breizh » 🍔", "مطعم الشام", "Bar\u{a0}2", "(2)"]
        {
            let full_name = format!("{}.{SERVICE}", announced(name));
            let expected = name.replace('\u{a0}', " ");
            assert_eq!(heard(&full_name, 100).as_deref(), Some(expected.as_str()));
        }
    }

    #[test]
    fn a_name_that_an_announcement_cannot_carry_is_cut_between_characters() {
        let long = announced(&"é".repeat(60));
        assert_eq!(long, "é".repeat(28), "56 bytes of 57");
        assert_eq!(announced(" \u{202e}\n "), "ChapFood");
        assert_eq!(announced(r"C:\shop"), "C:/shop");
    }

    #[test]
    fn nothing_that_misleads_is_left() {
        let heard = |name: &str| heard(&format!("{name}.{SERVICE}"), 100);
        assert_eq!(heard("Ma\u{202e}rais\u{7}\r\n\u{1b}[31m  x").as_deref(), Some("Marais [31m x"));
        assert_eq!(heard("\u{200b}\u{feff}"), None, "a name that cannot be seen is none");
        assert_eq!(heard(""), None);
    }

    #[test]
    fn another_service_is_not_ours() {
        assert_eq!(heard("Printer._ipp._tcp.local.", 100), None);
        assert_eq!(heard(SERVICE, 100), None, "the service itself is no hub");
        assert_eq!(heard("Marais._ChapFood._TCP.local.", 100).as_deref(), Some("Marais"));
        assert_eq!(heard("é_chapfood._tcp.local.", 100), None, "cut in a character");
    }
}
