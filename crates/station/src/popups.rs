//! Shows pop-ups one after the other, away from the station's own task: a desktop that hangs delays nothing.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
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
    /// Without a bound: what is to go from the screen must go, and there is no more of it than was to be shown.
    queue: UnboundedSender<Order>,
    room: Arc<Semaphore>,
}

/// What is to be done on the screen.
#[derive(Debug)]
enum Order {
    Show(Box<Showing>),
    Withdraw(String),
}

/// A pop-up in the queue.
#[derive(Debug)]
struct Showing {
    toast: Toast,
    /// Who wants to know what became of it.
    asker: Option<oneshot::Sender<PopupHealth>>,
    room: OwnedSemaphorePermit,
}

impl Popups {
    /// Starts showing with `toaster`; what became of each is told to `tell`.
    pub(crate) fn start(toaster: impl Toaster, tell: impl Fn(PopupHealth) + Send + 'static) -> Self {
        let (queue, mut coming) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut orders = VecDeque::new();
            while let Some(order) = next(&mut orders, &mut coming).await {
                match order {
                    Order::Show(showing) => {
                        let Showing { toast, asker, room } = *showing;
                        // It waits no longer.
                        drop(room);
                        let health = show(&toaster, toast).await;
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
        Self { queue, room: Arc::new(Semaphore::new(WAITING)) }
    }

    /// Queues pop-ups. Never waits.
    pub(crate) fn show(&self, toasts: Vec<Toast>) {
        let dropped = toasts.into_iter().filter(|toast| !self.queue_up(toast.clone(), None)).count();
        if dropped > 0 {
            tracing::warn!(dropped, "the desktop shows pop-ups too slowly");
        }
    }

    /// Queues a pop-up, and tells what became of it. Nothing is told of one that does not fit.
    pub(crate) fn try_out(&self, toast: Toast) -> oneshot::Receiver<PopupHealth> {
        let (asker, answer) = oneshot::channel();
        if !self.queue_up(toast, Some(asker)) {
            tracing::warn!("the desktop shows pop-ups too slowly to try one out");
        }
        answer
    }

    /// Queues the withdrawal of the pop-up with this id, which is not shown at all if its turn has not come. Never
    /// waits.
    pub(crate) fn withdraw(&self, id: &str) {
        self.order(Order::Withdraw(id.to_owned()));
    }

    /// Whether there was room for it.
    fn queue_up(&self, toast: Toast, asker: Option<oneshot::Sender<PopupHealth>>) -> bool {
        match Arc::clone(&self.room).try_acquire_owned() {
            Ok(room) => {
                self.order(Order::Show(Box::new(Showing { toast, asker, room })));
                true
            }
            Err(_) => {
                unshown(toast).into_iter().for_each(|order| self.order(order));
                false
            }
        }
    }

    fn order(&self, order: Order) {
        // It fails only where the runtime is ending, and the screen is no longer ours.
        let _ = self.queue.send(order);
    }
}

/// The next order in its turn. What is withdrawn before its turn is never shown.
async fn next(orders: &mut VecDeque<Order>, coming: &mut UnboundedReceiver<Order>) -> Option<Order> {
    if orders.is_empty() {
        orders.push_back(coming.recv().await?);
    }
    while let Ok(order) = coming.try_recv() {
        if let Order::Withdraw(id) = &order {
            let earlier = std::mem::take(orders).into_iter();
            *orders = earlier
                .filter_map(|earlier| match earlier {
                    Order::Show(showing) if showing.toast.id == *id => unshown(showing.toast),
                    earlier => Some(earlier),
                })
                .collect();
        }
        orders.push_back(order);
    }
    orders.pop_front()
}

/// What is to be done instead of showing a pop-up: the one whose place it would have taken is out of date all the
/// same.
fn unshown(toast: Toast) -> Option<Order> {
    toast.replaces.map(Order::Withdraw)
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

#[cfg(test)]
#[path = "popups_tests.rs"]
mod tests;
