//! Another database in the place of the hub's, so that a crash or a power cut at any moment leaves the one or the
//! other.
//!
//! A database is three files, which cannot be renamed at once. So the new one, complete, first gets the name
//! `hub.sqlite3.restored-N`: from then on it counts. What is left to do is renaming, and whoever claims the folder
//! next does what a crash left undone.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Between the database's name and the number, while the new one waits for its place.
const WAITING: &str = ".restored-";
/// The same of the one that it replaces.
const KEPT: &str = ".before-restore-";

/// Puts the complete database `ready`, on whose folder's disk it must be, in the place of `database`. Gives where
/// that is kept from now on; `None`: there was none.
///
/// # Errors
/// A file cannot be renamed. If it was the first one, everything is as it was; later on, the next to claim the
/// folder goes on.
pub(crate) fn replace(database: &Path, ready: &Path) -> io::Result<Option<PathBuf>> {
    let free = |number: &u32| with_logs(&named(database, KEPT, *number)).iter().all(|file| !file.exists());
    let number = (1..).find(free).unwrap_or(u32::MAX);
    fs::rename(ready, named(database, WAITING, number))?;
    sync_names_beside(database)?;
    finish(database)
}

/// Whether a database waits for its place.
pub(crate) fn is_unfinished(database: &Path) -> io::Result<bool> {
    Ok(waiting(database)?.is_some())
}

/// Goes on with a replacement that was begun. Gives where the old database is kept; `None`: there was none, or
/// nothing was begun.
pub(crate) fn finish(database: &Path) -> io::Result<Option<PathBuf>> {
    let Some(number) = waiting(database)? else { return Ok(None) };
    let kept = named(database, KEPT, number);
    // What a hub that never wrote anything leaves is not worth keeping.
    let empty = fs::metadata(database).is_ok_and(|file| file.len() == 0);
    for (from, to) in with_logs(database).into_iter().zip(with_logs(&kept)) {
        if from.exists() {
            if empty { fs::remove_file(&from) } else { fs::rename(&from, &to) }?;
        }
    }
    sync_names_beside(database)?;
    fs::rename(named(database, WAITING, number), database)?;
    sync_names_beside(database)?;
    Ok(kept.exists().then_some(kept))
}

/// The number of the database that waits for its place.
fn waiting(database: &Path) -> io::Result<Option<u32>> {
    let begin = beside(Path::new(database.file_name().unwrap_or_default()), WAITING);
    let begin = begin.to_string_lossy();
    for file in fs::read_dir(folder_of(database))? {
        let name = file?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(&*begin)?.parse().ok());
        if number.is_some() {
            return Ok(number);
        }
    }
    Ok(None)
}

/// A database and the two files that SQLite keeps beside it.
pub(crate) fn with_logs(database: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| beside(database, suffix))
}

/// The file whose name is this one's and more.
pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Removes a database, with what SQLite keeps beside it.
pub(crate) fn remove(database: &Path) -> io::Result<()> {
    let journal = beside(database, "-journal");
    with_logs(database)
        .into_iter()
        .chain([journal])
        .filter(|file| file.exists())
        .try_for_each(fs::remove_file)
}

/// Has the names in the folder of `file` on the disk.
pub(crate) fn sync_names_beside(file: &Path) -> io::Result<()> {
    // Windows has no way to ask for it.
    if cfg!(unix) { File::open(folder_of(file))?.sync_all() } else { Ok(()) }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn named(database: &Path, kind: &str, number: u32) -> PathBuf {
    beside(database, &format!("{kind}{number}"))
}
