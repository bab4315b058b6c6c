//! The tables, and how an older database becomes today's.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use crate::HubError;

/// `ChFd`: marks the file as a hub's database.
pub(crate) const APPLICATION_ID: i32 = 0x4368_4664;

/// The newest schema this program knows: the number of [`MIGRATIONS`].
#[expect(clippy::cast_possible_wrap, reason = "there are a handful of migrations")]
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Each runs once, in order, in one transaction. Never edited once released: add another.
pub(super) const MIGRATIONS: [&str; 5] = [
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
];

/// Opens the writing connection and brings the schema up to date.
pub(crate) fn open(path: &Path) -> Result<Connection, HubError> {
    let mut db = Connection::open(path)?;
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // The header said so already, unless the newer program was killed before its first checkpoint.
    if found > VERSION {
        return Err(HubError::NewerDatabase { path: path.to_owned(), found, known: VERSION });
    }
    if found == 0 {
        // Before WAL, so that the mark is in the file itself from the first write on.
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
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

/// The epoch of this database, made at its first start.
pub(crate) fn epoch(db: &Connection) -> Result<String, HubError> {
    if let Some(epoch) = db.query_row("SELECT epoch FROM hub", [], |row| row.get(0)).optional()? {
        return Ok(epoch);
    }
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|error| HubError::NotWritable {
        path: "the system's random source".into(),
        reason: error.to_string(),
    })?;
    let epoch = format!("{:032x}", u128::from_be_bytes(random));
    db.execute("INSERT INTO hub (epoch) VALUES (?1)", [&epoch])?;
    Ok(epoch)
}
