//! What a group of requests does to the database.

use std::collections::HashMap;
use std::sync::Arc;

use chapfood_protocol::{
    BROADCAST, IdSequence, Notification, NotificationId, Position, Problem, SendRequest, Timestamp,
};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;

use crate::Retention;
use crate::log::calendar::{Calendar, Look};
use crate::log::place::{Extent, locate};
use crate::log::prune;
use crate::log::{Cursor, Entry, Outcome, Place, Receipt, Request, claims, schema};

/// The writing side of the database. Blocking; owned by the writer's thread.
pub(crate) struct Store {
    db: Connection,
    epoch: String,
    retention: Retention,
    calendar: Calendar,
    ids: IdSequence,
    /// Channels in use, so that a publish costs no query. Emptied when a group is rolled back.
    channels: HashMap<String, Row>,
}

/// A channel's row and the last number given out in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    row: i64,
    pub(super) head: u64,
    pruned: u64,
}

/// Channels in which one subscriber may be remembered: more than any shop has. Who was in so many within a year is
/// let into no further one rather than being forgotten in another.
pub(super) const CHANNELS_OF_ONE: usize = 10_000;
/// More channels than any shop has; past it the map is emptied rather than growing for ever.
const CHANNELS_IN_MEMORY: usize = 10_000;

impl Store {
    pub(crate) fn new(db: Connection, epoch: String, retention: Retention) -> rusqlite::Result<Self> {
        let ids = IdSequence::after(schema::last_id(&db)?.as_ref());
        let calendar = db
            .query_row("SELECT own_time, clock FROM hub", [], |row| {
                Ok(Calendar::start(row.get(0)?, row.get(1)?))
            })
            .optional()?
            .unwrap_or_else(|| Calendar::start(0, 0));
        Ok(Self { db, epoch, retention, calendar, ids, channels: HashMap::new() })
    }

    /// Looks at the clock: by what is read here things grow old.
    pub(crate) fn look(&mut self, look: Look) {
        self.calendar.look(look);
    }

    /// Writes down what time it is, for the next start.
    pub(crate) fn note_time(&self) {
        let noted = self.db.execute(
            "UPDATE hub SET own_time = ?1, clock = ?2",
            [self.calendar.now(), self.calendar.clock()],
        );
        if let Err(error) = noted {
            tracing::warn!(%error, "the hub's time could not be noted; things age a little later after a restart");
        }
    }

    /// Does a group in one transaction, and says what became of each request, in order.
    ///
    /// If the disk refuses, nothing of the group is written, every publish in it is refused, and a
    /// subscriber that should have been remembered is served from the end of its channel.
    pub(crate) fn commit<T>(&mut self, group: Vec<Request<T>>, now_micros: i64) -> Vec<Outcome<T>> {
        if self.channels.len() > CHANNELS_IN_MEMORY {
            self.channels.clear();
        }
        let writes = group
            .iter()
            .any(|request| !matches!(request, Request::Pass { .. } | Request::Close | Request::Prune));
        if !writes {
            return group.into_iter().filter_map(passed).collect();
        }
        match self.write_all(&group, now_micros) {
            Ok(done) => {
                group.into_iter().zip(done).filter_map(|(request, done)| done.about(request)).collect()
            }
            Err(error) => {
                tracing::error!(%error, "the database refused a group of {}: nothing of it was stored", group.len());
                self.channels.clear();
                group.into_iter().filter_map(|request| self.refuse(request)).collect()
            }
        }
    }

    fn write_all<T>(&mut self, group: &[Request<T>], now_micros: i64) -> rusqlite::Result<Vec<Done>> {
        let Self { db, epoch, ids, channels, retention, calendar } = self;
        let own_time = calendar.now();
        let used = prune::used_bytes(db)?;
        let full = used >= retention.quota_bytes;
        let no_room_for_claims = used >= retention.quota_bytes.saturating_add(claims::RESERVE);
        let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut group_writer =
            Group { db: &transaction, epoch, full, no_room_for_claims, ids, channels, now_micros, own_time };
        let done = group.iter().map(|request| group_writer.write(request)).collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(done)
    }

