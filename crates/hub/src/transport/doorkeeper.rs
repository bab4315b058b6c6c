//! Who is connected over all doors, and over which connections somebody was let in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use socketioxide::socket::Sid;
use tokio::time::Instant;

use super::Connection;
use super::crowd::{Crowd, Entry, Room};
use super::handshakes::Handshakes;

/// Sessions remembered over which somebody was let in, far more than there can be connections.
const SESSIONS: usize = 100_000;
/// Sessions that one connection is remembered to have spoken of: a browser's has a few at a time.
const HEARD_OF: usize = 8;
/// Sessions that may be begun over a connection before somebody was let in over it: one, and one more try.
const TRIES: u32 = 2;

/// Keeps the doors. A clone is the same one.
#[derive(Debug, Clone)]
pub(crate) struct Doorkeeper(Arc<Mutex<Book>>);

#[derive(Debug)]
struct Book {
    crowd: Crowd,
    handshakes: Handshakes,
    held: HashMap<u64, Held>,
    /// Sessions over which somebody was let in, and into how many namespaces. A session may go over several
    /// connections, one after the other.
    sessions: HashMap<Sid, u32>,
}

/// What is known of a connection.
#[derive(Debug)]
struct Held {
    connection: Connection,
    from: IpAddr,
    /// It came by the door for this computer, where everybody is known.
    at_home: bool,
    /// Sessions that were spoken of here, also before anybody was let in over them: the word that lets it in may have
    /// come by this connection, and then everything else of it by another. The latest last.
    heard_of: Vec<Sid>,
    /// Sessions begun here.
    begun: u32,
}

/// The place of one connection, given up when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    keeper: Doorkeeper,
    number: u64,
}

impl Doorkeeper {
    /// `deadline` is how long a session may take to be let in.
    pub(crate) fn new(room: Room, deadline: Duration) -> Self {
        Self(Arc::new(Mutex::new(Book {
            crowd: Crowd::new(room),
            handshakes: Handshakes::new(room.unknown, deadline),
            held: HashMap::new(),
            sessions: HashMap::new(),
        })))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Nothing that is done under the lock can leave it half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from there, if there is one. A stranger may have to go for it. `at_home`: by the door
    /// for this computer.
    pub(crate) fn enter(&self, from: IpAddr, at_home: bool, connection: &Connection) -> Option<Arc<Place>> {
        let mut book = self.book();
        let Entry::In { place, out } = book.crowd.enter(from, at_home) else { return None };
        if let Some(out) = out.and_then(|out| book.held.remove(&out)) {
            out.connection.end();
        }
        let connection = connection.clone();
        book.held.insert(place, Held { connection, from, at_home, heard_of: Vec::new(), begun: 0 });
        drop(book);
        Some(Arc::new(Place { keeper: self.clone(), number: place }))
    }

    /// May a session be begun by polling over that connection? If so it counts.
    pub(crate) fn may_begin(&self, place: &Weak<Place>, now: Instant) -> bool {
        let Some(place) = place.upgrade() else { return false };
        let Book { crowd, handshakes, held, .. } = &mut *self.book();
        let Some(held) = held.get_mut(&place.number) else { return false };
        if held.at_home {
            return true;
        }
        held.begun = held.begun.saturating_add(1);
        (crowd.knows(place.number) || held.begun <= TRIES) && handshakes.begin(held.from, now)
    }

    /// Somebody was let in over this session, which goes over that connection now.
    pub(crate) fn let_in(&self, sid: Sid, place: &Weak<Place>) {
        let place = place.upgrade();
        let mut book = self.book();
        if book.sessions.len() >= SESSIONS {
            book.sessions.clear();
        }
        *book.sessions.entry(sid).or_default() += 1;
        if let Some(place) = &place {
            book.hear(place.number, sid);
            if let Some(from) = book.held.get(&place.number).map(|held| held.from) {
                book.handshakes.let_in(from);
            }
        }
        book.look_again(sid);
    }

    /// A request of this session came over that connection.
    pub(crate) fn meets(&self, sid: Sid, place: &Weak<Place>) {
        let Some(place) = place.upgrade() else { return };
        let mut book = self.book();
        book.hear(place.number, sid);
        book.look_again(sid);
    }

    /// Whoever was let in over this session has gone, and has to be let in again.
    pub(crate) fn forget(&self, sid: Sid) {
        let mut book = self.book();
        let Some(times) = book.sessions.get_mut(&sid) else { return };
        *times -= 1;
        if *times == 0 {
            book.sessions.remove(&sid);
            book.look_again(sid);
        }
    }

    /// Ends the connections of this session, whatever it goes over.
    pub(crate) fn show_out(&self, sid: Sid) {
        for held in self.book().held.values().filter(|held| held.heard_of.contains(&sid)) {
            held.connection.end();
        }
    }
}

impl Book {
    fn hear(&mut self, place: u64, sid: Sid) {
        let Some(held) = self.held.get_mut(&place) else { return };
        held.heard_of.retain(|heard| *heard != sid);
        if held.heard_of.len() >= HEARD_OF {
            held.heard_of.remove(0);
        }
        held.heard_of.push(sid);
    }

