use chapfood_pairing::{Refusal, refusal};

/// Why this computer is not paired. [`code`](Self::code) is for programs; people are told by the window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PairingFault {
    /// What was typed is no address.
    #[error("this is not the address of a hub")]
    Address,
    /// Nobody answers there, or not any more.
    #[error("nobody answers there")]
    Unreachable,
    /// Somebody answers, but it is no hub that pairs.
    #[error("what answers there is not a hub that stations can be paired with")]
    NotAHub,
    /// The certificate is not the link's, or another one than a moment ago, or whoever showed it does not know the code:
    /// another hub, or somebody between.
    #[error("what answers there is not the hub that was meant")]
    WrongCertificate,
    /// The code is another one, or somebody stands between.
    #[error("the code is not the right one")]
    CodeWrong {
        /// How often it may still be tried, if the hub says so.
        tries_left: Option<u32>,
    },
    /// The owner offers no pairing now.
    #[error("the hub offers no pairing now")]
    Closed,
    /// The code was tried too often: the owner has to make another one.
    #[error("the code was tried too often")]
    TriesUsedUp,
    /// Too much time went by.
    #[error("the pairing took too long")]
    Expired,
    /// Another station is being paired: in a moment it may be tried again.
    #[error("another station is being paired")]
    Busy,
    /// The owner said no.
    #[error("the hub's owner refused")]
    RefusedByOwner,
    /// The hub refused for a reason that is unknown here.
    #[error("the hub refused: {words}")]
    Refused {
        /// Its code.
        code: String,
        /// Its words.
        words: String,
    },
}

impl PairingFault {
    /// Stable, e.g. `code_wrong`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Unreachable => "unreachable",
            Self::NotAHub => "not_a_hub",
            Self::WrongCertificate => "wrong_certificate",
            Self::CodeWrong { .. } => "code_wrong",
            Self::Closed => "closed",
            Self::TriesUsedUp => "tries_used_up",
            Self::Expired => "expired",
            Self::Busy => "busy",
            Self::RefusedByOwner => "refused_by_owner",
            Self::Refused { .. } => "refused",
        }
    }

    /// What a hub means.
    pub(super) fn of(refused: Refusal) -> Self {
        match refused.code.as_str() {
            refusal::CLOSED => Self::Closed,
            refusal::BUSY => Self::Busy,
            refusal::TRIES => Self::TriesUsedUp,
            refusal::CODE_WRONG => Self::CodeWrong { tries_left: refused.tries_left },
            refusal::EXPIRED => Self::Expired,
            _ => Self::Refused { code: refused.code, words: refused.errors.join(" ") },
        }
    }
}
