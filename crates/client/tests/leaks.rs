//! What a session leaves behind that never gets through, or not for long. Linux counts it for us.
//!
//! `CHAPFOOD_ROUNDS` says how many rounds of each kind, 20 if it is not set.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "the figures of a long run")]

mod support;

use std::time::Duration;

use chapfood_client::{LinkState, Pacing, Session, SessionConfig};
use support::{Manners, Network, PATIENCE, TestHub, config, connected, quick, until};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

/// The most kilobytes that any number of rounds may cost, the hub's and the network's part of this process
/// included.
const MEMORY: usize = 2_048;

/// What this process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    threads: usize,
    files: usize,
    /// Kilobytes.
    memory: usize,
}

impl Held {
    fn now() -> Self {
        let count = |what| std::fs::read_dir(format!("/proc/self/{what}")).expect("Linux has /proc").count();
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux has /proc");
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it has a size");
        let memory = memory.trim().trim_end_matches(" kB").parse().expect("a number");
        Self { threads: count("task"), files: count("fd"), memory }
    }
}

/// A pace at which a thousand rounds are soon over.
fn hasty(config: SessionConfig) -> SessionConfig {
    let moment = Duration::from_millis(10);
    let deadline = Duration::from_millis(100);
    SessionConfig {
        pacing: Pacing { first_delay: moment, max_delay: moment, connect_deadline: deadline, ..quick() },
        ..config
    }
}

/// Has a session go through `rounds` of the same kind, after a few that make what is made once. In the end no more
/// threads and descriptors may be held than before, and about the same memory.
async fn leaves_nothing<F>(kind: &str, config: SessionConfig, rounds: usize, mut round: F)
where
    F: AsyncFnMut(&Session),
{
    let before = Held::now();
    let (session, mut deliveries) = Session::start(hasty(config));
    let reading = tokio::spawn(async move { while deliveries.next().await.is_some() {} });
    for _ in 0..rounds.div_ceil(4) {
        round(&session).await;
    }
    let warm = Held::now();
    for _ in 0..rounds {
        round(&session).await;
    }
    let grown = Held::now().memory.saturating_sub(warm.memory);
    println!("{kind}: {before:?}, {warm:?} soon, {:?} after {rounds} rounds", Held::now());
    // Its own thread, and one for a name to be looked up.
    assert!(Held::now().threads <= before.threads + 2, "{kind}: {:?}, {before:?} before", Held::now());
    assert!(grown <= MEMORY, "{kind}: {rounds} rounds cost {grown} kB");
    session.close().await;
    reading.await.expect("the deliveries end");
    let limit = Instant::now() + PATIENCE;
    while (Held::now().threads > before.threads || Held::now().files > before.files) && Instant::now() < limit
    {
        sleep(Duration::from_millis(10)).await;
    }
    let after = Held::now();
    assert!(
        after.threads <= before.threads && after.files <= before.files,
        "{kind}: {after:?}, {before:?} before"
    );
}

/// One test, in a program of its own: other tests' threads would be counted too.
#[tokio::test]
async fn rounds_that_are_refused_broken_off_or_abandoned_leave_no_thread_no_descriptor_and_no_memory() {
    let rounds = std::env::var("CHAPFOOD_ROUNDS").ok().map_or(20, |rounds| rounds.parse().expect("a number"));
    let down = |link: &LinkState| !matches!(link, LinkState::Connected { .. });

    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = nobody.local_addr().expect("it listened");
    drop(nobody);
    leaves_nothing("no hub", config(address, &[]), rounds, async |session| {
        failure(session).await;
    })
    .await;

    let hub = TestHub::start(Manners { refuse: Some("no"), ..Manners::default() }).await;
    leaves_nothing("refused", config(hub.address, &[]), rounds, async |session| {
        failure(session).await;
    })
    .await;
    hub.stop().await;

    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = silent.local_addr().expect("it listens");
    let listening = tokio::spawn(async move {
        while let Ok((mut stream, _)) = silent.accept().await {
            // Heard, until the other side goes, and never answered.
            tokio::spawn(async move { tokio::io::copy(&mut stream, &mut tokio::io::sink()).await });
        }
    });
    leaves_nothing("never answered", config(address, &[]), rounds, async |session| {
        failure(session).await;
    })
    .await;
    listening.abort();

    let hub = TestHub::start(Manners { ping: Duration::from_millis(50), ..Manners::default() }).await;
    let network = Network::to(hub.address).await;
    leaves_nothing("broken off", config(network.address, &["devops"]), rounds, async |session| {
        connected(session).await;
        network.cut();
        until(session, down).await;
    })
    .await;
    leaves_nothing("abandoned", config(network.address, &["devops"]), rounds, async |session| {
        connected(session).await;
        network.freeze();
        until(session, down).await;
        network.cut();
    })
    .await;
}

/// Waits for the next attempt to fail.
async fn failure(session: &Session) {
    let mut link = session.link();
    link.borrow_and_update();
    link.changed().await.expect("the session lives");
}
