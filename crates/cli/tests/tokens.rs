//! `chapfood token`, and a hub on the network that asks for one.
#![cfg(unix)]

mod support;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use support::{Hub, Left, PATIENCE, Running, chapfood, run};

/// A hub that is on the network, and its folder.
fn on_the_network() -> (tempfile::TempDir, Hub) {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = Hub::on_the_network(dir.path());
    (dir, hub)
}

fn text(dir: &Path) -> &str {
    dir.to_str().expect("a plain path")
}

/// Gives out a token while the hub runs.
fn token(dir: &Path, args: &[&str]) -> String {
    let created = run(&[&["token", "create", "--data", text(dir)], args].concat());
    assert_eq!(created.code, Some(0), "{}", created.err);
    assert_eq!(created.out.lines().count(), 1, "the token alone, for scripts: {}", created.out);
    created.out.trim_end().to_owned()
}

/// A command to the hub, with a token.
fn with(token: &str, hub: &Hub, args: &[&str]) -> Command {
    let mut command = chapfood(&[args, &["--hub", &hub.url]].concat());
    command.env("CHAPFOOD_TOKEN", token);
    command
}

fn ran(mut command: Command) -> Left {
    Running::start(&mut command).end()
}

fn refused(left: &Left, why: &str) {
    assert_eq!(left.code, Some(1), "{left:?}");
    assert!(left.err.contains(why), "{:?} says {why}", left.err);
}

#[test]
fn on_the_network_nobody_gets_in_without_a_token() {
    let (dir, hub) = on_the_network();
    refused(&hub.run(&["send", "t", "m"]), "token_required");
    let good = token(dir.path(), &["--role", "publisher"]);
    let invented = format!("{}0", &good[..good.len() - 1]);
    let invented = if invented == good { format!("{}1", &good[..good.len() - 1]) } else { invented };
    refused(&ran(with(&invented, &hub, &["send", "t", "m"])), "token_invalid");
    let sent = ran(with(&good, &hub, &["send", "t", "m"]));
    assert_eq!(sent.code, Some(0), "a token is good as soon as it is given out: {}", sent.err);
}

#[test]
fn a_token_allows_what_it_says_and_nothing_else() {
    let (dir, hub) = on_the_network();
    let shop = token(dir.path(), &["--role", "publisher", "--channel", "orders*"]);
    assert_eq!(ran(with(&shop, &hub, &["send", "--channel", "orders-bar", "t", "m"])).code, Some(0));
    refused(&ran(with(&shop, &hub, &["send", "--channel", "staff", "t", "m"])), "staff");
    refused(&ran(with(&shop, &hub, &["send", "t", "m"])), "everybody");
    refused(&ran(with(&shop, &hub, &["listen", "orders-bar"])), "sending only");
    let bar = token(dir.path(), &["--role", "subscriber", "--channel", "bar"]);
    refused(&ran(with(&bar, &hub, &["send", "--channel", "bar", "t", "m"])), "does not allow sending");
    refused(&ran(with(&bar, &hub, &["listen", "staff"])), "staff");
}

#[test]
fn whoever_came_in_by_a_withdrawn_token_is_cut_off() {
    let (dir, hub) = on_the_network();
    let (bar, owner) = (
        token(dir.path(), &["--role", "subscriber", "--label", "bar"]),
        token(dir.path(), &["--role", "admin", "--label", "owner"]),
    );
    let listener = Running::start(&mut with(&bar, &hub, &["listen", "orders"]));
    listener.says("connected to");
    let limit = Instant::now() + PATIENCE;
    while !ran(with(&owner, &hub, &["channels"])).out.contains("orders") {
        assert!(Instant::now() < limit, "it joins");
    }
    let listed = run(&["token", "list", "--data", text(dir.path())]);
    assert!(listed.out.contains("bar") && listed.out.contains("subscriber"), "{}", listed.out);
    assert!(!listed.out.contains(bar.rsplit('_').next().expect("its secret")), "nobody sees a token again");
    assert_eq!(run(&["token", "revoke", "1", "--data", text(dir.path())]).code, Some(0));
    listener.says("withdrew this token: ask for another one [token_revoked]");
    let again = run(&["token", "revoke", "1", "--data", text(dir.path())]);
    assert_eq!(again.code, Some(2), "there is nothing to withdraw any more");
    assert!(!ran(with(&owner, &hub, &["channels"])).out.contains("orders"), "and is in no channel");
}

