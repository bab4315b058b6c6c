//! The exchange, with honest sides, wrong ones, and somebody between them.

use proptest::prelude::*;

use super::*;

fn code(number: u32) -> Code {
    Code::parse(&format!("{number:06}")).expect("a code")
}

/// Both sides' proofs, and whether each is convinced, if nobody touches the messages.
fn run(station: (&Code, &Fingerprint), hub: (&Code, &Fingerprint)) -> (bool, bool) {
    let (begun, first) = Station::begin(station.0, station.1);
    let (answered, second) = Hub::answer(hub.0, hub.1, &first).expect("a station's message");
    let (confirming, proof) = begun.confirm(&second).expect("a hub's message");
    // A hub that is not convinced says nothing; a false one would say what it can make.
    let own = Mac(answered.0.mac(HUB).0);
    let hub_is = answered.confirm(&proof).is_ok();
    (confirming.verify(&own).is_ok(), hub_is)
}

proptest! {
    // Each case multiplies points of the curve several times.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn with_the_same_code_and_the_same_certificate_both_are_convinced(number in 0..1_000_000_u32, chance: [u8; 8]) {
        let certificate = Fingerprint::of(&chance);
        prop_assert_eq!(run((&code(number), &certificate), (&code(number), &certificate)), (true, true));
    }

    #[test]
    fn with_another_code_neither_is(one in 0..1_000_000_u32, other in 0..1_000_000_u32) {
        prop_assume!(one != other);
        let certificate = Fingerprint::of(b"one");
        prop_assert_eq!(run((&code(one), &certificate), (&code(other), &certificate)), (false, false));
    }

    #[test]
    fn with_another_certificate_neither_is(number in 0..1_000_000_u32, one: [u8; 8], other: [u8; 8]) {
        prop_assume!(one != other);
        let (shown, own) = (Fingerprint::of(&one), Fingerprint::of(&other));
        prop_assert_eq!(run((&code(number), &shown), (&code(number), &own)), (false, false));
    }

    #[test]
    fn a_message_of_chance_convinces_nobody(chance in prop::collection::vec(any::<u8>(), 32), side in "[AB]") {
        let (code, certificate) = (code(1), Fingerprint::of(b"one"));
        let made = message(&[side.as_bytes(), &chance].concat());
        if let Ok((answered, _)) = Hub::answer(&code, &certificate, &made) {
            prop_assert!(answered.confirm(&Mac(chance.clone().try_into().expect("32"))).is_err());
        }
        let (begun, _) = Station::begin(&code, &certificate);
        if let Ok((confirming, _)) = begun.confirm(&made) {
            prop_assert!(confirming.verify(&Mac(chance.try_into().expect("32"))).is_err());
        }
    }
}

struct Honest {
    code: Code,
    certificate: Fingerprint,
}

fn honest() -> Honest {
    Honest { code: code(483_920), certificate: Fingerprint::of(b"one") }
}

impl Honest {
    fn station(&self) -> (Station, Message) {
        Station::begin(&self.code, &self.certificate)
    }

    fn hub(&self, first: &Message) -> (Hub, Message) {
        Hub::answer(&self.code, &self.certificate, first).expect("a station's message")
    }
}

#[test]
fn a_message_that_comes_back_to_who_sent_it_is_refused() {
    let honest = honest();
    let (begun, first) = honest.station();
    assert_eq!(begun.confirm(&first).err(), Some(ExchangeFault::Message));
    let (_, second) = honest.hub(&first);
    let refused = Hub::answer(&honest.code, &honest.certificate, &second).err();
    assert_eq!(refused, Some(ExchangeFault::Message), "one hub's answer is no other's beginning");
}

#[test]
fn a_proof_that_comes_back_to_who_sent_it_proves_nothing() {
    let honest = honest();
    let (begun, first) = honest.station();
    let (_, second) = honest.hub(&first);
    let (confirming, proof) = begun.confirm(&second).expect("a hub's message");
    assert_eq!(confirming.verify(&proof).err(), Some(ExchangeFault::Code));
}

#[test]
fn what_was_said_in_one_pairing_proves_nothing_in_the_next() {
    let honest = honest();
    let (begun, first) = honest.station();
    let (answered, second) = honest.hub(&first);
    let (confirming, proof) = begun.confirm(&second).expect("a hub's message");
    let (paired, own) = answered.confirm(&proof).expect("the right code");
    let waiting = confirming.verify(&own).expect("the right hub").wait();
    assert!(paired.is_of(&waiting));

    let (again, _) = honest.hub(&first);
    assert_eq!(again.confirm(&proof).err(), Some(ExchangeFault::Code), "the station's part, said again");
    let (later, _) = honest.station();
    let (confirming, _) = later.confirm(&second).expect("a hub's message");
    assert_eq!(confirming.verify(&own).err(), Some(ExchangeFault::Code), "the hub's part, said again");
}

#[test]
fn the_messages_of_two_pairings_cannot_be_swapped() {
    let honest = honest();
    let ((one, of_one), (two, of_two)) = (honest.station(), honest.station());
    let ((hub_one, to_one), (hub_two, to_two)) = (honest.hub(&of_one), honest.hub(&of_two));
    let ((one, proof_one), (two, proof_two)) =
        (one.confirm(&to_two).expect("a hub's"), two.confirm(&to_one).expect("a hub's"));
    let (said_one, said_two) = (hub_one.0.mac(HUB), hub_two.0.mac(HUB));
    for proof in [&proof_one, &proof_two] {
        assert_ne!(hub_one.0.mac(STATION), *proof);
        assert_ne!(hub_two.0.mac(STATION), *proof);
    }
    assert_eq!(one.verify(&said_two).err(), Some(ExchangeFault::Code));
    assert_eq!(two.verify(&said_one).err(), Some(ExchangeFault::Code));
}

#[test]
fn only_the_station_that_was_confirmed_can_ask_what_came_of_it() {
    let honest = honest();
    let (begun, first) = honest.station();
    let (answered, second) = honest.hub(&first);
    let (confirming, proof) = begun.confirm(&second).expect("a hub's message");
    let (paired, own) = answered.confirm(&proof).expect("the right code");
    for other in [&proof, &own, &Mac([0; 32])] {
        assert!(!paired.is_of(other), "what was heard in the exchange is not enough");
    }
    assert!(paired.is_of(&confirming.verify(&own).expect("the right hub").wait()));
}
