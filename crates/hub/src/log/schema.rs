//! The tables, and how an older database becomes today's.

use std::path::Path;
use std::{fs, io};

use chapfood_protocol::{IdSequence, NotificationId};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::HubError;
use crate::log::{beside, remove, sync_names_beside, with_logs};

/// `ChFd`: marks the file as a hub's database.
pub(crate) const APPLICATION_ID: i32 = 0x4368_4664;

/// The newest schema this program knows: the number of [`MIGRATIONS`].
#[expect(clippy::cast_possible_wrap, reason = "there are a handful of migrations")]
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Each runs once, in order, in one transaction. Never edited once released: add another.
pub(super) const MIGRATIONS: [&str; 8] = [
    "
    -- One row. The epoch names this database: a restored backup gets another one.
    CREATE TABLE hub (epoch TEXT NOT NULL) STRICT;

    -- `head` is the last number given out, and stays when old entries go. '*' holds the broadcasts.
    CREATE TABLE channel (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        head INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE entry (
        channel_id INTEGER NOT NULL REFERENCES channel (id),
        seq INTEGER NOT NULL,
        id TEXT NOT NULL UNIQUE,
        accepted_at INTEGER NOT NULL, -- ms since 1970 UTC
        origin TEXT,                  -- whose client_id
        client_id TEXT,
        payload TEXT NOT NULL,        -- the notification as it goes over the wire
        UNIQUE (channel_id, seq)
    ) STRICT;
    CREATE UNIQUE INDEX entry_by_client_id ON entry (origin, client_id) WHERE client_id IS NOT NULL;

    CREATE TABLE cursor (
        subscriber TEXT NOT NULL,
        channel_id INTEGER NOT NULL REFERENCES channel (id),
        seq INTEGER NOT NULL,
        PRIMARY KEY (subscriber, channel_id)
    ) STRICT, WITHOUT ROWID;
    ",
    "
    -- Everything up to this number is no longer kept.
    ALTER TABLE channel ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
    ",
    "
    -- When the subscriber was last heard of, in ms since 1970 UTC; whoever is known today counts as just seen.
    ALTER TABLE cursor ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
    UPDATE cursor SET seen_at = unixepoch() * 1000;
    CREATE INDEX cursor_by_channel ON cursor (channel_id, seq, seen_at);
    ",
    "
    -- The greatest id that was let go: ids go on after it, whatever the clock says.
    ALTER TABLE hub ADD COLUMN last_id TEXT;
    CREATE INDEX entry_by_age ON entry (channel_id, accepted_at);
    ",
    "
    -- 0: a notification; 1: somebody took one; 2: it was released.
    ALTER TABLE entry ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX entry_claims ON entry (channel_id, seq) WHERE kind > 0;

    -- One row per notification that anybody ever took, for as long as it is kept.
    CREATE TABLE claim (
        id TEXT PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
        holder TEXT,          -- who is in charge: a subscriber or a socket; NULL: nobody any more
        seq INTEGER NOT NULL  -- the last entry about it, in the notification's channel
    ) STRICT, WITHOUT ROWID;
    ",
    "
    -- The hub's own time in ms, and what the computer's clock said then. `accepted_at` and `seen_at` are in it.
    ALTER TABLE hub ADD COLUMN own_time INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE hub ADD COLUMN clock INTEGER NOT NULL DEFAULT 0;
    UPDATE hub SET clock = unixepoch() * 1000,
        own_time = max(unixepoch() * 1000, coalesce((SELECT max(accepted_at) FROM entry), 0));
    -- The greatest number of a channel that was let go: a new channel's numbers go on after it, so that a place
    -- in the old one is never taken for one in the new one.
    ALTER TABLE hub ADD COLUMN floor INTEGER NOT NULL DEFAULT 0;
    ",
    "
    -- Who may come in. Times are the computer's clock, in ms since 1970 UTC. No number is ever given out twice.
    CREATE TABLE token (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        label TEXT NOT NULL,
        roles TEXT NOT NULL,     -- words with spaces between them
        channels TEXT NOT NULL,  -- patterns, one to a line
        hash BLOB NOT NULL,      -- SHA-256 of the token's text
        created_at INTEGER NOT NULL,
        used_at INTEGER,
        revoked_at INTEGER
    ) STRICT;
    ",
    "
    -- What happened at the doors. `at` is the computer's clock, in ms since 1970 UTC.
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        event TEXT NOT NULL,
        token_id INTEGER,
        address TEXT,
        code TEXT,
        times INTEGER NOT NULL
    ) STRICT;
    ",
];

