//! mdns-sd's thread, looked after. It keeps whatever it hears for as long as that claims to be good, whether anybody asked
//! or not, and without a limit: somebody on the network could fill the memory of a hub with it.

use std::time::Duration;

use mdns_sd::{Error, Metrics, ServiceDaemon};
use tokio::time::{sleep, timeout};

use crate::DiscoveryError;

/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How long it may take to answer. A thread that has only packets to read does not come to it.
const ANSWER: Duration = Duration::from_secs(5);

/// The most records, and times to look at them again, that it may keep: some megabytes. A network of hundreds of
/// computers makes a few thousand.
const MAX_KEPT: i64 = 30_000;

/// The thread, which ends with this.
pub(crate) struct Daemon {
    handle: ServiceDaemon,
}

impl Daemon {
    pub(crate) fn start() -> Result<Self, DiscoveryError> {
        Ok(Self { handle: ServiceDaemon::new()? })
    }

    pub(crate) fn handle(&self) -> &ServiceDaemon {
        &self.handle
    }

    /// Waits until it has to be replaced: it keeps too much, does not answer, or has ended.
    pub(crate) async fn until_unfit(&self) {
        loop {
            sleep(LOOK).await;
            let Ok(asked) = self.handle.get_metrics() else { return };
            match timeout(ANSWER, asked.recv_async()).await {
                Ok(Ok(metrics)) if kept(&metrics) <= MAX_KEPT => {}
                _ => return,
            }
        }
    }

    /// Has it say goodbye, and waits until it has ended. As long as that takes: two that are stuck would keep twice
    /// as much.
    pub(crate) async fn end(&self) {
        loop {
            match self.handle.shutdown() {
                Ok(ended) => {
                    // Without an answer it has ended otherwise.
                    let _ = ended.recv_async().await;
                    return;
                }
                Err(Error::Again) => sleep(ANSWER).await,
                Err(_) => return,
            }
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It says goodbye for whatever is still announced. One that has ended cannot be told anything.
        let _ = self.handle.shutdown();
    }
}

fn kept(metrics: &Metrics) -> i64 {
    let counts = metrics.iter().filter(|(name, _)| name.starts_with("cached-") || *name == "timer");
    counts.map(|(_, count)| count).sum()
}
