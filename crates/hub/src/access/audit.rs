//! What happened at the doors, for the owner to read: who was let in by what, and who was refused. No notification, no
//! token and no name of a channel is ever in it.

use chapfood_protocol::Timestamp;
use rusqlite::{Connection, Row, params};

/// Lines kept of what strangers did, and as many of what the owner did: no flood washes those away. Of more the oldest
/// go.
const KEPT: i64 = 5_000;
/// How many may be more than that until they go: looking for them reads them all.
const MORE: i64 = 100;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditEvent {
    /// A token was given out.
    TokenCreated,
    /// A token was withdrawn.
    TokenRevoked,
    /// Somebody was refused; the code says why.
    Refused,
    /// Somebody showed so many tokens that are none that each answer takes as long as it can.
    Slowed,
    /// A copy was put back as the database.
    Restored,
    /// A station was paired: it got this token.
    Paired,
    /// A station was not paired; the code says why, `owner` that the owner said no.
    PairingRefused,
}

impl AuditEvent {
    const ALL: [Self; 7] = [
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::Refused,
        Self::Slowed,
        Self::Restored,
        Self::Paired,
        Self::PairingRefused,
    ];

    /// A stable word, e.g. `token_created`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TokenCreated => "token_created",
            Self::TokenRevoked => "token_revoked",
            Self::Refused => "refused",
            Self::Slowed => "slowed",
            Self::Restored => "restored",
            Self::Paired => "paired",
            Self::PairingRefused => "pairing_refused",
        }
    }
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// When, by the computer's clock; of several the first.
    pub at: Timestamp,
    /// What.
    pub event: AuditEvent,
    /// Which token, if it was about one.
    pub token: Option<i64>,
    /// From where.
    pub address: Option<String>,
    /// Why, e.g. `token_invalid`.
    pub code: Option<String>,
    /// How often in that moment.
    pub times: u64,
}

impl AuditLine {
    /// Once, and about nobody.
    pub(crate) fn new(event: AuditEvent, at: Timestamp) -> Self {
        Self { at, event, token: None, address: None, code: None, times: 1 }
    }

    /// About this token.
    pub(super) fn of_token(event: AuditEvent, token: i64, at: Timestamp) -> Self {
        Self { token: Some(token), ..Self::new(event, at) }
    }
}

/// Writes a line down.
pub(crate) fn write(db: &Connection, line: &AuditLine) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO audit (at, event, token_id, address, code, times) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        line.at.as_millis(),
        line.event.as_str(),
        line.token,
        line.address,
        line.code,
        i64::try_from(line.times).unwrap_or(i64::MAX),
    ])?;
    let last = db.last_insert_rowid();
    if last % MORE == 0 { prune(db) } else { Ok(()) }
}

fn prune(db: &Connection) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(
        "DELETE FROM audit WHERE (event IN ('refused', 'slowed', 'pairing_refused')) = ?1 AND id <= (
             SELECT id FROM audit WHERE (event IN ('refused', 'slowed', 'pairing_refused')) = ?1
             ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    )?;
    for strangers in [true, false] {
        statement.execute(params![strangers, KEPT])?;
    }
    Ok(())
}

/// The lines that are kept, oldest first.
pub(super) fn read(db: &Connection) -> rusqlite::Result<Vec<AuditLine>> {
    let mut statement =
        db.prepare("SELECT at, event, token_id, address, code, times FROM audit ORDER BY id")?;
    let lines = statement.query_map([], line)?.collect::<Result<Vec<_>, _>>()?;
    Ok(lines.into_iter().flatten().collect())
}

/// The newest so many of them, oldest first.
pub(super) fn read_last(db: &Connection, count: u32) -> rusqlite::Result<Vec<AuditLine>> {
    let mut statement =
        db.prepare("SELECT at, event, token_id, address, code, times FROM audit ORDER BY id DESC LIMIT ?1")?;
    let lines = statement.query_map([count], line)?.collect::<Result<Vec<_>, _>>()?;
    Ok(lines.into_iter().flatten().rev().collect())
}

/// `None`: a newer program wrote it, about something that this one does not know.
fn line(row: &Row<'_>) -> rusqlite::Result<Option<AuditLine>> {
    let word: String = row.get(1)?;
    let Some(event) = AuditEvent::ALL.into_iter().find(|event| event.as_str() == word) else {
        return Ok(None);
    };
    Ok(Some(AuditLine {
        at: Timestamp::from_millis(row.get(0)?),
        event,
        token: row.get(2)?,
        address: row.get(3)?,
        code: row.get(4)?,
        times: row.get::<_, i64>(5)?.unsigned_abs(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Tokens;

    #[test]
    fn a_line_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let tokens = Tokens::open_or_make(folder.path()).expect("made");
        let lines: Vec<_> = AuditEvent::ALL
            .into_iter()
            .map(|event| AuditLine {
                token: Some(3),
                code: Some("token_invalid".into()),
                times: 7,
                address: Some("10.0.0.1".into()),
                ..AuditLine::new(event, Timestamp::from_millis(5))
            })
            .collect();
        for line in &lines {
            write(tokens.database(), line).expect("written");
        }
        assert_eq!(read(tokens.database()).expect("read"), lines);
        assert_eq!(read_last(tokens.database(), 2).expect("read"), lines[lines.len() - 2..]);
    }

    #[test]
    fn it_grows_up_to_a_bound_and_no_flood_of_refusals_washes_away_what_the_owner_did() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let tokens = Tokens::open_or_make(folder.path()).expect("made");
        let db = tokens.database();
        db.execute_batch("BEGIN").expect("one transaction, for speed");
        write(db, &AuditLine::of_token(AuditEvent::TokenRevoked, 3, Timestamp::from_millis(0)))
            .expect("written");
        for n in 1..=2 * KEPT {
            write(db, &AuditLine::new(AuditEvent::Refused, Timestamp::from_millis(n))).expect("written");
        }
        let kept = read(db).expect("read");
        assert_eq!(kept.first().map(|line| line.event), Some(AuditEvent::TokenRevoked));
        assert!(
            (KEPT..=KEPT + MORE + 1).contains(&i64::try_from(kept.len()).expect("few")),
            "{}",
            kept.len()
        );
        assert_eq!(kept.last().map(|line| line.at.as_millis()), Some(2 * KEPT), "the newest stay");
    }
}
