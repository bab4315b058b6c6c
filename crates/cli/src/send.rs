//! `chapfood send`.

use chapfood_client::{SendFault, Session};
use chapfood_protocol::{NotificationSent, SendRequest};
use tokio::time::{Instant, sleep, timeout_at};

use crate::args::SendOptions;
use crate::failure::Failure;
use crate::reach::{auth, pin, reach};
use crate::{data, output, plain};

pub(crate) async fn run(options: SendOptions) -> Result<(), Failure> {
    let deadline = Instant::now() + options.limit.timeout;
    let auth = auth(&options.target, options.name, None)?;
    let hub = options.target.address();
    let pin = pin(&options.target, &hub, Some(deadline)).await?;
    // The deliveries stay unread: a broadcast to everybody comes back to us too.
    let (session, _deliveries) = reach(&hub, pin, auth, deadline).await?;
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
    let sent = match timeout_at(deadline, sent(&session, request, deadline)).await {
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

/// Sends, and waits for a hub that asks us to, if there is so much time.
async fn sent(
    session: &Session,
    request: SendRequest,
    deadline: Instant,
) -> Result<NotificationSent, SendFault> {
    loop {
        let answer = session.send(request.clone()).await;
        match answer.as_ref().err().and_then(SendFault::retry_after) {
            Some(after) if Instant::now() + after < deadline => sleep(after).await,
            _ => return answer,
        }
    }
}
