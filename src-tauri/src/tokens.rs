//! The token by which a hub lets this computer in: in the system's own place for passwords, else in a file.

use std::path::Path;

use chapfood_protocol::Secret;
use chapfood_station::contract::TokenKept;
use chapfood_station::{TokenFile, TokenStore, TokenUnsaved};
use keyring::v1::Entry;

/// Under which the system lists what it keeps for us.
const SERVICE: &str = "ChapFood Notifications";

/// Where tokens are.
#[derive(Debug)]
pub(crate) struct DesktopTokens {
    file: TokenFile,
    /// Whether the system's place is used at all: it is one for the whole account.
    keyring: bool,
}

impl DesktopTokens {
    /// For the app that keeps everything else in `folder`. Without `keyring` tokens are there as well: an app that was told
    /// where to keep things is another one than the account's own.
    pub(crate) fn new(folder: &Path, keyring: bool) -> Self {
        Self { file: TokenFile::new(folder.join("tokens.json")), keyring }
    }

    fn entry(&self, hub: &str) -> Option<Entry> {
        let entry = self.keyring.then(|| Entry::new(SERVICE, hub))?;
        entry.inspect_err(|error| tracing::info!("the system keeps no passwords for us: {error}")).ok()
    }
}

impl TokenStore for DesktopTokens {
    fn load(&self, hub: &str) -> Option<(Secret, TokenKept)> {
        // What is in the file came later: whatever the keyring takes goes from there.
        self.file.load(hub).or_else(|| {
            let token = self.entry(hub)?.get_password().ok()?;
            Some((Secret::new(token), TokenKept::Keyring))
        })
    }

    fn save(&self, hub: &str, token: &Secret) -> Result<TokenKept, TokenUnsaved> {
        if let Some(entry) = self.entry(hub) {
            match entry.set_password(token.reveal()) {
                Ok(()) => {
                    if let Err(error) = self.file.forget(hub) {
                        tracing::warn!("an older token stays in the file: {error}");
                    }
                    return Ok(TokenKept::Keyring);
                }
                Err(error) => tracing::warn!("the system does not keep the token, a file does: {error}"),
            }
        }
        self.file.save(hub, token)
    }
}
