//! Reading what a client sends. Nothing from the wire is trusted: every fault is found and named.

use serde_json::{Map, Value};

use crate::{Limits, NotificationId, NotificationType, Problem, auth};

/// The reserved name of the broadcasts' log. No client can join it by name or send to it.
pub const BROADCAST: &str = "*";

/// The longest `client_id` and `key`, in characters.
const MARK_LIMIT: usize = 100;

/// A valid `send-notification`.
#[derive(Debug, Clone, PartialEq)]
pub struct SendRequest {
    /// `None` is a broadcast.
    pub channel: Option<String>,
    /// Info if the sender did not say.
    pub kind: NotificationType,
    /// Byte for byte as sent.
    pub title: String,
    /// Byte for byte as sent.
    pub message: String,
    /// As sent.
    pub data: Option<Map<String, Value>>,
    /// The sender's own unique id: a repeat is answered, not delivered again.
    pub client_id: Option<String>,
    /// A later notification of the channel with the same key takes the place of this one.
    pub key: Option<String>,
    /// For how many seconds it is of use.
    pub ttl: Option<u32>,
}

/// Reads the payload of `send-notification`.
///
/// # Errors
/// Every fault of the payload, in the order of the published fields.
pub fn parse_send(payload: Value, limits: &Limits) -> Result<SendRequest, Vec<Problem>> {
    let Value::Object(mut fields) = payload else { return Err(vec![Problem::PayloadNotObject]) };
    let mut faults = Faults::default();
    let channel = faults.keep(match fields.remove("channel") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => channel_name(value, limits).map(Some),
    });
    let kind = faults.keep(kind(fields.remove("type")));
    let title = faults.keep(text("title", fields.remove("title"), limits.title));
    let message = faults.keep(text("message", fields.remove("message"), limits.message));
    let data = faults.keep(match fields.remove("data") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(data)) => within(data, limits).map(Some),
        Some(_) => Err(Problem::DataNotObject),
    });
    let client_id = faults.keep(mark("client_id", fields.remove("client_id")));
    let key = faults.keep(mark("key", fields.remove("key")));
    let ttl = faults.keep(seconds("ttl", fields.remove("ttl")));
    let request = move || {
        Some(SendRequest {
            channel: channel?,
            kind: kind?,
            title: title?,
            message: message?,
            data: data?,
            client_id: client_id?,
            key: key?,
            ttl: ttl?,
        })
    };
    request().ok_or(faults.0)
}

/// What was found wrong so far.
#[derive(Default)]
struct Faults(Vec<Problem>);

impl Faults {
    /// What was read, or nothing and a fault more.
    fn keep<T>(&mut self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.0.push(problem)).ok()
    }
}

/// A valid `take-notification` or `release-notification`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRequest {
    /// Of which notification.
    pub id: NotificationId,
    /// Who takes it, where several people share a computer; `None`: whoever connected.
    pub username: Option<String>,
}

/// Reads the payload of `take-notification` and `release-notification`. A name is read as when connecting: one of
/// another kind counts as absent, and a long one is cut.
///
/// # Errors
/// The one fault of the payload.
pub fn parse_claim(payload: Value) -> Result<ClaimRequest, Problem> {
    let Value::Object(mut fields) = payload else { return Err(Problem::PayloadNotObject) };
    let username = fields.get("username").and_then(auth::name);
    text("id", fields.remove("id"), MARK_LIMIT)
        .map(|id| ClaimRequest { id: NotificationId::new(id), username })
}

/// Reads the payload of `join-channel` and `leave-channel`: a bare string.
///
/// # Errors
/// The one fault of the name.
pub fn parse_channel_name(payload: Value, limits: &Limits) -> Result<String, Problem> {
    channel_name(payload, limits)
}

/// A valid `received`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The channel; [`BROADCAST`] for the broadcasts.
    pub channel: String,
    /// Everything up to this number is committed on the device.
    pub seq: u64,
}

/// Reads the payload of `received`.
///
/// # Errors
/// Every fault of the payload.
pub fn parse_received(payload: Value, limits: &Limits) -> Result<Receipt, Vec<Problem>> {
    let Value::Object(mut fields) = payload else { return Err(vec![Problem::PayloadNotObject]) };
    let channel = match fields.remove("channel") {
        Some(Value::String(name)) if name == BROADCAST => Ok(name),
        other => channel_name(other.unwrap_or_default(), limits),
    };
    let seq = match fields.remove("seq") {
        None | Some(Value::Null) => Err(Problem::Required("seq")),
        Some(value) => value.as_u64().ok_or(Problem::NotCount("seq")),
    };
    match (channel, seq) {
        (Ok(channel), Ok(seq)) => Ok(Receipt { channel, seq }),
        (channel, seq) => Err(channel.err().into_iter().chain(seq.err()).collect()),
    }
}

