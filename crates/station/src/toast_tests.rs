use super::*;
use crate::sample;

fn entry(title: &str, message: &str) -> Entry {
    Entry { title: title.into(), message: message.into(), ..sample::entry("n_1") }
}

fn plain(language: Language) -> Wording {
    Wording { language, locked: false }
}

fn body(message: &str) -> String {
    let body = single(&entry("t", message), true, plain(Language::Fr)).body;
    body.strip_suffix("\n#cuisine, Alice").expect("the origin is the last line").to_owned()
}

#[test]
fn the_title_says_when_attention_is_needed() {
    use Language::{En, Fr};
    use NotificationType::{Error, Info, Success, Warning};
    let cases = [
        (Info, Fr, "Four", Urgency::Normal),
        (Success, En, "Four", Urgency::Normal),
        (Warning, Fr, "Attention\u{a0}: Four", Urgency::Normal),
        (Warning, En, "Warning: Four", Urgency::Normal),
        (Error, Fr, "Erreur\u{a0}: Four", Urgency::Critical),
        (Error, En, "Error: Four", Urgency::Critical),
    ];
    for (kind, language, title, urgency) in cases {
        let toast = single(&Entry { kind, ..entry("Four", "m") }, true, plain(language));
        assert_eq!((toast.title.as_str(), toast.urgency), (title, urgency), "{kind:?} in {language:?}");
    }
}

#[test]
fn the_body_is_two_lines_or_140_characters_cut_at_a_word() {
    let words = "mot ".repeat(60);
    let cut = format!("{}…", "mot ".repeat(35).trim_end());
    let cases = [
        ("une ligne", "une ligne"),
        ("un\ndeux", "un\ndeux"),
        ("un\r\ndeux\r\n", "un\ndeux"),
        ("un\rdeux", "un\ndeux"),
        ("\n\nun\n\n\ndeux", "un\ndeux"),
        ("un\ndeux\ntrois", "un\ndeux…"),
        (words.as_str(), cut.as_str()),
    ];
    for (message, expected) in cases {
        assert_eq!(body(message), expected, "{message:?}");
    }
}

#[test]
fn the_cut_keeps_whole_words_and_whole_characters() {
    let exactly = format!("{} fin", "é".repeat(136));
    assert_eq!(body(&exactly), exactly, "140 characters fit");
    let one_more = format!("{} fins", "é".repeat(136));
    assert_eq!(body(&one_more), format!("{}…", "é".repeat(136)), "the word that does not fit is left out");
    let at_the_end = format!("{} fin suite", "é".repeat(136));
    assert_eq!(body(&at_the_end), format!("{exactly}…"), "a word that ends at the limit fits");
    let endless = "🍔".repeat(200);
    assert_eq!(body(&endless), format!("{}…", "🍔".repeat(140)), "a text without words is cut all the same");
}

#[test]
fn control_characters_never_reach_the_desktop() {
    let toast = single(&entry("a\u{7}b\nc\u{1b}[31m\0", "x\u{8}y\tz\u{85}fin"), true, plain(Language::Fr));
    assert_eq!(toast.title, "ab c[31m", "a title is one line");
    assert_eq!(toast.body, "xy z fin\n#cuisine, Alice", "a body has no bells in it");
    let odd = Entry { sender: "Al\nice".into(), channel: Some("cui\tsine".into()), ..entry("t", "m") };
    assert_eq!(single(&odd, true, plain(Language::Fr)).body, "m\n#cui sine, Al ice", "names are one line");
    let turned = Entry { sender: "Alice\u{202e}".into(), ..entry("Table\u{202e} 4", "\u{2067}m") };
    let toast = single(&turned, true, plain(Language::Fr));
    assert_eq!((toast.title.as_str(), toast.body.as_str()), ("Table 4", "m\n#cuisine, Alice"), "nor turned");
}

#[test]
fn markup_is_left_for_the_desktop_to_make_safe() {
    let toast = single(&entry("<b>1 & 2</b>", "<a href='x'>y</a>"), true, plain(Language::Fr));
    assert_eq!(toast.title, "<b>1 & 2</b>", "escaping twice would show the escapes");
    assert!(toast.body.starts_with("<a href='x'>y</a>\n"), "{}", toast.body);
}

#[test]
fn a_broadcast_names_only_its_sender() {
    let toast = single(&Entry { channel: None, ..entry("t", "m") }, true, plain(Language::Fr));
    assert_eq!((toast.body.as_str(), toast.channel), ("m\nAlice", None), "there is no channel to name");
    let blank =
        single(&Entry { channel: None, sender: " ".into(), ..entry("t", "\n") }, true, plain(Language::Fr));
    assert_eq!(blank.body, "", "nothing to say is said with nothing");
}

#[test]
fn a_group_says_how_many_and_names_the_newest() {
    let newest = entry("Dernière", "m");
    let everybody = Entry { channel: None, ..newest.clone() };
    let cases = [
        (
            burst(4, "", &newest, Urgency::Normal, plain(Language::Fr)),
            "4 nouvelles notifications sur #cuisine",
        ),
        (burst(4, "", &newest, Urgency::Normal, plain(Language::En)), "4 new notifications on #cuisine"),
        (burst(4, "", &everybody, Urgency::Normal, plain(Language::Fr)), "4 nouvelles notifications à tous"),
        (missed(1, &newest, Urgency::Normal, plain(Language::Fr)), "1 notification manquée récupérée"),
        (missed(12, &newest, Urgency::Normal, plain(Language::Fr)), "12 notifications manquées récupérées"),
        (missed(12, &newest, Urgency::Normal, plain(Language::En)), "12 missed notifications recovered"),
    ];
    for (toast, title) in cases {
        assert_eq!(toast.title, title, "the count is what matters");
        assert_eq!((toast.body.as_str(), toast.id.as_str()), ("Dernière", "n_1"), "a click opens the newest");
    }
}

#[test]
fn a_locked_screen_shows_the_channel_and_nothing_else() {
    use Language::{En, Fr};
    let secret = Entry { kind: NotificationType::Error, ..entry("Four en panne", "Table 4") };
    let everybody = Entry { channel: None, ..secret.clone() };
    let locked = |language| Wording { language, locked: true };
    let cases = [
        (single(&secret, true, locked(Fr)), "Nouvelle notification sur #cuisine"),
        (single(&secret, true, locked(En)), "New notification on #cuisine"),
        (single(&everybody, true, locked(Fr)), "Nouvelle notification à tous"),
        (single(&everybody, true, locked(En)), "New notification to everyone"),
        (burst(4, "ORD-1", &secret, Urgency::Normal, locked(Fr)), "4 nouvelles notifications sur #cuisine"),
        (missed(12, &secret, Urgency::Normal, locked(Fr)), "12 notifications manquées récupérées"),
        (waiting(3, &secret, &secret, Urgency::Critical, locked(En)), "3 notifications waiting"),
    ];
    for (toast, title) in cases {
        assert_eq!((toast.title.as_str(), toast.body.as_str(), toast.sender.as_str()), (title, "", ""));
        assert_eq!(toast.actions, [], "a stranger presses nothing");
        assert_eq!(toast.id, "n_1", "whoever unlocks the screen opens it");
    }
}

#[test]
fn a_sample_opens_nothing() {
    assert_eq!(sample(Language::En).id, "", "there is no notification behind it");
}
