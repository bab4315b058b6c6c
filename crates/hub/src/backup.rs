//! Copies of a hub's database: taken while the hub runs, put back while it does not.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::access::{AuditEvent, AuditLine, Luggage, pack, unpack, write_audit};
use crate::log::{self, OpenFile, with_logs};
use crate::{HubError, clock};

/// Ends the name of a copy that is not whole yet.
const HALF: &str = ".part";

/// Writes a copy of the hub's database in `folder` to `file`, as of one instant. The hub may be running.
///
/// # Errors
/// There is no database, `file` exists already, or it cannot be written; then there is no `file`.
pub fn backup(folder: &Path, file: &Path) -> Result<(), HubError> {
    let database = log::database_in(folder)?;
    let half = log::beside(file, HALF);
    refuse_existing(file, "it exists already")?;
    refuse_existing(&half, "a copy is being made, or was interrupted: then remove this")?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(&database, flags)?;
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    // A copy that was interrupted must never be taken for a whole one.
    let written = db
        .execute("VACUUM INTO ?1", [half.to_string_lossy()])
        .map_err(|error| not_writable(file, &error))
        .and_then(|_| put_in_place(&half, file).map_err(|error| not_writable(file, &error)));
    if written.is_err() {
        let _ = fs::remove_file(&half);
    }
    written
}

/// What putting a copy back came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where what was there before is kept.
    pub kept: Option<PathBuf>,
    /// Who may come in is as it was when the copy was taken, since nothing newer could be read: tokens that were
    /// withdrawn since are good again.
    pub tokens_of_the_copy: bool,
}

/// Puts a copy back as the database of the hub in `folder`, which must not be running. What was there is kept
/// beside it.
///
/// The restored database gets an epoch of its own: it lacks what came after the copy, so its numbers mean
/// something else from here on, and stations must notice. Who may come in stays as it is now, if that can be read: a token
/// that was withdrawn since the copy was taken is not good again. So does the audit log.
///
/// # Errors
/// `file` is no hub's database, or a newer one; a hub is running; the folder cannot be written. Then
/// everything is as it was, unless files could no longer be renamed half-way: then the next start goes on.
pub fn restore(folder: &Path, file: &Path) -> Result<Restored, HubError> {
    log::inspect(file)?;
    let refused =
        |reason: &str| HubError::ForeignDatabase { path: file.to_owned(), reason: reason.to_owned() };
    match fs::metadata(file) {
        Ok(copy) if copy.is_file() && copy.len() > 0 => {}
        Ok(copy) if copy.is_file() => return Err(refused("it is empty")),
        _ => return Err(refused("no such file")),
    }
    let held = OpenFile::claim(folder)?;
    let half = log::beside(&held.path, HALF);
    // The log of a restore that was interrupted must not be taken for one of this copy.
    log::remove(&half).map_err(|error| not_writable(&half, &error))?;
    let luggage = log::look_into(&held.path).and_then(|db| pack(&db));
    if let Err(error) = &luggage {
        tracing::warn!(%error, "the tokens cannot be read any more: those of the copy are good again, also withdrawn ones");
    }
    let tokens_of_the_copy = match prepare(file, &half, luggage.ok().as_ref()) {
        Ok(tokens_of_the_copy) => tokens_of_the_copy,
        Err(error) => {
            let _ = log::remove(&half);
            return Err(error);
        }
    };
    let kept = synced(&half)
        .and_then(|()| log::replace(&held.path, &half))
        .map_err(|error| not_writable(&held.path, &error))?;
    Ok(Restored { kept, tokens_of_the_copy })
}

/// Makes `half` a sound database of today's schema from the copy `file`, all in the one file, with this luggage. Says
/// whether the tokens in it are the copy's own.
fn prepare(file: &Path, half: &Path, luggage: Option<&Luggage>) -> Result<bool, HubError> {
    // What an earlier restore put aside may have a log beside it.
    for (from, to) in with_logs(file).into_iter().zip(with_logs(half)).take(2) {
        if from.exists() {
            fs::copy(&from, &to).map_err(|error| not_writable(&to, &error))?;
        }
    }
    let mut db = log::open_database(half)?;
    let sound: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(HubError::ForeignDatabase { path: file.to_owned(), reason: sound });
    }
    let of_the_copy = pack(&db)?.has_tokens() && !luggage.is_some_and(Luggage::has_tokens);
    if let Some(luggage) = luggage {
        unpack(luggage, &mut db)?;
    }
    log::rename(&db)?;
    write_audit(&db, &AuditLine::new(AuditEvent::Restored, clock::now()))?;
    // Everything into the one file, so that renaming it moves all of it.
    db.pragma_update(None, "journal_mode", "delete")?;
    Ok(of_the_copy)
}

fn refuse_existing(file: &Path, reason: &str) -> Result<(), HubError> {
    if file.exists() { Err(not_writable(file, &reason)) } else { Ok(()) }
}

fn put_in_place(half: &Path, file: &Path) -> std::io::Result<()> {
    synced(half)?;
    fs::rename(half, file)?;
    log::sync_names_beside(file)
}

