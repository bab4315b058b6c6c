//! Talking to a hub on the network by TLS: its certificate is named, since nobody vouches for it.

mod support;

use support::{Hub, Left, Running, chapfood, run};

/// A hub behind TLS, its certificate's fingerprint, and a token.
fn behind_tls() -> (tempfile::TempDir, Hub, String, String) {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let (hub, fingerprint) = Hub::behind_tls(dir.path());
    let data = dir.path().to_str().expect("a plain path");
    let created = run(&["token", "create", "--data", data, "--role", "publisher"]);
    assert_eq!(created.code, Some(0), "{}", created.err);
    (dir, hub, fingerprint, created.out.trim_end().to_owned())
}

fn send(hub: &str, token: &str, args: &[&str]) -> Left {
    let mut command = chapfood(&[&["send", "t", "m", "--hub", hub], args].concat());
    Running::start(command.env("CHAPFOOD_TOKEN", token)).end()
}

#[test]
fn a_hub_whose_certificate_was_named_is_reached_with_and_without_its_scheme() {
    let (_dir, hub, fingerprint, token) = behind_tls();
    let bare = hub.url.trim_start_matches("https://");
    let digits = fingerprint.replace(':', "").to_lowercase();
    for (address, fingerprint) in [(hub.url.as_str(), fingerprint.as_str()), (bare, digits.as_str())] {
        let sent = send(address, &token, &["--fingerprint", fingerprint]);
        assert_eq!(sent.code, Some(0), "{}", sent.err);
    }
}

#[test]
fn a_hub_with_another_certificate_or_none_that_was_named_is_told_nothing() {
    let (_dir, hub, fingerprint, token) = behind_tls();
    let (_other_dir, other, ..) = behind_tls();
    let refused = send(&other.url, &token, &["--fingerprint", &fingerprint]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("[certificate_changed]"), "{}", refused.err);
    let unknown = send(&hub.url, &token, &["--timeout", "1"]);
    assert_eq!(unknown.code, Some(3), "a certificate that nobody vouches for: {unknown:?}");
}
