use super::*;

const NIGHT: Span = Span { from: 22 * 60, to: 6 * 60 };
const MONDAY: usize = 0;
const SATURDAY: usize = 5;
const SUNDAY: usize = 6;

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").expect("the zone is known")
}

/// As a clock on the wall in Paris shows it.
fn at(local: &str) -> Timestamp {
    let local: jiff::civil::DateTime = local.parse().expect("a local time");
    let zoned = local.to_zoned(paris()).expect("it exists");
    Timestamp::from_millis(zoned.timestamp().as_millisecond())
}

fn shown(instant: Option<Timestamp>) -> Option<String> {
    instant.map(|at| local(at, &paris()).strftime("%F %H:%M").to_string())
}

fn on(days: &[(usize, Span)]) -> QuietHours {
    let mut hours = QuietHours::default();
    for (day, span) in days {
        hours.days[*day] = Some(*span);
    }
    hours
}

fn every_night() -> QuietHours {
    QuietHours { days: [Some(NIGHT); 7], errors_pierce: false }
}

#[test]
fn quiet_hours_last_from_their_beginning_to_their_end() {
    let lunch = Span { from: 14 * 60, to: 15 * 60 + 30 };
    let all_day = Span { from: 0, to: 0 };
    // 2026-11-16 is a Monday.
    let cases: [(&str, QuietHours, &str, Option<&str>); 15] = [
        ("none are never", QuietHours::default(), "2026-11-16T03:00", None),
        ("before", on(&[(MONDAY, lunch)]), "2026-11-16T13:59:59", None),
        ("their first moment", on(&[(MONDAY, lunch)]), "2026-11-16T14:00", Some("2026-11-16 15:30")),
        ("their last moment", on(&[(MONDAY, lunch)]), "2026-11-16T15:29:59", Some("2026-11-16 15:30")),
        ("after", on(&[(MONDAY, lunch)]), "2026-11-16T15:30", None),
        ("of another day", on(&[(MONDAY, lunch)]), "2026-11-17T14:30", None),
        ("over midnight, the evening", on(&[(MONDAY, NIGHT)]), "2026-11-16T23:00", Some("2026-11-17 06:00")),
        ("over midnight, the morning", on(&[(MONDAY, NIGHT)]), "2026-11-17T05:59", Some("2026-11-17 06:00")),
        ("not the morning of their own day", on(&[(MONDAY, NIGHT)]), "2026-11-16T05:00", None),
        ("Sunday's go into Monday", on(&[(SUNDAY, NIGHT)]), "2026-11-16T05:00", Some("2026-11-16 06:00")),
        ("a whole day", on(&[(MONDAY, all_day)]), "2026-11-16T12:00", Some("2026-11-17 00:00")),
        (
            "two days in a row are one",
            on(&[(SATURDAY, all_day), (SUNDAY, all_day)]),
            "2026-11-14T12:00",
            Some("2026-11-16 00:00"),
        ),
        (
            "the night to summer time is an hour shorter",
            every_night(),
            "2026-03-28T23:00",
            Some("2026-03-29 06:00"),
        ),
        (
            "an end that does not exist that night is an hour later",
            on(&[(SATURDAY, Span { from: 22 * 60, to: 2 * 60 + 30 })]),
            "2026-03-29T01:59",
            Some("2026-03-29 03:30"),
        ),
        (
            "the night to winter time is an hour longer",
            every_night(),
            "2026-10-24T23:00",
            Some("2026-10-25 06:00"),
        ),
    ];
    for (rule, hours, now, expected) in cases {
        assert_eq!(shown(until(&hours, at(now), &paris())).as_deref(), expected, "{rule}");
    }
}

#[test]
fn the_nights_of_summer_time_changes_have_their_true_length() {
    let length = |evening: &str| {
        let now = at(evening);
        let end = until(&every_night(), now, &paris()).expect("it is night");
        (end.as_millis() - now.as_millis()) / (60 * MINUTE)
    };
    assert_eq!(length("2026-03-27T22:00"), 8);
    assert_eq!(length("2026-03-28T22:00"), 7, "to summer time");
    assert_eq!(length("2026-10-24T22:00"), 9, "to winter time");
}

#[test]
fn every_week_of_quiet_days_has_an_end() {
    let hours = QuietHours { days: [Some(Span { from: 0, to: 0 }); 7], errors_pierce: false };
    let now = at("2026-11-16T12:00");
    let end = until(&hours, now, &paris()).expect("always quiet");
    assert!(end > now, "it is looked at again then");
}

