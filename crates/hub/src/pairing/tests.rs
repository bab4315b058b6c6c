//! A station and a hub over the real routes, with a real database.

use std::path::Path;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use chapfood_pairing::exchange::{Station, StationPaired};
use chapfood_pairing::{BEGIN_PATH, CONFIRM_PATH, WAIT_PATH};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tower::ServiceExt;

use super::*;
use crate::access::{Pace, Token};
use crate::transport::Visit;

const FINGERPRINT: &str =
    "A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90";

struct Shop {
    folder: TempDir,
    pairing: Pairing,
    certificate: Fingerprint,
}

fn shop() -> Shop {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let database = folder.path().join("hub.sqlite3");
    drop(crate::log::open_database(&database).expect("made"));
    let (exchange, _) = mpsc::unbounded_channel();
    let desk = Desk::open(&database, Pace::default(), exchange).expect("opened");
    let doors = vec!["192.168.1.5:8002".parse().expect("an address")];
    let stop = CancellationToken::new();
    let pairing = Pairing::new("Marais", database, desk, doors, Some(FINGERPRINT), stop);
    let digits = FINGERPRINT.replace(':', "").to_lowercase();
    Shop { folder, pairing, certificate: Fingerprint::parse(&digits).expect("a fingerprint") }
}

impl Shop {
    async fn ask(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.ask_as(path, body.to_string(), &[]).await
    }

    async fn ask_as(&self, path: &str, body: String, headers: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body)).expect("a request");
        let visit = Visit { from: [10, 0, 0, 7].into(), asks_for_token: true, place: std::sync::Weak::new() };
        request.extensions_mut().insert(visit);
        let response = routes(self.pairing.clone()).oneshot(request).await.expect("answered");
        assert_eq!(response.headers()[header::CONNECTION], "close");
        let status = response.status();
        let body = to_bytes(response.into_body(), 4_096).await.expect("short");
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    /// Begins with this code, in front of that certificate.
    async fn begin(&self, code: &Code, certificate: &Fingerprint) -> (Station, Value, Message) {
        let (station, message) = Station::begin(code, certificate);
        let begin = json!({"device_name": "Cuisine", "username": "Alice", "message": message});
        let (status, begun) = self.ask(BEGIN_PATH, &begin).await;
        assert_eq!(status, StatusCode::OK, "{begun}");
        let answered = serde_json::from_value(begun["message"].clone()).expect("a message");
        (station, begun["session"].clone(), answered)
    }

    /// Ends with what the hub says to the station's proof.
    async fn attempt(&self, code: &Code, certificate: &Fingerprint) -> (StatusCode, Value) {
        let (station, session, answered) = self.begin(code, certificate).await;
        let (_, mac) = station.confirm(&answered).expect("a hub's message");
        self.ask(CONFIRM_PATH, &json!({"session": session, "mac": mac})).await
    }

    /// A station that knows the code, up to where it waits for the owner.
    async fn prove(&self, code: &Code) -> (StationPaired, Value) {
        let (station, session, answered) = self.begin(code, &self.certificate).await;
        let (confirming, mac) = station.confirm(&answered).expect("a hub's message");
        let (_, confirmed) = self.ask(CONFIRM_PATH, &json!({"session": session, "mac": mac})).await;
        let own = serde_json::from_value(confirmed["mac"].clone()).expect("the hub's proof");
        (confirming.verify(&own).expect("this is the hub"), session)
    }

    async fn wait(&self, station: &StationPaired, session: &Value) -> (StatusCode, Value) {
        self.ask(WAIT_PATH, &json!({"session": session, "mac": station.wait()})).await
    }

    fn state(&self) -> OfferState {
        self.pairing.state().borrow().clone()
    }

    fn tokens(&self) -> Vec<Token> {
        tokens(self.folder.path()).list().expect("read")
    }

    /// The audit log once it has a line of this kind.
    async fn audit(&self, event: AuditEvent) -> Vec<AuditLine> {
        loop {
            let lines = tokens(self.folder.path()).audit().expect("read");
            let found: Vec<_> = lines.into_iter().filter(|line| line.event == event).collect();
            if !found.is_empty() {
                return found;
            }
            tokio::task::yield_now().await;
        }
    }
}

