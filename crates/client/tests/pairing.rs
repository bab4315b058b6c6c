//! Pairing with a real hub, and with those who would like to be taken for it.

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use chapfood_client::{
    Applicant, Code, HubPin, Invitation, Paired, PairingFault, PairingLink, PairingPatience, PairingStep,
    Session, SessionConfig, pair,
};
use chapfood_hub::{OfferState, Pairing, Tokens};
use chapfood_pairing::exchange::Hub as Exchange;
use chapfood_pairing::{BEGIN_PATH, Begin, Fingerprint};
use chapfood_protocol::{Lang, Secret};
use serde_json::{Value, from_value, json};
use support::between::Stranger;
use support::hub::OwnersHub;
use support::{PATIENCE, connected};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

fn applicant() -> Applicant {
    Applicant { device_name: "Cuisine".into(), username: "Alice".into(), lang: Lang::Fr }
}

/// A patience at which a test does not wait.
fn quick() -> PairingPatience {
    PairingPatience { poll_every: Duration::from_millis(20), ..PairingPatience::default() }
}

fn typed(address: SocketAddr, code: &Code) -> Invitation {
    Invitation::Code { address: address.to_string(), code: code.clone() }
}

fn link(addresses: &[SocketAddr], fingerprint: Fingerprint, code: &Code) -> Invitation {
    Invitation::Link(PairingLink::new(addresses.to_vec(), fingerprint, code.clone()).expect("a link"))
}

fn another(code: &Code) -> Code {
    let number: u32 = code.digits().parse().expect("digits");
    Code::parse(&format!("{:06}", (number + 1) % 1_000_000)).expect("a code")
}

async fn paired(invitation: Invitation) -> Result<Paired, PairingFault> {
    let (progress, _steps) = watch::channel(PairingStep::Contacting);
    timeout(PATIENCE, pair(invitation, applicant(), quick(), progress)).await.expect("it ends in time")
}

/// Waits until a station asks, and gives the owner's answer. Says who it was.
async fn owner_says(pairing: &Pairing, yes: bool) -> String {
    let mut state = pairing.state();
    let asking = timeout(PATIENCE, state.wait_for(|state| matches!(state, OfferState::Asking(_)))).await;
    let asking = asking.expect("a station asks in time").expect("the hub runs").clone();
    assert!(pairing.answer(yes), "there is somebody to answer");
    let OfferState::Asking(newcomer) = asking else { panic!("{asking:?}") };
    format!("{} ({})", newcomer.device_name, newcomer.username)
}

fn tries_left(pairing: &Pairing) -> Option<u32> {
    match *pairing.state().borrow() {
        OfferState::Open { tries_left, .. } => Some(tries_left),
        _ => None,
    }
}

fn tokens_given(hub: &OwnersHub) -> usize {
    Tokens::open(hub.folder.path()).expect("the hub's tokens").list().expect("read").len()
}

#[tokio::test]
async fn a_station_that_was_typed_the_code_is_let_in_once_the_owner_says_yes() {
    let hub = OwnersHub::start().await;
    let pairing = hub.hub.pairing();
    let offered = pairing.open_offer().expect("there is a door");
    let (progress, mut steps) = watch::channel(PairingStep::Contacting);
    let station = pair(typed(hub.door, &offered.code), applicant(), quick(), progress);
    let owner = async {
        steps
            .wait_for(|step| matches!(step, PairingStep::WaitingForOwner { .. }))
            .await
            .expect("the station goes on");
        assert_eq!(tokens_given(&hub), 0, "nothing is given out before the owner's word");
        assert_eq!(owner_says(&pairing, true).await, "Cuisine (Alice)");
    };
    let (paired, ()) = timeout(PATIENCE, async { tokio::join!(station, owner) }).await.expect("in time");
    let Paired { address, pin, token, hub_name } = paired.expect("they know each other now");
    assert_eq!((address.as_str(), &pin), (format!("https://{}", hub.door).as_str(), &hub.pin));
    assert_eq!(hub_name, "ChapFood");

    let station = hub.station(Some(token), &["devops"]);
    let (session, _deliveries) = Session::start(SessionConfig { address, pin: Some(pin), ..station });
    connected(&session).await;
}

#[tokio::test]
async fn a_link_is_followed_to_the_address_where_its_certificate_is_shown() {
    let hub = OwnersHub::start().await;
    let other = OwnersHub::start().await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let gone = nobody.local_addr().expect("it listened");
    drop(nobody);
    let pairing = hub.hub.pairing();
    let offered = pairing.open_offer().expect("there is a door");
    let invitation = link(&[gone, other.door, hub.door], hub.pin.fingerprint(), &offered.code);
    let (paired, _) = tokio::join!(paired(invitation), owner_says(&pairing, true));
    assert_eq!(paired.expect("paired").pin, hub.pin);
}

