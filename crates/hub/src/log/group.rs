//! What one open transaction does, request by request.

use std::collections::HashMap;
use std::sync::Arc;

use chapfood_protocol::{
    BROADCAST, IdSequence, Notification, NotificationId, Position, Problem, SendRequest, Timestamp,
};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;

use crate::log::place::{Extent, locate};
use crate::log::store::Done;
use crate::log::{Cursor, Receipt, Request, claims};

/// A channel's row and the last number given out in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) row: i64,
    pub(super) head: u64,
    pub(super) pruned: u64,
}

/// Channels in which one subscriber may be remembered: more than any shop has. Who was in so many within a year is
/// let into no further one rather than being forgotten in another.
pub(super) const CHANNELS_OF_ONE: usize = 10_000;
/// An open transaction.
pub(super) struct Group<'a> {
    pub(super) db: &'a Connection,
    pub(super) epoch: &'a str,
    /// The database has reached its quota: no new notification is accepted.
    pub(super) full: bool,
    /// It is beyond that by what is kept back for claims.
    pub(super) no_room_for_claims: bool,
    pub(super) ids: &'a mut IdSequence,
    pub(super) channels: &'a mut HashMap<String, Row>,
    pub(super) now_micros: i64,
    /// The hub's own time in ms, by which things grow old.
    pub(super) own_time: i64,
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
    pub(super) fn write<T>(&mut self, request: &Request<T>) -> rusqlite::Result<Done> {
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

pub(super) fn find(db: &Connection, name: &str) -> rusqlite::Result<Option<Row>> {
    db.prepare_cached("SELECT id, head, pruned FROM channel WHERE name = ?1")?
        .query_row([name], |row| {
            let number = |column| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.unsigned_abs());
            Ok(Row { row: row.get(0)?, head: number(1)?, pruned: number(2)? })
        })
        .optional()
}

pub(super) fn cursor(db: &Connection, subscriber: &str, channel: &str) -> rusqlite::Result<Option<u64>> {
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
pub(super) fn extent(db: &Connection, row: Option<Row>) -> rusqlite::Result<Extent> {
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
