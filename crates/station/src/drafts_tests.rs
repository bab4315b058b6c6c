use chapfood_protocol::NotificationType;

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

#[test]
fn a_draft_is_sent_as_it_was_typed_however_long_it_waited() {
    let text = kept(&draft(Some(json!({ "four": 2 }))), Lang::Fr).expect("the hub judges it");
    let back: Draft = serde_json::from_str(&text).expect("what was kept can be read");
    assert_eq!(back, draft(Some(json!({ "four": 2 }))), "nothing is added or left out");
    let sent = request(back, "a".into());
    assert_eq!((sent.title.as_str(), sent.kind), (" Four ", NotificationType::Warning), "nothing is trimmed");
    assert_eq!(sent.data.map(Value::Object), Some(json!({ "four": 2 })), "so is its object");
    assert_eq!(sent.client_id.as_deref(), Some("a"), "the hub must be able to tell that it has it");
    assert_eq!(request(draft(Some(Value::Null)), "a".into()).data, None, "null is no object");
}

#[test]
fn data_that_is_no_object_is_refused_in_the_hubs_words_with_all_other_faults() {
    let blank = Draft { title: " ".into(), ..draft(Some(json!([1]))) };
    let expected = Sent::Refused {
        errors: vec!["Le champ 'title' est obligatoire".into(), "Le champ 'data' doit être un objet".into()],
        codes: vec!["title_required".into(), "data_not_object".into()],
    };
    assert_eq!(kept(&blank, Lang::Fr), Err(expected), "the person gets every fault at once");
}

#[test]
fn what_would_break_the_connection_each_time_is_not_kept() {
    let huge = Draft { message: "x".repeat(1_000_000), ..draft(None) };
    let Err(Sent::Refused { codes, .. }) = kept(&huge, Lang::Fr) else { panic!("a hub would hang up on it") };
    assert_eq!(codes, ["message_too_long"], "everything behind it would wait for ever");
    let long = Draft { message: "x".repeat(100_000), ..draft(None) };
    assert!(kept(&long, Lang::Fr).is_ok(), "how long is too long is for the hub to say");
}
