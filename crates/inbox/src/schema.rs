//! The file: what makes it ours, its tables, and how older ones are brought up to date.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{InboxError, recent};

/// "CFNI": tells our files from other programs'.
const APPLICATION_ID: i64 = 0x4346_4E49;

/// One step per schema version, the first making version 1. A step never changes once released.
const MIGRATIONS: &[&str] = &[
    r"
    CREATE TABLE notification (
        row         INTEGER PRIMARY KEY AUTOINCREMENT,
        id          TEXT NOT NULL UNIQUE,
        kind        TEXT NOT NULL,
        title       TEXT NOT NULL,
        message     TEXT NOT NULL,
        data        TEXT,
        sender      TEXT NOT NULL,
        channel     TEXT,
        at          INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        -- Every time zone is a multiple of 15 minutes from UTC, so a quarter of an hour lies within one
        -- local day, whatever the zone is when it is asked for. A plain column: SQLite does not take an
        -- index on an expression or on a generated column as covering a query.
        quarter     INTEGER NOT NULL CHECK (quarter = received_at / 900000),
        read        INTEGER NOT NULL DEFAULT 0 CHECK (read IN (0, 1)),
        caught_up   INTEGER NOT NULL CHECK (caught_up IN (0, 1))
    ) STRICT;

    -- Lists, narrow: skipping 900,000 rows must not read their texts.
    CREATE INDEX arrival ON notification (row, channel, kind, read);
    CREATE INDEX unread ON notification (row, channel, kind) WHERE read = 0;
    CREATE INDEX day ON notification (quarter, channel, kind, read);

    -- Counts that cost the same however long the history is. '' stands for broadcasts.
    CREATE TABLE tally (
        channel TEXT PRIMARY KEY,
        total   INTEGER NOT NULL DEFAULT 0,
        unread  INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER tally_insert AFTER INSERT ON notification BEGIN
        INSERT INTO tally (channel, total, unread) VALUES (ifnull(new.channel, ''), 1, 1 - new.read)
        ON CONFLICT (channel) DO UPDATE SET total = total + 1, unread = unread + 1 - new.read;
    END;
    CREATE TRIGGER tally_read AFTER UPDATE OF read ON notification WHEN new.read <> old.read BEGIN
        UPDATE tally SET unread = unread + old.read - new.read WHERE channel = ifnull(new.channel, '');
    END;
    CREATE TRIGGER tally_delete AFTER DELETE ON notification BEGIN
        UPDATE tally SET total = total - 1, unread = unread - 1 + old.read
        WHERE channel = ifnull(old.channel, '');
    END;
",
    r"
    -- The hub's database that was last heard at an address.
    CREATE TABLE hub (
        address TEXT PRIMARY KEY,
        epoch   TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Everything of a channel up to `seq` is here, or no longer kept by the hub. '*' stands for broadcasts.
    CREATE TABLE cursor (
        epoch   TEXT NOT NULL,
        channel TEXT NOT NULL,
        seq     INTEGER NOT NULL,
        PRIMARY KEY (epoch, channel)
    ) STRICT, WITHOUT ROWID;

    -- Of these channels something may be missing, and the person has not said that they know.
    CREATE TABLE gap (
        channel TEXT PRIMARY KEY,
        since   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- One row at most: by which id hubs know this computer. With the history, because it names the history's
    -- cursors: a computer that lost the one must not pass for having what was in the other.
    CREATE TABLE device (id TEXT NOT NULL) STRICT;
",
    r"
    -- What a person wants a hub to know and no hub has answered yet, in the order in which they wanted it.
    CREATE TABLE outbox (
        -- Never used twice: whoever names one that is gone must not mean another.
        number    INTEGER PRIMARY KEY AUTOINCREMENT,
        kind      TEXT NOT NULL CHECK (kind IN ('send', 'take', 'release')),
        -- The hub that it is for.
        address   TEXT NOT NULL,
        -- Of a send: the id by which the hub knows a repeat. Else the notification.
        subject   TEXT NOT NULL,
        queued_at INTEGER NOT NULL,
        -- Whether it may have reached the hub.
        attempted INTEGER NOT NULL DEFAULT 0 CHECK (attempted IN (0, 1)),
        -- Why it is not tried again: a JSON array of sentences.
        refusal   TEXT,
        -- Of a send: what, as whoever queued it wrote it. Last, so that a list of all need not read it.
        draft     TEXT
    ) STRICT;
",
    r"
    -- A later notification of the channel with the same key takes the place of this one.
    ALTER TABLE notification ADD COLUMN key TEXT;
    -- Its sender's time for it was over when it came.
    ALTER TABLE notification ADD COLUMN expired INTEGER NOT NULL DEFAULT 0 CHECK (expired IN (0, 1));
    CREATE UNIQUE INDEX latest ON notification (ifnull(channel, ''), key) WHERE key IS NOT NULL;
",
    r"
    -- Lists of what came after outages, as narrow as the others.
    CREATE INDEX caught_up ON notification (row, channel, kind, read) WHERE caught_up = 1;
    CREATE INDEX caught_up_day ON notification (quarter, channel, kind, read) WHERE caught_up = 1;

    -- One row: what was caught up after the row that was the newest when the person last said that they know.
    CREATE TABLE catch_up (
        after_row INTEGER NOT NULL,
        count     INTEGER NOT NULL DEFAULT 0,
        since     INTEGER,
        until     INTEGER
    ) STRICT;
    INSERT INTO catch_up (after_row) SELECT ifnull(max(row), 0) FROM notification;
    CREATE TRIGGER catch_up_insert AFTER INSERT ON notification WHEN new.caught_up = 1 BEGIN
        UPDATE catch_up SET count = count + 1,
            since = min(ifnull(since, new.at), new.at), until = max(ifnull(until, new.at), new.at);
    END;
    CREATE TRIGGER catch_up_delete AFTER DELETE ON notification WHEN old.caught_up = 1 BEGIN
        UPDATE catch_up SET count = count - 1 WHERE old.row > after_row;
    END;
",
    r"
    -- Who is in charge of it; NULL: nobody. `taken_local`: no hub knows.
    ALTER TABLE notification ADD COLUMN taken_by TEXT;
    ALTER TABLE notification ADD COLUMN taken_device TEXT;
    ALTER TABLE notification ADD COLUMN taken_at INTEGER;
    ALTER TABLE notification ADD COLUMN taken_mine INTEGER NOT NULL DEFAULT 0 CHECK (taken_mine IN (0, 1));
    ALTER TABLE notification ADD COLUMN taken_local INTEGER NOT NULL DEFAULT 0 CHECK (taken_local IN (0, 1));
    -- What waits shows on its row.
    CREATE INDEX outbox_subject ON outbox (subject);
",
    r"
    -- Whether somebody has it as this computer sees it: what waits in the outbox counts as done.
    ALTER TABLE notification ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
    UPDATE notification SET held = 1 WHERE taken_by IS NOT NULL;
    UPDATE notification SET held = (
        SELECT kind = 'take' FROM outbox
        WHERE subject = notification.id AND kind <> 'send' ORDER BY number DESC LIMIT 1)
    WHERE id IN (SELECT subject FROM outbox WHERE kind <> 'send');
    CREATE TRIGGER held_queued AFTER INSERT ON outbox WHEN new.kind <> 'send' BEGIN
        UPDATE notification SET held = (new.kind = 'take') WHERE id = new.subject;
    END;
    CREATE TRIGGER held_settled AFTER DELETE ON outbox WHEN old.kind <> 'send' BEGIN
        UPDATE notification SET held = ifnull((
            SELECT kind = 'take' FROM outbox
            WHERE subject = old.subject AND kind <> 'send' ORDER BY number DESC LIMIT 1), taken_by IS NOT NULL)
        WHERE id = old.subject;
    END;
    CREATE TRIGGER held_told AFTER UPDATE OF taken_by ON notification BEGIN
        UPDATE notification SET held = ifnull((
            SELECT kind = 'take' FROM outbox
            WHERE subject = new.id AND kind <> 'send' ORDER BY number DESC LIMIT 1), new.taken_by IS NOT NULL)
        WHERE row = new.row;
    END;
    -- What waits for somebody, a day's worth of it, and who lately took something.
    CREATE INDEX todo ON notification (at, channel, kind, read, quarter) WHERE held = 0 AND expired = 0;
    CREATE INDEX held ON notification (at, channel) WHERE held = 1;

    -- When it comes back as new; NULL: nobody asked for that. Whoever takes it needs no reminder.
    ALTER TABLE notification ADD COLUMN remind_at INTEGER;
    ALTER TABLE notification ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0 CHECK (reminded IN (0, 1));
    CREATE INDEX reminder ON notification (remind_at) WHERE remind_at IS NOT NULL;
    CREATE TRIGGER reminder_over AFTER UPDATE OF held ON notification
    WHEN new.held = 1 AND old.held = 0 AND new.remind_at IS NOT NULL BEGIN
        UPDATE notification SET remind_at = NULL WHERE row = new.row;
    END;

    -- What the person deleted. A hub that sends it again is not believed.
    CREATE TABLE deleted (
        id TEXT PRIMARY KEY,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- What of it can still be put back.
    CREATE TABLE trash (
        row          INTEGER PRIMARY KEY,
        id           TEXT NOT NULL UNIQUE,
        kind         TEXT NOT NULL,
        title        TEXT NOT NULL,
        message      TEXT NOT NULL,
        data         TEXT,
        sender       TEXT NOT NULL,
        channel      TEXT,
        at           INTEGER NOT NULL,
        received_at  INTEGER NOT NULL,
        quarter      INTEGER NOT NULL,
        read         INTEGER NOT NULL,
        caught_up    INTEGER NOT NULL,
        key          TEXT,
        expired      INTEGER NOT NULL,
        taken_by     TEXT,
        taken_device TEXT,
        taken_at     INTEGER,
        taken_mine   INTEGER NOT NULL,
        taken_local  INTEGER NOT NULL,
        reminded     INTEGER NOT NULL
    ) STRICT;

    -- What was missed stays counted once: put back, it is counted only if the person has not said that they
    -- know of it; come back as new, it is no longer what was missed.
    DROP TRIGGER catch_up_insert;
    CREATE TRIGGER catch_up_insert AFTER INSERT ON notification
    WHEN new.caught_up = 1 AND new.row > (SELECT after_row FROM catch_up) BEGIN
        UPDATE catch_up SET count = count + 1,
            since = min(ifnull(since, new.at), new.at), until = max(ifnull(until, new.at), new.at);
    END;
    CREATE TRIGGER catch_up_over AFTER UPDATE OF caught_up ON notification
    WHEN old.caught_up = 1 AND new.caught_up = 0 BEGIN
        UPDATE catch_up SET count = count - 1 WHERE old.row > after_row;
    END;
",
    r#"
    -- What a search sees of a row. Keys and values of the data, but not the places of an array's elements. The
    -- ligatures are two letters on most keyboards, and no accent that the tokenizer would fold.
    CREATE VIEW searchable AS SELECT row, replace(replace(replace(replace(
        title || ' ' || message || ' ' || sender || ' ' || ifnull(channel, '') || ' ' || ifnull(
            CASE WHEN json_valid(data) THEN (
                SELECT group_concat(CASE WHEN typeof(key) = 'text' THEN key ELSE '' END || ' '
                    || CASE WHEN type IN ('text', 'integer', 'real') THEN atom ELSE '' END, ' ')
                FROM json_tree(data)) END, ''),
        'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae') AS text
    FROM notification;
    -- Without the texts, which are there already. Symbols are words, so that an emoji can be looked for; those
    -- that stand between a word and its number are not. The prefixes keep a search that finds nearly everything
    -- as quick as any other while it is being typed.
    CREATE VIRTUAL TABLE search USING fts5 (
        text, content = '', contentless_delete = 1, prefix = '1 3 5',
        tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So Mn Mc' separators '°º©®™№'");
    CREATE TRIGGER search_insert AFTER INSERT ON notification BEGIN
        INSERT INTO search (rowid, text) SELECT row, text FROM searchable WHERE row = new.row;
    END;
    CREATE TRIGGER search_delete AFTER DELETE ON notification BEGIN
        DELETE FROM search WHERE rowid = old.row;
    END;
    CREATE TRIGGER search_moved AFTER UPDATE OF row ON notification BEGIN
        DELETE FROM search WHERE rowid = old.row;
        INSERT INTO search (rowid, text) SELECT row, text FROM searchable WHERE row = new.row;
    END;
    -- One row at most: of the rows that were there before, those up to `next` are still to be entered.
    CREATE TABLE search_fill (next INTEGER NOT NULL) STRICT;
    INSERT INTO search_fill SELECT row FROM notification ORDER BY row DESC LIMIT 1;

    -- What a search finds is looked up there, without the texts.
    DROP INDEX arrival;
    CREATE INDEX arrival ON notification (row, channel, kind, read, quarter);
"#,
];

/// How long another program (a backup) may hold the file before a call gives up.
const BUSY: Duration = Duration::from_secs(5);

pub(crate) fn open(path: &Path) -> Result<Connection, InboxError> {
    // Not while another program reads it; then the second look below says so.
    if has_log(path)
        && let Ok(found) = version_untouched(path)
    {
        refuse_newer(found, path)?;
    }
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|error| unusable(path, error))?;
    connection.busy_timeout(BUSY)?;
    let version = version(&connection, path)?;
    // FULL: a notification that was shown survives a power cut; see docs on delivery.
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .map_err(|error| unusable(path, error))?;
    migrate(&mut connection, version)?;
    recent::make(&connection)?;
    Ok(connection)
}

/// The schema's version, 0 for an empty file. Only reads: a file that is not ours stays as it is.
fn version(connection: &Connection, path: &Path) -> Result<usize, InboxError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = pragma("application_id").map_err(|error| unusable(path, error))?;
    let found = pragma("user_version").map_err(|error| unusable(path, error))?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| unusable(path, error))?;
    let foreign = |reason: String| InboxError::Foreign { path: path.to_owned(), reason };
    if application == 0 && found == 0 && tables == 0 {
        return Ok(0);
    }
    if application != APPLICATION_ID {
        return Err(foreign(format!("its application id is {application:#x}")));
    }
    let version = usize::try_from(found).map_err(|_| foreign(format!("its schema version is {found}")))?;
    refuse_newer(found, path).map(|()| version)
}

fn refuse_newer(found: i64, path: &Path) -> Result<(), InboxError> {
    let known = MIGRATIONS.len() as i64;
    if found > known { Err(InboxError::Newer { path: path.to_owned(), found, known }) } else { Ok(()) }
}

/// Whether the header may be older than the database.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// The schema's version, the log included. A program killed before it folded its log into the file leaves an older
/// one in the header. Nothing is changed on the disk.
fn version_untouched(path: &Path) -> rusqlite::Result<i64> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Alone with the file, SQLite keeps in memory what it would share in another file beside it.
    connection.pragma_update(None, "locking_mode", "exclusive")?;
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// All steps in one transaction: a power cut leaves the old schema or the new one.
fn migrate(connection: &mut Connection, version: usize) -> Result<(), InboxError> {
    if version == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for step in &MIGRATIONS[version..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    Ok(transaction.commit()?)
}

fn unusable(path: &Path, error: rusqlite::Error) -> InboxError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            InboxError::Foreign { path, reason: error.to_string() }
        }
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            InboxError::NotWritable { path, reason: error.to_string() }
        }
        _ => InboxError::Database(error),
    }
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
