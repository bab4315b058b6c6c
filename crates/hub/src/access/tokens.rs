//! The table of tokens: giving them out, listing, withdrawing. Works beside a running hub, and without one.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use chapfood_protocol::{Role, Secret, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::audit::{self, AuditEvent, AuditLine};
use super::secret::{self, Kept};
use super::{ChannelPattern, Grant};
use crate::log::{self, OpenFile};
use crate::{HubError, clock};

/// How long a writer waits for the others. A running hub holds the database for milliseconds.
const BUSY: Duration = Duration::from_secs(5);

/// A token, without its secret, which nobody has but its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// What its owner calls it.
    pub label: String,
    /// What it allows.
    pub grant: Grant,
    /// When it was given out, by the computer's clock.
    pub created: Timestamp,
    /// When somebody last came in by it, to the minute.
    pub used: Option<Timestamp>,
    /// When it was withdrawn.
    pub revoked: Option<Timestamp>,
}

/// The tokens of the hub in one folder.
#[derive(Debug)]
pub struct Tokens {
    db: Connection,
}

impl Tokens {
    /// Those of the hub in `folder`, which may be running. Nothing is made.
    ///
    /// # Errors
    /// See [`HubError`]; [`HubError::ForeignDatabase`] if there is no database, or a running hub is of an older version.
    pub fn open(folder: &Path) -> Result<Self, HubError> {
        log::database_in(folder)?;
        Self::open_or_make(folder)
    }

    /// As [`Tokens::open`], and makes folder and database if there are none: tokens can be given out before a hub first
    /// starts.
    ///
    /// # Errors
    /// See [`HubError`]; [`HubError::ForeignDatabase`] also if a running hub is of an older version.
    pub fn open_or_make(folder: &Path) -> Result<Self, HubError> {
        let path = match OpenFile::claim(folder) {
            // Nobody uses it: brought up to date, and let go again.
            Ok(file) => {
                drop(log::open_database(&file.path)?);
                file.path.clone()
            }
            Err(HubError::DatabaseInUse { path }) => path,
            Err(error) => return Err(error),
        };
        Self::of_database(&path)
    }

    /// Those of a database that is up to date.
    pub(crate) fn of_database(path: &Path) -> Result<Self, HubError> {
        let db = Connection::open(path)?;
        db.busy_timeout(BUSY)?;
        let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found < log::VERSION {
            let reason = "a hub of an older version uses it: stop that hub first".into();
            return Err(HubError::ForeignDatabase { path: path.to_owned(), reason });
        }
        if found > log::VERSION {
            return Err(HubError::NewerDatabase { path: path.to_owned(), found, known: log::VERSION });
        }
        db.pragma_update(None, "synchronous", "full")?;
        Ok(Self { db })
    }

    /// Gives out a token. Its secret is shown here and never again.
    ///
    /// # Errors
    /// The disk refuses; then there is no token.
    pub fn create(&mut self, label: &str, grant: &Grant) -> Result<(i64, Secret), HubError> {
        let now = clock::now();
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        // Its number is part of its text, so it is there first.
        transaction.execute(
            "INSERT INTO token (label, roles, channels, hash, created_at) VALUES (?1, ?2, ?3, x'', ?4)",
            params![label, words(&grant.roles), patterns(grant), now.as_millis()],
        )?;
        let id = transaction.last_insert_rowid();
        let (secret, kept) = secret::make(id)?;
        transaction.execute("UPDATE token SET hash = ?2 WHERE id = ?1", params![id, kept.0])?;
        audit::write(&transaction, &AuditLine::of_token(AuditEvent::TokenCreated, id, now))?;
        transaction.commit()?;
        Ok((id, secret))
    }