#[tokio::test]
async fn nothing_of_a_link_is_said_to_a_hub_with_another_certificate() {
    let hub = OwnersHub::start().await;
    let stranger = OwnersHub::start().await;
    let pairing = stranger.hub.pairing();
    let offered = pairing.open_offer().expect("there is a door");
    let invitation = link(&[stranger.door], hub.pin.fingerprint(), &offered.code);
    assert_eq!(paired(invitation).await, Err(PairingFault::WrongCertificate));
    assert_eq!(tries_left(&pairing), Some(5), "it was not even begun with");
}

#[tokio::test]
async fn whoever_stands_between_ends_the_pairing_and_gets_no_token() {
    let hub = OwnersHub::start().await;
    let between = Stranger::between(hub.door, &hub.pin, 0).await;
    let pairing = hub.hub.pairing();
    let offered = pairing.open_offer().expect("there is a door");
    let caught = paired(typed(between.address, &offered.code)).await;
    assert_eq!(caught, Err(PairingFault::CodeWrong { tries_left: Some(4) }), "their certificate is another");
    let caught = paired(link(&[between.address], hub.pin.fingerprint(), &offered.code)).await;
    assert_eq!(caught, Err(PairingFault::WrongCertificate));
    assert_eq!((tries_left(&pairing), tokens_given(&hub)), (Some(4), 0));
}

#[tokio::test]
async fn whoever_comes_between_later_is_told_nothing_more() {
    let hub = OwnersHub::start().await;
    let pairing = hub.hub.pairing();
    // From the proof on, and from the first question what the owner says on.
    for from in [1, 2] {
        let between = Stranger::between(hub.door, &hub.pin, from).await;
        let offered = pairing.open_offer().expect("there is a door");
        assert_eq!(paired(typed(between.address, &offered.code)).await, Err(PairingFault::WrongCertificate));
        pairing.answer(true);
    }
    assert_eq!(tokens_given(&hub), 0, "nobody came for one");
}

#[tokio::test]
async fn a_wrong_code_is_told_with_the_tries_that_are_left_until_there_are_none() {
    let hub = OwnersHub::start().await;
    let pairing = hub.hub.pairing();
    let offered = pairing.open_offer().expect("there is a door");
    for left in [4, 3, 2, 1] {
        let fault = PairingFault::CodeWrong { tries_left: Some(left) };
        assert_eq!(paired(typed(hub.door, &another(&offered.code))).await, Err(fault));
    }
    let last = paired(typed(hub.door, &another(&offered.code))).await.expect_err("wrong too");
    assert!(matches!(last, PairingFault::CodeWrong { tries_left: Some(0) } | PairingFault::TriesUsedUp));
    assert_eq!(
        paired(typed(hub.door, &offered.code)).await,
        Err(PairingFault::TriesUsedUp),
        "also the right one"
    );
}

#[tokio::test]
async fn an_owner_who_offers_nothing_or_says_no_or_takes_it_back_is_understood() {
    let hub = OwnersHub::start().await;
    let pairing = hub.hub.pairing();
    let code = Code::parse("483920").expect("a code");
    assert_eq!(paired(typed(hub.door, &code)).await, Err(PairingFault::Closed));

    let offered = pairing.open_offer().expect("there is a door");
    let (refused, _) = tokio::join!(paired(typed(hub.door, &offered.code)), owner_says(&pairing, false));
    assert_eq!(refused, Err(PairingFault::RefusedByOwner));

    let offered = pairing.open_offer().expect("there is a door");
    let takes_back = async {
        let mut state = pairing.state();
        state.wait_for(|state| matches!(state, OfferState::Asking(_))).await.expect("the hub runs");
        pairing.close_offer();
    };
    let (gone, ()) = tokio::join!(paired(typed(hub.door, &offered.code)), takes_back);
    assert!(matches!(gone, Err(PairingFault::Expired | PairingFault::Closed)), "{gone:?}");
    assert_eq!(tokens_given(&hub), 0);
}

#[tokio::test]
async fn a_second_station_is_told_that_another_one_is_being_paired() {
    let hub = OwnersHub::start().await;
    let pairing = hub.hub.pairing();
    let offered = pairing.open_offer().expect("there is a door");
    let second = async {
        let mut state = pairing.state();
        state.wait_for(|state| matches!(state, OfferState::Asking(_))).await.expect("the hub runs");
        let second = paired(typed(hub.door, &offered.code)).await;
        owner_says(&pairing, true).await;
        second
    };
    let (first, second) = tokio::join!(paired(typed(hub.door, &offered.code)), second);
    assert_eq!(second, Err(PairingFault::Busy));
    assert!(first.is_ok(), "{first:?}");
}