fn synced(file: &Path) -> std::io::Result<()> {
    fs::OpenOptions::new().write(true).open(file)?.sync_all()
}

fn not_writable(path: &Path, error: &dyn std::fmt::Display) -> HubError {
    HubError::NotWritable { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use chapfood_protocol::Role;

    use super::*;
    use crate::access::{Grant, Tokens};

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
        let kept = restore(later.path(), &copy).expect("restored").kept.expect("the other one is kept");
        let (restored, entries) = state(later.path());
        assert_eq!(entries, 3, "it is the copy");
        assert_ne!(restored, epoch, "and says that it is not the original");
        let db = Connection::open(kept).expect("opened");
        let before: i64 = db.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("counted");
        assert_eq!(before, 5, "nothing was thrown away");
    }

    /// A token, and whether it is withdrawn.
    fn tokens(folder: &Path) -> Vec<(String, bool)> {
        let tokens = Tokens::open(folder).expect("opened").list().expect("read");
        tokens.into_iter().map(|token| (token.label, token.revoked.is_some())).collect()
    }

    #[test]
    fn who_may_come_in_stays_as_it_is_when_a_copy_is_put_back() {
        let grant = Grant { roles: [Role::Admin].into(), channels: Vec::new() };
        let folder = folder_with(3);
        let mut held = Tokens::open_or_make(folder.path()).expect("opened");
        let (stolen, _) = held.create("stolen", &grant).expect("given out");
        held.create("kept", &grant).expect("given out");
        let copy = folder.path().join("copy.sqlite3");
        backup(folder.path(), &copy).expect("taken");
        held.revoke(stolen).expect("withdrawn");
        held.create("since", &grant).expect("given out");
        drop(held);
        let restored = restore(folder.path(), &copy).expect("restored");
        assert!(!restored.tokens_of_the_copy);
        let now = [("stolen".into(), true), ("kept".into(), false), ("since".into(), false)];
        assert_eq!(tokens(folder.path()), now);
        let audit = Tokens::open(folder.path()).expect("opened").audit().expect("read");
        let happened: Vec<_> = audit.iter().map(|line| (line.event, line.token)).collect();
        let (made, withdrawn) = (AuditEvent::TokenCreated, AuditEvent::TokenRevoked);
        let all = [
            (made, Some(1)),
            (made, Some(2)),
            (withdrawn, Some(1)),
            (made, Some(3)),
            (AuditEvent::Restored, None),
        ];
        assert_eq!(happened, all, "what happened since is not forgotten");

        let new_computer = tempfile::tempdir().expect("a folder for the test");
        let restored = restore(new_computer.path(), &copy).expect("restored");
        assert!(restored.tokens_of_the_copy, "which has to be said");
        let of_the_copy = [("stolen".into(), false), ("kept".into(), false)];
        assert_eq!(tokens(new_computer.path()), of_the_copy, "there are no others to go by");
    }

    #[test]
    fn where_the_tokens_cannot_be_read_any_more_it_is_said_that_those_of_the_copy_are_good_again() {
        let grant = Grant { roles: [Role::Admin].into(), channels: Vec::new() };
        let folder = folder_with(2_000);
        Tokens::open(folder.path()).expect("opened").create("stolen", &grant).expect("given out");
        let copy = folder.path().join("copy.sqlite3");
        backup(folder.path(), &copy).expect("taken");
        let database = folder.path().join("hub.sqlite3");
        let mut bytes = fs::read(&database).expect("read");
        bytes[4_096..].fill(0xff);
        fs::write(&database, bytes).expect("damaged");
        assert!(restore(folder.path(), &copy).expect("restored").tokens_of_the_copy);
    }

    #[test]
    fn a_restored_copy_keeps_the_hubs_time_and_leaves_out_ids_that_may_have_been_given_since() {
        let folder = folder_with(1);
        let db = Connection::open(folder.path().join("hub.sqlite3")).expect("opened");
        db.execute("UPDATE hub SET last_id = 'n_1749290400.123000', own_time = 7, clock = 8, floor = 9", [])
            .expect("noted");
        let copy = folder.path().join("copy.sqlite3");
        backup(folder.path(), &copy).expect("taken");
        drop(db);
        restore(folder.path(), &copy).expect("restored");
        let db = Connection::open(folder.path().join("hub.sqlite3")).expect("opened");
        let noted: (String, i64, i64, i64) = db
            .query_row("SELECT last_id, own_time, clock, floor FROM hub", [], |row| row.try_into())
            .expect("one row");
        let (last_id, own_time, clock, floor) = noted;
        assert_eq!((own_time, clock, floor), (7, 8, 9));
        assert!(last_id.as_str() > "n_1749294000", "ids that the hub gave out since are left out");
    }

    #[test]
    fn a_copy_never_overwrites_and_a_foreign_file_is_never_put_back() {
        let folder = folder_with(1);
        let taken = folder.path().join("taken");
        fs::write(&taken, "my shopping list").expect("written");
        assert!(matches!(backup(folder.path(), &taken), Err(HubError::NotWritable { .. })));
        let before = state(folder.path());
        assert!(matches!(restore(folder.path(), &taken), Err(HubError::ForeignDatabase { .. })));
        let empty = folder.path().join("empty");
        fs::write(&empty, "").expect("written");
        for no_copy in [empty, folder.path().join("none")] {
            let refused = restore(folder.path(), &no_copy);
            assert!(matches!(refused, Err(HubError::ForeignDatabase { .. })), "{no_copy:?} holds nothing");
        }
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
        assert!(!folder.path().join("hub.sqlite3.part").exists(), "and nothing is left behind");
    }

    #[test]
    fn a_folder_without_a_database_has_nothing_to_copy() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let copy = folder.path().join("copy");
        assert!(backup(folder.path(), &copy).is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0, "and nothing was made");
    }

    /// Leaves the database in `folder` as a killed hub does: what was written last is in its log only.
    fn killed_hub(folder: &Path, entries: i64) {
        let db = log::open_database(&folder.join("hub.sqlite3")).expect("opened");
        for n in 1..=entries {
            db.execute(
                "INSERT INTO entry (channel_id, seq, id, accepted_at, payload) VALUES (1, ?1, ?1, 0, '{}')",
                [100 + n],
            )
            .expect("an entry");
        }
        std::mem::forget(db);
    }

    #[test]
    fn what_was_put_aside_can_be_put_back_with_all_that_a_killed_hub_had_confirmed() {
        let folder = folder_with(3);
        let copy = folder.path().join("copy");
        backup(folder.path(), &copy).expect("taken");
        killed_hub(folder.path(), 4);
        let kept = restore(folder.path(), &copy).expect("restored").kept.expect("the other one is kept");
        assert_eq!(state(folder.path()).1, 3, "it is the copy");
        restore(folder.path(), &kept).expect("put back");
        assert_eq!(state(folder.path()).1, 7, "4 of them were in the log only");
    }

    #[test]
    fn the_log_of_an_interrupted_restore_is_not_taken_for_one_of_the_next_copy() {
        let folder = folder_with(3);
        let copy = folder.path().join("copy");
        backup(folder.path(), &copy).expect("taken");
        let other = folder_with(500);
        let half = folder.path().join("hub.sqlite3.part");
        fs::copy(other.path().join("hub.sqlite3"), &half).expect("a restore of another copy had begun");
        let db = log::open_database(&half).expect("opened");
        db.execute("UPDATE entry SET payload = '{\"n\": 1}'", []).expect("changed");
        std::mem::forget(db);
        restore(folder.path(), &copy).expect("restored");
        let db = Connection::open(folder.path().join("hub.sqlite3")).expect("opened");
        let sound: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
        assert_eq!((sound.as_str(), state(folder.path()).1), ("ok", 3), "nothing of the other one is in it");
    }

    #[test]
    fn a_restore_that_was_interrupted_while_files_were_renamed_is_completed_at_the_next_start() {
        for renamed in 0..3 {
            let folder = folder_with(3);
            let copy = folder.path().join("copy");
            backup(folder.path(), &copy).expect("taken");
            killed_hub(folder.path(), 4);
            let file = |name: &str| folder.path().join(name);
            fs::rename(&copy, file("hub.sqlite3.restored-7")).expect("the copy counts");
            for suffix in ["", "-wal", "-shm"].iter().take(renamed) {
                let kept = file(&format!("hub.sqlite3.before-restore-7{suffix}"));
                fs::rename(file(&format!("hub.sqlite3{suffix}")), kept).expect("renamed");
            }
            drop(OpenFile::claim(folder.path()).expect("a hub starts"));
            assert_eq!(state(folder.path()).1, 3, "it has the copy, after {renamed} files");
            restore(folder.path(), &file("hub.sqlite3.before-restore-7")).expect("put back");
            assert_eq!(
                state(folder.path()).1,
                7,
                "and what was there before is whole, after {renamed} files"
            );
        }
    }

    #[test]
    fn a_copy_of_a_folder_with_an_interrupted_restore_is_of_what_counts() {
        let folder = folder_with(3);
        let copy = folder.path().join("copy");
        backup(folder.path(), &copy).expect("taken");
        killed_hub(folder.path(), 4);
        fs::rename(&copy, folder.path().join("hub.sqlite3.restored-1")).expect("the copy counts");
        fs::remove_file(folder.path().join("hub.sqlite3-shm")).expect("removed");
        let kept = folder.path().join("hub.sqlite3.before-restore-1");
        fs::rename(folder.path().join("hub.sqlite3"), kept).expect("renamed");
        backup(folder.path(), &copy).expect("taken again");
        let restored = tempfile::tempdir().expect("a folder for the test");
        restore(restored.path(), &copy).expect("restored");
        assert_eq!(state(restored.path()).1, 3);
    }

    #[test]
    fn what_an_interrupted_copy_left_is_named() {
        let folder = folder_with(1);
        let half = folder.path().join("copy.part");
        fs::write(&half, "half of it").expect("written");
        let refused =
            backup(folder.path(), &folder.path().join("copy")).expect_err("something is in the way");
        assert!(
            refused.to_string().contains("copy.part (a copy is being made, or was interrupted"),
            "{refused}"
        );
    }
}
