//! The hub's own certificate, by which stations know it again on the network.
//!
//! No authority vouches for a hub in a shop. A station learns the certificate's fingerprint when it is paired, and
//! from then on takes no other. So it is made once and lasts; nobody is asked to trust a new one in between.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

use crate::HubError;
use crate::log::{beside, sync_names_beside};

/// Key and certificate, in the hub's folder. One file, so that there is never one without the other.
const FILE: &str = "hub-certificate.pem";
/// What the certificate says of its holder. Nobody goes by it: stations go by the fingerprint.
const NAME: &str = "ChapFood hub";

/// A hub's certificate, ready to be shown.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    /// SHA-256 of the certificate, e.g. `A1:B2:…`.
    pub(crate) fingerprint: String,
}

impl Identity {
    /// That of the hub in `folder`; made if it has none.
    ///
    /// # Errors
    /// The file cannot be written or read, or what is in it is no certificate. A new one is not made for that: every
    /// station would take the hub for a stranger.
    pub(crate) fn of(folder: &Path) -> Result<Self, HubError> {
        let path = folder.join(FILE);
        let written = match fs::read(&path) {
            Ok(pem) => {
                keep_private(&path).map_err(|error| unusable(&path, &error))?;
                pem
            }
            Err(error) if error.kind() == ErrorKind::NotFound => make(&path)?,
            Err(error) => return Err(unusable(&path, &error)),
        };
        read(&written).map_err(|reason| unusable(&path, &*reason))
    }
}

fn unusable(path: &Path, reason: &dyn std::fmt::Display) -> HubError {
    HubError::BadCertificate { path: path.to_owned(), reason: reason.to_string() }
}

fn read(pem: &[u8]) -> Result<Identity, Box<dyn std::error::Error>> {
    let certificate = CertificateDer::from_pem_slice(pem)?;
    let key = PrivateKeyDer::from_pem_slice(pem)?;
    let fingerprint = fingerprint(&certificate);
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Identity { acceptor: TlsAcceptor::from(Arc::new(config)), fingerprint })
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let bytes = Sha256::digest(certificate);
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

/// Makes key and certificate, for this user's eyes only. They appear whole or not at all.
fn make(path: &Path) -> Result<Vec<u8>, HubError> {
    let made = || {
        let key = KeyPair::generate()?;
        // It says nothing of where the hub is, since that changes, and holds whatever the clock of a computer says.
        let mut params = CertificateParams::new(["chapfood-hub".to_owned(), "localhost".to_owned()])?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, NAME);
        Ok::<_, rcgen::Error>(
            format!("{}{}", params.self_signed(&key)?.pem(), key.serialize_pem()).into_bytes(),
        )
    };
    let pem = made().map_err(|error| HubError::NotWritable {
        path: "the system's random source".into(),
        reason: error.to_string(),
    })?;
    let begun = beside(path, ".new");
    let written = || {
        // What an interrupted start left is of no use, and may have been readable for others.
        match fs::remove_file(&begun) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private(&begun)?;
        file.write_all(&pem)?;
        file.sync_all()?;
        fs::rename(&begun, path)?;
        sync_names_beside(path)
    };
    written().map_err(|error| HubError::NotWritable { path: path.to_owned(), reason: error.to_string() })?;
    Ok(pem)
}

/// Nobody else can read the key from now on, as after it was put back from a copy.
#[cfg(unix)]
fn keep_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = fs::metadata(path)?.permissions();
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    tracing::warn!(path = %path.display(), "others on this computer could read the hub's key until now");
    permissions.set_mode(0o600);
    fs::set_permissions(path, permissions)
}

/// The folder is its user's own there.
#[cfg(not(unix))]
fn keep_private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A new file that nobody else can read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint_in(folder: &Path) -> Result<String, HubError> {
        Identity::of(folder).map(|identity| identity.fingerprint)
    }

    #[test]
    fn a_hub_keeps_its_certificate_and_two_hubs_have_two() {
        let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let first = fingerprint_in(one.path()).expect("made");
        assert_eq!(first.len(), 32 * 3 - 1, "{first}");
        assert_eq!(fingerprint_in(one.path()).expect("read"), first, "at the next start too");
        assert_ne!(fingerprint_in(two.path()).expect("made"), first);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        let mode = || fs::metadata(&path).expect("it is there").permissions().mode() & 0o777;
        fingerprint_in(folder.path()).expect("made");
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("put back carelessly");
        fingerprint_in(folder.path()).expect("read");
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn a_spoiled_certificate_is_told_and_never_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        for spoiled in ["", "-----BEGIN CERTIFICATE-----\nMII", "nonsense"] {
            fs::write(&path, spoiled).expect("written");
            let error = fingerprint_in(folder.path()).expect_err("it is of no use");
            assert!(matches!(error, HubError::BadCertificate { .. }), "{error}");
            assert_eq!(fs::read_to_string(&path).expect("still there"), spoiled);
        }
    }
}
