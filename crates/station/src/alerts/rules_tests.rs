use super::*;
use crate::contract::{ChannelQuiet, DoNotDisturb};

const NOON: i64 = 1_780_826_400_000;

/// Pop-up, sound and ring of a notification of channel `cuisine`, where the person chose these.
fn rules(
    settings: impl FnOnce(&mut Settings),
    preferences: impl FnOnce(&mut ChannelPreferences),
    kind: NotificationType,
) -> (bool, Option<Sound>, Option<i64>) {
    let mut chosen = ChannelPreferences::of_channel();
    preferences(&mut chosen);
    let mut all = Settings { channels: vec!["cuisine".into()], ..Settings::default() };
    all.preferences.insert("cuisine".into(), chosen);
    settings(&mut all);
    let mut rules = Rules::new(&all, Timestamp::from_millis(NOON), TimeZone::UTC);
    let of = rules.of(Some("cuisine"));
    (of.pops_up(kind), of.sound(kind), of.ring(kind).map(|(_, every)| every))
}

#[test]
fn what_a_person_chose_decides_what_pops_up_sounds_and_rings() {
    use NotificationType::{Error, Info, Success, Warning};
    type Chosen = (fn(&mut Settings), fn(&mut ChannelPreferences));
    type Case = (&'static str, Chosen, NotificationType, (bool, Option<Sound>, Option<i64>));
    let (bell, warning, error) = (Some(Sound::Bell), Some(Sound::Warning), Some(Sound::Error));
    let every = Some(20_000);
    let silent = (false, None, None);
    let cases: [Case; 16] = [
        ("an order, by default", (|_| {}, |_| {}), Info, (true, bell, every)),
        ("a success sounds as an order", (|_| {}, |_| {}), Success, (true, bell, every)),
        ("a warning has its own sound", (|_| {}, |_| {}), Warning, (true, warning, every)),
        (
            "an error has its own sound",
            (|_| {}, |p| p.sound = SoundChoice::Knock),
            Error,
            (true, error, every),
        ),
        (
            "the channel's sound",
            (|_| {}, |p| p.sound = SoundChoice::Marimba),
            Info,
            (true, Some(Sound::Marimba), every),
        ),
        (
            "no sound is no ring, for errors either",
            (|_| {}, |p| p.sound = SoundChoice::None),
            Error,
            (true, None, None),
        ),
        ("no pop-up sounds all the same", (|_| {}, |p| p.popup = false), Info, (false, bell, every)),
        ("no pop-ups at all", (|s| s.popups = false, |_| {}), Error, (false, error, every)),
        ("no sounds at all", (|s| s.sounds = false, |_| {}), Error, (true, None, None)),
        ("a type that is not shown", (|_| {}, |p| p.types = vec![Error]), Warning, silent),
        ("a type that is", (|_| {}, |p| p.types = vec![Error]), Error, (true, error, every)),
        ("rings at its own pace", (|_| {}, |p| p.ring_every = 10), Info, (true, bell, Some(10_000))),
        ("sounds once", (|_| {}, |p| p.ring = false), Info, (true, bell, None)),
        ("nobody is expected, so nothing rings", (|_| {}, |p| p.expects = false), Info, (true, bell, None)),
        (
            "not to be disturbed",
            (|s| s.do_not_disturb = DoNotDisturb::On, |p| p.quiet = ChannelQuiet::Never),
            Error,
            silent,
        ),
        (
            "quiet, but for errors",
            (
                |s| {
                    s.quiet_hours.days = [Some(crate::contract::Span { from: 0, to: 0 }); 7];
                    s.quiet_hours.errors_pierce = true;
                },
                |_| {},
            ),
            Error,
            (true, error, every),
        ),
    ];
    for (rule, (settings, preferences), kind, expected) in cases {
        assert_eq!(rules(settings, preferences, kind), expected, "{rule}");
    }
}

#[test]
fn broadcasts_and_channels_of_which_nothing_was_chosen_have_standards_of_their_own() {
    let settings = Settings { channels: vec!["bar".into()], ..Settings::default() };
    let mut rules = Rules::new(&settings, Timestamp::from_millis(NOON), TimeZone::UTC);
    assert!(rules.of(Some("bar")).ring(NotificationType::Info).is_some());
    assert!(rules.of(None).ring(NotificationType::Error).is_none(), "nobody in particular has to act");
    assert!(rules.of(None).pops_up(NotificationType::Info));
    assert!(rules.of(Some("bar")).expects() && !rules.of(None).expects());
}