    fn refuse<T>(&self, request: Request<T>) -> Option<Outcome<T>> {
        match request {
            Request::Append { tag, .. } => Some(Outcome::NotAppended { tag, why: Problem::NotStored }),
            Request::Claim { tag, .. } => Some(Outcome::NotClaimed { tag, why: Problem::NotStored }),
            Request::Locate { tag, channel, subscriber, claim } => {
                let row = find(&self.db, &channel).ok().flatten();
                let stored = subscriber.and_then(|s| cursor(&self.db, &s, &channel).ok().flatten());
                let unknown = Extent { head: 0, pruned: 0 };
                let place =
                    locate(extent(&self.db, row).unwrap_or(unknown), &self.epoch, stored, claim.as_ref());
                let claims = row.and_then(|row| claims::after(&self.db, row.row, place.start()).ok());
                Some(Outcome::Located { tag, channel, place, claims: claims.unwrap_or_default() })
            }
            Request::Advance(cursors) => Some(Outcome::NotAdvanced(cursors)),
            Request::Prune | Request::Close => None,
            pass @ Request::Pass { .. } => passed(pass),
        }
    }

    /// Lets go a little of what need not be kept any longer. Says whether there may be more.
    pub(crate) fn prune(&mut self) -> bool {
        match prune::prune(&mut self.db, self.retention, self.calendar.now()) {
            Ok(0) => false,
            Ok(gone) => {
                tracing::info!(gone, "let go what need not be kept any longer");
                self.channels.clear();
                true
            }
            Err(error) => {
                tracing::warn!(%error, "old notifications could not be let go; tried again later");
                false
            }
        }
    }

    /// Folds the write-ahead log into the file, for an orderly stop.
    pub(crate) fn close(self) {
        self.note_time();
        if let Err(error) = self.db.pragma_update(None, "wal_checkpoint", "truncate") {
            tracing::debug!(%error, "the last checkpoint was left to the next start");
        }
    }
}

fn passed<T>(request: Request<T>) -> Option<Outcome<T>> {
    match request {
        Request::Pass { tag } => Some(Outcome::Passed { tag }),
        _ => None,
    }
}

/// What was done for one request; it becomes its outcome only once the group is committed.
pub(super) enum Done {
    Appended(Arc<Notification>),
    Repeated(Receipt),
    Full,
    Claimed { entry: Box<Entry>, new: bool },
    NotClaimed(Problem),
    Located(Place, Vec<u64>),
    NotLocated(Problem),
    Nothing,
}

impl Done {
    fn about<T>(self, request: Request<T>) -> Option<Outcome<T>> {
        match (self, request) {
            (Self::Appended(notification), Request::Append { tag, .. }) => {
                Some(Outcome::Appended { tag, notification })
            }
            (Self::Full, Request::Append { tag, .. }) => {
                Some(Outcome::NotAppended { tag, why: Problem::QuotaReached })
            }
            (Self::Repeated(first), Request::Append { tag, .. }) => Some(Outcome::Repeated { tag, first }),
            (Self::Claimed { entry, new }, Request::Claim { tag, .. }) => {
                Some(Outcome::Claimed { tag, entry, new })
            }
            (Self::NotClaimed(why), Request::Claim { tag, .. }) => Some(Outcome::NotClaimed { tag, why }),
            (Self::NotLocated(why), Request::Locate { tag, .. }) => Some(Outcome::NotLocated { tag, why }),
            (Self::Located(place, claims), Request::Locate { tag, channel, .. }) => {
                Some(Outcome::Located { tag, channel, place, claims })
            }
            (_, Request::Advance(cursors)) => Some(Outcome::Advanced(cursors)),
            (_, request) => passed(request),
        }
    }
}

/// An open transaction.
pub(super) struct Group<'a> {
    pub(super) db: &'a Connection,
    pub(super) epoch: &'a str,
    /// The database has reached its quota: no new notification is accepted.
    full: bool,
    /// It is beyond that by what is kept back for claims.
    pub(super) no_room_for_claims: bool,
    pub(super) ids: &'a mut IdSequence,
    channels: &'a mut HashMap<String, Row>,
    pub(super) now_micros: i64,
    /// The hub's own time in ms, by which things grow old.
    own_time: i64,
}

/// A row of a channel's log.
pub(super) struct NewEntry<'a> {
    /// The channel's next number.
    pub(super) seq: u64,
    pub(super) id: &'a NotificationId,
    /// See [`Entry::kind`].
    pub(super) kind: i64,
    pub(super) payload: serde_json::Result<String>,
    /// By whom, and under which `client_id`.
    pub(super) sent: Option<(&'a str, &'a str)>,
}

