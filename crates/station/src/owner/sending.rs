//! What the person sends. The answer takes its time, so the session is waited for elsewhere.

use chapfood_client::SendFault;
use chapfood_protocol::NotificationSent;
use serde_json::json;

use super::{Owner, Reply, Report};
use crate::contract::{Draft, Fault, FaultCode};
use crate::feed::lang;

/// A draft that the session has an answer to.
#[derive(Debug)]
pub(super) struct SendOutcome {
    draft: Draft,
    client_id: Option<String>,
    answer: Result<NotificationSent, SendFault>,
    reply: Reply,
}

impl Owner {
    pub(super) fn send(&mut self, draft: Draft, reply: Reply) {
        let refuse = |reply: Reply, answer| drop(reply.send(answer));
        let Some(feed) = &self.feed else {
            return refuse(reply, Err(Fault::new(FaultCode::NotConnected, SendFault::NotConnected)));
        };
        let request = match self.drafts.request(&draft, lang(self.state.language())) {
            Ok(request) => request,
            Err(refused) => return refuse(reply, Ok(json!(refused))),
        };
        let session = feed.session().clone();
        let reports = self.to_reports.clone();
        tokio::spawn(async move {
            let client_id = request.client_id.clone();
            let answer = session.send(request).await;
            // The station may have ended meanwhile; then its handles say so.
            let _ = reports.send(Report::Sent(Box::new(SendOutcome { draft, client_id, answer, reply })));
        });
    }

    pub(super) fn sent(&mut self, outcome: SendOutcome) {
        let SendOutcome { draft, client_id, answer, reply } = outcome;
        let sent = self.drafts.answered(draft, client_id, answer);
        let _ = reply.send(sent.map(|sent| json!(sent)));
    }
}