#[test]
fn on_this_computer_no_token_is_asked_for_and_one_that_is_shown_holds() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = Hub::start(dir.path());
    hub.send("orders", "without");
    let bar = token(dir.path(), &["--role", "subscriber", "--channel", "bar"]);
    refused(&ran(with(&bar, &hub, &["send", "--channel", "bar", "t", "m"])), "does not allow sending");
    refused(&ran(with("cf_1_wrong", &hub, &["send", "t", "m"])), "token_invalid");
}

#[test]
fn what_happened_at_the_doors_can_be_read_and_says_nothing_of_what_was_sent() {
    let (dir, hub) = on_the_network();
    let shop = token(dir.path(), &["--role", "publisher", "--channel", "orders"]);
    refused(&hub.run(&["send", "secret title", "m"]), "token_required");
    refused(&ran(with("cf_1_wrong", &hub, &["send", "secret title", "m"])), "token_invalid");
    assert_eq!(ran(with(&shop, &hub, &["send", "--channel", "orders", "secret title", "m"])).code, Some(0));
    assert_eq!(run(&["token", "revoke", "1", "--data", text(dir.path())]).code, Some(0));
    hub.process.signal("TERM");
    assert_eq!(hub.process.end().code, Some(0));
    let audit = run(&["audit", "--data", text(dir.path())]);
    for word in ["token_created", "token_revoked", "token_required", "token_invalid", "127.0.0.1"] {
        assert!(audit.out.contains(word), "{word} in {}", audit.out);
    }
    assert!(!audit.out.contains("secret title") && !audit.out.contains("wrong"), "{}", audit.out);
    let json = run(&["audit", "--json", "--data", text(dir.path())]);
    assert!(json.out.lines().all(|line| line.starts_with("{\"at\":")), "{}", json.out);
}

#[test]
fn tokens_can_be_given_out_before_the_hub_first_starts() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let shop = token(dir.path(), &["--role", "publisher"]);
    let hub = Hub::on_the_network(dir.path());
    assert_eq!(ran(with(&shop, &hub, &["send", "t", "m"])).code, Some(0));
}

#[test]
fn a_wrong_folder_is_named_and_stays_as_it_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let wrong = dir.path().join("wrong");
    for command in [&["token", "list"][..], &["token", "revoke", "1"], &["audit"]] {
        let left = run(&[command, &["--data", text(&wrong)]].concat());
        assert!(left.code != Some(0) && left.err.contains("wrong"), "{left:?}");
    }
    assert!(!wrong.exists(), "no hub is made by asking for one");
    let created = run(&["token", "create", "--role", "publisher", "--data", text(&wrong)]);
    assert!(created.err.contains(text(&wrong)), "it says whose token it is: {}", created.err);
}

#[test]
fn a_copy_put_back_on_another_computer_is_said_to_bring_withdrawn_tokens_back() {
    let (dir, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    token(dir.path(), &["--role", "publisher"]);
    let copy = dir.path().join("copy");
    assert_eq!(run(&["backup", "--data", text(dir.path()), text(&copy)]).code, Some(0));
    assert_eq!(run(&["token", "revoke", "1", "--data", text(dir.path())]).code, Some(0));
    let here = run(&["restore", "--data", text(dir.path()), text(&copy)]);
    assert_eq!((here.code, here.err.as_str()), (Some(0), ""), "here it stays withdrawn");
    for (lang, words) in [("C", "are good again"), ("fr_FR.UTF-8", "de nouveau valables")] {
        let folder = other.path().join(lang);
        let mut restore = chapfood(&["restore", "--data", text(&folder), text(&copy)]);
        restore.env("LANG", lang);
        let left = ran(restore);
        assert_eq!(left.code, Some(0), "{left:?}");
        assert!(left.err.contains(words), "{left:?}");
    }
}
