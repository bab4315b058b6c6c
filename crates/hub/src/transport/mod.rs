//! Everything between the network and Socket.IO: who may talk at all, what a dead or stalled connection
//! does, and the answered pings that say what has arrived.

mod connection;
mod door;
mod listener;
mod pong;

pub(crate) use connection::Connection;
pub(crate) use door::Door;
pub(crate) use listener::{Gate, Visit, bind, gate, serve};
