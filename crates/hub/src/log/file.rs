//! Deciding whether a file may be opened, before anything touches it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::HubError;
use crate::log::replace;
use crate::log::schema::{APPLICATION_ID, VERSION};

/// The database's name in the hub's folder.
const DATABASE: &str = "hub.sqlite3";
/// Held locked while a hub uses the folder, so that two hubs never feed from one log.
const LOCK: &str = "hub.lock";

/// A database file that this program may write, held against other hubs for as long as this lives.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub(crate) path: PathBuf,
    _lock: File,
}

impl OpenFile {
    /// Makes the folder if needed, and looks at the file's first bytes without opening it as a database. A restore
    /// that was interrupted is completed.
    pub(crate) fn claim(folder: &Path) -> Result<Self, HubError> {
        let refused = |path: &Path, error: &std::io::Error| HubError::NotWritable {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        fs::create_dir_all(folder).map_err(|error| refused(folder, &error))?;
        let path = folder.join(DATABASE);
        inspect(&path)?;
        let lock_path = folder.join(LOCK);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|error| refused(&lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HubError::DatabaseInUse { path }),
            Err(TryLockError::Error(error)) => return Err(refused(&lock_path, &error)),
        }
        if let Some(kept) = replace::finish(&path).map_err(|error| refused(&path, &error))? {
            tracing::warn!(kept = %kept.display(), "a restore had been interrupted: its copy is the database now");
        }
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| refused(&path, &error))?;
        Ok(Self { path, _lock: lock })
    }
}

/// The hub's database in `folder`, if it is one. A restore that was interrupted is completed.
pub(crate) fn database_in(folder: &Path) -> Result<PathBuf, HubError> {
    let path = folder.join(DATABASE);
    if replace::is_unfinished(&path).unwrap_or(false) {
        OpenFile::claim(folder)?;
    }
    inspect(&path)?;
    if !path.is_file() {
        return Err(HubError::ForeignDatabase { path, reason: "there is no database".into() });
    }
    Ok(path)
}

/// Reads the header (<https://www.sqlite.org/fileformat.html#the_database_header>): opening a database, even
/// for reading, may write beside it, and a file that is not ours must stay as it is.
pub(crate) fn inspect(path: &Path) -> Result<(), HubError> {
    let mut header = [0_u8; 100];
    let read = match File::open(path) {
        Ok(mut file) => file.read(&mut header),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
    };
    let foreign =
        |reason: &str| HubError::ForeignDatabase { path: path.to_owned(), reason: reason.to_owned() };
    match read {
        // An empty file is what a crash leaves between making the file and writing its first page.
        Ok(0) => return Ok(()),
        Ok(100) if header.starts_with(b"SQLite format 3\0") => {}
        Ok(_) => return Err(foreign("no SQLite database")),
        Err(error) => {
            return Err(HubError::NotWritable { path: path.to_owned(), reason: error.to_string() });
        }
    }
    let number = |at: usize| {
        i64::from(u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]))
    };
    let (version, application) = (number(60), number(68));
    if application != i64::from(APPLICATION_ID) {
        return Err(foreign("the database of another program"));
    }
    if version > VERSION {
        return Err(HubError::NewerDatabase { path: path.to_owned(), found: version, known: VERSION });
    }
    Ok(())
}
