use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of the hub's words on their way. The station's always arrive.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Manner {
    Clear,
    /// Swallowed: the hub does as it is asked, and nobody hears its answer.
    Mute,
    /// The hub passes for one that speaks the published API only.
    Old,
    Cut,
}

/// A wire to a hub.
pub struct Wire {
    pub address: String,
    manner: watch::Sender<Manner>,
    task: JoinHandle<()>,
}

impl Wire {
    /// To the hub at `address`, e.g. `http://127.0.0.1:8001`.
    pub async fn to(address: &str) -> Self {
        let hub: SocketAddr = address.trim_start_matches("http://").parse().expect("an address with a port");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = format!("http://{}", listener.local_addr().expect("it listens"));
        let manner = watch::Sender::new(Manner::Clear);
        let told = manner.clone();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, hub, told.subscribe()));
            }
        });
        Self { address, manner, task }
    }

    pub fn clear(&self) {
        self.manner.send_replace(Manner::Clear);
    }

    pub fn mute(&self) {
        self.manner.send_replace(Manner::Mute);
    }

    /// From the next connection on.
    pub fn old(&self) {
        self.manner.send_replace(Manner::Old);
    }

    /// Breaks every connection, and lets none through until another manner is chosen.
    pub fn cut(&self) {
        self.manner.send_replace(Manner::Cut);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(near: TcpStream, hub: SocketAddr, mut manner: watch::Receiver<Manner>) {
    if *manner.borrow_and_update() == Manner::Cut {
        return;
    }
    let Ok(far) = TcpStream::connect(hub).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let words = manner.clone();
    tokio::select! {
        () = pass(near_in, far_out) => {}
        () = say(far_in, near_out, words) => {}
        _ = manner.wait_for(|manner| *manner == Manner::Cut) => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    // The end of either side is the end of both.
    let _ = tokio::io::copy(&mut from, &mut to).await;
}

async fn say(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, manner: watch::Receiver<Manner>) {
    let mut words = vec![0; 65_536];
    while let Ok(count @ 1..) = from.read(&mut words).await {
        let now = *manner.borrow();
        if now == Manner::Mute {
            continue;
        }
        let said = &mut words[..count];
        if now == Manner::Old {
            disguise(said);
        }
        if to.write_all(said).await.is_err() {
            return;
        }
    }
}

/// The same length, so that the frame around it stays right.
fn disguise(said: &mut [u8]) {
    let (mark, old) = (br#""protocol":2"#, br#""protocol":1"#);
    for start in 0..said.len().saturating_sub(mark.len() - 1) {
        if said[start..].starts_with(mark) {
            said[start..start + mark.len()].copy_from_slice(old);
        }
    }
}
