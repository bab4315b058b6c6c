//! From what a person typed to what the hub is asked, and from its answer to the person.

use chapfood_client::SendFault;
use chapfood_protocol::{Lang, Limits, NotificationSent, SendRequest, parse_send};
use serde_json::{Value, json};

use crate::contract::{Draft, Fault, FaultCode, Sent};
use crate::fresh_id::fresh_id;

/// Unconfirmed drafts remembered, newest last.
const REMEMBERED: usize = 16;

/// Drafts whose sending was not confirmed. Sent again unchanged, such a draft keeps its `client_id`, so that
/// a hub that has it answers instead of delivering it twice.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    unconfirmed: Vec<(Draft, String)>,
}

impl Drafts {
    /// The request for a draft, under an id of its own.
    ///
    /// # Errors
    /// The answer to a draft that cannot even be asked, because its `data` is no object.
    pub(crate) fn request(&self, draft: &Draft, lang: Lang) -> Result<SendRequest, Sent> {
        let data = match &draft.data {
            None | Some(Value::Null) => None,
            Some(Value::Object(data)) => Some(data.clone()),
            Some(_) => return Err(refused_here(draft, lang)),
        };
        let known = self.unconfirmed.iter().find(|(unconfirmed, _)| unconfirmed == draft);
        Ok(SendRequest {
            channel: draft.channel.clone(),
            kind: draft.kind,
            title: draft.title.clone(),
            message: draft.message.clone(),
            data,
            // Without random bytes the session and the hub match answers by their order.
            client_id: known.map(|(_, id)| id.clone()).or_else(|| fresh_id().ok()),
            key: None,
            ttl: None,
        })
    }

    /// What became of a draft that was sent as `client_id`.
    ///
    /// # Errors
    /// `not_connected` or `unconfirmed`.
    pub(crate) fn answered(
        &mut self,
        draft: Draft,
        client_id: Option<String>,
        answer: Result<NotificationSent, SendFault>,
    ) -> Result<Sent, Fault> {
        // Whoever was told "not connected" knows no more of an earlier try than before.
        if answer == Err(SendFault::NotConnected) {
            return Err(Fault::new(FaultCode::NotConnected, SendFault::NotConnected));
        }
        self.unconfirmed.retain(|(_, id)| Some(id) != client_id.as_ref());
        match answer {
            Ok(sent) => {
                let id = sent.notification_id.as_str().to_owned();
                Ok(Sent::Confirmed { id, subscribers: sent.subscribers })
            }
            Err(SendFault::Refused(error)) => Ok(Sent::Refused { errors: error.errors, codes: error.codes }),
            Err(fault @ (SendFault::Unconfirmed | SendFault::NotConnected)) => {
                if self.unconfirmed.len() == REMEMBERED {
                    self.unconfirmed.remove(0);
                }
                self.unconfirmed.extend(client_id.map(|id| (draft, id)));
                Err(Fault::new(FaultCode::Unconfirmed, fault))
            }
        }
    }
}

/// The hub's words for every fault, without asking it: the request's type holds only an object.
fn refused_here(draft: &Draft, lang: Lang) -> Sent {
    let payload = json!({
        "channel": draft.channel,
        "type": draft.kind,
        "title": draft.title,
        "message": draft.message,
        "data": draft.data,
    });
    let problems = parse_send(payload, &Limits::default()).err().unwrap_or_default();
    Sent::Refused {
        errors: problems.iter().map(|problem| problem.words(lang)).collect(),
        codes: problems.iter().map(chapfood_protocol::Problem::code).collect(),
    }
}

#[cfg(test)]
#[path = "drafts_tests.rs"]
mod tests;
