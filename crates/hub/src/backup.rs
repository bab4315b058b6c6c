//! Copies of a hub's database: taken while the hub runs, put back while it does not.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::HubError;
use crate::log::{self, OpenFile};

/// Writes a copy of the hub's database in `folder` to `file`, as of one instant. The hub may be running.
///
/// # Errors
/// There is no database, `file` exists already, or it cannot be written; then there is no `file`.
pub fn backup(folder: &Path, file: &Path) -> Result<(), HubError> {
    let database = log::database_in(folder)?;
    refuse_existing(file)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(&database, flags)?;
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    let half = beside(file);
    // A copy that was interrupted must never be taken for a whole one.
    let written = db
        .execute("VACUUM INTO ?1", [half.to_string_lossy()])
        .map_err(|error| not_writable(file, &error))
        .and_then(|_| {
            synced(&half).and_then(|()| fs::rename(&half, file)).map_err(|error| not_writable(file, &error))
        });
    if written.is_err() {
        let _ = fs::remove_file(&half);
    }
    written
}

/// Puts a copy back as the database of the hub in `folder`, which must not be running. What was there is kept
/// beside it; where it is now is the answer.
///
/// The restored database gets an epoch of its own: it lacks what came after the copy, so its numbers mean
/// something else from here on, and stations must notice.
///
/// # Errors
/// `file` is no hub's database, or a newer one; a hub is running; the folder cannot be written. Then
/// everything is as it was.
pub fn restore(folder: &Path, file: &Path) -> Result<Option<PathBuf>, HubError> {
    log::inspect(file)?;
    if !file.is_file() {
        return Err(HubError::ForeignDatabase { path: file.to_owned(), reason: "no such file".into() });
    }
    let held = OpenFile::claim(folder)?;
    let half = beside(&held.path);
    let prepared = fs::copy(file, &half).map_err(|error| not_writable(&held.path, &error)).and_then(|_| {
        let db = log::open_database(&half)?;
        let sound: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if sound != "ok" {
            return Err(HubError::ForeignDatabase { path: file.to_owned(), reason: sound });
        }
        db.execute("DELETE FROM hub", [])?;
        log::epoch(&db)?;
        // Everything into the one file, so that renaming it moves all of it.
        db.pragma_update(None, "journal_mode", "delete")?;
        Ok(())
    });
    if let Err(error) = prepared {
        for file in with_logs(&half) {
            let _ = fs::remove_file(file);
        }
        return Err(error);
    }
    let kept = put_aside(&held.path)?;
    synced(&half)
        .and_then(|()| fs::rename(&half, &held.path))
        .map_err(|error| not_writable(&held.path, &error))?;
    Ok(kept)
}

/// Moves the database out of the way, with the log that belongs to it. `None`: it was empty.
fn put_aside(database: &Path) -> Result<Option<PathBuf>, HubError> {
    let empty = fs::metadata(database).is_ok_and(|file| file.len() == 0);
    let aside = (1..)
        .map(|n| database.with_extension(format!("sqlite3.before-restore-{n}")))
        .find(|path| !path.exists())
        .unwrap_or_else(|| database.with_extension("sqlite3.before-restore"));
    for (from, to) in with_logs(database).into_iter().zip(with_logs(&aside)) {
        if from.exists() {
            let moved = if empty { fs::remove_file(&from) } else { fs::rename(&from, &to) };
            moved.map_err(|error| not_writable(&from, &error))?;
        }
    }
    Ok((!empty).then_some(aside))
}

/// A database and the two files that SQLite keeps beside it.
fn with_logs(database: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    })
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn refuse_existing(file: &Path) -> Result<(), HubError> {
    if file.exists() || beside(file).exists() {
        return Err(HubError::NotWritable { path: file.to_owned(), reason: "it exists already".into() });
    }
    Ok(())
}

fn synced(file: &Path) -> std::io::Result<()> {
    fs::OpenOptions::new().write(true).open(file)?.sync_all()
}

fn not_writable(path: &Path, error: &dyn std::fmt::Display) -> HubError {
    HubError::NotWritable { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(entries: i64) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let held = OpenFile::claim(folder.path()).expect("ours");
        let db = log::open_database(&held.path).expect("opened");
        log::epoch(&db).expect("named");
        db.execute("INSERT INTO channel (name) VALUES ('a')", []).expect("a channel");
        for n in 1..=entries {
            db.execute(
                "INSERT INTO entry (channel_id, seq, id, accepted_at, payload) VALUES (1, ?1, ?1, 0, '{}')",
                [n],
            )
            .expect("an entry");
        }
        folder
    }

    fn state(folder: &Path) -> (String, i64) {
        let db = Connection::open(folder.join("hub.sqlite3")).expect("opened");
        let epoch = db.query_row("SELECT epoch FROM hub", [], |row| row.get(0)).expect("named");
        (epoch, db.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("counted"))
    }

    #[test]
    fn a_copy_is_taken_while_the_hub_has_the_database_and_put_back_under_another_epoch() {
        let folder = folder_with(3);
        let copy = folder.path().join("copy.sqlite3");
        {
            let _running = OpenFile::claim(folder.path()).expect("a hub holds the folder");
            backup(folder.path(), &copy).expect("a copy is taken all the same");
            assert!(matches!(restore(folder.path(), &copy), Err(HubError::DatabaseInUse { .. })));
        }
        let (epoch, _) = state(folder.path());
        let later = folder_with(5);
        let kept = restore(later.path(), &copy).expect("restored").expect("the other one is kept");
        let (restored, entries) = state(later.path());
        assert_eq!(entries, 3, "it is the copy");
        assert_ne!(restored, epoch, "and says that it is not the original");
        let db = Connection::open(kept).expect("opened");
        let before: i64 = db.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("counted");
        assert_eq!(before, 5, "nothing was thrown away");
    }

    #[test]
    fn a_copy_never_overwrites_and_a_foreign_file_is_never_put_back() {
        let folder = folder_with(1);
        let taken = folder.path().join("taken");
        fs::write(&taken, "my shopping list").expect("written");
        assert!(matches!(backup(folder.path(), &taken), Err(HubError::NotWritable { .. })));
        let before = state(folder.path());
        assert!(matches!(restore(folder.path(), &taken), Err(HubError::ForeignDatabase { .. })));
        assert!(matches!(
            restore(folder.path(), &folder.path().join("none")),
            Err(HubError::ForeignDatabase { .. })
        ));
        assert_eq!(state(folder.path()), before, "everything is as it was");
        assert_eq!(fs::read_to_string(&taken).expect("there"), "my shopping list");
    }

    #[test]
    fn a_damaged_copy_is_refused_and_leaves_everything_as_it_was() {
        let folder = folder_with(2_000);
        let copy = folder.path().join("copy.sqlite3");
        backup(folder.path(), &copy).expect("taken");
        let mut bytes = fs::read(&copy).expect("read");
        bytes[8_192..40_000].fill(0xff);
        fs::write(&copy, bytes).expect("damaged");
        let before = state(folder.path());
        assert!(restore(folder.path(), &copy).is_err(), "it is damaged");
        assert_eq!(state(folder.path()), before, "everything is as it was");
        assert!(!beside(&folder.path().join("hub.sqlite3")).exists(), "and nothing is left behind");
    }

    #[test]
    fn a_folder_without_a_database_has_nothing_to_copy() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let copy = folder.path().join("copy");
        assert!(backup(folder.path(), &copy).is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0, "and nothing was made");
    }
}
