//! Everything between the network and Socket.IO: who may talk at all, what a dead or stalled connection
//! does, and the answered pings that say what has arrived.

mod connection;
mod crowd;
mod door;
mod doorkeeper;
mod gate;
mod handshakes;
mod identity;
mod listener;
mod overheard;
mod pong;

pub(crate) use connection::Connection;
pub use crowd::Room;
pub(crate) use door::{Door, Reach};
pub(crate) use doorkeeper::Doorkeeper;
pub(crate) use gate::{Gate, gate};
pub(crate) use identity::Identity;
pub(crate) use listener::{Post, Visit, bind_or_ipv4, serve};