fn channel_name(value: Value, limits: &Limits) -> Result<String, Problem> {
    let name = text("channel", Some(value), limits.channel)?;
    if name.chars().any(char::is_control) {
        return Err(Problem::ControlCharacters("channel"));
    }
    if name == BROADCAST {
        return Err(Problem::Reserved("channel"));
    }
    Ok(name)
}

fn kind(value: Option<Value>) -> Result<NotificationType, Problem> {
    match value {
        None | Some(Value::Null) => Ok(NotificationType::Info),
        Some(value) => value.as_str().and_then(NotificationType::from_word).ok_or(Problem::TypeInvalid),
    }
}

/// A sender's own mark, which may be absent.
fn mark(field: &'static str, value: Option<Value>) -> Result<Option<String>, Problem> {
    match value {
        None | Some(Value::Null) => Ok(None),
        present => text(field, present, MARK_LIMIT).map(Some),
    }
}

/// A number of seconds, which may be absent. More than fit into the type are as good as for ever.
fn seconds(field: &'static str, value: Option<Value>) -> Result<Option<u32>, Problem> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(seconds) => Ok(u32::try_from(seconds).ok()),
            None => Err(Problem::NotCount(field)),
        },
    }
}

fn text(field: &'static str, value: Option<Value>, limit: usize) -> Result<String, Problem> {
    match value {
        None | Some(Value::Null) => Err(Problem::Required(field)),
        Some(Value::String(text)) if text.trim().is_empty() => Err(Problem::Required(field)),
        // A character has at most four bytes, so a short text needs no counting.
        Some(Value::String(text)) if text.len() > limit && text.chars().count() > limit => {
            Err(Problem::TooLong(field, limit))
        }
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Problem::NotString(field)),
    }
}

fn within(data: Map<String, Value>, limits: &Limits) -> Result<Map<String, Value>, Problem> {
    if data.values().any(|value| deeper_than(value, limits.data_depth.saturating_sub(1))) {
        return Err(Problem::DataTooDeep(limits.data_depth));
    }
    let bytes = serde_json::to_vec(&data).map_or(usize::MAX, |json| json.len());
    if bytes > limits.data_bytes {
        return Err(Problem::DataTooLarge(limits.data_bytes));
    }
    Ok(data)
}

