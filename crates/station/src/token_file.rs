//! Tokens in a file, for a computer that has no better place for them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chapfood_protocol::Secret;
use tempfile::NamedTempFile;

use crate::contract::TokenKept;
use crate::seams::{TokenStore, TokenUnsaved};

/// A file of tokens, each under the fingerprint of its hub. Only its owner reads it (mode 0600; on Windows, whoever
/// reads the folder).
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    /// The tokens in the file at `path`, which is made with the first one. Its folder must exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Lets go of the token for that hub, e.g. because there is a better place for it by now.
    ///
    /// # Errors
    /// [`TokenUnsaved`]; then it is still there.
    pub fn forget(&self, hub: &str) -> Result<(), TokenUnsaved> {
        let mut tokens = self.read()?;
        if tokens.remove(hub).is_none() {
            return Ok(());
        }
        Ok(self.write(&tokens)?)
    }

    fn read(&self) -> io::Result<BTreeMap<String, Secret>> {
        match fs::read(&self.path) {
            // The words of what cannot be parsed could quote it.
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the file of tokens is damaged")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(error),
        }
    }

    /// Replaces the file whole: a power cut leaves the old one or the new one.
    fn write(&self, tokens: &BTreeMap<String, Secret>) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        // Made for its owner's eyes from the first byte on.
        let mut next = NamedTempFile::new_in(folder)?;
        next.write_all(&serde_json::to_vec(tokens)?)?;
        next.as_file().sync_all()?;
        next.persist(&self.path)?;
        Ok(())
    }
}

impl TokenStore for TokenFile {
    fn load(&self, hub: &str) -> Option<(Secret, TokenKept)> {
        let tokens = self
            .read()
            .inspect_err(|error| tracing::warn!(%error, path = %self.path.display(), "tokens cannot be read"))
            .ok()?;
        Some((tokens.get(hub)?.clone(), TokenKept::File))
    }

    fn save(&self, hub: &str, token: &Secret) -> Result<TokenKept, TokenUnsaved> {
        // What is damaged holds no token that could still be read: it is replaced.
        let mut tokens = self.read().unwrap_or_default();
        tokens.insert(hub.to_owned(), token.clone());
        self.write(&tokens)?;
        Ok(TokenKept::File)
    }
}

impl From<io::Error> for TokenUnsaved {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revealed(store: &TokenFile, hub: &str) -> Option<String> {
        store.load(hub).map(|(token, _)| token.reveal().to_owned())
    }

    #[test]
    fn each_hub_has_its_own_token() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let store = TokenFile::new(folder.path().join("tokens.json"));
        assert_eq!(revealed(&store, "a"), None, "none was kept yet");
        store.save("a", &Secret::new("cf_1")).expect("kept");
        store.save("b", &Secret::new("cf_2")).expect("kept");
        store.save("a", &Secret::new("cf_3")).expect("kept");
        let again = TokenFile::new(folder.path().join("tokens.json"));
        assert_eq!(
            (revealed(&again, "a"), revealed(&again, "b")),
            (Some("cf_3".into()), Some("cf_2".into()))
        );
        again.forget("a").expect("forgotten");
        assert_eq!((revealed(&again, "a"), revealed(&again, "b")), (None, Some("cf_2".into())));
    }

    #[test]
    #[cfg(unix)]
    fn nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("tokens.json");
        TokenFile::new(&path).save("a", &Secret::new("cf_1")).expect("kept");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_no_token_and_does_not_stand_in_the_way_of_another() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("tokens.json");
        fs::write(&path, b"{\"a\":").expect("damaged");
        let store = TokenFile::new(&path);
        assert_eq!(revealed(&store, "a"), None);
        store.save("a", &Secret::new("cf_1")).expect("kept");
        assert_eq!(revealed(&store, "a"), Some("cf_1".into()));
    }
}