/// Opens the writing connection and brings the schema up to date.
pub(crate) fn open(path: &Path) -> Result<Connection, HubError> {
    // Not while a backup reads it; then the second look below says so.
    if has_log(path)
        && let Ok(found) = version_untouched(path)
    {
        refuse_newer(found, path)?;
    }
    if fs::metadata(path).map_or(true, |file| file.len() == 0) {
        make(path)?;
    }
    let mut db = Connection::open(path)?;
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    refuse_newer(found, path)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    // NORMAL loses confirmed rows at a power cut: measured 6,875 of 114,692 over 40 cuts, FULL none.
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "foreign_keys", true)?;
    let transaction = db.transaction()?;
    for (version, migration) in (1..).zip(MIGRATIONS).skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    transaction.commit()?;
    Ok(db)
}

/// Makes a database that has only our mark. It appears whole: half a header, as a power cut may leave it, could not be
/// told from a file that is not ours.
fn make(path: &Path) -> Result<(), HubError> {
    let refused =
        |error: io::Error| HubError::NotWritable { path: path.to_owned(), reason: error.to_string() };
    let begun = beside(path, ".new");
    // What was begun before, and what belonged to a database that is not there.
    remove(&begun).and_then(|()| remove(path)).map_err(refused)?;
    let db = Connection::open(&begun)?;
    db.pragma_update(None, "application_id", APPLICATION_ID)?;
    db.close().map_err(|(_, error)| error)?;
    fs::rename(&begun, path).and_then(|()| sync_names_beside(path)).map_err(refused)
}

fn refuse_newer(found: i64, path: &Path) -> Result<(), HubError> {
    if found > VERSION {
        Err(HubError::NewerDatabase { path: path.to_owned(), found, known: VERSION })
    } else {
        Ok(())
    }
}

