//! From what a person typed to what the hub is asked.

use chapfood_protocol::{Lang, Limits, Problem, SendRequest, parse_send};
use serde_json::{Value, json};

use crate::contract::{Draft, Sent};

/// Bytes of the transport's own around a draft: the event's name and the `client_id`.
const AROUND: usize = 1_024;

/// The draft as text, to be kept.
///
/// # Errors
/// The answer to a draft that no hub could even be asked: its `data` is no object, or it is so large that a hub
/// would close the connection instead of answering, each time anew.
pub(crate) fn kept(draft: &Draft, lang: Lang) -> Result<String, Sent> {
    let text = json!(draft).to_string();
    let askable = matches!(draft.data, None | Some(Value::Null | Value::Object(_)));
    if askable && text.len() + AROUND <= Limits::default().payload_bytes {
        Ok(text)
    } else {
        Err(refused_here(draft, lang))
    }
}

/// The request for a draft, under its own id.
pub(crate) fn request(draft: Draft, client_id: String) -> SendRequest {
    let data = match draft.data {
        Some(Value::Object(data)) => Some(data),
        // Nothing else was kept.
        _ => None,
    };
    SendRequest {
        channel: draft.channel,
        kind: draft.kind,
        title: draft.title,
        message: draft.message,
        data,
        client_id: Some(client_id),
        key: None,
        ttl: None,
    }
}

/// The hub's words for every fault, without asking it. Whatever is too large for the transport is too large
/// for one of its fields.
fn refused_here(draft: &Draft, lang: Lang) -> Sent {
    let problems = parse_send(json!(draft), &Limits::default()).err().unwrap_or_default();
    Sent::Refused {
        errors: problems.iter().map(|problem| problem.words(lang)).collect(),
        codes: problems.iter().map(Problem::code).collect(),
    }
}

#[cfg(test)]
#[path = "drafts_tests.rs"]
mod tests;