    /// Every token ever given out, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn list(&self) -> Result<Vec<Token>, HubError> {
        let mut statement = self.db.prepare(
            "SELECT id, label, roles, channels, created_at, used_at, revoked_at FROM token ORDER BY id",
        )?;
        let tokens = statement.query_map([], |row| {
            let time = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp::from_millis));
            Ok(Token {
                id: row.get(0)?,
                label: row.get(1)?,
                grant: grant(row, 2)?,
                created: Timestamp::from_millis(row.get(4)?),
                used: time(5)?,
                revoked: time(6)?,
            })
        })?;
        Ok(tokens.collect::<Result<_, _>>()?)
    }

    /// Withdraws a token: a running hub cuts off whoever came in by it. Says whether there was one to withdraw.
    ///
    /// # Errors
    /// The disk refuses; then the token is still good.
    pub fn revoke(&mut self, id: i64) -> Result<bool, HubError> {
        let now = clock::now();
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let changed = transaction.execute(
            "UPDATE token SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
            params![id, now.as_millis()],
        )?;
        if changed > 0 {
            audit::write(&transaction, &AuditLine::of_token(AuditEvent::TokenRevoked, id, now))?;
        }
        transaction.commit()?;
        Ok(changed > 0)
    }

    /// What happened at the hub's doors, oldest first; the last 5,000 lines of what strangers did are kept, and of what the owner did.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn audit(&self) -> Result<Vec<AuditLine>, HubError> {
        Ok(audit::read(&self.db)?)
    }

    /// The newest `count` lines of it, oldest first.
    pub(crate) fn last_audit(&self, count: u32) -> Result<Vec<AuditLine>, HubError> {
        Ok(audit::read_last(&self.db, count)?)
    }

    /// Writes lines of the audit log down, all or none.
    pub(crate) fn write_audit(&mut self, lines: &[AuditLine]) -> rusqlite::Result<()> {
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        lines.iter().try_for_each(|line| audit::write(&transaction, line))?;
        transaction.commit()
    }

    #[cfg(test)]
    pub(super) fn database(&self) -> &Connection {
        &self.db
    }

    /// What is known of the token with this text.
    pub(super) fn look_up(&self, text: &str) -> rusqlite::Result<Option<Known>> {
        let Some(id) = secret::number(text) else { return Ok(None) };
        let known = self
            .db
            .prepare_cached("SELECT hash, roles, channels, revoked_at FROM token WHERE id = ?1")?
            .query_row([id], |row| {
                let revoked = row.get::<_, Option<i64>>(3)?.is_some();
                Ok((Kept(row.get(0)?), Known { id, grant: grant(row, 1)?, revoked }))
            })
            .optional()?;
        Ok(known.filter(|(kept, _)| kept.is_of(text)).map(|(_, known)| known))
    }

    /// The numbers of those that were withdrawn.
    pub(super) fn revoked(&self) -> rusqlite::Result<BTreeSet<i64>> {
        let mut statement = self.db.prepare_cached("SELECT id FROM token WHERE revoked_at IS NOT NULL")?;
        statement.query_map([], |row| row.get(0))?.collect()
    }

    /// Another number whenever somebody else has changed the database.
    pub(super) fn version(&self) -> rusqlite::Result<i64> {
        self.db.pragma_query_value(None, "data_version", |row| row.get(0))
    }

    /// Notes that somebody came in by a token.
    pub(super) fn note_used(&self, id: i64, now: Timestamp) -> rusqlite::Result<()> {
        self.db
            .prepare_cached("UPDATE token SET used_at = ?2 WHERE id = ?1")?
            .execute(params![id, now.as_millis()])
            .map(|_| ())
    }
}

/// A token that is good, or was.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: i64,
    pub(super) grant: Grant,
    pub(super) revoked: bool,
}

fn words(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ")
}

/// One to a line: no name of a channel has control characters.
fn patterns(grant: &Grant) -> String {
    grant.channels.iter().map(ChannelPattern::as_str).collect::<Vec<_>>().join("\n")
}

