//! One event of a client: read, checked, and made a request of the log.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chapfood_protocol::{
    Auth, ClaimRequest, Forbidden, Limits, Position, PresenceState, Problem, Receipt, SendRequest, event,
    parse_channel_name, parse_claim, parse_presence, parse_received, parse_send,
};
use serde::de::{self, IgnoredAny, SeqAccess};
use serde_json::Value;
use socketioxide::extract::AckSender;
use socketioxide::handler::Value as Raw;
use socketioxide::socket::Sid;
use tokio::time::Instant;

use super::{MARK_SHOWN, NAME_SHOWN};
use crate::access::Access;
use crate::exchange::{Asked, What};
use crate::log::{Claim, ClaimKind, Request};
use crate::subscriber::subscriber;

/// Who sends, as far as requests carry it.
pub(super) struct Person {
    access: Access,
    /// As others see them.
    shown: chapfood_protocol::Person,
    /// Whose marks and claims are theirs.
    origin: String,
    pub(super) subscriber: Option<String>,
    pub(super) acknowledges: bool,
    born: u64,
    /// Where the device says it is; each is used once, by the first join of its connection.
    pub(super) cursors: BTreeMap<String, Position>,
    /// Where it asked to be, and has not left.
    channels: HashSet<String>,
    /// What it says of itself.
    presence: PresenceState,
}

impl Person {
    pub(super) fn of(auth: &Auth, access: Access, sid: Sid, born: u64) -> Self {
        let acknowledges = auth.acknowledges();
        Self {
            origin: origin(access.token, subscriber(auth), sid),
            access,
            shown: auth.person(),
            born,
            subscriber: subscriber(auth),
            acknowledges,
            cursors: if acknowledges { auth.cursors.clone() } else { BTreeMap::new() },
            channels: HashSet::new(),
            presence: PresenceState::default(),
        }
    }

    /// The channel that it joins. Counted here, before the log remembers it.
    fn joins(&mut self, payload: Value, limits: &Limits) -> Result<String, Problem> {
        let channel = parse_channel_name(payload, limits)?;
        self.access.grant.may_join(&channel).map_err(Problem::NotAllowed)?;
        if !self.channels.contains(&channel) {
            if self.channels.len() >= limits.channels {
                return Err(Problem::TooManyChannels(limits.channels));
            }
            self.channels.insert(channel.clone());
        }
        Ok(channel)
    }
}

