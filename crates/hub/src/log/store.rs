//! What a group of requests does to the database.

use std::collections::HashMap;
use std::sync::Arc;

use chapfood_protocol::{IdSequence, Notification, Problem};
use rusqlite::{Connection, OptionalExtension};

use crate::Retention;
use crate::log::calendar::{Calendar, Look};
use crate::log::group::{Group, Row, cursor, extent, find};
use crate::log::place::{Extent, locate};
use crate::log::prune;
use crate::log::{Entry, Outcome, Place, Receipt, Request, claims, schema};

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
