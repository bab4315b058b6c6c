use chapfood_protocol::{NotificationId, Timestamp};

use super::*;

const HERE: &str = "http://127.0.0.1:8001";
const THERE: &str = "http://caisse:8001";

fn waiting(number: i64) -> Outgoing {
    Outgoing {
        number,
        address: HERE.into(),
        errand: Errand::Send { client_id: number.to_string() },
        queued_at: Timestamp::default(),
        attempted: false,
        refusal: Vec::new(),
    }
}

fn attempted(number: i64) -> Outgoing {
    Outgoing { attempted: true, ..waiting(number) }
}

fn refused(number: i64) -> Outgoing {
    Outgoing { refusal: vec!["Non".into()], ..attempted(number) }
}

fn id() -> NotificationId {
    NotificationId::new("n_1")
}

fn elsewhere(outgoing: Outgoing) -> Outgoing {
    Outgoing { address: THERE.into(), ..outgoing }
}

#[test]
fn the_oldest_that_the_connected_hub_may_take_is_next() {
    use Hub::{KnowsRepeats, Published};
    use Next::{Hold, Send};
    type Case = (&'static str, Vec<Outgoing>, Hub, Option<Next>);
    let claim = |errand| Outgoing { errand, ..attempted(1) };
    let cases: [Case; 10] = [
        ("taking charge is safe to repeat", vec![claim(Errand::Take(id()))], KnowsRepeats, Some(Send(1))),
        ("nobody there to tell", vec![claim(Errand::Take(id()))], Published, Some(Next::KeepHere(1))),
        ("nor of the release", vec![claim(Errand::Release(id()))], Published, Some(Next::KeepHere(1))),
        ("nothing waits", vec![], KnowsRepeats, None),
        ("the order is that of the person", vec![waiting(1), waiting(2)], KnowsRepeats, Some(Send(1))),
        ("the hub knows a repeat", vec![attempted(1), waiting(2)], KnowsRepeats, Some(Send(1))),
        ("this hub would deliver it twice", vec![attempted(1), waiting(2)], Published, Some(Hold(1))),
        ("what was never sent cannot be a repeat", vec![waiting(1)], Published, Some(Send(1))),
        (
            "what was refused holds up nothing",
            vec![refused(1), elsewhere(waiting(2)), waiting(3)],
            Published,
            Some(Send(3)),
        ),
        ("another hub's people are meant", vec![elsewhere(waiting(1))], KnowsRepeats, None),
    ];
    for (rule, waiting, hub, expected) in cases {
        assert_eq!(next(&waiting, HERE, hub), expected, "{rule}");
    }
}

fn refusal_of(codes: &[&str]) -> Refusal {
    super::refusal(&codes.iter().map(|&code| code.to_owned()).collect::<Vec<_>>())
}

fn refusal(codes: &[&str]) -> Result<NotificationSent, SendFault> {
    let codes = codes.iter().map(|&code| code.to_owned()).collect();
    let error = ErrorMessage { errors: vec!["Non".into()], codes, ..ErrorMessage::default() };
    Err(SendFault::Refused(Box::new(error)))
}

#[test]
fn only_what_is_about_the_payload_is_final() {
    for code in
        ["hub_closing", "too_many_requests", "not_stored", "quota_reached", "rate_limited", "token_revoked"]
    {
        let later = verdict(refusal(&[code]));
        assert!(matches!(later, Verdict::Later(Some(_))), "{code} passes: the person has done nothing wrong");
    }
    for codes in [&["title_required"][..], &["quota_reached", "title_required"], &["never_heard_of"], &[]] {
        let judged = verdict(refusal(codes));
        assert!(matches!(judged, Verdict::Refused(_)), "{codes:?} would be answered for ever");
    }
    assert_eq!(refusal_of(&["unknown_event"]), Refusal::NeverHeardOf, "an older hub");
    assert_eq!(refusal_of(&["already_taken"]), Refusal::Final, "somebody has it");
    assert_eq!(verdict(Err(SendFault::NotConnected)), Verdict::Later(None), "nothing was sent");
    assert_eq!(verdict(Err(SendFault::Unconfirmed)), Verdict::Unknown, "only the hub knows");
    let sent = NotificationSent {
        notification_id: NotificationId::new("n_1"),
        channel: None,
        timestamp: Timestamp::default(),
        seq: 1,
        duplicate: true,
        subscribers: None,
        client_id: None,
    };
    assert_eq!(verdict(Ok(sent.clone())), Verdict::Arrived(sent), "also if it had it before");
}

#[test]
fn a_person_gets_back_what_the_hub_cannot_have() {
    let cases = [
        (waiting(1), None, true, "it never left"),
        (waiting(1), Some(1), false, "it is leaving"),
        (waiting(1), Some(2), true, "another one is leaving"),
        (attempted(1), None, false, "only the hub knows"),
        (refused(1), None, true, "the hub said that it does not have it"),
        (elsewhere(attempted(1)), None, true, "that hub may never be asked again"),
    ];
    for (outgoing, under_way, expected, why) in cases {
        assert_eq!(may_be_taken_back(&outgoing, under_way, HERE), expected, "{why}");
    }
}
