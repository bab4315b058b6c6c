use proptest::prelude::*;

use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn up() -> Link {
    Link::starting(at(0)).after(LinkEvent::Confirmed, at(0), 0.0, &Pacing::default()).0
}

/// The published pace: five attempts a second apart, then for ever within ten seconds.
#[test]
fn a_lost_link_is_tried_five_times_a_second_apart_and_then_for_ever() {
    let pacing = Pacing::default();
    let mut link = up();
    let mut now = 100_000;
    for attempt in 1..=5 {
        let (next, effect) = link.after(LinkEvent::Lost, at(now), 1.0, &pacing);
        assert_eq!(effect, Effect::Wait(Duration::from_secs(1)), "attempt {attempt} is a second away");
        assert_eq!(
            next.shown,
            LinkState::Reconnecting { attempt, of: 5, next_at: at(now + 1_000), since: at(100_000) },
            "each attempt has its number, its time and the time of the loss"
        );
        now += 1_000;
        link = next.after(LinkEvent::Due, at(now), 0.0, &pacing).0;
    }
    for _ in 0..1_000 {
        let (next, effect) = link.after(LinkEvent::Lost, at(now), 1.0, &pacing);
        assert_eq!(effect, Effect::Wait(Duration::from_secs(10)), "ten seconds is the longest wait");
        assert_eq!(next.shown, LinkState::Offline { next_at: at(now + 10_000), since: at(100_000) });
        now += 10_000;
        link = next.after(LinkEvent::Due, at(now), 0.0, &pacing).0;
    }
}

#[test]
fn a_refusal_keeps_the_hubs_words_and_is_not_asked_again_every_second() {
    let refused = LinkEvent::Refused(Refusal::of_connect("Jeton inconnu [token_invalid]"));
    let (link, effect) = up().after(refused, at(7), 0.0, &Pacing::default());
    assert_eq!(effect, Effect::Wait(Duration::from_secs(8)));
    let (reason, words) = (RefusalReason::TokenInvalid, "Jeton inconnu".into());
    assert_eq!(link.shown, LinkState::Refused { reason, words, next_at: at(8_007), since: at(7) });
}

#[test]
fn try_now_ends_a_wait_and_nothing_else() {
    let pacing = Pacing::default();
    let waiting = up().after(LinkEvent::Lost, at(0), 0.0, &pacing).0;
    let (trying, effect) = waiting.after(LinkEvent::TryNow, at(1), 0.0, &pacing);
    assert_eq!((&trying.shown, effect), (&LinkState::Connecting, Effect::Attempt));
    for busy in [trying, up()] {
        let same = busy.clone().after(LinkEvent::TryNow, at(2), 0.0, &pacing);
        assert_eq!(same, (busy, Effect::None), "a second attempt beside the first would leak a connection");
    }
}

/// When the attempts of a day without the hub begin, in milliseconds. Each fails at once: nothing is quicker.
fn attempts_of_a_day(mut link: Link, mut chance: impl FnMut() -> f64) -> Vec<i64> {
    let (mut now, mut attempts) = (0, Vec::new());
    while now < 24 * 3_600_000 {
        if link.doing == Doing::Attempt {
            attempts.push(now);
        }
        let (waiting, effect) = link.after(LinkEvent::Lost, at(now), chance(), &Pacing::default());
        let Effect::Wait(delay) = effect else { panic!("{effect:?} after a loss") };
        now += i64::try_from(delay.as_millis()).expect("seconds");
        link = waiting.after(LinkEvent::Due, at(now), 0.0, &Pacing::default()).0;
    }
    attempts
}

/// The most attempts within any minute.
fn busiest_minute(attempts: &[i64]) -> usize {
    let within = |start: &i64| attempts.partition_point(|at| *at < start + 60_000);
    attempts.iter().enumerate().map(|(before, start)| within(start) - before).max().unwrap_or(0)
}

#[test]
fn no_minute_of_a_day_without_the_hub_sees_more_than_twelve_attempts() {
    for (link, worst) in [(Link::starting(at(0)), 12), (up(), 11)] {
        let attempts = attempts_of_a_day(link, || 0.0);
        assert_eq!(busiest_minute(&attempts), worst, "the first minute, if chance is at its worst");
        assert!(attempts.len() > 24 * 60 * 6, "and it never tires: {}", attempts.len());
    }
}

fn any_event() -> impl Strategy<Value = LinkEvent> {
    prop_oneof![
        Just(LinkEvent::Due),
        Just(LinkEvent::TryNow),
        Just(LinkEvent::Confirmed),
        Just(LinkEvent::Refused(Refusal::other("no".into()))),
        Just(LinkEvent::Lost),
    ]
}

proptest! {
    #[test]
    fn whatever_chance_says_no_minute_sees_more_than_twelve_attempts(
        chances in prop::collection::vec(0.0..=1.0, 1..50), was_up in any::<bool>(),
    ) {
        let link = if was_up { up() } else { Link::starting(at(0)) };
        let mut chances = chances.into_iter().cycle();
        prop_assert!(busiest_minute(&attempts_of_a_day(link, || chances.next().unwrap_or(0.0))) <= 12);
    }

    #[test]
    fn whatever_happens_the_link_is_up_or_an_attempt_is_coming(
        events in prop::collection::vec((any_event(), 0_i64..5_000, 0.0..=1.0), 0..100),
    ) {
        let pacing = Pacing::default();
        let mut now = 0;
        let mut link = Link::starting(at(now));
        for (event, pause, chance) in events {
            now += pause;
            let before = link.doing;
            let (next, effect) = link.after(event, at(now), chance, &pacing);
            match effect {
                Effect::Wait(delay) => {
                    prop_assert!(delay <= pacing.max_delay && delay >= pacing.first_delay);
                    prop_assert_eq!(next.doing, Doing::Wait);
                }
                Effect::Attempt => prop_assert_eq!((before, next.doing), (Doing::Wait, Doing::Attempt)),
                // Whoever waits goes on waiting: no wait is left without its end.
                Effect::None => prop_assert!(next.doing == before || next.doing == Doing::Live),
            }
            prop_assert_eq!(
                next.doing == Doing::Live,
                matches!(next.shown, LinkState::Connected { .. }),
                "connected is shown exactly while it is true"
            );
            match &next.shown {
                LinkState::Reconnecting { attempt, of, since, next_at } => {
                    prop_assert!((1..=*of).contains(attempt) && since <= next_at);
                }
                LinkState::Offline { since, next_at } | LinkState::Refused { since, next_at, .. } => {
                    prop_assert!(since <= next_at);
                }
                LinkState::Connecting | LinkState::Connected { .. } => {}
            }
            link = next;
        }
    }
}