fn tokens(folder: &Path) -> Tokens {
    Tokens::of_database(&folder.join("hub.sqlite3")).expect("opened")
}

#[tokio::test]
async fn a_station_with_the_code_gets_a_token_after_the_owners_click_and_no_earlier() {
    let shop = shop();
    let offered = shop.pairing.open_offer().expect("a door with TLS");
    let link = offered.link.expect("an address");
    assert_eq!((link.fingerprint(), link.code()), (&shop.certificate, &offered.code));
    let (station, session) = shop.prove(&offered.code).await;
    let OfferState::Asking(newcomer) = shop.state() else { panic!("{:?}", shop.state()) };
    assert_eq!((newcomer.device_name.as_str(), newcomer.username.as_str()), ("Cuisine", "Alice"));
    assert_eq!(newcomer.address, IpAddr::from([10, 0, 0, 7]));
    assert_eq!(shop.wait(&station, &session).await.1, json!({"state": "waiting"}));
    assert_eq!(shop.tokens(), [], "the owner has not said yes");

    assert!(shop.pairing.answer(true));
    let (_, given) = shop.wait(&station, &session).await;
    assert_eq!((&given["state"], &given["hub"]["name"]), (&json!("accepted"), &json!("Marais")));
    let [token] = <[Token; 1]>::try_from(shop.tokens()).expect("one token");
    assert_eq!(token.label, "Cuisine");
    assert_eq!(token.grant.roles, BTreeSet::from([Role::Subscriber, Role::Publisher]));
    assert!(token.grant.covers_everything());
    let text = given["token"].as_str().expect("the token");
    assert_eq!(text.split('_').nth(1), Some(token.id.to_string().as_str()));

    let (status, again) = shop.wait(&station, &session).await;
    assert_eq!((status, &again["code"]), (StatusCode::GONE, &json!("pairing_expired")), "it goes out once");
    let paired = shop.audit(AuditEvent::Paired).await;
    assert_eq!((paired[0].token, paired[0].address.as_deref()), (Some(token.id), Some("10.0.0.7")));
}

#[tokio::test]
async fn a_station_that_the_owner_refuses_is_told_so_and_there_is_no_token() {
    let shop = shop();
    let offered = shop.pairing.open_offer().expect("a door with TLS");
    let (station, session) = shop.prove(&offered.code).await;
    // A window's thread is none of the hub's.
    let (tell, told) = std::sync::mpsc::channel();
    let pairing = shop.pairing.clone();
    std::thread::spawn(move || tell.send(pairing.answer(false)));
    assert_eq!(told.recv(), Ok(true));
    assert_eq!(shop.wait(&station, &session).await.1, json!({"state": "refused"}));
    assert_eq!(shop.tokens(), []);
    let lines = shop.audit(AuditEvent::PairingRefused).await;
    assert_eq!(lines[0].code.as_deref(), Some("owner"));
}

