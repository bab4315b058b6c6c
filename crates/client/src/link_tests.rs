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
    let refused = LinkEvent::Refused("Jeton inconnu".into());
    let (link, effect) = up().after(refused, at(7), 0.0, &Pacing::default());
    assert_eq!(effect, Effect::Wait(Duration::from_secs(5)));
    let words = "Jeton inconnu".into();
    assert_eq!(link.shown, LinkState::Refused { words, next_at: at(5_007), since: at(7) });
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

fn any_event() -> impl Strategy<Value = LinkEvent> {
    prop_oneof![
        Just(LinkEvent::Due),
        Just(LinkEvent::TryNow),
        Just(LinkEvent::Confirmed),
        Just(LinkEvent::Refused("no".into())),
        Just(LinkEvent::Lost),
    ]
}

proptest! {
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