/// Checks an event and makes it a request of the log.
pub(super) fn request(
    sid: Sid,
    raw: &Raw,
    ack: Option<AckSender>,
    limits: &Limits,
    person: &mut Person,
    now: Instant,
) -> Request<Asked> {
    let born = person.born;
    let ask = |what| Asked { sid, born, what, ack };
    let (name, payload) = match read(raw) {
        Ok(read) => read,
        Err((name, problem)) => return refusal(ask, name, vec![problem], None),
    };
    if let Err(what) = may_listen_for(&name, person) {
        return refusal(ask, name, vec![Problem::NotAllowed(what)], None);
    }
    if let Err(too_often) = may_again(&name, person, now) {
        if let Some(channel) = channel_named(&name, &payload) {
            return refusal_of_channel(ask, name, too_often, Some(channel));
        }
        let client_id = payload.get("client_id").and_then(Value::as_str).filter(|id| id.len() <= MARK_SHOWN);
        return refusal(ask, name, vec![too_often], client_id.map(str::to_owned));
    }
    match name.as_str() {
        event::SEND_NOTIFICATION => {
            let client_id = payload.get("client_id").and_then(Value::as_str).map(str::to_owned);
            let allowed =
                |request: SendRequest| match person.access.grant.may_send(request.channel.as_deref()) {
                    Ok(()) => Ok(request),
                    Err(what) => Err(vec![Problem::NotAllowed(what)]),
                };
            match parse_send(payload, limits).and_then(allowed) {
                Ok(request) => Request::Append {
                    tag: ask(What::Send { client_id: request.client_id.clone() }),
                    request,
                    sender: person.shown.username.clone(),
                    origin: person.origin.clone(),
                },
                Err(problems) => {
                    // Too long a mark is one of the problems; it is not given back.
                    let known = client_id.filter(|id| id.len() <= MARK_SHOWN);
                    refusal(ask, name, problems, known)
                }
            }
        }
        event::JOIN_CHANNEL => {
            let named = channel_named(&name, &payload);
            match person.joins(payload, limits) {
                Ok(channel) => Request::Locate {
                    tag: ask(What::Join),
                    claim: person.cursors.remove(&channel),
                    channel,
                    subscriber: person.subscriber.as_deref().map(Into::into),
                },
                Err(problem) => refusal_of_channel(ask, name, problem, named),
            }
        }
        event::LEAVE_CHANNEL => {
            let named = channel_named(&name, &payload);
            match parse_channel_name(payload, limits) {
                Ok(channel) => {
                    person.channels.remove(&channel);
                    Request::Pass { tag: ask(What::Leave { channel }) }
                }
                Err(problem) => refusal_of_channel(ask, name, problem, named),
            }
        }
        event::RECEIVED => match parse_received(payload, limits) {
            Ok(Receipt { channel, seq }) => Request::Pass { tag: ask(What::Received { channel, seq }) },
            Err(problems) => refusal(ask, name, problems, None),
        },
        event::TAKE_NOTIFICATION => claim(ask, person, payload, event::TAKE_NOTIFICATION, ClaimKind::Take),
        event::RELEASE_NOTIFICATION => {
            claim(ask, person, payload, event::RELEASE_NOTIFICATION, ClaimKind::Release)
        }
        event::GET_STATS => Request::Pass { tag: ask(What::Stats) },
        event::GET_PRESENCE => Request::Pass { tag: ask(What::Presence) },
        event::SET_PRESENCE => match parse_presence(&payload, person.presence) {
            Ok(state) => {
                person.presence = state;
                Request::Pass { tag: ask(What::SetPresence(state)) }
            }
            Err(problems) => refusal(ask, name, problems, None),
        },
        event::GET_CHANNELS => Request::Pass { tag: ask(What::Channels) },
        _ => {
            let shown: String = name.chars().take(NAME_SHOWN).collect();
            refusal(ask, shown.clone(), vec![Problem::UnknownEvent(shown)], None)
        }
    }
}

/// Whose marks and claims somebody's are. Names are what people say of themselves, so they count among those of one token
/// only: otherwise whoever took another's name and marks could have that one's sends pass for repeats.
fn origin(token: Option<i64>, name: Option<String>, sid: Sid) -> String {
    match (token, name) {
        (Some(token), Some(name)) => format!("token:{token}:{name}"),
        (None, Some(name)) => name,
        // Without a name of their own, two senders must not be taken for one.
        (_, None) => format!("socket:{sid}"),
    }
}

/// What only listeners may ask.
fn may_listen_for(event: &str, person: &Person) -> Result<(), Forbidden> {
    match event {
        event::JOIN_CHANNEL
        | event::LEAVE_CHANNEL
        | event::RECEIVED
        | event::TAKE_NOTIFICATION
        | event::RELEASE_NOTIFICATION
        | event::GET_PRESENCE
        | event::SET_PRESENCE => person.access.grant.may_listen(),
        _ => Ok(()),
    }
}

/// Whether the device has not done it too often.
fn may_again(event: &str, person: &Person, now: Instant) -> Result<(), Problem> {
    let Some(allowance) = &person.access.allowance else { return Ok(()) };
    match event {
        // Everybody in the channel hears of these, and the disk keeps them.
        event::SEND_NOTIFICATION | event::TAKE_NOTIFICATION | event::RELEASE_NOTIFICATION => {
            allowance.send(now)
        }
        event::JOIN_CHANNEL | event::LEAVE_CHANNEL | event::SET_PRESENCE => allowance.join(now),
        _ => allowance.ask(now),
    }
}

fn claim(
    ask: impl FnOnce(What) -> Asked,
    person: &Person,
    payload: Value,
    event: &'static str,
    kind: ClaimKind,
) -> Request<Asked> {
    match parse_claim(payload) {
        Ok(ClaimRequest { id, username }) => {
            let shown = person.shown.clone();
            // Only of who takes: whoever releases may be anybody.
            let username = username.filter(|_| kind == ClaimKind::Take).unwrap_or(shown.username);
            let by = chapfood_protocol::Person { username, ..shown };
            let grant = Arc::clone(&person.access.grant);
            Request::Claim {
                tag: ask(What::Claim { event, id: id.clone() }),
                claim: Claim { kind, id, holder: person.origin.clone(), by, grant },
            }
        }
        Err(problem) => refusal(ask, event.to_owned(), vec![problem], None),
    }
}

