use std::time::Duration;

use chapfood_protocol::NotificationId;

use super::*;

type Answer = oneshot::Receiver<Result<NotificationSent, SendFault>>;

fn sent(id: &str, client_id: Option<&str>) -> NotificationSent {
    NotificationSent {
        notification_id: NotificationId::new(id),
        channel: None,
        timestamp: chapfood_protocol::Timestamp::default(),
        seq: 0,
        duplicate: false,
        subscribers: None,
        client_id: client_id.map(str::to_owned),
    }
}

fn error(event: Option<&str>, client_id: Option<&str>) -> ErrorMessage {
    let own = |text: Option<&str>| text.map(str::to_owned);
    ErrorMessage {
        errors: vec!["no".into()],
        codes: vec![],
        event: own(event),
        client_id: own(client_id),
        ..ErrorMessage::default()
    }
}

/// Three sends, `a`, `b` and `c`, that give up one second after each other.
fn three() -> (Pending, Instant, [Answer; 3]) {
    let mut pending = Pending::default();
    let start = Instant::now();
    let answers = ["a", "b", "c"].map(|id| {
        let (reply, answer) = oneshot::channel();
        let order = u64::from(id.as_bytes()[0] - b'a');
        pending.add(Some(id.into()), start + Duration::from_secs(order), reply);
        answer
    });
    (pending, start, answers)
}

fn id(answer: &mut Answer) -> String {
    let answer = answer.try_recv().expect("it was answered").expect("it was confirmed");
    answer.notification_id.as_str().to_owned()
}

#[test]
fn an_answer_with_an_id_goes_to_its_sender_in_any_order() {
    let (mut pending, _, [mut a, mut b, _c]) = three();
    pending.confirm(sent("n_2", Some("b")));
    pending.confirm(sent("n_1", Some("a")));
    assert_eq!((id(&mut a), id(&mut b)), ("n_1".into(), "n_2".into()));
}

#[test]
fn a_hub_that_echoes_no_id_answers_in_order() {
    let (mut pending, _, [mut a, mut b, mut c]) = three();
    pending.confirm(sent("n_1", None));
    assert_eq!(pending.refuse(error(None, None)), None, "it answers the second");
    pending.confirm(sent("n_3", None));
    assert_eq!((id(&mut a), id(&mut c)), ("n_1".into(), "n_3".into()));
    assert!(matches!(b.try_recv(), Ok(Err(SendFault::Refused(_)))));
}

#[test]
fn a_late_answer_without_an_id_is_not_given_to_the_next_sender() {
    let (mut pending, start, [mut a, mut b, _c]) = three();
    pending.expire(start);
    assert_eq!(a.try_recv(), Ok(Err(SendFault::Unconfirmed)));
    pending.confirm(sent("n_1", None));
    pending.confirm(sent("n_2", None));
    assert_eq!(id(&mut b), "n_2", "n_1 was the late answer to the first");
}

#[test]
fn an_error_about_something_else_is_given_back() {
    let (mut pending, _, _answers) = three();
    let join = error(Some("join-channel"), None);
    assert_eq!(pending.refuse(join.clone()), Some(join));
    let stranger = error(Some("send-notification"), Some("z"));
    assert_eq!(pending.refuse(stranger.clone()), Some(stranger), "nobody waits for z");
    assert_eq!(Pending::default().refuse(error(None, None)), Some(error(None, None)));
}

#[test]
fn a_lost_link_leaves_every_send_unconfirmed() {
    let (mut pending, _, answers) = three();
    pending.abandon();
    for mut answer in answers {
        assert_eq!(answer.try_recv(), Ok(Err(SendFault::Unconfirmed)));
    }
    assert_eq!(pending.next_deadline(), None);
}

#[test]
fn a_hub_that_never_answers_does_not_fill_the_memory() {
    let (mut pending, start, _answers) = three();
    for _ in 0..2 * FORGOTTEN_LIMIT {
        pending.expire(start + Duration::from_secs(9));
        pending.add(None, start, oneshot::channel().0);
    }
    assert!(pending.waiting.len() <= FORGOTTEN_LIMIT, "{} are remembered", pending.waiting.len());
}
