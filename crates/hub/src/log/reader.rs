//! Reading the log back, for subscribers that are behind.

use std::thread;

use rusqlite::{Connection, OpenFlags, params};
use tokio::sync::mpsc;

use crate::HubError;
use crate::log::{Entry, OpenFile};

/// Entries read at a time: enough to be quick, few enough that other subscribers wait little.
const CHUNK: usize = 256;
/// Bytes read at a time, or one entry if that is larger. Each client that is behind has a chunk waiting in memory,
/// for as long as it takes nothing: 256 large entries would be 20 MB.
const CHUNK_BYTES: usize = 128 * 1024;

/// Asks for the entries of a channel from `from` to `to`.
#[derive(Debug, Clone)]
pub(crate) struct FeedRequest<K> {
    /// The asker's mark.
    pub(crate) key: K,
    pub(crate) channel: String,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// The first entries of what was asked, in order.
#[derive(Debug)]
pub(crate) struct Feed<K> {
    pub(crate) key: K,
    pub(crate) channel: String,
    /// As asked.
    pub(crate) from: u64,
    pub(crate) entries: Vec<Entry>,
    /// The first number not looked at; numbers skipped before it are no longer kept. If the disk failed
    /// it is the one asked for.
    pub(crate) next: u64,
}

/// What one read found, and the first number not looked at.
struct Chunk {
    entries: Vec<Entry>,
    next: u64,
}

/// The reading connection, before its thread starts.
#[derive(Debug)]
pub(crate) struct Reader {
    db: Connection,
    /// Goes with everything that is read.
    epoch: String,
}

impl Reader {
    pub(crate) fn open(file: &OpenFile, epoch: String) -> Result<Self, HubError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self { db: Connection::open_with_flags(&file.path, flags)?, epoch })
    }

    /// Serves requests in order on a thread of its own, until nobody can ask any more.
    pub(crate) fn start<K: Send + 'static>(
        self,
    ) -> (mpsc::UnboundedSender<FeedRequest<K>>, mpsc::UnboundedReceiver<Feed<K>>) {
        let (ask, mut asked) = mpsc::unbounded_channel::<FeedRequest<K>>();
        let (answer, answers) = mpsc::unbounded_channel();
        thread::spawn(move || {
            while let Some(request) = asked.blocking_recv() {
                if answer.send(self.answer(request)).is_err() {
                    break;
                }
            }
        });
        (ask, answers)
    }

    pub(crate) fn answer<K>(&self, request: FeedRequest<K>) -> Feed<K> {
        let FeedRequest { key, channel, from, to } = request;
        let Chunk { entries, next } = self.read(&channel, from, to).unwrap_or_else(|error| {
            tracing::error!(%error, channel, "the log could not be read back");
            Chunk { entries: Vec::new(), next: from }
        });
        Feed { key, channel, from, entries, next }
    }

    fn read(&self, channel: &str, from: u64, to: u64) -> rusqlite::Result<Chunk> {
        let bound = |seq: u64| i64::try_from(seq).unwrap_or(i64::MAX);
        let mut statement = self.db.prepare_cached(
            "SELECT seq, kind, payload FROM entry JOIN channel ON channel.id = channel_id
             WHERE name = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq LIMIT ?4",
        )?;
        let rows = statement
            .query_map(params![channel, bound(from), bound(to), bound(CHUNK as u64)], |row| {
                Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?, row.get::<_, String>(2)?))
            })?;
        let mut chunk = Chunk { entries: Vec::new(), next: to + 1 };
        let (mut looked_at, mut bytes) = (0, 0);
        for row in rows {
            let (seq, kind, payload) = row?;
            looked_at += 1;
            bytes += payload.len();
            let full = looked_at == CHUNK || bytes >= CHUNK_BYTES;
            match Entry::read(kind, &payload, &self.epoch) {
                Ok(entry) => chunk.entries.push(entry),
                // One row that a failing disk spoiled must not hold back all that come after it.
                Err(error) => {
                    tracing::error!(%error, channel, seq, "an entry cannot be read back: skipped");
                }
            }
            if full {
                chunk.next = seq + 1;
                break;
            }
        }
        Ok(chunk)
    }
}
