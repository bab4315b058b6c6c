//! From an address to a connection that the hub has confirmed.

use std::future::pending;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::connection::{Connection, OpenFault};
use crate::inflow::{Inflow, Signal};
use crate::refusal::Refusal;
use crate::supervisor::Ending;
use crate::tls::certificate_shown_at;
use crate::{Delivery, SessionConfig};

/// Opens a connection and waits until the hub has let us in. Names the hub's database, if it has the additions.
pub(crate) async fn establish(
    config: &SessionConfig,
    inflow: Inflow,
    signals: &mut mpsc::Receiver<Signal>,
) -> Result<(Connection, Option<String>), Ending> {
    let connection = match Connection::open(config, inflow.clone()).await {
        Ok(connection) => connection,
        Err(OpenFault::Address(why)) => return Err(Ending::Refused(Refusal::other(why))),
        Err(OpenFault::InPlainSight) => {
            return Err(Ending::Refused(Refusal::in_plain_sight(config.auth.lang)));
        }
        Err(OpenFault::Unreachable(why)) => return Err(stranger(config).await.unwrap_or(Ending::Lost(why))),
    };
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
            Some(Signal::Errors(error)) if let Some(refusal) = Refusal::of_live(&error) => {
                return Err(Ending::Refused(refusal));
            }
            Some(Signal::Errors(error)) => inflow.deliver(Some(Delivery::Errors(error))).await,
            Some(Signal::Sent(_)) => {}
            Some(Signal::Refused(refusal)) => return Err(Ending::Refused(refusal)),
            Some(Signal::Lost(why)) => return Err(Ending::Lost(why)),
            None => return Err(Ending::Lost("the connection ended".into())),
        }
    }
}

/// Whether somebody else than our hub answers there, told by the certificate shown: the library's error only says that
/// there is no connection.
async fn stranger(config: &SessionConfig) -> Option<Ending> {
    let pin = config.pin.as_ref()?;
    let shown = certificate_shown_at(&config.address).await.ok()?;
    if shown == *pin {
        return None;
    }
    tracing::warn!(hub = config.address, pin = %pin.fingerprint(), shown = %shown.fingerprint(), "another certificate");
    Some(Ending::Refused(Refusal::certificate_changed(config.auth.lang)))
}

/// The given instant; without one, never.
pub(crate) async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => pending().await,
    }
}
