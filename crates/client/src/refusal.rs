use chapfood_protocol::{ConnectError, ErrorMessage, Lang, Problem};

/// Why this client is not let in, for programs; people read the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalReason {
    /// The hub asks for a token, and none was shown.
    TokenRequired,
    /// The hub does not know the token.
    TokenInvalid,
    /// The owner withdrew the token.
    TokenRevoked,
    /// The hub could not look the token up; it may the next time.
    TokenUnchecked,
    /// This client connects too often.
    RateLimited,
    /// What answers has another certificate than the [pin](crate::SessionConfig::pin): another hub, or somebody
    /// who would like to be taken for ours. Nothing was said to it.
    CertificateChanged,
    /// Something else, e.g. an address that cannot be one of a hub.
    Other,
}

impl RefusalReason {
    const ALL: [Self; 7] = [
        Self::TokenRequired,
        Self::TokenInvalid,
        Self::TokenRevoked,
        Self::TokenUnchecked,
        Self::RateLimited,
        Self::CertificateChanged,
        Self::Other,
    ];

    /// The stable code, e.g. `token_required`.
    pub fn code(self) -> &'static str {
        match self {
            Self::TokenRequired => "token_required",
            Self::TokenInvalid => "token_invalid",
            Self::TokenRevoked => "token_revoked",
            Self::TokenUnchecked => "token_unchecked",
            Self::RateLimited => "rate_limited",
            Self::CertificateChanged => "certificate_changed",
            Self::Other => "other",
        }
    }

    /// What a hub means by its code. That a certificate is another one is for us to find, not for a hub to say.
    fn of_hub(code: Option<&str>) -> Self {
        let known = Self::ALL.into_iter().find(|reason| Some(reason.code()) == code);
        known.filter(|reason| *reason != Self::CertificateChanged).unwrap_or(Self::Other)
    }
}

/// A connection that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: RefusalReason,
    pub(crate) words: String,
}

impl Refusal {
    /// Of a CONNECT, by the hub's one line.
    pub(crate) fn of_connect(line: &str) -> Self {
        let ConnectError { words, code } = ConnectError::parse(line);
        Self { reason: RefusalReason::of_hub(code.as_deref()), words }
    }

    /// Of a connection that was live: the error says that its token is withdrawn. `None`: it says something else.
    pub(crate) fn of_live(error: &ErrorMessage) -> Option<Self> {
        error
            .has_code(&Problem::TokenRevoked.code())
            .then(|| Self { reason: RefusalReason::TokenRevoked, words: error.errors.join(" ") })
    }

    /// By ourselves.
    pub(crate) fn certificate_changed(lang: Lang) -> Self {
        let words = match lang {
            Lang::Fr => {
                "Un autre hub répond à cette adresse\u{a0}: son certificat n'est pas celui que ce poste connaît"
            }
            Lang::En => {
                "Another hub answers at this address: its certificate is not the one that this computer knows"
            }
        };
        Self { reason: RefusalReason::CertificateChanged, words: words.into() }
    }

    /// By ourselves: a hub whose certificate is known is not spoken to where others can listen.
    pub(crate) fn in_plain_sight(lang: Lang) -> Self {
        let words = match lang {
            Lang::Fr => "Le certificat de ce hub est connu\u{a0}: son adresse doit commencer par https://",
            Lang::En => "The certificate of this hub is known: its address must begin with https://",
        };
        Self::other(words.into())
    }

    /// By ourselves: the address is none, in the words of whatever found that.
    pub(crate) fn other(words: String) -> Self {
        Self { reason: RefusalReason::Other, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_hubs_reason_and_its_words_without_the_code() {
        for problem in [Problem::TokenRequired, Problem::TokenRevoked, Problem::RateLimited(5)] {
            let refusal = Refusal::of_connect(&problem.as_connect_error(Lang::Fr));
            assert_eq!(refusal.reason.code(), problem.code());
            assert_eq!(refusal.words, problem.words(Lang::Fr));
        }
    }

    #[test]
    fn a_code_that_is_unknown_here_is_some_other_reason() {
        for line in ["Jeton inconnu", "Trop loin [out_of_town]", "Non [certificate_changed]", "Non [other]"] {
            assert_eq!(Refusal::of_connect(line).reason, RefusalReason::Other, "{line}");
        }
    }
}
