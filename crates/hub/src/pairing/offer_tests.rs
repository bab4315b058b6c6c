//! The offer, by hand and by chance.

use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn newcomer() -> Newcomer {
    Newcomer { device_name: "Cuisine".into(), username: "Alice".into(), address: [10, 0, 0, 7].into() }
}

fn opened(now: Instant) -> Offer {
    let mut offer = Offer::default();
    offer.open(now, Timestamp::from_millis(0));
    offer
}

/// A station that knew the code waits for the owner.
fn asking(now: Instant) -> Offer {
    let mut offer = opened(now);
    offer.begin(now, "s".into(), newcomer()).expect("its turn");
    offer.confirm(now, "s", || true).expect("the right code");
    offer
}

fn tries_left(offer: &Offer) -> Option<u32> {
    match offer.state() {
        OfferState::Open { tries_left, .. } => Some(tries_left),
        _ => None,
    }
}

#[test]
fn a_station_that_knows_the_code_gets_its_token_once_and_only_after_the_owner_said_yes() {
    let now = Instant::now();
    let mut offer = asking(now);
    assert_eq!(offer.state(), OfferState::Asking(newcomer()));
    assert_eq!(offer.wait(now, "s", || true), Ok(Word::Waiting));
    assert!(offer.answer(now, true));
    assert_eq!(offer.wait(now, "s", || false), Err(No::Expired), "somebody else who asks learns nothing");
    assert_eq!(offer.wait(now, "s", || true), Ok(Word::Accepted(newcomer())));
    assert_eq!(offer.wait(now, "s", || true), Ok(Word::Waiting), "while it is made no second one is");
    offer.made(now, true);
    assert_eq!(offer.state(), OfferState::Accepted { device_name: "Cuisine".into() });
    assert_eq!(offer.wait(now, "s", || true), Err(No::Expired));
    assert_eq!(offer.begin(now, "t".into(), newcomer()), Err(No::Closed), "a code is good for one device");
}

#[test]
fn taking_an_offer_back_takes_no_answer_back() {
    let now = Instant::now();
    for (accept, word) in [(true, Word::Accepted(newcomer())), (false, Word::Refused)] {
        let mut offer = asking(now);
        offer.answer(now, accept);
        offer.close();
        assert_eq!(offer.wait(now, "s", || true), Ok(word));
    }
    let mut offer = asking(now);
    offer.close();
    assert_eq!(offer.wait(now, "s", || true), Err(No::Expired));
    assert!(!offer.answer(now, true), "what was taken back is not accepted");
}

#[test]
fn a_token_that_could_not_be_made_may_be_asked_for_again() {
    let now = Instant::now();
    let mut offer = asking(now);
    offer.answer(now, true);
    offer.wait(now, "s", || true).expect("yes");
    offer.made(now, false);
    assert_eq!(offer.wait(now, "s", || true), Ok(Word::Accepted(newcomer())));
}

#[test]
fn a_station_that_the_owner_refuses_is_told_so_and_no_other_can_use_the_code() {
    let now = Instant::now();
    let mut offer = asking(now);
    assert!(offer.answer(now, false));
    assert!(!offer.answer(now, true), "one click, and it counts");
    assert_eq!(offer.wait(now, "s", || true), Ok(Word::Refused));
    assert_eq!(offer.begin(now, "t".into(), newcomer()), Err(No::Closed));
}

#[test]
fn each_wrong_code_is_counted_and_the_fifth_ends_the_offer() {
    let now = Instant::now();
    let mut offer = opened(now);
    for left in (0..TRIES).rev() {
        offer.begin(now, "s".into(), newcomer()).expect("its turn");
        assert_eq!(offer.begin(now, "t".into(), newcomer()), Err(No::Busy), "one at a time");
        assert_eq!(offer.confirm(now, "t", || true), Err(No::Expired), "somebody else's session");
        assert_eq!(offer.confirm(now, "s", || false), Err(No::CodeWrong(left)));
    }
    assert_eq!(offer.state(), OfferState::TriesUsedUp);
    assert_eq!(offer.begin(now, "s".into(), newcomer()), Err(No::Tries));
}

#[test]
fn an_attempt_that_is_left_lying_has_spent_its_try_and_makes_room() {
    let now = Instant::now();
    let mut offer = opened(now);
    offer.begin(now, "s".into(), newcomer()).expect("its turn");
    assert_eq!(offer.due(), Some(now + ATTEMPT));
    let later = now + ATTEMPT;
    assert_eq!(offer.confirm(later, "s", || true), Err(No::Expired), "too late, also with the right code");
    assert_eq!(tries_left(&offer), Some(TRIES - 1));
    offer.begin(later, "t".into(), newcomer()).expect("its turn");
}