#[test]
fn do_not_disturb_beats_quiet_hours_which_beat_channels() {
    use Hush::{AllButErrors, Everything, Nothing};
    let (day, night) = ("2026-11-16T12:00", "2026-11-16T23:00");
    let later = DoNotDisturb::Until { at: at("2026-11-16T12:01").as_millis() };
    let lunch = Span { from: 11 * 60, to: 13 * 60 };
    let own = |errors_pierce| ChannelQuiet::Own { span: lunch, errors_pierce };
    let cases = [
        ("a usual day", DoNotDisturb::Off, false, ChannelQuiet::AsShop, day, Nothing),
        ("a usual night", DoNotDisturb::Off, false, ChannelQuiet::AsShop, night, Everything),
        ("errors at night", DoNotDisturb::Off, true, ChannelQuiet::AsShop, night, AllButErrors),
        ("a channel that is never quiet", DoNotDisturb::Off, false, ChannelQuiet::Never, night, Nothing),
        ("its own hours", DoNotDisturb::Off, false, own(false), day, Everything),
        ("errors in its own hours", DoNotDisturb::Off, false, own(true), day, AllButErrors),
        ("its own hours are not the shop's", DoNotDisturb::Off, false, own(false), night, Nothing),
        ("not to be disturbed", DoNotDisturb::On, true, ChannelQuiet::Never, day, Everything),
        ("not for a while", later, true, ChannelQuiet::Never, day, Everything),
        ("the while is over", later, false, ChannelQuiet::AsShop, "2026-11-16T12:01", Nothing),
    ];
    for (rule, do_not_disturb, errors_pierce, quiet, now, expected) in cases {
        let quiet_hours = QuietHours { errors_pierce, ..every_night() };
        let settings = Settings { do_not_disturb, quiet_hours, ..Settings::default() };
        let preferences = ChannelPreferences { quiet, ..ChannelPreferences::of_channel() };
        assert_eq!(of_channel(&settings, &preferences, at(now), &paris()), expected, "{rule}");
    }
}

#[test]
fn only_errors_pierce() {
    use NotificationType::{Error, Info, Success, Warning};
    let covered = |hush: Hush| [Info, Success, Warning, Error].map(|kind| hush.covers(kind));
    assert_eq!(covered(Hush::Nothing), [false; 4]);
    assert_eq!(covered(Hush::AllButErrors), [true, true, true, false]);
    assert_eq!(covered(Hush::Everything), [true; 4]);
}

#[test]
fn a_choice_not_to_be_disturbed_ends_when_it_says() {
    use DoNotDisturbChoice::{HalfHour, Hour, Service, Tomorrow};
    let cases = [
        ("half an hour", HalfHour, QuietHours::default(), "2026-11-16T23:45", "2026-11-17 00:15"),
        ("an hour", Hour, QuietHours::default(), "2026-11-16T12:00", "2026-11-16 13:00"),
        ("an hour over the change to winter", Hour, every_night(), "2026-10-25T02:30", "2026-10-25 02:30"),
        ("tomorrow", Tomorrow, QuietHours::default(), "2026-11-16T12:00", "2026-11-17 05:00"),
        (
            "tomorrow, said after midnight",
            Tomorrow,
            QuietHours::default(),
            "2026-11-17T01:00",
            "2026-11-17 05:00",
        ),
        ("tomorrow, said at five", Tomorrow, QuietHours::default(), "2026-11-17T05:00", "2026-11-18 05:00"),
        (
            "the service ends where quiet hours begin",
            Service,
            every_night(),
            "2026-11-16T12:00",
            "2026-11-16 22:00",
        ),
        ("during quiet hours, the next ones", Service, every_night(), "2026-11-16T23:00", "2026-11-17 22:00"),
        ("in a week", Service, on(&[(MONDAY, NIGHT)]), "2026-11-16T22:00", "2026-11-23 22:00"),
        (
            "without quiet hours, tomorrow",
            Service,
            QuietHours::default(),
            "2026-11-16T12:00",
            "2026-11-17 05:00",
        ),
    ];
    for (rule, choice, hours, now, expected) in cases {
        let DoNotDisturb::Until { at: end } = chosen(choice, &hours, at(now), &paris()) else {
            panic!("{rule}: it has an end");
        };
        assert_eq!(shown(Some(Timestamp::from_millis(end))).as_deref(), Some(expected), "{rule}");
    }
    let now = at("2026-11-16T12:00");
    let none = QuietHours::default();
    assert_eq!(chosen(DoNotDisturbChoice::Off, &none, now, &paris()), DoNotDisturb::Off);
    assert_eq!(chosen(DoNotDisturbChoice::Manual, &none, now, &paris()), DoNotDisturb::On);
}
