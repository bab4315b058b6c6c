//! The hub of the model world: the real log on a real file, and the exchange's pure pieces.
//!
//! What stands between them in [`Exchange`](super::super::Exchange) is told again here, as short as it can be:
//! there it is woven with sockets and timers. Each queue between two tasks is a queue here, and the world
//! decides when somebody works on it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chapfood_protocol::{Auth, BROADCAST, NotificationId, NotificationType, Person, Position, SendRequest};
use rusqlite::Connection as Database;
use tempfile::TempDir;
use tokio::time::Instant;

use super::Packet;
use super::people::channel;
use crate::access::Grant;
use crate::exchange::marks::Marks;
use crate::exchange::seats::Seats;
use crate::exchange::window::Window;
use crate::log::{
    Claim, ClaimKind, Cursor, Entry, Feed, FeedRequest, Look, OpenFile, Outcome, Reader, Request, Store,
    epoch, open_database,
};
use crate::transport::Connection;
use crate::{Retention, backup, restore};

/// A connection of a client, as both sides call it.
pub(super) type Line = usize;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const RETENTION: Retention = Retention {
    age: DAY.saturating_mul(7),
    per_channel: 6,
    remember: DAY.saturating_mul(30),
    quota_bytes: u64::MAX,
};
/// What a notification counts on the line: a few fill the window.
const BYTES: u64 = 50_000;
/// What an answer counts.
const ANSWER: u64 = 100;

/// What a client asks, as the exchange gets it back from the log.
#[derive(Debug)]
pub(super) enum Ask {
    Connect,
    Join,
    Leave(Arc<str>),
    Received(Arc<str>, u64),
    Gone { in_order: bool },
    Send,
}

/// The mark of a request: whose, and what.
pub(super) type Tag = (Line, Ask);

/// What has been committed: the world's account is made of it.
#[derive(Debug)]
pub(super) enum Committed {
    Appended { entry: Box<Entry>, client_id: Option<String> },
    Repeated { id: String, client_id: Option<String> },
    Located { line: Line, channel: Arc<str>, subscriber: Option<Arc<str>> },
    Advanced(Vec<Cursor>),
}

pub(super) struct Socket {
    pub(super) seats: Seats,
    pub(super) window: Window,
    pub(super) connection: Connection,
    pub(super) claims: BTreeMap<String, Position>,
    pub(super) connected: bool,
    /// Answers that found no room.
    pub(super) waiting: VecDeque<Packet>,
    /// Given, and not taken by the kernel yet.
    pub(super) buffer: VecDeque<Packet>,
}

#[derive(Default)]
pub(super) struct Room {
    pub(super) members: BTreeSet<Line>,
    pub(super) head: u64,
}

impl Room {
    pub(super) fn place_at(&mut self, head: u64) -> Vec<Line> {
        let jumps = std::mem::replace(&mut self.head, head) != head;
        self.members.iter().copied().filter(|_| jumps).collect()
    }
}

/// The open log.
pub(super) struct Log {
    pub(super) store: Store,
    pub(super) reader: Reader,
    /// The world's own look at it.
    pub(super) seen: Database,
    pub(super) _file: OpenFile,
}

pub(super) struct Hub {
    pub(super) folder: TempDir,
    pub(super) copies: usize,
    pub(super) epoch: String,
    /// `None` only while it is taken apart.
    pub(super) open: Option<Log>,
    pub(super) requests: VecDeque<Request<Tag>>,
    pub(super) outcomes: VecDeque<Outcome<Tag>>,
    pub(super) reads: VecDeque<FeedRequest<Line>>,
    pub(super) feeds: VecDeque<Feed<Line>>,
    pub(super) marks: Marks,
    pub(super) rooms: BTreeMap<Arc<str>, Room>,
    pub(super) sockets: BTreeMap<Line, Socket>,
    pub(super) busy: BTreeSet<Line>,
    pub(super) start: Instant,
    /// What somebody surely has, as the hub heard since it started.
    pub(super) sure: BTreeMap<(Arc<str>, Arc<str>), u64>,
    /// The same, when a line joined.
    pub(super) sure_at_join: BTreeMap<(Line, Arc<str>), u64>,
}

/// A new database's file: making one takes longer than everything that a case does with it.
static EMPTY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let file = OpenFile::claim(folder.path()).expect("ours");
    drop(open_database(&file.path).expect("a database"));
    std::fs::read(&file.path).expect("its bytes")
});

