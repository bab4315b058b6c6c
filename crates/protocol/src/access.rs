//! What somebody may do at a hub, and the token that says so.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a token is for. Each is granted by itself: who may publish cannot read for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Listens in channels, and takes and releases notifications.
    Subscriber,
    /// Sends notifications.
    Publisher,
    /// Everything, in every channel.
    Admin,
}

impl Role {
    /// Every role, the least one first.
    pub const ALL: [Self; 3] = [Self::Subscriber, Self::Publisher, Self::Admin];

    /// As it travels, e.g. `subscriber`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscriber => "subscriber",
            Self::Publisher => "publisher",
            Self::Admin => "admin",
        }
    }

    /// The role of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// A token as its holder has it. It is shown in no log: its `Debug` says only that there is one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a token's text into keeping.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the wire, and for the one moment in which it is shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_written_out_by_accident() {
        let auth = crate::Auth { token: Some(Secret::new("cf_1_abc")), ..crate::Auth::default() };
        assert!(!format!("{auth:?}").contains("abc"));
    }

    #[test]
    fn every_role_is_known_by_its_word() {
        for role in Role::ALL {
            assert_eq!(Role::from_word(role.as_str()), Some(role));
            assert_eq!(serde_json::to_value(role).ok(), Some(role.as_str().into()));
        }
        assert_eq!(Role::from_word("Admin"), None);
    }
}