#[tokio::test]
async fn an_owner_who_does_not_answer_is_not_waited_for_for_ever() {
    let hub = OwnersHub::start().await;
    let offered = hub.hub.pairing().open_offer().expect("there is a door");
    let patience = PairingPatience { overall: Duration::from_millis(500), ..quick() };
    let (progress, steps) = watch::channel(PairingStep::Contacting);
    let waited = pair(typed(hub.door, &offered.code), applicant(), patience, progress).await;
    assert_eq!(waited, Err(PairingFault::Expired));
    assert!(matches!(*steps.borrow(), PairingStep::WaitingForOwner { .. }));
}

#[tokio::test]
async fn a_pairing_that_is_given_up_asks_nothing_more() {
    let hub = OwnersHub::start().await;
    let pairing = hub.hub.pairing();
    let offered = pairing.open_offer().expect("there is a door");
    let (progress, mut steps) = watch::channel(PairingStep::Contacting);
    tokio::select! {
        _ = pair(typed(hub.door, &offered.code), applicant(), quick(), progress) => panic!("nobody said yes"),
        _ = steps.wait_for(|step| matches!(step, PairingStep::WaitingForOwner { .. })) => {}
    }
    assert!(pairing.answer(true), "the owner does not know yet");
    let mut state = pairing.state();
    let late = state.wait_for(|state| !matches!(state, OfferState::Asking(_) | OfferState::Accepted { .. }));
    let late = timeout(Duration::from_millis(300), late).await;
    assert!(late.is_err() && tokens_given(&hub) == 0, "nobody comes for the token");
}

#[tokio::test]
async fn where_no_hub_is_that_is_told() {
    let hub = OwnersHub::start().await;
    let code = Code::parse("483920").expect("a code");
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let gone = nobody.local_addr().expect("it listened");
    drop(nobody);
    assert_eq!(paired(typed(gone, &code)).await, Err(PairingFault::Unreachable));
    assert_eq!(
        paired(typed(hub.hub.address(), &code)).await,
        Err(PairingFault::NotAHub),
        "a door without TLS"
    );
    for (status, text) in [(200, "<html>"), (404, "not found"), (200, "{}"), (302, "")] {
        let page = Stranger::answering(move |_, _| (status, text.to_owned())).await;
        assert_eq!(paired(typed(page.address, &code)).await, Err(PairingFault::NotAHub), "{status} {text}");
    }
    let flood = Stranger::answering(|_, _| (200, " ".repeat(1_000_000))).await;
    let flooded = paired(typed(flood.address, &code)).await;
    assert!(matches!(flooded, Err(PairingFault::NotAHub | PairingFault::Unreachable)), "{flooded:?}");
    let nowhere = Invitation::Code { address: "http://caisse:8001".into(), code };
    assert_eq!(paired(nowhere).await, Err(PairingFault::Address));
}

#[tokio::test]
async fn a_false_hub_that_says_yes_to_everything_is_found_out() {
    let code = Code::parse("483920").expect("a code");
    let guess = another(&code);
    // It does the exchange by the book, with a code that it guessed.
    let stranger = Stranger::answering(move |path, asked: &Value| {
        let mac = "0a".repeat(32);
        let answer = if path == BEGIN_PATH {
            let begin: Begin = from_value(asked.clone()).expect("a beginning");
            let own = Fingerprint::of(b"whatever it is");
            let (_, message) = Exchange::answer(&guess, &own, &begin.message).expect("answered");
            json!({ "session": "s", "message": message })
        } else {
            json!({ "mac": mac, "state": "accepted", "token": "cf_1_false", "hub": { "name": "Bar" } })
        };
        (200, answer.to_string())
    })
    .await;
    assert_eq!(paired(typed(stranger.address, &code)).await, Err(PairingFault::WrongCertificate));
}

#[tokio::test]
async fn a_name_that_was_never_set_is_no_reason_to_be_refused() {
    let hub = OwnersHub::start().await;
    let pairing = hub.hub.pairing();
    let offered = pairing.open_offer().expect("there is a door");
    let (progress, _steps) = watch::channel(PairingStep::Contacting);
    let nameless = pair(typed(hub.door, &offered.code), Applicant::default(), quick(), progress);
    let (paired, who) = tokio::join!(nameless, owner_says(&pairing, true));
    assert_eq!(who, "Anonyme (Anonyme)");
    paired.expect("paired");
}

#[test]
fn what_was_paired_is_printed_without_its_token() {
    let certificate = rcgen::generate_simple_self_signed(["chapfood-hub".to_owned()]).expect("a certificate");
    let paired = Paired {
        address: "https://192.168.1.5:8002".into(),
        pin: HubPin::of(certificate.cert.der().to_vec()).expect("a certificate"),
        token: Secret::new("cf_1_secret"),
        hub_name: "Bar".into(),
    };
    assert!(!format!("{paired:?}").contains("secret"));
}