    /// Which connections of this session are known.
    fn look_again(&mut self, sid: Sid) {
        for (place, held) in self.held.iter().filter(|(_, held)| held.heard_of.contains(&sid)) {
            let known = held.heard_of.iter().any(|heard| self.sessions.contains_key(heard));
            self.crowd.know(*place, known);
        }
    }
}

impl Place {
    /// Whether somebody is let in over this connection.
    pub(crate) fn is_known(&self) -> bool {
        self.keeper.book().crowd.knows(self.number)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut book = self.keeper.book();
        book.crowd.leave(self.number);
        book.held.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINE: Duration = Duration::from_secs(10);

    struct Guest {
        connection: Connection,
        place: Arc<Place>,
    }

    impl Guest {
        fn of(keeper: &Doorkeeper) -> Self {
            let connection = Connection::default();
            let place = keeper.enter([10, 0, 0, 1].into(), false, &connection).expect("there is room");
            Self { connection, place }
        }

        fn place(&self) -> Weak<Place> {
            Arc::downgrade(&self.place)
        }
    }

    #[test]
    fn who_has_gone_is_unknown_again_over_every_connection() {
        let keeper = Doorkeeper::new(Room::default(), DEADLINE);
        let (one, two) = (Guest::of(&keeper), Guest::of(&keeper));
        let (sid, other) = (Sid::new(), Sid::new());
        keeper.meets(sid, &one.place());
        keeper.let_in(sid, &two.place());
        assert!(
            one.place.is_known() && two.place.is_known(),
            "the word came by the one, the rest by the other"
        );
        keeper.let_in(other, &one.place());
        keeper.forget(sid);
        assert!(one.place.is_known() && !two.place.is_known(), "over the one there is still somebody");
        keeper.forget(other);
        assert!(!one.place.is_known());
    }

    #[test]
    fn who_is_in_two_namespaces_has_gone_once_it_has_left_both() {
        let keeper = Doorkeeper::new(Room::default(), DEADLINE);
        let guest = Guest::of(&keeper);
        let sid = Sid::new();
        keeper.let_in(sid, &guest.place());
        keeper.let_in(sid, &guest.place());
        keeper.forget(sid);
        assert!(guest.place.is_known());
        keeper.forget(sid);
        assert!(!guest.place.is_known());
    }

    #[tokio::test]
    async fn who_is_shown_out_loses_every_connection_and_nobody_else_one() {
        let keeper = Doorkeeper::new(Room::default(), DEADLINE);
        let (one, two, other) = (Guest::of(&keeper), Guest::of(&keeper), Guest::of(&keeper));
        let sid = Sid::new();
        keeper.let_in(sid, &one.place());
        keeper.meets(sid, &two.place());
        keeper.let_in(Sid::new(), &other.place());
        keeper.show_out(sid);
        one.connection.ended().await;
        two.connection.ended().await;
        assert!(!other.connection.is_ended());
    }

    #[test]
    fn over_one_connection_a_stranger_begins_two_sessions_and_who_is_known_more() {
        let keeper = Doorkeeper::new(Room::default(), DEADLINE);
        let guest = Guest::of(&keeper);
        let now = Instant::now();
        let begun = (0..5).filter(|_| keeper.may_begin(&guest.place(), now)).count();
        assert_eq!(begun, 2);
        keeper.let_in(Sid::new(), &guest.place());
        assert!(keeper.may_begin(&guest.place(), now));
    }
}