/// Reads the roles at `column` and the patterns after it. What this program does not know grants nothing.
fn grant(row: &Row<'_>, column: usize) -> rusqlite::Result<Grant> {
    let (roles, channels) = (row.get::<_, String>(column)?, row.get::<_, String>(column + 1)?);
    Ok(Grant {
        roles: roles.split_whitespace().filter_map(Role::from_word).collect(),
        channels: channels.lines().filter_map(ChannelPattern::parse).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publisher() -> Grant {
        Grant {
            roles: BTreeSet::from([Role::Publisher]),
            channels: ["orders*", "bar"].into_iter().filter_map(ChannelPattern::parse).collect(),
        }
    }

    #[test]
    fn a_token_is_found_by_its_text_until_it_is_withdrawn_and_is_known_as_that_afterwards() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut tokens = Tokens::open_or_make(folder.path()).expect("made");
        let (id, secret) = tokens.create("web shop", &publisher()).expect("given out");
        let known = tokens.look_up(secret.reveal()).expect("read").expect("known");
        assert_eq!((known.id, known.grant, known.revoked), (id, publisher(), false));
        assert!(tokens.revoke(id).expect("withdrawn"));
        assert!(!tokens.revoke(id).expect("no second time"));
        assert!(tokens.look_up(secret.reveal()).expect("read").expect("known").revoked);
    }

    #[test]
    fn a_text_that_only_resembles_a_token_is_unknown() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut tokens = Tokens::open_or_make(folder.path()).expect("made");
        let (id, secret) = tokens.create("web shop", &publisher()).expect("given out");
        let (_, other) = tokens.create("bar", &publisher()).expect("given out");
        let swapped = other.reveal().replace("cf_2_", &format!("cf_{id}_"));
        for wrong in [swapped.as_str(), "cf_9_x", "", secret.reveal().trim_start_matches("cf_")] {
            assert!(tokens.look_up(wrong).expect("read").is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_file_holds_no_token() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut tokens = Tokens::open_or_make(folder.path()).expect("made");
        let (_, secret) = tokens.create("web shop", &publisher()).expect("given out");
        let chance = secret.reveal().rsplit('_').next().expect("its last part").to_owned();
        drop(tokens);
        let file = std::fs::read(folder.path().join("hub.sqlite3")).expect("read");
        assert!(!file.windows(chance.len()).any(|part| part == chance.as_bytes()));
        assert!(file.windows(8).any(|part| part == b"web shop"), "the test looks in the right place");
    }

    #[test]
    fn the_list_shows_what_each_is_for() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut tokens = Tokens::open_or_make(folder.path()).expect("made");
        let (id, _) = tokens.create("web shop", &publisher()).expect("given out");
        tokens.note_used(id, Timestamp::from_millis(5_000)).expect("noted");
        let listed = Tokens::open(folder.path()).expect("opened").list().expect("read");
        let [token] = listed.as_slice() else { panic!("one token: {listed:?}") };
        assert_eq!((token.label.as_str(), &token.grant), ("web shop", &publisher()));
        assert_eq!((token.used, token.revoked), (Some(Timestamp::from_millis(5_000)), None));
    }

    #[test]
    fn a_wrong_folder_is_named_and_nothing_is_made_in_it() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let wrong = folder.path().join("wrong");
        let error = Tokens::open(&wrong).expect_err("there is no hub");
        assert!(error.to_string().contains("wrong"), "{error}");
        assert!(!wrong.exists());
    }

    #[test]
    fn a_database_of_a_newer_hub_is_left_untouched_also_while_that_runs() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let tokens = Tokens::open_or_make(folder.path()).expect("made");
        let path = folder.path().join("hub.sqlite3");
        tokens.db.pragma_update(None, "user_version", log::VERSION + 1).expect("written");
        let refused = Tokens::of_database(&path).expect_err("who knows what is in there");
        assert!(matches!(refused, HubError::NewerDatabase { .. }), "{refused}");
    }
}
