//! `chapfood pair`, with a hub in another process and a station that does everything as it is on the wire.
#![cfg(unix)]

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use chapfood_pairing::exchange::{Station, StationPaired};
use chapfood_pairing::{BEGIN_PATH, CONFIRM_PATH, Code, Fingerprint, PairingLink, WAIT_PATH};
use native_tls::TlsConnector;
use serde_json::{Value, json};
use support::{Hub, Left, PATIENCE, Running, chapfood, run};

fn text(dir: &Path) -> &str {
    dir.to_str().expect("a plain path")
}

/// A hub on this computer and, by TLS, on the network.
fn hub(dir: &Path) -> Hub {
    let options = ["hub", "--listen", "127.0.0.1:0", "--lan", "127.0.0.1:0", "--data", text(dir)];
    let process = Running::start(&mut chapfood(&options));
    let ready = process.line();
    let url = ready.strip_prefix("hub ready on ").expect("the ready line").to_owned();
    assert!(process.line().starts_with("network https://"));
    Hub { process, url }
}

/// `chapfood pair`, with somebody at its keyboard.
fn pair(hub: &Hub, dir: &Path) -> Running {
    let mut command = chapfood(&["pair", "--hub", &hub.url, "--data", text(dir)]);
    Running::start(command.stdin(Stdio::piped()))
}

/// What it shows: the code, and the link with the same code.
fn shown(pair: &Running) -> PairingLink {
    let (code, link) = (pair.line(), pair.line());
    let link = PairingLink::parse(link.strip_prefix("Link: ").expect("the link")).expect("a link");
    let code = code.strip_prefix("Code: ").and_then(|rest| rest.get(..7)).expect("the code");
    assert_eq!(&Code::parse(code).expect("six digits"), link.code());
    link
}

/// One request to the door with TLS. Says what certificate was shown there, and what was answered.
fn post(at: SocketAddr, path: &str, body: &Value) -> (Fingerprint, Value) {
    let connector = TlsConnector::builder()
        .danger_accept_invalid_certs(true)
        .danger_accept_invalid_hostnames(true)
        .build()
        .expect("the system's TLS");
    let stream = TcpStream::connect(at).expect("the door is open");
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    let mut stream = connector.connect("chapfood-hub", stream).expect("TLS");
    let shown = stream.peer_certificate().expect("asked").expect("there is one").to_der().expect("DER");
    let body = body.to_string();
    let length = body.len();
    write!(stream, "POST {path} HTTP/1.1\r\nHost: {at}\r\nContent-Length: {length}\r\n\r\n{body}")
        .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered, and closed");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    (Fingerprint::of(&shown), serde_json::from_str(body).expect("JSON"))
}

/// A station with this code, up to where it waits for the owner; or the hub's refusal.
fn knock(link: &PairingLink, code: &Code) -> Result<(StationPaired, Value), Value> {
    let at = link.addresses()[0];
    let (station, message) = Station::begin(code, link.fingerprint());
    let begin = json!({"device_name": "Cuisine", "username": "Alice", "message": message});
    let (certificate, begun) = post(at, BEGIN_PATH, &begin);
    assert_eq!(&certificate, link.fingerprint(), "the link names the certificate of this door");
    let session = begun["session"].clone();
    let answer = serde_json::from_value(begun["message"].clone()).map_err(|_| begun)?;
    let (confirming, mac) = station.confirm(&answer).expect("a hub's message");
    let (_, confirmed) = post(at, CONFIRM_PATH, &json!({"session": session, "mac": mac}));
    let own = serde_json::from_value(confirmed["mac"].clone()).map_err(|_| confirmed)?;
    Ok((confirming.verify(&own).expect("this is the hub"), session))
}

