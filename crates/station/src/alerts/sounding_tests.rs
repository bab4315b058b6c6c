use chapfood_protocol::{NotificationType, Timestamp};
use jiff::tz::TimeZone;

use super::*;
use crate::contract::{ChannelPreferences, Settings, SoundChoice};
use crate::sample::entry;

fn row(kind: NotificationType) -> Entry {
    Entry { kind, channel: Some("commandes".into()), ..entry("n_1") }
}

fn missed(kind: NotificationType) -> Entry {
    Entry { caught_up: true, ..row(kind) }
}

/// What is heard of batches that arrive at these milliseconds.
fn play(batches: &[(i64, Vec<Entry>)]) -> Vec<Option<Sound>> {
    let settings = Settings::default();
    let mut sounding = Sounding::default();
    let play = |(now, rows): &(i64, Vec<Entry>)| {
        let mut rules = Rules::new(&settings, Timestamp::from_millis(1_000_000 + now), TimeZone::UTC);
        sounding.arrived(rows, &mut rules)
    };
    batches.iter().map(play).collect()
}

#[test]
fn a_batch_is_heard_as_its_most_important() {
    use NotificationType::{Error, Info, Warning};
    assert_eq!(play(&[(0, vec![])]), [None]);
    assert_eq!(play(&[(0, vec![row(Info), row(Info)])]), [Some(Sound::Bell)]);
    assert_eq!(play(&[(0, vec![row(Info), row(Warning), row(Info)])]), [Some(Sound::Warning)]);
    assert_eq!(play(&[(0, vec![row(Error), row(Warning)])]), [Some(Sound::Error)]);
    assert_eq!(play(&[(0, vec![row(Info), missed(Error)])]), [Some(Sound::Error)]);
}

#[test]
fn what_is_over_or_taken_is_not_heard() {
    let expired = Entry { expired: true, ..row(NotificationType::Error) };
    let by = chapfood_inbox::Taken {
        by: "Awa".into(),
        device: None,
        at: Timestamp::from_millis(0),
        mine: false,
        local: false,
    };
    let taken = Entry { taken: Some(by), ..row(NotificationType::Error) };
    assert_eq!(play(&[(0, vec![expired, taken])]), [None]);
}

#[test]
fn sounds_do_not_fall_over_one_another_but_an_error_does_not_wait() {
    use NotificationType::{Error, Info};
    let heard = play(&[
        (0, vec![row(Info)]),
        (500, vec![row(Info)]),
        (600, vec![row(Error)]),
        (700, vec![row(Error)]),
        (2_000, vec![row(Info)]),
        (2_100, vec![row(Info)]),
        (-50_000, vec![row(Info)]),
    ]);
    let (bell, error) = (Some(Sound::Bell), Some(Sound::Error));
    assert_eq!(heard, [bell, None, error, None, None, bell, bell], "a clock set back silences nothing");
}

#[test]
fn ten_thousand_missed_ones_are_one_sound() {
    let batches: Vec<_> =
        (0..40).map(|step| (step * 300, vec![missed(NotificationType::Info); 250])).collect();
    assert_eq!(play(&batches).into_iter().flatten().count(), 1);
    let two =
        play(&[(0, vec![missed(NotificationType::Info)]), (60_000, vec![missed(NotificationType::Info)])]);
    assert_eq!(two.into_iter().flatten().count(), 2, "another outage is another sound");
}

#[test]
fn a_silent_channel_does_not_drown_another() {
    let mut settings = Settings::default();
    let silent = ChannelPreferences { sound: SoundChoice::None, ..ChannelPreferences::of_channel() };
    settings.preferences.insert("commandes".into(), silent);
    let mut rules = Rules::new(&settings, Timestamp::from_millis(0), TimeZone::UTC);
    let other = Entry { channel: Some("bar".into()), ..row(NotificationType::Info) };
    let heard = Sounding::default().arrived(&[row(NotificationType::Error), other], &mut rules);
    assert_eq!(heard, Some(Sound::Bell));
}
