//! `chapfood send`.

use chapfood_client::SendFault;
use chapfood_protocol::SendRequest;
use tokio::time::{Instant, timeout_at};

use crate::args::SendOptions;
use crate::failure::Failure;
use crate::reach::{auth, reach};
use crate::{data, output, plain};

pub(crate) async fn run(options: SendOptions) -> Result<(), Failure> {
    let deadline = Instant::now() + options.limit.timeout;
    let auth = auth(&options.target, options.name, None)?;
    let hub = options.target.hub;
    // The deliveries stay unread: a broadcast to everybody comes back to us too.
    let (session, _deliveries) = reach(&hub, auth, deadline).await?;
    let request = SendRequest {
        channel: options.channel,
        kind: options.kind,
        title: options.title,
        message: options.message,
        data: data::merged(options.data),
        client_id: None,
        key: options.key,
        ttl: options.ttl,
    };
    let sent = match timeout_at(deadline, session.send(request)).await {
        Ok(Ok(sent)) => sent,
        Ok(Err(SendFault::Refused(error))) => return Err(Failure::Refused(error.errors.join("; "))),
        Ok(Err(SendFault::NotConnected)) => return Err(Failure::Unreachable(hub)),
        Ok(Err(SendFault::Unconfirmed)) | Err(_) => return Err(Failure::Unconfirmed),
    };
    let told = if options.json {
        output::json(&sent)
    } else {
        output::line(&plain::line(sent.notification_id.as_str()))
    };
    session.close().await;
    told
}
