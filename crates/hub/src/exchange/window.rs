//! How much may be on its way to one socket.
//!
//! A socket's buffer is bounded in packets only. Filled with large ones it takes hundreds of megabytes, and the
//! ping behind them comes so late that a slow but healthy client is given up again and again, and never gets
//! further. So no more than a window of bytes is given before what was given earlier has left.

use crate::transport::Connection;

/// Bytes that may be on their way. With the kernel's buffer of the same size a client with 100 kB/s still hears
/// a ping within its time.
const WINDOW: u64 = 128 * 1024;

/// What was given to a socket, and what is known to have left. Three witnesses are asked, and the one that knows
/// most is believed, so that none of them failing can hold a client back for ever.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Bytes given since the socket connected: never more than what really goes over the wire for it.
    given: u64,
    /// What had been given when the client last came to poll: it takes all of that along.
    at_poll: u64,
    /// What had been given at the pong before the last one: see `Membership::on_pong`.
    surely_received: u64,
    at_pong: u64,
    link: Option<Link>,
}

/// The WebSocket connection, which counts what the kernel took.
#[derive(Debug)]
struct Link {
    connection: Connection,
    /// A moment at which nothing was on its way: the two counts of then.
    idle: (u64, u64),
    /// What it had taken at the last pong.
    at_pong: u64,
}

impl Window {
    /// The socket's frames go over this connection from now on.
    pub(super) fn goes_over(&mut self, connection: Connection) {
        let written = connection.written();
        self.link = Some(Link { connection, idle: (self.given, written), at_pong: written });
    }

    pub(super) fn connection(&self) -> Option<&Connection> {
        self.link.as_ref().map(|link| &link.connection)
    }

    /// Whether something may be given now.
    pub(super) fn has_room(&mut self) -> bool {
        self.given - self.left() < WINDOW
    }

    /// So many bytes were given.
    pub(super) fn gave(&mut self, bytes: u64) {
        self.given += bytes;
    }

    /// The place at which what was given ends.
    pub(super) fn end(&self) -> u64 {
        self.given
    }

    /// Everything given up to this place has left.
    pub(super) fn left(&mut self) -> u64 {
        let written = self.link.as_mut().map_or(0, |link| {
            let written = link.connection.written();
            let (given_then, written_then) = link.idle;
            let left = given_then + (written - written_then);
            // Frames have heads and pings go in between, so more is written than given.
            if left >= self.given {
                link.idle = (self.given, written);
            }
            left.min(self.given)
        });
        written.max(self.at_poll).max(self.surely_received)
    }

    pub(super) fn on_poll(&mut self) {
        self.at_poll = self.given;
    }

    /// A pong answers a ping, and a ping is written. One that comes with nothing written since the one before
    /// answers nothing: it is from a client that reads nothing and would have the hub keep everything for it.
    pub(super) fn on_pong(&mut self) {
        if let Some(Link { connection, at_pong, .. }) = &mut self.link {
            let written = connection.written();
            if std::mem::replace(at_pong, written) == written {
                return;
            }
        }
        self.surely_received = self.at_pong;
        self.at_pong = self.given;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_sign_of_life_no_more_than_a_window_is_given() {
        let mut window = Window::default();
        while window.has_room() {
            window.gave(1_000);
        }
        assert!(window.given < WINDOW + 1_000);
    }

    #[test]
    fn what_the_kernel_took_makes_room_and_frame_heads_do_not_add_up() {
        let connection = Connection::default();
        let mut window = Window::default();
        window.goes_over(connection.clone());
        for _ in 0..100 {
            window.gave(WINDOW);
            assert!(!window.has_room());
            connection.wrote(WINDOW as usize + 500);
            assert!(window.has_room());
        }
        window.gave(WINDOW);
        assert!(!window.has_room(), "the heads of a hundred frames are no credit");
    }

    #[test]
    fn a_poll_or_two_pongs_make_room_even_if_little_was_counted() {
        let connection = Connection::default();
        let mut window = Window::default();
        window.goes_over(connection.clone());
        let pinged = |window: &mut Window| {
            connection.wrote(1);
            window.on_pong();
        };
        window.gave(WINDOW + 2);
        pinged(&mut window);
        assert!(!window.has_room(), "this pong may be older than what was given");
        pinged(&mut window);
        assert!(window.has_room());
        window.gave(WINDOW);
        window.on_poll();
        assert!(window.has_room());
    }

    #[test]
    fn pongs_of_a_client_that_takes_nothing_make_no_room() {
        let connection = Connection::default();
        connection.wrote(1);
        let mut window = Window::default();
        window.goes_over(connection);
        window.gave(WINDOW);
        for _ in 0..10 {
            window.on_pong();
        }
        assert!(!window.has_room(), "they answer no ping");
    }
}
