//! Runs the hub of this computer, one order after the other.

use tokio::sync::{mpsc, oneshot, watch};

use crate::contract::{HostedHub, HubOverview, NewToken, TokenWish};
use crate::seams::{HubPlan, LocalHub, LocalHubFault, PairingOrder};

/// Where the end of an order is told.
type Done<T> = oneshot::Sender<T>;

#[derive(Debug)]
enum Order {
    Start(HubPlan, Done<()>),
    Stop(Done<()>),
    Overview(Done<Result<HubOverview, LocalHubFault>>),
    Pair(PairingOrder, Done<Result<(), LocalHubFault>>),
    CreateToken(TokenWish, Done<Result<NewToken, LocalHubFault>>),
    RevokeToken(i64, Done<Result<(), LocalHubFault>>),
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
                carry_out(&hub, order).await;
            }
        });
        Self { orders, state }
    }

    /// How the hub stands, now and at every change.
    pub(crate) fn state(&self) -> watch::Receiver<HostedHub> {
        self.state.clone()
    }

    /// Orders a start. What is returned ends when it is on or has failed.
    pub(crate) fn turn_on(&self, plan: HubPlan) -> oneshot::Receiver<()> {
        self.order(|done| Order::Start(plan, done))
    }

    /// Orders a stop. What is returned ends when it is off.
    pub(crate) fn turn_off(&self) -> oneshot::Receiver<()> {
        self.order(Order::Stop)
    }

    pub(crate) async fn overview(&self) -> Result<HubOverview, LocalHubFault> {
        heard(self.order(Order::Overview)).await
    }

    pub(crate) async fn pair(&self, order: PairingOrder) -> Result<(), LocalHubFault> {
        heard(self.order(|done| Order::Pair(order, done))).await
    }

    pub(crate) async fn create_token(&self, wish: TokenWish) -> Result<NewToken, LocalHubFault> {
        heard(self.order(|done| Order::CreateToken(wish, done))).await
    }

    pub(crate) async fn revoke_token(&self, id: i64) -> Result<(), LocalHubFault> {
        heard(self.order(|done| Order::RevokeToken(id, done))).await
    }

    fn order<T>(&self, order: impl FnOnce(Done<T>) -> Order) -> oneshot::Receiver<T> {
        let (done, end) = oneshot::channel();
        // The task that takes orders lives as long as any handle.
        let _ = self.orders.send(order(done));
        end
    }
}

async fn heard<T>(answer: oneshot::Receiver<Result<T, LocalHubFault>>) -> Result<T, LocalHubFault> {
    answer.await.unwrap_or(Err(LocalHubFault::Off))
}

/// Whoever gave the order need not wait for its end.
async fn carry_out(hub: &impl LocalHub, order: Order) {
    match order {
        Order::Start(plan, done) => {
            hub.start(plan).await;
            let _ = done.send(());
        }
        Order::Stop(done) => {
            hub.stop().await;
            let _ = done.send(());
        }
        Order::Overview(done) => drop(done.send(hub.overview().await)),
        Order::Pair(order, done) => drop(done.send(hub.pair(order).await)),
        Order::CreateToken(wish, done) => drop(done.send(hub.create_token(wish).await)),
        Order::RevokeToken(id, done) => drop(done.send(hub.revoke_token(id).await)),
    }
}
