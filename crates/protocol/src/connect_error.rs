//! The one line that a refused connection is given: the hub writes it, the client takes it apart.

use crate::{Lang, Problem};

impl Problem {
    /// As the one line that a refused connection is given. Socket.IO's `connect_error` has room for more, but the
    /// hub's server sends only a message; so the code stands at its end, in brackets.
    pub fn as_connect_error(&self, lang: Lang) -> String {
        format!("{} [{}]", self.words(lang), self.code())
    }
}

/// Why a connection was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError {
    /// The sentence for a person.
    pub words: String,
    /// The stable code; none of a hub that gives none.
    pub code: Option<String>,
}

impl ConnectError {
    /// Takes the line apart that [`Problem::as_connect_error`] wrote. What is not of that form is all words.
    pub fn parse(line: &str) -> Self {
        let apart = line.strip_suffix(']').and_then(|rest| rest.rsplit_once(" ["));
        match apart.filter(|(words, code)| !words.trim().is_empty() && is_code(code)) {
            Some((words, code)) => Self { words: words.to_owned(), code: Some(code.to_owned()) },
            None => Self { words: line.to_owned(), code: None },
        }
    }
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_hub_writes_is_read_again() {
        let refusals = [
            Problem::TokenRequired,
            Problem::TokenInvalid,
            Problem::TokenRevoked,
            Problem::TokenUnchecked,
            Problem::RateLimited(50),
        ];
        for problem in refusals {
            for lang in [Lang::Fr, Lang::En] {
                let read = ConnectError::parse(&problem.as_connect_error(lang));
                let expected = ConnectError { words: problem.words(lang), code: Some(problem.code()) };
                assert_eq!(read, expected);
            }
        }
    }

    #[test]
    fn a_line_of_another_form_is_shown_as_it_is() {
        for line in
            ["Jeton inconnu", "", "[token_required]", " [token_required]", "no [Token 1]", "no []", "no]"]
        {
            assert_eq!(
                ConnectError::parse(line),
                ConnectError { words: line.into(), code: None },
                "{line:?}"
            );
        }
    }
}
