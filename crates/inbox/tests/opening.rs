//! Which files are taken for a history, and which are left alone.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use chapfood_inbox::{Filter, Inbox, InboxError};
use rusqlite::Connection;
use support::{Folder, MORNING, arrival, at};

#[test]
fn a_history_is_still_there_after_a_restart() {
    let folder = Folder::new();
    folder.open().append(&[arrival("n_1")], at(MORNING)).expect("stored");
    let page = folder.open().page(&Filter::default(), 0, 10).expect("listed");
    assert_eq!(page.len(), 1, "what was stored is what is found");
}

#[test]
fn an_unclean_end_loses_nothing_that_was_stored() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    inbox.append(&[arrival("n_1")], at(MORNING)).expect("stored");
    // Never closed: the write-ahead log stays behind, as after a crash.
    std::mem::forget(inbox);
    assert_eq!(folder.open().tally().expect("counted").total, 1, "append had returned, so it is on the disk");
}

#[test]
fn a_text_file_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let letter = "Chère équipe, ".repeat(400);
    fs::write(folder.file(), &letter).expect("written");
    let refused = Inbox::open(&folder.file()).expect_err("this is no history");
    assert!(matches!(refused, InboxError::Foreign { .. }), "{refused}");
    assert_eq!(fs::read_to_string(folder.file()).expect("read"), letter, "not one byte may change");
}

#[test]
fn another_programs_database_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let other = Connection::open(folder.file()).expect("made");
    other.execute_batch("CREATE TABLE recipe (name TEXT); PRAGMA user_version = 1").expect("filled");
    drop(other);
    let before = fs::read(folder.file()).expect("read");
    let refused = Inbox::open(&folder.file()).expect_err("this is somebody's recipes");
    assert!(matches!(refused, InboxError::Foreign { .. }), "{refused}");
    assert_eq!(fs::read(folder.file()).expect("read"), before, "not one byte may change");
}

#[test]
fn a_newer_history_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    folder.open().append(&[arrival("n_1")], at(MORNING)).expect("stored");
    let raw = Connection::open(folder.file()).expect("opened");
    raw.pragma_update(None, "user_version", 99).expect("marked as newer");
    drop(raw);
    let before = fs::read(folder.file()).expect("read");
    let refused = Inbox::open(&folder.file()).expect_err("this program does not know its tables");
    assert!(matches!(refused, InboxError::Newer { found: 99, .. }), "{refused}");
    assert_eq!(fs::read(folder.file()).expect("read"), before, "not one byte may change");
}

#[test]
fn what_a_killed_newer_version_left_in_its_log_only_is_refused_untouched_too() {
    let folder = Folder::new();
    folder.open().append(&[arrival("n_1")], at(MORNING)).expect("stored");
    let newer = Connection::open(folder.file()).expect("opened");
    newer.pragma_update(None, "user_version", 99).expect("marked as newer, in the log");
    let killed = Folder::new();
    let beside = |file: &Path, suffix: &str| PathBuf::from(format!("{}{suffix}", file.display()));
    for suffix in ["", "-wal"] {
        fs::copy(beside(&folder.file(), suffix), beside(&killed.file(), suffix)).expect("copied");
    }
    let contents = || ["", "-wal", "-shm"].map(|suffix| fs::read(beside(&killed.file(), suffix)).ok());
    let before = contents();
    let refused = Inbox::open(&killed.file()).expect_err("this program does not know its tables");
    assert!(matches!(refused, InboxError::Newer { found: 99, .. }), "{refused}");
    assert!(contents() == before, "not one byte may change, and nothing is put beside it");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = Folder::new();
    let nowhere = folder.file().join("nowhere").join("history.db");
    let refused = Inbox::open(&nowhere).expect_err("there is no such folder");
    assert!(matches!(refused, InboxError::NotWritable { .. }), "{refused}");
    assert!(
        refused.to_string().contains("nowhere"),
        "the person must learn which folder is meant: {refused}"
    );
}

/// What each version added, as it was released.
const VERSIONS: [&str; 2] = [include_str!("versions/1.sql"), include_str!("versions/2.sql")];

#[test]
fn a_history_of_an_earlier_version_keeps_its_rows() {
    for version in 1..=VERSIONS.len() {
        let folder = Folder::new();
        let raw = Connection::open(folder.file()).expect("opened");
        raw.execute_batch(&VERSIONS[..version].concat()).expect("as that version made it");
        raw.execute_batch(&format!(
            "PRAGMA application_id = 0x43464E49; PRAGMA user_version = {version};
             INSERT INTO notification (id, kind, title, message, sender, at, received_at, quarter, caught_up)
             VALUES ('n_1', 'info', 't', 'm', 's', 0, 0, 0, 0)"
        ))
        .expect("as that version left it");
        drop(raw);
        let mut inbox = folder.open();
        assert_eq!(inbox.tally().expect("counted").total, 1, "version {version} costs nobody their history");
        inbox.append(&[arrival("n_2")], at(MORNING)).expect("stored");
        let rows = inbox.page(&Filter::default(), 0, 10).expect("listed");
        assert_eq!(
            (rows[1].title.as_str(), rows[1].expired),
            ("t", false),
            "what it could not say is not said"
        );
        assert_eq!(inbox.device_id("fresh").expect("kept"), "fresh", "and the new tables are there");
    }
}