/// Whether `value` has more than `levels` levels of arrays and objects.
/// Recursion is safe: it stops at `levels`.
fn deeper_than(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|item| deeper_than(item, levels - 1)),
        Value::Object(fields) => levels == 0 || fields.values().any(|field| deeper_than(field, levels - 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::Lang;

    fn errors(payload: Value) -> Vec<String> {
        let problems = parse_send(payload, &Limits::default()).expect_err("the payload is faulty");
        problems.iter().map(|problem| problem.words(Lang::Fr)).collect()
    }

    fn codes(payload: Value) -> Vec<String> {
        let problems = parse_send(payload, &Limits::default()).expect_err("the payload is faulty");
        problems.iter().map(Problem::code).collect()
    }

    #[test]
    fn every_fault_is_named_at_once_in_the_order_of_the_fields() {
        assert_eq!(
            errors(json!({"data": [], "message": 7, "title": " ", "type": "fatal", "channel": {}})),
            [
                "Le champ 'channel' doit être une chaîne de caractères",
                "Le champ 'type' doit valoir info, success, warning, error",
                "Le champ 'title' est obligatoire",
                "Le champ 'message' doit être une chaîne de caractères",
                "Le champ 'data' doit être un objet",
            ]
        );
    }

    #[test]
    fn a_payload_that_is_no_object_is_refused_whole() {
        for payload in [json!(null), json!([]), json!(7), json!("x"), json!([{"title": "a"}])] {
            assert_eq!(codes(payload), ["payload_not_object"]);
        }
    }

    #[test]
    fn a_text_is_kept_byte_for_byte() {
        let text = " <b>ق🍔\n\r\u{202e} ";
        let sent = parse_send(json!({"title": text, "message": text}), &Limits::default());
        let sent = sent.expect("nothing is wrong with it");
        assert_eq!((sent.title.as_str(), sent.message.as_str()), (text, text));
        assert_eq!((sent.kind, sent.channel, sent.data), (NotificationType::Info, None, None));
    }

    #[test]
    fn limits_count_characters_and_hold_exactly() {
        let at = |n: usize| json!({"title": "é".repeat(n), "message": "m"});
        assert!(parse_send(at(200), &Limits::default()).is_ok());
        assert_eq!(errors(at(201)), ["Le champ 'title' dépasse 200 caractères"]);
    }

    #[test]
    fn data_may_have_32_levels_and_no_more() {
        let nested = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({ "a": inner }));
        let send = |data| json!({"title": "t", "message": "m", "data": data});
        assert!(parse_send(send(nested(32)), &Limits::default()).is_ok());
        assert_eq!(codes(send(nested(33))), ["data_too_deep"]);
        assert_eq!(codes(send(json!({"a": "x".repeat(70_000)}))), ["data_too_large"]);
    }

    #[test]
    fn a_channel_name_is_a_visible_string_and_never_the_broadcasts_own() {
        let code = |value| parse_channel_name(value, &Limits::default()).expect_err("refused").code();
        assert_eq!(code(json!({"name": "x"})), "channel_not_string");
        assert_eq!(code(json!("")), "channel_required");
        assert_eq!(code(json!("a\u{7}")), "channel_control_characters");
        assert_eq!(code(json!("*")), "channel_reserved");
        assert_eq!(code(json!("x".repeat(101))), "channel_too_long");
    }

    #[test]
    fn a_receipt_names_a_channel_or_the_broadcasts_and_a_number() {
        let read = |payload| parse_received(payload, &Limits::default());
        assert_eq!(read(json!({"channel": "*", "seq": 3})), Ok(Receipt { channel: "*".into(), seq: 3 }));
        let codes =
            |payload| read(payload).expect_err("faulty").iter().map(Problem::code).collect::<Vec<_>>();
        assert_eq!(codes(json!({"channel": 1, "seq": -1})), ["channel_not_string", "seq_not_count"]);
        assert_eq!(codes(json!({})), ["channel_required", "seq_required"]);
        assert_eq!(codes(json!(3)), ["payload_not_object"]);
    }

    #[test]
    fn the_additions_may_be_absent_and_are_checked_when_they_are_there() {
        let send = |key: Value, ttl: Value| {
            parse_send(json!({"title": "t", "message": "m", "key": key, "ttl": ttl}), &Limits::default())
        };
        let sent = send(json!("order-42"), json!(90)).expect("nothing is wrong with it");
        assert_eq!((sent.key.as_deref(), sent.ttl), (Some("order-42"), Some(90)));
        let without = send(Value::Null, Value::Null).expect("nothing is wrong with it");
        assert_eq!((without.key, without.ttl), (None, None));
        let faults = send(json!(7), json!(-1)).expect_err("both are faulty");
        let codes: Vec<_> = faults.iter().map(Problem::code).collect();
        assert_eq!(codes, ["key_not_string", "ttl_not_count"]);
        assert_eq!(send(Value::Null, json!(u64::MAX)).expect("for ever").ttl, None);
    }

    #[test]
    fn a_claim_names_a_notification() {
        let read = |payload| parse_claim(payload).expect("nothing is wrong with it");
        let unnamed = ClaimRequest { id: NotificationId::new("n_1.5"), username: None };
        assert_eq!(read(json!({"id": "n_1.5"})), unnamed);
        assert_eq!(read(json!({"id": "n_1.5", "username": ["Awa"]})), unnamed);
        assert_eq!(read(json!({"id": "n_1.5", "username": " "})), unnamed);
        let named = |name: Value| read(json!({"id": "n_1.5", "username": name})).username;
        assert_eq!(named(json!("Awa")).as_deref(), Some("Awa"));
        assert_eq!(named(json!("é".repeat(200))), Some("é".repeat(100)));
        let code = |payload| parse_claim(payload).expect_err("faulty").code();
        assert_eq!(code(json!("n_1.5")), "payload_not_object");
        assert_eq!(code(json!({"id": 3})), "id_not_string");
        assert_eq!(code(json!({})), "id_required");
        assert_eq!(code(json!({"id": "x".repeat(101)})), "id_too_long");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            let key = prop_oneof![
                "title",
                "message",
                "type",
                "channel",
                "data",
                "client_id",
                "key",
                "ttl",
                ".{0,5}"
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((key, inner), 0..6)
                    .prop_map(|f| Value::Object(f.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_is_either_taken_or_answered_with_a_fault(payload in any_json()) {
            match parse_send(payload, &Limits::default()) {
                Ok(sent) => prop_assert!(!sent.title.trim().is_empty() && !sent.message.trim().is_empty()),
                Err(problems) => prop_assert!(!problems.is_empty()),
            }
        }
    }
}
