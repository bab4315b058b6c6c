//! Who is connected over all doors, and over which connections somebody was let in.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use socketioxide::socket::Sid;

use super::Connection;
use super::crowd::{Crowd, Entry, Room};

/// Sessions remembered over which somebody was let in, far more than there can be connections.
const SESSIONS: usize = 100_000;

/// Keeps the doors. A clone is the same one.
#[derive(Debug, Clone)]
pub(crate) struct Doorkeeper(Arc<Mutex<Book>>);

#[derive(Debug)]
struct Book {
    crowd: Crowd,
    connections: HashMap<u64, Connection>,
    /// A session may go over several connections, one after the other.
    sessions: HashSet<Sid>,
}

/// The place of one connection, given up when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    keeper: Doorkeeper,
    number: u64,
    /// A session that was spoken of here before anybody was let in over it: the word that lets it in may have come by
    /// this connection, and then everything else of it by another.
    heard_of: OnceLock<Sid>,
}

impl Doorkeeper {
    pub(crate) fn new(room: Room) -> Self {
        let book = Book { crowd: Crowd::new(room), connections: HashMap::new(), sessions: HashSet::new() };
        Self(Arc::new(Mutex::new(book)))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Nothing that is done under the lock can leave it half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from there, if there is one. A stranger may have to go for it.
    pub(crate) fn enter(&self, from: IpAddr, known: bool, connection: &Connection) -> Option<Arc<Place>> {
        let mut book = self.book();
        let Entry::In { place, out } = book.crowd.enter(from, known) else { return None };
        if let Some(out) = out.and_then(|out| book.connections.remove(&out)) {
            out.end();
        }
        book.connections.insert(place, connection.clone());
        drop(book);
        Some(Arc::new(Place { keeper: self.clone(), number: place, heard_of: OnceLock::new() }))
    }

    /// Somebody was let in over this session, which goes over that connection now.
    pub(crate) fn let_in(&self, sid: Sid, place: &Weak<Place>) {
        let mut book = self.book();
        if book.sessions.len() >= SESSIONS {
            book.sessions.clear();
        }
        book.sessions.insert(sid);
        drop(book);
        know(place);
    }

    /// A request of this session came over that connection.
    pub(crate) fn meets(&self, sid: Sid, place: &Weak<Place>) {
        let known = self.book().sessions.contains(&sid);
        match place.upgrade() {
            Some(_) if known => know(place),
            Some(place) => {
                let _ = place.heard_of.set(sid);
            }
            None => {}
        }
    }

    /// The session is over.
    pub(crate) fn forget(&self, sid: Sid) {
        self.book().sessions.remove(&sid);
    }
}

fn know(place: &Weak<Place>) {
    if let Some(place) = place.upgrade() {
        place.keeper.book().crowd.know(place.number);
    }
}

impl Place {
    /// Whether somebody was let in over this connection.
    pub(crate) fn is_known(&self) -> bool {
        let book = self.keeper.book();
        let let_in_since = || self.heard_of.get().is_some_and(|sid| book.sessions.contains(sid));
        book.crowd.knows(self.number) || let_in_since()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut book = self.keeper.book();
        book.crowd.leave(self.number);
        book.connections.remove(&self.number);
    }
}