impl Group<'_> {
    fn write<T>(&mut self, request: &Request<T>) -> rusqlite::Result<Done> {
        match request {
            Request::Append { request, sender, origin, .. } => self.append(request, sender, origin),
            Request::Claim { claim, .. } => self.claim(claim),
            Request::Locate { channel, subscriber, claim, .. } => {
                self.locate(channel, subscriber.as_deref(), claim.as_ref())
            }
            Request::Advance(cursors) => {
                cursors.iter().try_for_each(|cursor| self.advance(cursor))?;
                Ok(Done::Nothing)
            }
            Request::Pass { .. } | Request::Prune | Request::Close => Ok(Done::Nothing),
        }
    }

    fn append(&mut self, request: &SendRequest, sender: &str, origin: &str) -> rusqlite::Result<Done> {
        if let Some(client_id) = &request.client_id
            && let Some(first) = self.sent_before(origin, client_id)?
        {
            return Ok(Done::Repeated(first));
        }
        if self.full {
            return Ok(Done::Full);
        }
        let name = request.channel.as_deref().unwrap_or(BROADCAST);
        let place = self.place(name)?;
        let seq = place.head + 1;
        let mut notification = Notification {
            id: self.ids.next(self.now_micros),
            kind: request.kind,
            title: request.title.clone(),
            message: request.message.clone(),
            data: request.data.clone(),
            sender: sender.to_owned(),
            channel: request.channel.clone(),
            timestamp: Timestamp::from_millis(self.now_micros / 1_000),
            seq,
            replayed: false,
            epoch: None,
            key: request.key.clone(),
            ttl: request.ttl,
            expired: false,
        };
        let sent = request.client_id.as_deref().map(|client_id| (origin, client_id));
        let row = NewEntry {
            seq,
            id: &notification.id,
            kind: 0,
            payload: serde_json::to_string(&notification),
            sent,
        };
        self.insert(name, row)?;
        // Not on the disk: a restored copy of it has another one.
        notification.epoch = Some(self.epoch.to_owned());
        Ok(Done::Appended(Arc::new(notification)))
    }

    /// Writes a channel's next entry.
    pub(super) fn insert(&mut self, channel: &str, entry: NewEntry<'_>) -> rusqlite::Result<()> {
        let place = self.place(channel)?;
        let NewEntry { seq, id, kind, payload, sent } = entry;
        let payload = payload.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let (origin, client_id) = sent.unzip();
        self.db
            .prepare_cached(
                "INSERT INTO entry (channel_id, seq, id, accepted_at, origin, client_id, kind, payload)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                place.row,
                sql(seq),
                id.as_str(),
                self.own_time,
                origin,
                client_id,
                kind,
                payload
            ])?;
        self.db
            .prepare_cached("UPDATE channel SET head = ?2 WHERE id = ?1")?
            .execute(params![place.row, sql(seq)])?;
        self.channels.insert(channel.to_owned(), Row { head: seq, ..place });
        Ok(())
    }

    fn sent_before(&self, origin: &str, client_id: &str) -> rusqlite::Result<Option<Receipt>> {
        self.db
            .prepare_cached(
                "SELECT entry.id, channel.name, seq, payload FROM entry
                 JOIN channel ON channel.id = channel_id WHERE origin = ?1 AND client_id = ?2",
            )?
            .query_row(params![origin, client_id], |row| {
                let name: String = row.get(1)?;
                let Accepted { timestamp } =
                    serde_json::from_str(&row.get::<_, String>(3)?).map_err(|error| {
                        rusqlite::Error::FromSqlConversionFailure(3, Type::Text, error.into())
                    })?;
                Ok(Receipt {
                    id: NotificationId::new(row.get::<_, String>(0)?),
                    channel: (name != BROADCAST).then_some(name),
                    seq: row.get::<_, i64>(2)?.unsigned_abs(),
                    accepted_at: timestamp,
                })
            })
            .optional()
    }

    fn locate(
        &mut self,
        channel: &str,
        subscriber: Option<&str>,
        claim: Option<&Position>,
    ) -> rusqlite::Result<Done> {
        let Some(subscriber) = subscriber else {
            // Nobody to remember: a channel that holds nothing needs no row either.
            let row = match self.channels.get(channel) {
                Some(row) => Some(*row),
                None => find(self.db, channel)?,
            };
            let place = locate(extent(self.db, row)?, self.epoch, None, None);
            return Ok(Done::Located(place, Vec::new()));
        };
        let stored = cursor(self.db, subscriber, channel)?;
        if stored.is_none() && channel != BROADCAST && count_of(self.db, subscriber)? >= CHANNELS_OF_ONE {
            return Ok(Done::NotLocated(Problem::TooManyChannels(CHANNELS_OF_ONE)));
        }
        let row = self.place(channel)?;
        let place = locate(extent(self.db, Some(row))?, self.epoch, stored, claim);
        self.db
            .prepare_cached(
                "INSERT INTO cursor (subscriber, channel_id, seq, seen_at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET seq = excluded.seq, seen_at = max(seen_at, excluded.seen_at)",
            )?
            .execute(params![subscriber, row.row, sql(place.received), self.own_time])?;
        Ok(Done::Located(place, claims::after(self.db, row.row, place.start())?))
    }

    fn advance(&mut self, cursor: &Cursor) -> rusqlite::Result<()> {
        let place = self.place(&cursor.channel)?;
        self.db
            .prepare_cached(
                "INSERT INTO cursor (subscriber, channel_id, seq, seen_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq), seen_at = max(seen_at, excluded.seen_at)",
            )?
            .execute(params![&*cursor.subscriber, place.row, sql(cursor.seq), self.own_time])?;
        Ok(())
    }

    /// The channel's row, made if there is none.
    pub(super) fn place(&mut self, name: &str) -> rusqlite::Result<Row> {
        if let Some(place) = self.channels.get(name) {
            return Ok(*place);
        }
        let place = match find(self.db, name)? {
            Some(place) => place,
            None => {
                let floor = floor(self.db)?;
                self.db
                    .prepare_cached("INSERT INTO channel (name, head, pruned) VALUES (?1, ?2, ?2)")?
                    .execute(params![name, sql(floor)])?;
                Row { row: self.db.last_insert_rowid(), head: floor, pruned: floor }
            }
        };
        self.channels.insert(name.to_owned(), place);
        Ok(place)
    }
}