#[test]
fn a_code_does_not_outlive_its_ten_minutes() {
    let now = Instant::now();
    let mut offer = opened(now);
    offer.begin(now + LIFE - SECOND, "s".into(), newcomer()).expect("just in time");
    assert_eq!(offer.confirm(now + LIFE, "s", || true), Err(No::Expired));
    assert_eq!(offer.state(), OfferState::Expired);
    assert_eq!(offer.begin(now + LIFE, "s".into(), newcomer()), Err(No::Closed));
}

#[test]
fn the_owner_has_time_to_look_at_who_came_in_the_last_second() {
    let now = Instant::now();
    let mut offer = opened(now);
    let late = now + LIFE - SECOND;
    offer.begin(late, "s".into(), newcomer()).expect("just in time");
    offer.confirm(late, "s", || true).expect("the right code");
    let mut then = late;
    while then < late + LOOK - SECOND {
        then += SECOND;
        assert_eq!(offer.wait(then, "s", || true), Ok(Word::Waiting));
    }
    assert!(offer.answer(then, true));
}

#[test]
fn nobody_lets_in_a_station_that_went_away() {
    let now = Instant::now();
    let mut offer = asking(now);
    assert!(!offer.answer(now + SILENCE, true));
    assert_eq!(offer.state(), OfferState::Gone { device_name: "Cuisine".into() });
    let mut offer = asking(now);
    offer.answer(now, true);
    assert_eq!(offer.wait(now + SILENCE, "s", || true), Err(No::Expired), "it does not come for its token");
}

/// What may happen, and how much later.
#[derive(Debug, Clone)]
enum Step {
    Begin(u8),
    Confirm(u8, bool),
    Answer(bool),
    Wait(u8, bool),
    Made(bool),
    Close,
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let step = prop_oneof![
        4 => (0..3_u8).prop_map(Step::Begin),
        4 => (0..3_u8, any::<bool>()).prop_map(|(who, right)| Step::Confirm(who, right)),
        2 => any::<bool>().prop_map(Step::Answer),
        4 => (0..3_u8, prop::bool::weighted(0.9)).prop_map(|(who, own)| Step::Wait(who, own)),
        1 => any::<bool>().prop_map(Step::Made),
        1 => Just(Step::Close),
    ];
    prop::collection::vec((prop_oneof![6 => 0..3_u64, 1 => 0..400_u64], step), 0..60)
}

proptest! {
    #[test]
    fn whatever_happens_a_token_takes_the_code_in_time_and_the_owners_yes(steps in steps()) {
        let start = Instant::now();
        let mut now = start;
        let mut offer = opened(start);
        let (mut begun, mut wrong, mut proved, mut accepted, mut given) = (0, 0, None, false, 0);
        for (seconds, step) in steps {
            now += Duration::from_secs(seconds);
            match step {
                Step::Begin(who) => {
                    begun += u32::from(offer.begin(now, who.to_string(), newcomer()).is_ok());
                }
                Step::Confirm(who, right) => match offer.confirm(now, &who.to_string(), || right) {
                    Ok(()) => {
                        prop_assert!(right && now < start + LIFE);
                        prop_assert_eq!(proved.replace(who), None, "one device");
                    }
                    Err(No::CodeWrong(left)) => {
                        wrong += 1;
                        prop_assert!(!right && left <= TRIES - wrong);
                    }
                    Err(no) => prop_assert_eq!(no, No::Expired),
                },
                Step::Answer(accept) => {
                    if offer.answer(now, accept) {
                        prop_assert!(proved.is_some());
                        accepted = accept;
                    }
                }
                Step::Wait(who, own) => {
                    if let Ok(word) = offer.wait(now, &who.to_string(), || own) {
                        prop_assert!(own && proved == Some(who));
                        if let Word::Accepted(_) = word {
                            prop_assert!(accepted && given == 0, "after a yes, and once");
                            given = 1;
                        }
                    }
                }
                Step::Made(done) => {
                    offer.made(now, done);
                    given = u32::from(given == 1 && matches!(offer.0, Phase::Over(OfferState::Accepted { .. })));
                }
                Step::Close => offer.close(),
            }
            prop_assert!(begun <= TRIES);
            offer.settle(now);
            let ahead = offer.due().is_none_or(|due| due > now);
            prop_assert!(ahead, "what is due is done");
        }
    }
}