fn refusal(
    ask: impl FnOnce(What) -> Asked,
    event: String,
    problems: Vec<Problem>,
    client_id: Option<String>,
) -> Request<Asked> {
    Request::Pass { tag: ask(What::Refuse { event, problems, client_id, channel: None }) }
}

/// A join or leave is refused: the answer names the channel, since a client may have asked for many.
fn refusal_of_channel(
    ask: impl FnOnce(What) -> Asked,
    event: String,
    problem: Problem,
    channel: Option<String>,
) -> Request<Asked> {
    Request::Pass { tag: ask(What::Refuse { event, problems: vec![problem], client_id: None, channel }) }
}

/// The channel that a join or leave names, as it came, if there is one and it is short enough to be given back.
pub(super) fn channel_named(event: &str, payload: &Value) -> Option<String> {
    let channel = match event {
        event::JOIN_CHANNEL | event::LEAVE_CHANNEL => payload.as_str()?,
        _ => return None,
    };
    (1..=MARK_SHOWN).contains(&channel.len()).then(|| channel.to_owned())
}

/// The event's name and first argument, `null` if there is none.
pub(super) fn read(raw: &Raw) -> Result<(String, Value), (String, Problem)> {
    let Raw::Str(text, binaries) = raw else {
        return Err((String::new(), Problem::BinaryNotSupported));
    };
    let name = event_name(text).unwrap_or_default();
    if binaries.as_ref().is_some_and(|binaries| !binaries.is_empty()) {
        return Err((name, Problem::BinaryNotSupported));
    }
    // serde_json stops at 128 levels, so a deeply nested payload is an error and not a full stack.
    match serde_json::from_str::<Vec<Value>>(text) {
        Ok(mut parts) if parts.len() > 1 => Ok((name, parts.swap_remove(1))),
        Ok(_) => Ok((name, Value::Null)),
        Err(_) => Err((name, Problem::PayloadUnreadable)),
    }
}

/// The first element of the event, readable even where the rest is not.
fn event_name(text: &str) -> Option<String> {
    struct First;
    impl<'de> de::Visitor<'de> for First {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array that starts with the event's name")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<String, A::Error> {
            let name = parts.next_element()?.unwrap_or_default();
            while parts.next_element::<IgnoredAny>()?.is_some() {}
            Ok(name)
        }
    }
    serde::Deserializer::deserialize_seq(&mut serde_json::Deserializer::from_str(text), First).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<(String, Value), (String, Problem)> {
        read(&Raw::Str(text.to_owned().into(), None))
    }

    #[test]
    fn a_payload_nested_a_thousand_levels_is_answered_and_its_event_is_still_known() {
        let nested = format!("[\"send-notification\",{}{}]", "[".repeat(1_000), "]".repeat(1_000));
        assert_eq!(read_text(&nested), Err(("send-notification".into(), Problem::PayloadUnreadable)));
    }

    #[test]
    fn the_same_name_by_two_tokens_is_two_and_on_this_computer_a_third() {
        let sid = Sid::new();
        let bar = || Some("device:bar".to_owned());
        let all: HashSet<_> =
            [origin(Some(1), bar(), sid), origin(Some(2), bar(), sid), origin(None, bar(), sid)].into();
        assert_eq!(all.len(), 3);
        assert_eq!(origin(Some(1), bar(), sid), origin(Some(1), bar(), Sid::new()), "on whatever connection");
        assert_ne!(origin(Some(1), None, sid), origin(Some(1), None, Sid::new()), "nameless ones are two");
    }

    #[test]
    fn an_absent_payload_reads_as_null_and_further_arguments_are_ignored() {
        assert_eq!(read_text("[\"get-stats\"]"), Ok(("get-stats".into(), Value::Null)));
        assert_eq!(read_text("[\"join-channel\",\"a\",2]"), Ok(("join-channel".into(), "a".into())));
    }
}