/// Whether the header may be older than the database.
fn has_log(path: &Path) -> bool {
    let [_, log, _] = with_logs(path);
    fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// The schema's version, the log included. A program killed before it folded its log into the file leaves an older
/// one in the header. Nothing is changed on the disk.
fn version_untouched(path: &Path) -> rusqlite::Result<i64> {
    look_into(path)?.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Opens a database that nobody uses, to read it, the log included. Nothing is changed on the disk.
pub(crate) fn look_into(path: &Path) -> rusqlite::Result<Connection> {
    let logged = has_log(path);
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.busy_timeout(std::time::Duration::ZERO)?;
    // Without a log there is nothing to fold into the file, and an empty one that SQLite begins goes when it is closed.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, logged)?;
    // Alone with the file, SQLite keeps in memory what it would share in another file beside it.
    db.pragma_update(None, "locking_mode", "exclusive")?;
    Ok(db)
}

/// The epoch of this database, made at its first start.
pub(crate) fn epoch(db: &Connection) -> Result<String, HubError> {
    if let Some(epoch) = db.query_row("SELECT epoch FROM hub", [], |row| row.get(0)).optional()? {
        return Ok(epoch);
    }
    let epoch = new_epoch()?;
    db.execute("INSERT INTO hub (epoch) VALUES (?1)", [&epoch])?;
    Ok(epoch)
}

/// Gives this database another epoch. The one that it was copied from gave out ids since; so some are left out, or
/// with a clock that is behind, other notifications would get the same ones, and devices take them for repeats.
pub(crate) fn rename(db: &Connection) -> Result<(), HubError> {
    epoch(db)?;
    let mut ids = IdSequence::after(last_id(db)?.as_ref());
    // More than any hub gives out between a copy and its return; and another copy's return leaves out others.
    ids.skip(u32::MAX);
    ids.skip(u32::from_be_bytes(random()?));
    db.execute("UPDATE hub SET epoch = ?1, last_id = ?2", (new_epoch()?, ids.next(0).as_str()))?;
    Ok(())
}

/// The greatest id that this database gave out.
pub(super) fn last_id(db: &Connection) -> rusqlite::Result<Option<NotificationId>> {
    let last = db.query_row(
        "SELECT max(coalesce(max(id), ''), coalesce((SELECT last_id FROM hub), '')) FROM entry",
        [],
        |row| row.get::<_, Option<String>>(0),
    )?;
    Ok(last.map(NotificationId::new))
}

fn new_epoch() -> Result<String, HubError> {
    Ok(format!("{:032x}", u128::from_be_bytes(random()?)))
}

fn random<const N: usize>() -> Result<[u8; N], HubError> {
    let mut random = [0_u8; N];
    getrandom::fill(&mut random).map_err(|error| HubError::NotWritable {
        path: "the system's random source".into(),
        reason: error.to_string(),
    })?;
    Ok(random)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;

    /// The database of a program that knew so many migrations, with something in every table.
    fn of_version(version: usize) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("hub.sqlite3");
        let db = Connection::open(&path).expect("made");
        db.pragma_update(None, "application_id", APPLICATION_ID).expect("marked");
        db.pragma_update(None, "journal_mode", "wal").expect("as the program does");
        for migration in &MIGRATIONS[..version] {
            db.execute_batch(migration).expect("as the program did");
        }
        db.pragma_update(None, "user_version", version as i64).expect("numbered");
        db.execute_batch(
            "INSERT INTO hub (epoch) VALUES ('e');
             INSERT INTO channel (id, name, head) VALUES (1, 'bar', 2);
             INSERT INTO entry (channel_id, seq, id, accepted_at, origin, client_id, payload)
                 VALUES (1, 1, 'n_1', 5, NULL, NULL, '{}'), (1, 2, 'n_2', 6, 'user:till', 'x', '{}');
             INSERT INTO cursor (subscriber, channel_id, seq) VALUES ('device:bar', 1, 1);",
        )
        .expect("filled");
        (folder, path)
    }

    #[test]
    fn a_database_of_any_older_version_is_opened_with_all_that_it_holds() {
        for version in 1..MIGRATIONS.len() {
            let (_folder, path) = of_version(version);
            let db = open(&path).expect("opened");
            let count =
                |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count of rows");
            assert_eq!(count("PRAGMA user_version"), VERSION, "version {version} became today's");
            assert_eq!(count("SELECT count(*) FROM entry WHERE id IN ('n_1', 'n_2')"), 2);
            assert_eq!(
                count("SELECT count(*) FROM entry WHERE client_id = 'x'"),
                1,
                "repeats are still known"
            );
            assert_eq!(count("SELECT head - pruned FROM channel"), 2, "nothing counts as let go");
            // Since the third version it is noted when somebody was seen.
            if version < 3 {
                let just_seen = "SELECT count(*) FROM cursor WHERE seq = 1 AND seen_at > 1600000000000";
                assert_eq!(count(just_seen), 1, "the device is waited for from now on");
            }
            assert_eq!(epoch(&db).expect("named"), "e", "places that devices name still mean something");
        }
    }

    #[test]
    fn what_a_power_cut_left_of_a_first_start_is_no_obstacle() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("hub.sqlite3");
        fs::write(beside(&path, ".new"), "half a header").expect("written");
        fs::write(&path, "").expect("written");
        drop(open(&path).expect("made anew"));
        let names: Vec<_> =
            fs::read_dir(folder.path()).expect("listed").flatten().map(|file| file.file_name()).collect();
        assert_eq!(names, ["hub.sqlite3"], "and nothing is left of it");
    }

    #[test]
    fn an_update_that_fails_half_way_leaves_everything_as_it_was() {
        let (_folder, path) = of_version(1);
        let raw = Connection::open(&path).expect("opened");
        raw.execute_batch("CREATE TABLE entry_by_age (in_the_way)").expect("the last step cannot be done");
        let tables = |db: &Connection| {
            let all = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)";
            db.query_row(all, [], |row| row.get::<_, String>(0)).expect("listed")
        };
        let before = tables(&raw);
        assert!(open(&path).is_err(), "the steps before it could be done");
        assert_eq!(tables(&raw), before, "all steps or none");
        let version: i64 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).expect("asked");
        assert_eq!(version, 1);
    }
}
