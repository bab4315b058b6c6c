use std::path::PathBuf;

/// Why the history could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// The file is no history of notifications.
    #[error(
        "{path} is not a history of ChapFood notifications ({reason}): it was left untouched; move it away"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A newer program wrote the file.
    #[error(
        "{path} was written by a newer version (schema {found}, this program knows {known}): it was left untouched; update this program"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema found.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// The file cannot be made, read or written at all.
    #[error("cannot open {path} ({reason}): give this user write access to its folder")]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The database refused while it was being used, e.g. because the disk is full.
    #[error("the history's database failed: {0}")]
    Database(#[from] rusqlite::Error),
}
