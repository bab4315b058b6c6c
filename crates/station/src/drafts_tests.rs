use chapfood_protocol::{ErrorMessage, NotificationId, NotificationType, Timestamp};

use super::*;

fn draft(data: Option<Value>) -> Draft {
    Draft {
        channel: Some("cuisine".into()),
        kind: NotificationType::Warning,
        title: " Four ".into(),
        message: "m".into(),
        data,
    }
}

fn request(drafts: &Drafts, draft: &Draft) -> SendRequest {
    drafts.request(draft, Lang::Fr).expect("it can be asked")
}

fn confirmed() -> NotificationSent {
    NotificationSent {
        notification_id: NotificationId::new("n_1"),
        channel: None,
        timestamp: Timestamp::from_millis(0),
        seq: 1,
        duplicate: false,
        subscribers: Some(3),
        client_id: None,
    }
}

#[test]
fn a_draft_is_sent_as_it_was_typed() {
    let sent = request(&Drafts::default(), &draft(Some(json!({ "four": 2 }))));
    assert_eq!((sent.title.as_str(), sent.kind), (" Four ", NotificationType::Warning), "the hub judges it");
    assert_eq!(sent.data.map(Value::Object), Some(json!({ "four": 2 })), "so is its object");
    assert_eq!(request(&Drafts::default(), &draft(Some(Value::Null))).data, None, "null is no object");
}

#[test]
fn data_that_is_no_object_is_refused_in_the_hubs_words_with_all_other_faults() {
    let blank = Draft { title: " ".into(), ..draft(Some(json!([1]))) };
    let refused = Drafts::default().request(&blank, Lang::Fr).expect_err("a list is no object");
    let expected = Sent::Refused {
        errors: vec!["Le champ 'title' est obligatoire".into(), "Le champ 'data' doit être un objet".into()],
        codes: vec!["title_required".into(), "data_not_object".into()],
    };
    assert_eq!(refused, expected, "the person gets every fault at once");
}

#[test]
fn an_unconfirmed_draft_sent_again_keeps_its_id() {
    let mut drafts = Drafts::default();
    let first = request(&drafts, &draft(None)).client_id;
    let fault =
        drafts.answered(draft(None), first.clone(), Err(SendFault::Unconfirmed)).expect_err("unknown");
    assert_eq!(fault.code, FaultCode::Unconfirmed, "it may have been stored");
    let other = Draft { message: "autre".into(), ..draft(None) };
    assert_ne!(request(&drafts, &other).client_id, first, "another text is another notification");
    let offline =
        drafts.answered(draft(None), first.clone(), Err(SendFault::NotConnected)).expect_err("offline");
    assert_eq!(offline.code, FaultCode::NotConnected, "nothing was sent this time");
    let again = request(&drafts, &draft(None)).client_id;
    assert_eq!(again, first, "the hub must be able to tell that it has it");
    drafts.answered(draft(None), again, Ok(confirmed())).expect("confirmed");
    assert_ne!(request(&drafts, &draft(None)).client_id, first, "the same text meant twice is sent twice");
}

#[test]
fn the_hubs_answer_is_the_persons_answer() {
    let mut drafts = Drafts::default();
    let sent = drafts.answered(draft(None), None, Ok(confirmed()));
    assert_eq!(sent, Ok(Sent::Confirmed { id: "n_1".into(), subscribers: Some(3) }), "with who was there");
    let error = ErrorMessage { errors: vec!["Non".into()], codes: vec![], ..ErrorMessage::default() };
    let refused = drafts.answered(draft(None), None, Err(SendFault::Refused(error)));
    assert_eq!(
        refused,
        Ok(Sent::Refused { errors: vec!["Non".into()], codes: vec![] }),
        "in the hub's words"
    );
}
