//! `chapfood channels` and `chapfood stats`.

use chapfood_client::{Delivery, Session};
use tokio::time::{Instant, timeout_at};

use crate::args::AskOptions;
use crate::failure::Failure;
use crate::reach::{auth, pin, reach};
use crate::{output, plain, words};

pub(crate) async fn channels(options: AskOptions) -> Result<(), Failure> {
    let json = options.json;
    let channels = answer(options, Session::get_channels, |delivery| match delivery {
        Delivery::Channels(channels) => Some(channels),
        _ => None,
    });
    for channel in channels.await? {
        if json {
            output::json(&channel)?;
        } else {
            output::line(&format!(
                "{}\t{}",
                plain::line(&channel.name),
                words::clients(channel.client_count)
            ))?;
        }
    }
    Ok(())
}

pub(crate) async fn stats(options: AskOptions) -> Result<(), Failure> {
    let json = options.json;
    let stats = answer(options, Session::get_stats, |delivery| match delivery {
        Delivery::Stats(stats) => Some(stats),
        _ => None,
    });
    let stats = stats.await?;
    if json { output::json(&stats) } else { output::line(&words::stats(&stats)) }
}

/// Asks the hub once and takes the first answer that `pick` knows.
async fn answer<T>(
    options: AskOptions,
    ask: impl FnOnce(&Session),
    pick: impl Fn(Delivery) -> Option<T>,
) -> Result<T, Failure> {
    let deadline = Instant::now() + options.limit.timeout;
    let auth = auth(&options.target, None, None)?;
    let hub = options.target.address();
    let pin = pin(&options.target, &hub, Some(deadline)).await?;
    let (session, mut deliveries) = reach(&hub, pin, auth, deadline).await?;
    ask(&session);
    let found = async {
        while let Some(batch) = deliveries.next().await {
            for delivery in batch {
                if let Delivery::Errors(error) = delivery {
                    return Err(Failure::Refused(error.errors.join("; ")));
                }
                if let Some(found) = pick(delivery) {
                    return Ok(found);
                }
            }
        }
        Err(Failure::Unanswered(hub.clone()))
    };
    let found = timeout_at(deadline, found).await.unwrap_or_else(|_| Err(Failure::Unanswered(hub.clone())));
    session.close().await;
    found
}
