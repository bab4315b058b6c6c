//! Shows pop-ups one after the other, away from the station's own task: a desktop that hangs delays nothing.

use std::time::Duration;

use tokio::sync::mpsc;
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
    queue: mpsc::Sender<Toast>,
}

impl Popups {
    /// Starts showing with `toaster`; what became of each is told to `tell`.
    pub(crate) fn start(toaster: impl Toaster, tell: impl Fn(PopupHealth) + Send + 'static) -> Self {
        let (queue, mut waiting) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            while let Some(toast) = waiting.recv().await {
                let health = show(&toaster, toast).await;
                tell(health);
            }
        });
        Self { queue }
    }

    /// Queues pop-ups. Never waits.
    pub(crate) fn show(&self, toasts: Vec<Toast>) {
        let total = toasts.len();
        let shown = toasts.into_iter().take_while(|toast| self.queue.try_send(toast.clone()).is_ok()).count();
        if shown < total {
            tracing::warn!(dropped = total - shown, "the desktop shows pop-ups too slowly");
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
