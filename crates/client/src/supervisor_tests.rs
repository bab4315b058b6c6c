use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chapfood_protocol::Auth;

use super::*;
use crate::Pacing;
use crate::network::Addresses;

const HOUR: Duration = Duration::from_secs(3_600);

/// A session that waits an hour after each attempt, and nobody is where it looks for a hub. With the handles that
/// keep it alive.
fn lonely(network: Network) -> (Supervisor, impl Sized) {
    let config = SessionConfig {
        address: "http://127.0.0.1:1".into(),
        pin: None,
        auth: Auth::default(),
        channels: Vec::new(),
        cursors: None,
        pacing: Pacing { first_delay: HOUR, max_delay: HOUR, ..Pacing::default() },
    };
    let (shown, link) = watch::channel(LinkState::Connecting);
    let (commands, asked) = mpsc::unbounded_channel();
    let (deliver, deliveries) = mpsc::channel(1);
    (Supervisor::new(config, shown, asked, deliver, network), (link, commands, deliveries))
}

/// How long the wait for the second attempt is, and that attempt, by the runtime's clock.
async fn until_the_second_attempt(supervisor: &mut Supervisor) -> Duration {
    assert!(supervisor.round().await.is_continue(), "the first attempt fails");
    let failed = Instant::now();
    assert!(supervisor.round().await.is_continue(), "so does the second");
    failed.elapsed()
}

#[tokio::test(start_paused = true)]
async fn an_address_that_comes_or_goes_ends_the_wait() {
    static PLUGGED: AtomicBool = AtomicBool::new(false);
    let ask: fn() -> Addresses = || {
        // Asked by the first attempt, and from then on plugged in.
        let plugged = PLUGGED.swap(true, Ordering::Relaxed);
        plugged.then_some([192, 168, 1, 20].into()).into_iter().collect()
    };
    let (mut supervisor, _kept) = lonely(Network::new(ask));
    let waited = until_the_second_attempt(&mut supervisor).await;
    assert!(waited < LOOK_EVERY + Pacing::default().connect_deadline, "not the hour: {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_network_that_stays_as_it_is_ends_no_wait() {
    let ask: fn() -> Addresses = || Addresses::from([[192, 168, 1, 20].into()]);
    let (mut supervisor, _kept) = lonely(Network::new(ask));
    let waited = until_the_second_attempt(&mut supervisor).await;
    assert!(waited >= HOUR, "the hour: {waited:?}");
}
