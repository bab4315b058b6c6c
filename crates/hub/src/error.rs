use std::net::SocketAddr;
use std::path::PathBuf;

use rusqlite::{ErrorCode, ffi};

/// Why a hub could not start, or not write. Each sentence names what to do.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// Another program listens there.
    #[error("{listen} is already in use: stop the other program (or the other hub), or choose another port")]
    PortInUse {
        /// Where it should have listened.
        listen: SocketAddr,
    },
    /// The system does not let the hub listen there.
    #[error("cannot listen on {listen} ({source}): choose an address of this computer and a port above 1023")]
    CannotListen {
        /// Where it should have listened.
        listen: SocketAddr,
        /// The system's words.
        source: std::io::Error,
    },
    /// The folder or file cannot be made, read or written.
    #[error("cannot write to {path} ({reason}): give this user write access to it, or choose another folder")]
    NotWritable {
        /// The folder or file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The file is no hub's database.
    #[error(
        "{path} is not a ChapFood hub's database ({reason}): it was left untouched; move it away or choose another folder"
    )]
    ForeignDatabase {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A newer program wrote the file.
    #[error(
        "{path} was written by a newer version (schema {found}, this program knows {known}): it was left untouched; update this program"
    )]
    NewerDatabase {
        /// The file.
        path: PathBuf,
        /// The schema found.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// Another hub is using the database.
    #[error("{path} is in use by another hub: stop it first, or choose another folder")]
    DatabaseInUse {
        /// The file.
        path: PathBuf,
    },
    /// The hub's own certificate is spoiled. Another one is not made: every station would take the hub for a stranger.
    #[error(
        "the hub's certificate {path} cannot be used ({reason}): put it back from a copy; if there is none, remove it, and pair every station again"
    )]
    BadCertificate {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// There is no room for the database.
    #[error(
        "the disk of the hub's database is full ({0}): nothing was lost; make room on it, then try again"
    )]
    DiskFull(rusqlite::Error),
    /// The database failed while it was being used.
    #[error("the hub's database failed: {0}")]
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for HubError {
    fn from(error: rusqlite::Error) -> Self {
        let full = error.sqlite_error().is_some_and(|failure| {
            // Opening a database takes a small file beside it, and SQLite calls it an I/O error if that has no room.
            failure.code == ErrorCode::DiskFull || failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE
        });
        if full { Self::DiskFull(error) } else { Self::Database(error) }
    }
}
