//! From an address to a connection that the hub has confirmed.

use std::future::pending;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::connection::{Connection, OpenFault};
use crate::inflow::{Inflow, Signal};
use crate::supervisor::Ending;
use crate::{Delivery, SessionConfig};

/// Opens a connection and waits until the hub has let us in. Names the hub's database, if it has the additions.
pub(crate) async fn establish(
    config: &SessionConfig,
    inflow: Inflow,
    signals: &mut mpsc::Receiver<Signal>,
) -> Result<(Connection, Option<String>), Ending> {
    let connection = Connection::open(config, inflow.clone()).await.map_err(|fault| match fault {
        OpenFault::Address(why) => Ending::Refused(why),
        OpenFault::Unreachable(why) => Ending::Lost(why),
    })?;
    let mut grace = None;
    loop {
        let signal = tokio::select! {
            signal = signals.recv() => signal,
            () = at(grace) => return Ok((connection, None)),
        };
        match signal {
            Some(Signal::Confirmed(epoch)) => return Ok((connection, epoch)),
            // The published API confirms; a hub that does not is taken at its CONNECT.
            Some(Signal::Accepted) => {
                grace = Some(Instant::now() + config.pacing.confirmation_grace);
            }
            Some(Signal::Errors(error)) => inflow.deliver(Some(Delivery::Errors(error))).await,
            Some(Signal::Sent(_)) => {}
            Some(Signal::Refused(words)) => return Err(Ending::Refused(words)),
            Some(Signal::Lost(why)) => return Err(Ending::Lost(why)),
            None => return Err(Ending::Lost("the connection ended".into())),
        }
    }
}

/// The given instant; without one, never.
pub(crate) async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => pending().await,
    }
}