fn find(db: &Connection, name: &str) -> rusqlite::Result<Option<Row>> {
    db.prepare_cached("SELECT id, head, pruned FROM channel WHERE name = ?1")?
        .query_row([name], |row| {
            let number = |column| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.unsigned_abs());
            Ok(Row { row: row.get(0)?, head: number(1)?, pruned: number(2)? })
        })
        .optional()
}

fn cursor(db: &Connection, subscriber: &str, channel: &str) -> rusqlite::Result<Option<u64>> {
    db.prepare_cached(
        "SELECT seq FROM cursor JOIN channel ON channel.id = channel_id WHERE subscriber = ?1 AND name = ?2",
    )?
    .query_row([subscriber, channel], |row| Ok(row.get::<_, i64>(0)?.unsigned_abs()))
    .optional()
}

fn count_of(db: &Connection, subscriber: &str) -> rusqlite::Result<usize> {
    let count = db
        .prepare_cached("SELECT count(*) FROM cursor WHERE subscriber = ?1")?
        .query_row([subscriber], |row| row.get::<_, i64>(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// A channel without a row is empty, and begins where one made now would.
fn extent(db: &Connection, row: Option<Row>) -> rusqlite::Result<Extent> {
    let begin = || floor(db).map(|floor| Extent { head: floor, pruned: floor });
    row.map_or_else(begin, |Row { head, pruned, .. }| Ok(Extent { head, pruned }))
}

/// No channel that was let go had a greater number than this.
fn floor(db: &Connection) -> rusqlite::Result<u64> {
    let floor =
        db.prepare_cached("SELECT floor FROM hub")?.query_row([], |row| row.get::<_, i64>(0)).optional()?;
    Ok(floor.unwrap_or(0).unsigned_abs())
}

/// When a stored notification was accepted.
#[derive(Deserialize)]
struct Accepted {
    timestamp: Timestamp,
}

/// SQLite's integers are signed; a channel would need a million years at full speed to pass them.
pub(super) fn sql(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
