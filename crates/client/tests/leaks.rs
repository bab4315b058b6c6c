//! What a session that never gets through leaves behind. Linux counts it for us.
#![cfg(target_os = "linux")]

mod support;

use std::time::Duration;

use chapfood_client::{LinkState, Pacing, Session, SessionConfig};
use support::{Manners, PATIENCE, TestHub, config, quick};
use tokio::time::{Instant, sleep};

fn count(what: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{what}")).expect("Linux has /proc").count()
}

/// In a program of its own: other tests' threads would be counted too.
#[tokio::test]
async fn thirty_refused_connections_leave_no_thread_and_no_descriptor() {
    let hub = TestHub::start(Manners { refuse: Some("no"), ..Manners::default() }).await;
    let moment = Duration::from_millis(10);
    let pacing = Pacing { first_delay: moment, max_delay: moment, ..quick() };
    let config = SessionConfig { pacing, ..config(hub.address, &[]) };
    let (tasks, files) = (count("task"), count("fd"));
    let (session, deliveries) = Session::start(config);
    let mut link = session.link();
    let mut refusals = 0;
    while refusals < 30 {
        link.changed().await.expect("the session lives");
        refusals += usize::from(matches!(*link.borrow_and_update(), LinkState::Refused { .. }));
    }
    // One thread, and its runtime's three descriptors and one connection, are the session's own.
    assert!(count("task") <= tasks + 2, "{} threads, {tasks} before", count("task"));
    session.close().await;
    drop(deliveries);
    let limit = Instant::now() + PATIENCE;
    while (count("task"), count("fd")) > (tasks, files) && Instant::now() < limit {
        sleep(moment).await;
    }
    assert!(count("task") <= tasks, "{} threads, {tasks} before", count("task"));
    assert!(count("fd") <= files, "{} descriptors, {files} before", count("fd"));
}