#[tokio::test]
async fn five_wrong_codes_end_the_offer_also_for_the_right_one() {
    let shop = shop();
    let offered = shop.pairing.open_offer().expect("a door with TLS");
    let wrong = if offered.code.digits() == "000000" { "000001" } else { "000000" };
    let wrong = Code::parse(wrong).expect("a code");
    for left in (0..5).rev() {
        let (status, refused) = shop.attempt(&wrong, &shop.certificate).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_eq!((&refused["code"], &refused["tries_left"]), (&json!("pairing_code_wrong"), &json!(left)));
    }
    let (_, message) = Station::begin(&offered.code, &shop.certificate);
    let begin = json!({"device_name": "Cuisine", "username": "Alice", "message": message});
    let (status, refused) = shop.ask(BEGIN_PATH, &begin).await;
    assert_eq!((status, &refused["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("pairing_tries")));
    assert_eq!(shop.state(), OfferState::TriesUsedUp);
    let lines = shop.audit(AuditEvent::PairingRefused).await;
    assert_eq!(lines[0].code.as_deref(), Some("pairing_code_wrong"));
}

#[tokio::test]
async fn the_right_code_in_front_of_another_certificate_is_a_wrong_one() {
    let shop = shop();
    let offered = shop.pairing.open_offer().expect("a door with TLS");
    let shown = Fingerprint::of(b"of somebody who stands between");
    let (status, refused) = shop.attempt(&offered.code, &shown).await;
    assert_eq!((status, &refused["code"]), (StatusCode::FORBIDDEN, &json!("pairing_code_wrong")));
}

#[tokio::test]
async fn nobody_is_paired_where_nothing_is_offered() {
    let shop = shop();
    let (_, message) = Station::begin(&Code::parse("483920").expect("a code"), &shop.certificate);
    let begin = json!({"device_name": "Cuisine", "username": "Alice", "message": message}).to_string();
    let (status, refused) = shop.ask_as(BEGIN_PATH, begin.clone(), &[("accept-language", "en")]).await;
    assert_eq!((status, &refused["code"]), (StatusCode::NOT_FOUND, &json!("pairing_closed")));
    assert_eq!(refused["errors"][0], "This hub expects no new computer: ask for a code on the hub");
    shop.pairing.open_offer().expect("a door with TLS");
    shop.pairing.close_offer();
    assert_eq!(shop.ask_as(BEGIN_PATH, begin, &[]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_request_of_a_station_is_refused_and_spends_no_try() {
    let shop = shop();
    shop.pairing.open_offer().expect("a door with TLS");
    let before = shop.state();
    let long = json!({"device_name": "x".repeat(5_000), "username": "a", "message": "41".repeat(33)});
    let nameless = json!({"device_name": " ", "username": "a", "message": "41".repeat(33)});
    let cases = [
        (String::new(), StatusCode::UNPROCESSABLE_ENTITY),
        ("[]".into(), StatusCode::UNPROCESSABLE_ENTITY),
        ("{\"device_name\":".into(), StatusCode::UNPROCESSABLE_ENTITY),
        (
            json!({"device_name": 1, "username": "a", "message": "41"}).to_string(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (nameless.to_string(), StatusCode::UNPROCESSABLE_ENTITY),
        (long.to_string(), StatusCode::PAYLOAD_TOO_LARGE),
    ];
    for (body, expected) in cases {
        for path in [BEGIN_PATH, CONFIRM_PATH, WAIT_PATH] {
            let (status, refused) = shop.ask_as(path, body.clone(), &[]).await;
            assert_eq!((status, &refused["code"]), (expected, &json!("pairing_invalid")), "{path} {body}");
        }
    }
    let page = [("origin", "https://orders.example")];
    assert_eq!(shop.ask_as(BEGIN_PATH, "{}".into(), &page).await.0, StatusCode::FORBIDDEN);
    assert_eq!(shop.state(), before);
}

#[tokio::test]
async fn an_offer_that_nobody_takes_is_said_to_have_expired_and_its_code_is_forgotten() {
    let shop = shop();
    shop.pairing.open_offer().expect("a door with TLS");
    let mut state = shop.pairing.state();
    // As if it had been opened almost ten minutes ago.
    let before =
        (Instant::now() + Duration::from_millis(50)).checked_sub(LIFE).expect("this computer ran for longer");
    shop.pairing.change(|counter| counter.offer.open(before, Timestamp::from_millis(0)));
    let expired = state.wait_for(|state| *state == OfferState::Expired);
    assert!(timeout(Duration::from_secs(5), expired).await.is_ok(), "without anybody asking");
    assert!(shop.pairing.counter().code.is_none());
}

#[tokio::test]
async fn a_hub_without_a_door_with_tls_offers_nothing() {
    let shop = shop();
    let without = Pairing::new(
        "Marais",
        shop.folder.path().join("hub.sqlite3"),
        shop.pairing.0.desk.clone(),
        Vec::new(),
        None,
        CancellationToken::new(),
    );
    assert!(matches!(without.open_offer(), Err(PairingError::NoDoor)));
}

#[tokio::test]
async fn nothing_that_is_printed_has_the_code_in_it() {
    let shop = shop();
    let offered = shop.pairing.open_offer().expect("a door with TLS");
    let digits = offered.code.digits().to_owned();
    let state = serde_json::to_string(&shop.state()).expect("JSON");
    for text in [format!("{offered:?}"), format!("{:?}", shop.pairing), format!("{:?}", shop.state()), state]
    {
        assert!(!text.contains(&digits), "{text}");
    }
}
