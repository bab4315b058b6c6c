use super::*;

#[test]
fn every_commit_is_flushed_to_the_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = open(&folder.path().join("history.db")).expect("opened");
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, String>(0));
    let synchronous: i64 =
        connection.pragma_query_value(None, "synchronous", |row| row.get(0)).expect("asked");
    assert_eq!(pragma("journal_mode").expect("asked"), "wal", "readers do not wait for the writer");
    assert_eq!(synchronous, 2, "FULL: with NORMAL a power cut takes back what was shown");
}

/// The first version that knew who has something.
const OF_CLAIMS: usize = 6;
/// The first version with an index of words.
const OF_SEARCH: usize = 8;

/// The history of a program that knew so many steps, with two notifications in it.
fn of_version(folder: &Path, version: usize) -> Connection {
    let connection = Connection::open(folder.join("history.db")).expect("made");
    connection.pragma_update(None, "journal_mode", "WAL").expect("as the program does");
    for step in &MIGRATIONS[..version] {
        connection.execute_batch(step).expect("as the program did");
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID).expect("marked");
    connection.pragma_update(None, "user_version", version as i64).expect("numbered");
    let filled = "INSERT INTO notification
            (id, kind, title, message, sender, channel, at, received_at, quarter, read, caught_up)
         VALUES ('n_1', 'info', 't', 'm', 's', NULL, 0, 0, 0, 1, 0), ('n_2', 'info', 't', 'm', 's', 'bar', 0, 0, 0, 0, 0)";
    connection.execute_batch(filled).expect("filled");
    if version >= OF_CLAIMS {
        // One is taken as the hub says, of the other this person's own wish to take it waits.
        let claimed = "UPDATE notification SET taken_by = 'Awa', taken_at = 0 WHERE id = 'n_1';
             INSERT INTO outbox (kind, address, subject, queued_at) VALUES ('take', 'h', 'n_2', 0)";
        connection.execute_batch(claimed).expect("claimed");
    }
    connection
}

#[test]
fn a_history_of_any_older_version_is_opened_with_all_that_it_holds() {
    for version in 1..MIGRATIONS.len() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(of_version(folder.path(), version));
        let connection = open(&folder.path().join("history.db")).expect("opened");
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("counted");
        assert_eq!(count("PRAGMA user_version"), MIGRATIONS.len() as i64, "version {version} became today's");
        assert_eq!(count("SELECT count(*) FROM notification"), 2);
        assert_eq!(count("SELECT sum(unread) FROM tally"), 1, "what was read stays read");
        let held = if version < OF_CLAIMS { 0 } else { 2 };
        assert_eq!(
            count("SELECT sum(held) FROM notification"),
            held,
            "what is taken of {version} waits no more"
        );
        let to_fill = i64::from(version < OF_SEARCH);
        assert_eq!(
            count("SELECT count(*) FROM search_fill"),
            to_fill,
            "all of {version} can be found some day"
        );
    }
}

#[test]
fn an_update_that_fails_half_way_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let raw = of_version(folder.path(), 1);
    raw.execute_batch("CREATE TABLE device (in_the_way)").expect("the last statement cannot be done");
    let tables = || {
        let all = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)";
        raw.query_row(all, [], |row| row.get::<_, String>(0)).expect("listed")
    };
    let before = tables();
    assert!(open(&folder.path().join("history.db")).is_err(), "the statements before it could be done");
    assert_eq!(tables(), before, "all of an update or nothing");
}
