//! Starts and stops the hub of this computer, one order after the other.

use tokio::sync::{mpsc, oneshot, watch};

use crate::contract::HostedHub;
use crate::seams::LocalHub;

#[derive(Debug)]
enum Order {
    Start(u16, oneshot::Sender<()>),
    Stop(oneshot::Sender<()>),
}

/// A handle on the hub hosted here.
#[derive(Debug, Clone)]
pub(crate) struct Hosting {
    orders: mpsc::UnboundedSender<Order>,
    state: watch::Receiver<HostedHub>,
}

impl Hosting {
    /// Takes charge of `hub`.
    pub(crate) fn start(hub: impl LocalHub) -> Self {
        let state = hub.state();
        let (orders, mut given) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(order) = given.recv().await {
                // Whoever gave the order need not wait for its end.
                match order {
                    Order::Start(port, done) => {
                        hub.start(port).await;
                        let _ = done.send(());
                    }
                    Order::Stop(done) => {
                        hub.stop().await;
                        let _ = done.send(());
                    }
                }
            }
        });
        Self { orders, state }
    }

    /// How the hub stands, now and at every change.
    pub(crate) fn state(&self) -> watch::Receiver<HostedHub> {
        self.state.clone()
    }

    /// Orders a start. What is returned ends when it is on or has failed.
    pub(crate) fn turn_on(&self, port: u16) -> oneshot::Receiver<()> {
        self.order(|done| Order::Start(port, done))
    }

    /// Orders a stop. What is returned ends when it is off.
    pub(crate) fn turn_off(&self) -> oneshot::Receiver<()> {
        self.order(Order::Stop)
    }

    fn order(&self, order: impl FnOnce(oneshot::Sender<()>) -> Order) -> oneshot::Receiver<()> {
        let (done, end) = oneshot::channel();
        // The task that takes orders lives as long as any handle.
        let _ = self.orders.send(order(done));
        end
    }
}