impl Hub {
    pub(super) fn new(look: Look) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the hub");
        std::fs::write(folder.path().join("hub.sqlite3"), &*EMPTY).expect("an empty database");
        let mut hub = Self {
            folder,
            copies: 0,
            epoch: String::new(),
            open: None,
            requests: VecDeque::new(),
            outcomes: VecDeque::new(),
            reads: VecDeque::new(),
            feeds: VecDeque::new(),
            marks: Marks::default(),
            rooms: BTreeMap::new(),
            sockets: BTreeMap::new(),
            busy: BTreeSet::new(),
            start: Instant::now(),
            sure: BTreeMap::new(),
            sure_at_join: BTreeMap::new(),
        };
        hub.open(look);
        hub
    }

    fn open(&mut self, look: Look) {
        let file = OpenFile::claim(self.folder.path()).expect("the folder is the hub's");
        let db = open_database(&file.path).expect("the database opens");
        // No power cuts here, and flushing is what takes the time.
        db.pragma_update(None, "synchronous", "off").expect("told");
        self.epoch = epoch(&db).expect("the database is named");
        let reader = Reader::open(&file, self.epoch.clone()).expect("readable");
        let mut store = Store::new(db, self.epoch.clone(), RETENTION).expect("the store opens");
        store.look(look);
        store.note_time();
        let seen = Database::open(&file.path).expect("readable");
        // The last one to close it tidies up.
        seen.pragma_update(None, "synchronous", "off").expect("told");
        self.open = Some(Log { store, reader, seen, _file: file });
    }

    fn store(&mut self) -> &mut Store {
        &mut self.open.as_mut().expect("the hub is up").store
    }

    /// Killed, and started again: what was committed is there, everything else is not.
    pub(super) fn crash(&mut self, look: Look) {
        self.open = None;
        self.requests.clear();
        self.outcomes.clear();
        self.reads.clear();
        self.feeds.clear();
        self.marks = Marks::default();
        self.rooms.clear();
        self.sockets.clear();
        self.busy.clear();
        self.sure.clear();
        self.sure_at_join.clear();
        self.open(look);
    }

    pub(super) fn backup(&mut self) -> PathBuf {
        self.copies += 1;
        let copy = self.folder.path().join(format!("copy-{}", self.copies));
        backup(self.folder.path(), &copy).expect("a copy is taken");
        copy
    }

    pub(super) fn restore(&mut self, copy: &std::path::Path, look: Look) {
        self.open = None;
        restore(self.folder.path(), copy).expect("the copy is put back");
        self.crash(look);
    }

    // The way in.

    pub(super) fn connect(&mut self, line: Line, auth: &Auth) {
        let connection = Connection::default();
        let mut window = Window::default();
        window.goes_over(connection.clone());
        let mut claims = if auth.acknowledges() { auth.cursors.clone() } else { BTreeMap::new() };
        let seats = Seats::of(auth);
        let connect = Request::Locate {
            tag: (line, Ask::Connect),
            channel: BROADCAST.into(),
            subscriber: seats.kept_for(BROADCAST).cloned(),
            claim: claims.remove(BROADCAST),
        };
        let (waiting, buffer) = Default::default();
        let socket = Socket { seats, window, connection, claims, connected: false, waiting, buffer };
        self.sockets.insert(line, socket);
        self.requests.push_back(connect);
    }

    pub(super) fn ask(&mut self, line: Line, ask: Ask, channel: &str) {
        let Some(socket) = self.sockets.get_mut(&line) else { return };
        let request = match ask {
            Ask::Join => Request::Locate {
                tag: (line, ask),
                channel: channel.to_owned(),
                subscriber: socket.seats.kept_for(channel).cloned(),
                claim: socket.claims.remove(channel),
            },
            ask => Request::Pass { tag: (line, ask) },
        };
        self.requests.push_back(request);
    }

    pub(super) fn send(&mut self, channel: Option<&str>, client_id: Option<String>) {
        let request = SendRequest {
            channel: channel.map(Into::into),
            kind: NotificationType::Info,
            title: "Commande".into(),
            message: String::new(),
            data: None,
            client_id,
            key: None,
            ttl: None,
        };
        let (sender, origin) = ("Caisse".into(), "user:caisse".into());
        self.requests.push_back(Request::Append { tag: (Line::MAX, Ask::Send), request, sender, origin });
    }

    pub(super) fn claim(&mut self, id: NotificationId, kind: ClaimKind, who: &str) {
        let by = Person { user_id: None, username: who.to_owned(), device_name: None };
        let claim =
            Claim { kind, id, holder: who.to_owned(), by, grant: Arc::new(Grant::of_this_computer()) };
        self.requests.push_back(Request::Claim { tag: (Line::MAX, Ask::Send), claim });
    }

    // The disk.

    /// Commits a group. Says what became of it, in order.
    pub(super) fn commit(&mut self, most: usize, now_micros: i64, look: Look) -> Vec<Committed> {
        let most = most.min(self.requests.len());
        let group: Vec<_> = self.requests.drain(..most).collect();
        let mut asked = VecDeque::new();
        let mut sent = VecDeque::new();
        let mut committed = Vec::new();
        for request in &group {
            match request {
                Request::Locate { subscriber, .. } => asked.push_back(subscriber.clone()),
                Request::Append { request, .. } => sent.push_back(request.client_id.clone()),
                Request::Advance(cursors) => committed.push(Committed::Advanced(cursors.clone())),
                _ => {}
            }
        }
        self.store().look(look);
        let outcomes = self.store().commit(group, now_micros);
        for outcome in &outcomes {
            match outcome {
                Outcome::Appended { notification, .. } => committed.push(Committed::Appended {
                    entry: Box::new(Entry::Notification((**notification).clone())),
                    client_id: sent.pop_front().flatten(),
                }),
                Outcome::Claimed { entry, new: true, .. } => {
                    committed.push(Committed::Appended { entry: entry.clone(), client_id: None });
                }
                Outcome::Repeated { first, .. } => committed.push(Committed::Repeated {
                    id: first.id.as_str().to_owned(),
                    client_id: sent.pop_front().flatten(),
                }),
                Outcome::Located { tag: (line, _), channel, .. } => committed.push(Committed::Located {
                    line: *line,
                    channel: channel.as_str().into(),
                    subscriber: asked.pop_front().flatten(),
                }),
                Outcome::NotAppended { .. }
                | Outcome::Claimed { .. }
                | Outcome::NotClaimed { .. }
                | Outcome::Passed { .. }
                | Outcome::Advanced(_)
                | Outcome::NotAdvanced(_)
                | Outcome::NotLocated { .. } => {}
            }
        }
        self.outcomes.extend(outcomes);
        committed
    }

    /// Nothing is given again that the hub knew to be received when its channel was joined.
    pub(super) fn gave_anew(&self, line: Line, entry: &Entry) -> Result<(), String> {
        let sure = self.sure_at_join.get(&(line, channel(entry)));
        if sure.is_none_or(|sure| entry.seq() > *sure) {
            return Ok(());
        }
        Err(format!("{} {} is given again", channel(entry), entry.seq()))
    }

    /// At rest, everybody was given all that there is.
    pub(super) fn check_all_are_level(&self) -> Result<(), String> {
        for (line, socket) in &self.sockets {
            for (channel, membership) in &socket.seats.memberships {
                let head = self.rooms.get(channel).map_or(0, |room| room.head);
                if membership.missing(head) > 0 {
                    return Err(format!("nobody remembers that {line} is behind in {channel}"));
                }
            }
        }
        Ok(())
    }

    /// Whether nothing is under way in it.
    pub(super) fn is_idle(&self) -> bool {
        self.requests.is_empty()
            && self.outcomes.is_empty()
            && self.reads.is_empty()
            && self.feeds.is_empty()
            && self.busy.is_empty()
            && self.sockets.values().all(|socket| socket.buffer.is_empty() && socket.waiting.is_empty())
    }

    pub(super) fn knows(&self, line: Line) -> bool {
        self.sockets.contains_key(&line)
    }

    /// Everybody who is here counts as seen; it is written before the pruning that asks for it.
    pub(super) fn note_who_is_here(&mut self) {
        let present: Vec<_> = self.sockets.values().flat_map(|socket| socket.seats.present()).collect();
        for cursor in present {
            self.marks.set(cursor, self.start);
        }
        self.write_marks();
    }

    /// Looks at the clock, and lets go all that need not be kept.
    pub(super) fn prune(&mut self, look: Look) {
        self.store().look(look);
        self.store().note_time();
        while self.store().prune() {}
    }

    /// What the log holds: channels and numbers.
    pub(super) fn kept(&self) -> BTreeSet<(String, u64)> {
        self.read("SELECT name, seq FROM entry JOIN channel ON channel.id = channel_id", |row| {
            (row.get_unwrap(0), row.get_unwrap::<_, i64>(1).unsigned_abs())
        })
    }

    /// The cursors on the disk: subscriber, channel, number.
    pub(super) fn cursors(&self) -> BTreeSet<(String, String, u64)> {
        self.read("SELECT subscriber, name, seq FROM cursor JOIN channel ON channel.id = channel_id", |row| {
            (row.get_unwrap(0), row.get_unwrap(1), row.get_unwrap::<_, i64>(2).unsigned_abs())
        })
    }

    fn read<T: Ord>(&self, sql: &str, mut row: impl FnMut(&rusqlite::Row) -> T) -> BTreeSet<T> {
        let log = self.open.as_ref().expect("the hub is up");
        let mut statement = log.seen.prepare_cached(sql).expect("prepared");
        let rows = statement.query_map([], |found| Ok(row(found))).expect("asked");
        rows.map(|row| row.expect("read")).collect()
    }
}

impl Socket {
    pub(super) fn give(&mut self, packet: Packet) -> bool {
        if !self.waiting.is_empty() || !self.window.has_room() {
            return false;
        }
        self.window.gave(packet.bytes());
        self.buffer.push_back(packet);
        true
    }

    pub(super) fn flush(&mut self) {
        while self.window.has_room()
            && let Some(answer) = self.waiting.pop_front()
        {
            self.window.gave(answer.bytes());
            self.buffer.push_back(answer);
        }
    }
}

impl Packet {
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Entry(_) => BYTES,
            Self::Ping => 1,
            _ => ANSWER,
        }
    }
}
