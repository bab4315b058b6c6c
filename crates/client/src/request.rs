//! A `send-notification` on its way to the wire.

use chapfood_protocol::SendRequest;
use serde_json::{Value, json};

/// The payload. Absent stays absent: an old hub may not take null for it.
pub(crate) fn wire(request: SendRequest) -> Value {
    let mut payload = json!({ "type": request.kind, "title": request.title, "message": request.message });
    let optional = [
        ("channel", request.channel.map(Value::from)),
        ("data", request.data.map(Value::from)),
        ("client_id", request.client_id.map(Value::from)),
        ("key", request.key.map(Value::from)),
        ("ttl", request.ttl.map(Value::from)),
    ];
    for (field, value) in optional {
        if let Some(value) = value {
            payload[field] = value;
        }
    }
    payload
}

/// 128 random bits in hexadecimal digits. `None` if the system has none: the hub's answers are then matched
/// in order.
pub(crate) fn fresh_id() -> Option<String> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).ok()?;
    Some(format!("{:032x}", u128::from_be_bytes(bits)))
}
