//! The six digits that a person reads on one screen and types on another.

use std::fmt;

use thiserror::Error;

/// How many digits.
const DIGITS: usize = 6;
/// One more than the greatest code.
const CODES: u32 = 1_000_000;

/// A code for one pairing. Whoever knows it may become a station, as long as the hub's offer is open: it is no more
/// printed by accident than a token is.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// What was typed is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a code has six digits")]
pub struct CodeFault;

impl Code {
    /// A new one, every code as likely as any other.
    ///
    /// # Errors
    /// The system gives no chance.
    pub fn random() -> Result<Self, getrandom::Error> {
        // The numbers above the last whole million would make some codes likelier than others.
        let whole = u32::MAX - u32::MAX % CODES;
        loop {
            let number = getrandom::u32()?;
            if number < whole {
                return Ok(Self(format!("{:06}", number % CODES)));
            }
        }
    }

    /// What a person typed: six digits, with whatever spaces and hyphens among them.
    ///
    /// # Errors
    /// Something else is among them, or there are not six.
    pub fn parse(text: &str) -> Result<Self, CodeFault> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let whole = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        whole.then_some(Self(digits)).ok_or(CodeFault)
    }

    /// For people to read and say: `483 920`.
    pub fn shown(&self) -> String {
        format!("{} {}", &self.0[..DIGITS / 2], &self.0[DIGITS / 2..])
    }

    /// The six digits alone.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_new_code_has_six_digits_also_where_the_number_is_small() {
        for _ in 0..1_000 {
            let code = Code::random().expect("chance");
            assert_eq!(Code::parse(code.digits()), Ok(code));
        }
    }

    #[test]
    fn a_code_does_not_print_itself() {
        let code = Code::parse("483920").expect("a code");
        assert!(!format!("{code:?}").contains("483"));
    }

    proptest! {
        #[test]
        fn a_code_is_read_as_it_is_shown_and_as_people_space_it(number in 0..CODES, gap in "[ \u{a0}\u{202f}-]{0,3}") {
            let digits = format!("{number:06}");
            let code = Code::parse(&digits).expect("a code");
            prop_assert_eq!(code.digits(), &digits);
            prop_assert_eq!(Code::parse(&code.shown()), Ok(code.clone()));
            prop_assert_eq!(Code::parse(&format!("{gap}{}{gap}{}{gap}", &digits[..2], &digits[2..])), Ok(code));
        }

        #[test]
        fn nothing_else_is_a_code(text in "\\PC{0,12}") {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            let others = text.chars().any(|c| !c.is_ascii_digit() && !c.is_whitespace() && c != '-');
            prop_assert_eq!(Code::parse(&text).is_ok(), digits == 6 && !others);
        }
    }
}
