//! Plays sounds one after the other, away from the station's own task: a device that hangs delays nothing.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::contract::{Sound, SoundHealth};
use crate::seams::{Player, SoundFault};

/// How long a device may take to begin.
const DEADLINE: Duration = Duration::from_secs(3);
/// Sounds that may wait. One that comes much too late says nothing any more.
const WAITING: usize = 2;

/// Where sounds go.
#[derive(Debug, Clone)]
pub(crate) struct Sounds {
    queue: mpsc::Sender<Order>,
}

#[derive(Debug)]
struct Order {
    sound: Sound,
    volume: u8,
    /// Who wants to know what became of it.
    asker: Option<oneshot::Sender<Result<(), SoundFault>>>,
}

impl Sounds {
    /// Starts playing with `player`; what became of each is told to `tell`.
    pub(crate) fn start(player: impl Player, tell: impl Fn(SoundHealth) + Send + 'static) -> Self {
        let (queue, mut waiting) = mpsc::channel::<Order>(WAITING);
        tokio::spawn(async move {
            let mut before = Ok(());
            while let Some(Order { sound, volume, asker }) = waiting.recv().await {
                let outcome = timeout(DEADLINE, player.play(sound, volume)).await;
                let outcome =
                    outcome.unwrap_or_else(|_| Err(SoundFault::Failing("no answer within 3 s".into())));
                // A computer without a device would say so at every ring.
                if let Some(fault) = outcome.as_ref().err().filter(|_| outcome != before) {
                    tracing::warn!(%fault, "a sound was not played");
                }
                before.clone_from(&outcome);
                tell(health(&outcome));
                if let Some(asker) = asker {
                    // Whoever asked may be gone.
                    let _ = asker.send(outcome);
                }
            }
        });
        Self { queue }
    }

    /// Queues a sound. Never waits; one that does not fit is not heard.
    pub(crate) fn play(&self, sound: Sound, volume: u8) {
        self.order(Order { sound, volume, asker: None });
    }

    /// Queues a sound, and tells what became of it. Nothing is told of one that does not fit.
    pub(crate) fn try_out(&self, sound: Sound, volume: u8) -> oneshot::Receiver<Result<(), SoundFault>> {
        let (asker, answer) = oneshot::channel();
        self.order(Order { sound, volume, asker: Some(asker) });
        answer
    }

    fn order(&self, order: Order) {
        if self.queue.try_send(order).is_err() {
            tracing::warn!("the sound device is too slow for another sound");
        }
    }
}

fn health(outcome: &Result<(), SoundFault>) -> SoundHealth {
    match outcome {
        Ok(()) => SoundHealth::Working,
        Err(SoundFault::NoDevice) => SoundHealth::NoDevice,
        Err(SoundFault::Failing(_)) => SoundHealth::Failing,
        Err(SoundFault::Unsupported) => SoundHealth::Unsupported,
    }
}
