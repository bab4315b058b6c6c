use super::*;

fn settings() -> Settings {
    Settings { user_id: "u".into(), ..Settings::default() }
}

#[test]
fn the_first_start_makes_an_identity_and_the_second_keeps_it() {
    let first = introduced(&Settings::default(), "fresh", Some("awa"), false).expect("it has none yet");
    assert_eq!((first.user_id.as_str(), first.username.as_str()), ("fresh", "awa"), "no question is asked");
    assert_eq!(introduced(&first, "other", Some("bob"), false), None, "the hub knows this station by its id");
    let odd = introduced(&Settings::default(), "fresh", Some("a\nb"), false).expect("it has none yet");
    assert_eq!(odd.username, "", "a name that could not be typed is not proposed");
}

#[test]
fn a_first_start_that_asks_waits_for_the_answer() {
    let first = introduced(&Settings::default(), "fresh", Some("awa"), true).expect("it has none yet");
    assert!(!first.set_up, "it is asked");
    assert_eq!(introduced(&first, "other", None, true), None, "and again at the next start");
    let silent = introduced(&first, "other", None, false).expect("a start without questions");
    assert_eq!((silent.set_up, silent.user_id.as_str()), (true, "fresh"), "is set up at once");
}

#[test]
fn the_first_answer_says_whose_hub_it_is() {
    let host = SetupChoice::Host {
        port: 9_000,
        hub_name: "Chez Awa".into(),
        network: true,
        username: " Comptoir ".into(),
    };
    let hosting = set_up(&settings(), &host).expect("a good answer");
    let expected = Settings {
        set_up: true,
        host_hub: true,
        hub_port: 9_000,
        hub_name: "Chez Awa".into(),
        hub_network: true,
        hub_address: "http://127.0.0.1:9000".into(),
        username: "Comptoir".into(),
        ..settings()
    };
    assert_eq!(hosting, expected);
    let join = |address: &str| SetupChoice::Join { address: address.into(), username: "Bar".into() };
    let joined = set_up(&settings(), &join("caisse:8001")).expect("a good answer");
    assert_eq!((joined.host_hub, joined.hub_address.as_str()), (false, "http://caisse:8001"));
    assert!(joined.set_up && joined.channels == settings().channels, "the rest stays");
    let bad = SetupChoice::Host { port: 0, hub_name: "x".into(), network: false, username: String::new() };
    for choice in [
        bad,
        join("ftp://caisse"),
        SetupChoice::Host { port: 1, hub_name: String::new(), network: false, username: "a".into() },
    ] {
        set_up(&settings(), &choice).expect_err("no good answer");
    }
}

#[test]
fn only_what_is_named_changes() {
    assert_eq!(changed(&settings(), &SettingsChange::default()), Ok(settings()), "nothing was named");
    let change = SettingsChange {
        language: Some(LanguageChoice::En),
        username: Some("  Comptoir ".into()),
        popups: Some(false),
        ..SettingsChange::default()
    };
    let expected =
        Settings { language: Some(Language::En), username: "Comptoir".into(), popups: false, ..settings() };
    assert_eq!(changed(&settings(), &change), Ok(expected.clone()), "the rest stays");
    let system = SettingsChange { language: Some(LanguageChoice::System), ..SettingsChange::default() };
    assert_eq!(changed(&expected, &system).map(|next| next.language), Ok(None), "the desktop decides again");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let change = SettingsChange::default;
    let cases = [
        SettingsChange { hub_address: Some("la caisse".into()), ..change() },
        SettingsChange { hub_address: Some(String::new()), ..change() },
        SettingsChange { hub_port: Some(0), ..change() },
        SettingsChange { user_id: Some(" ".into()), ..change() },
        SettingsChange { username: Some("x".repeat(101)), ..change() },
        SettingsChange { username: Some("a\u{7}".into()), ..change() },
        SettingsChange { keep_days: Some(0), ..change() },
        SettingsChange { keep_days: Some(3_651), ..change() },
        SettingsChange { keep_at_most: Some(999), ..change() },
        SettingsChange { keep_at_most: Some(10_000_001), ..change() },
    ];
    for change in cases {
        assert!(changed(&settings(), &change).is_err(), "{change:?} must not be saved");
    }
}

#[test]
fn what_is_kept_is_counted_back_from_now() {
    let change =
        SettingsChange { keep_days: Some(3_650), keep_at_most: Some(1_000), ..SettingsChange::default() };
    let longest = changed(&settings(), &change).expect("the limits themselves make sense");
    let now = Timestamp::from_millis(400_000 * DAY);
    let expected = Retention { since: Timestamp::from_millis(396_350 * DAY), at_most: 1_000 };
    assert_eq!(retention(&longest, now), expected);
}

#[test]
fn a_station_follows_its_own_hub_to_another_port() {
    let port = SettingsChange { hub_port: Some(9_000), ..SettingsChange::default() };
    let own = changed(&settings(), &port).expect("a good port");
    assert_eq!(own.hub_address, "http://127.0.0.1:9000", "it listens to the hub it hosts");
    let elsewhere = Settings { hub_address: "http://caisse:8001".into(), ..settings() };
    let elsewhere = changed(&elsewhere, &port).expect("a good port");
    assert_eq!(elsewhere.hub_address, "http://caisse:8001", "it listens to another hub");
}

#[test]
fn the_hub_hears_of_a_change_only_if_it_must() {
    let before = settings();
    let quiet = Settings { popups: false, theme: crate::contract::Theme::Dark, ..before.clone() };
    assert!(!another_session(&before, &quiet), "the link must not break for a colour");
    for after in [
        Settings { username: "Awa".into(), ..before.clone() },
        Settings { hub_address: "http://caisse:8001".into(), ..before.clone() },
    ] {
        assert!(another_session(&before, &after), "the hub knows a session by these");
    }
}