/// What the owner says, once they have said something.
fn word(link: &PairingLink, (station, session): &(StationPaired, Value)) -> Value {
    let wait = json!({"session": session, "mac": station.wait()});
    loop {
        let (_, word) = post(link.addresses()[0], WAIT_PATH, &wait);
        if word["state"] != "waiting" {
            return word;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn tokens(dir: &Path) -> Vec<Value> {
    let Left { out, .. } = run(&["token", "list", "--json", "--data", text(dir)]);
    out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_computer_that_knows_the_code_is_let_in_after_a_yes_and_its_token_is_good() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = hub(dir.path());
    let mut pair = pair(&hub, dir.path());
    let link = shown(&pair);
    let waiting = knock(&link, link.code()).expect("the right code");
    pair.says("\"Cuisine\" (Alice, 127.0.0.1) knows the code");
    pair.types("y\n");
    let word = word(&link, &waiting);
    assert_eq!(word["state"], "accepted");
    let left = pair.end();
    assert_eq!((left.code, left.out.trim()), (Some(0), "\"Cuisine\" is added"), "{}", left.err);

    let secret = word["token"].as_str().expect("the token").to_owned();
    let mut stats = chapfood(&["stats", "--hub", &hub.url]);
    let stats = Running::start(stats.env("CHAPFOOD_TOKEN", &secret)).end();
    assert_eq!(stats.code, Some(0), "{}", stats.err);
    let listed = tokens(dir.path());
    let cuisine = listed.iter().find(|token| token["label"] == "Cuisine").expect("listed");
    assert_eq!(
        (&cuisine["roles"], &cuisine["channels"]),
        (&json!(["subscriber", "publisher"]), &json!(["*"]))
    );
    let pass = listed.iter().find(|token| token["label"] == "chapfood pair").expect("listed");
    assert!(pass["revoked"].is_string(), "what let the command in is withdrawn");
    let audit = run(&["audit", "--data", text(dir.path())]);
    assert!(audit.out.contains("\tpaired\t"), "{}", audit.out);
    for (what, said) in [("out", &left.out), ("err", &left.err), ("audit", &audit.out)] {
        assert!(!said.contains(secret.rsplit('_').next().expect("its last part")), "{what} has no token");
    }
}

#[test]
fn a_computer_that_the_owner_does_not_want_is_told_so() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = hub(dir.path());
    let mut pair = pair(&hub, dir.path());
    let link = shown(&pair);
    // Nobody has asked yet: it answers nothing.
    pair.types("y\n");
    let waiting = knock(&link, link.code()).expect("the right code");
    pair.says("knows the code");
    pair.types("no idea\n");
    assert_eq!(word(&link, &waiting)["state"], "refused");
    let left = pair.end();
    assert_eq!(left.code, Some(1), "{left:?}");
    assert!(left.err.contains("the computer is not added"), "{}", left.err);
    assert!(!tokens(dir.path()).iter().any(|token| token["label"] == "Cuisine"));
}

#[test]
fn wrong_codes_are_told_and_ctrl_c_takes_the_offer_back() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = hub(dir.path());
    let pair = pair(&hub, dir.path());
    let link = shown(&pair);
    let wrong = if link.code().digits() == "111111" { "222222" } else { "111111" };
    let refused = knock(&link, &Code::parse(wrong).expect("a code")).err().expect("refused");
    assert_eq!((&refused["code"], &refused["tries_left"]), (&json!("pairing_code_wrong"), &json!(4)));
    pair.says("4 left");
    pair.signal("INT");
    let left = pair.end();
    assert_eq!(left.code, Some(0), "{left:?}");
    let refused = knock(&link, link.code()).err().expect("refused");
    assert_eq!(refused["code"], "pairing_closed", "the code is good for nothing any more");
}

#[test]
fn a_hub_that_is_not_on_the_network_says_what_is_missing() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = Hub::start(dir.path());
    let left = hub.run(&["pair", "--data", text(dir.path())]);
    assert_eq!(left.code, Some(1), "{left:?}");
    assert!(left.err.contains("start it with --lan"), "{}", left.err);
}
