//! Shows pop-ups one after the other, away from the station's own task: a desktop that hangs delays nothing.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::contract::PopupHealth;
use crate::seams::{ToastFault, Toaster};
use crate::toast::Toast;

/// How long one pop-up may take.
const DEADLINE: Duration = Duration::from_secs(2);
/// Pop-ups that may wait. What does not fit is in the window anyway.
const WAITING: usize = 64;

/// Where pop-ups go.
#[derive(Debug, Clone)]
pub(crate) struct Popups {
    queue: mpsc::Sender<Order>,
}

/// What is to be done on the screen.
#[derive(Debug)]
enum Order {
    /// And whoever wants to know what became of it.
    Show(Box<Toast>, Option<oneshot::Sender<PopupHealth>>),
    Withdraw(String),
}

impl Popups {
    /// Starts showing with `toaster`; what became of each is told to `tell`.
    pub(crate) fn start(toaster: impl Toaster, tell: impl Fn(PopupHealth) + Send + 'static) -> Self {
        let (queue, mut waiting) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            while let Some(order) = waiting.recv().await {
                match order {
                    Order::Show(toast, asker) => {
                        let health = show(&toaster, *toast).await;
                        tell(health);
                        if let Some(asker) = asker {
                            // Whoever asked may be gone.
                            let _ = asker.send(health);
                        }
                    }
                    Order::Withdraw(id) => {
                        if timeout(DEADLINE, toaster.withdraw(id)).await.is_err() {
                            tracing::warn!("a pop-up that is out of date was not withdrawn in time");
                        }
                    }
                }
            }
        });
        Self { queue }
    }

    /// Queues pop-ups. Never waits.
    pub(crate) fn show(&self, toasts: Vec<Toast>) {
        let total = toasts.len();
        let shown = toasts
            .into_iter()
            .take_while(|toast| self.queue.try_send(Order::Show(Box::new(toast.clone()), None)).is_ok())
            .count();
        if shown < total {
            tracing::warn!(dropped = total - shown, "the desktop shows pop-ups too slowly");
        }
    }

    /// Queues a pop-up, and tells what became of it. Nothing is told of one that does not fit.
    pub(crate) fn try_out(&self, toast: Toast) -> oneshot::Receiver<PopupHealth> {
        let (asker, answer) = oneshot::channel();
        if self.queue.try_send(Order::Show(Box::new(toast), Some(asker))).is_err() {
            tracing::warn!("the desktop shows pop-ups too slowly to try one out");
        }
        answer
    }

    /// Queues the withdrawal of the pop-up with this id. Never waits; one that does not fit stays on the screen.
    pub(crate) fn withdraw(&self, id: &str) {
        if self.queue.try_send(Order::Withdraw(id.to_owned())).is_err() {
            tracing::warn!("the desktop shows pop-ups too slowly to withdraw one");
        }
    }
}

async fn show(toaster: &impl Toaster, toast: Toast) -> PopupHealth {
    let outcome = timeout(DEADLINE, toaster.show(toast)).await.unwrap_or(Err(ToastFault::Failing));
    match outcome {
        Ok(()) => PopupHealth::Working,
        Err(fault) => {
            tracing::warn!(%fault, "a pop-up was not shown");
            match fault {
                ToastFault::NoService => PopupHealth::NoService,
                ToastFault::NoBus => PopupHealth::NoBus,
                ToastFault::Failing => PopupHealth::Failing,
            }
        }
    }
}
