//! References of orders in titles: `ORD-45` in "Nouvelle commande ORD-45".

/// The references in two titles, if both have one of the same kind, such as `ORD-45` and `ORD-50`.
pub(crate) fn span<'a>(first: &'a str, last: &'a str) -> Option<(&'a str, &'a str)> {
    let (from, to) = (reference(first)?, reference(last)?);
    // A bare number could be anything: a table, a price.
    (from != to && kind(from) == kind(to) && !kind(from).is_empty()).then_some((from, to))
}

/// The first word with a digit at its end; letters, digits, `-`, `#` and `°` are of a word.
fn reference(title: &str) -> Option<&str> {
    let words = title.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '#' | '°')));
    words.map(|word| word.trim_end_matches('-')).find(|word| word.ends_with(|c: char| c.is_ascii_digit()))
}

/// What stands before the number.
fn kind(reference: &str) -> &str {
    reference.trim_end_matches(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_shortened_to_their_references_only_if_these_follow_one_another() {
        let cases = [
            ("Nouvelle commande ORD-45", "Nouvelle commande ORD-50", Some(("ORD-45", "ORD-50"))),
            ("ORD-9", "ORD-10 prête", Some(("ORD-9", "ORD-10"))),
            ("Commande #7\u{a0}: prête", "Commande #9", Some(("#7", "#9"))),
            ("Commande n°7", "Commande n°8", Some(("n°7", "n°8"))),
            ("Table 7", "Table 12", None),
            ("Écran2-7", "Écran2-8", Some(("Écran2-7", "Écran2-8"))),
            ("ORD-45", "ORD-45", None),
            ("ORD-45", "Table 4", None),
            ("Bonjour", "ORD-45", None),
            ("", "", None),
        ];
        for (first, last, expected) in cases {
            assert_eq!(span(first, last), expected, "{first} and {last}");
        }
    }
}
