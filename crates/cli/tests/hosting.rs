//! `chapfood hub`, as a person or a service manager runs it.
#![cfg(unix)]

mod support;

use std::fs;

use support::{Hub, Running, chapfood, run};

/// One line on stderr that says what to do, and code 5.
fn refused(left: &support::Left, advice: &str) {
    assert_eq!(left.code, Some(5), "{left:?}");
    assert_eq!(left.out, "", "no hub is ready");
    assert_eq!(left.err.lines().count(), 1, "one line, no backtrace: {}", left.err);
    assert!(left.err.contains(advice), "{:?} says what to do", left.err);
}

#[test]
fn a_hub_says_when_it_is_ready_and_stops_in_order_when_told() {
    for signal in ["TERM", "INT"] {
        let dir = tempfile::tempdir().expect("a folder for the hub");
        let hub = Hub::start(dir.path());
        assert!(hub.url.starts_with("http://127.0.0.1:"), "{}", hub.url);
        assert_eq!(hub.run(&["stats"]).code, Some(0), "ready means ready");
        hub.process.signal(signal);
        assert_eq!(hub.process.end().code, Some(0), "an orderly stop after {signal} is no fault");
    }
}

#[test]
fn what_was_confirmed_survives_a_kill() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = Hub::start(dir.path());
    let listener = hub.listen("orders", &["--user-id", "caisse"]);
    listener.signal("TERM");
    assert_eq!(listener.end().code, Some(0));
    let id = hub.send("orders", "kept");
    hub.process.signal("KILL");
    assert_eq!(hub.process.end().code, None, "it was killed");
    let hub = Hub::start(dir.path());
    let listener = hub.listen("orders", &["--user-id", "caisse", "--json"]);
    assert!(listener.line().contains(&id), "the id was printed, so it is on the disk");
}

#[test]
fn a_taken_port_and_a_database_in_use_are_told() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let other = tempfile::tempdir().expect("a folder for the hub");
    let hub = Hub::start(dir.path());
    let path = |dir: &tempfile::TempDir| dir.path().to_str().expect("a plain path").to_owned();
    refused(&run(&["hub", "--listen", hub.address(), "--data", &path(&other)]), "choose another port");
    refused(&run(&["hub", "--listen", "127.0.0.1:0", "--data", &path(&dir)]), "in use by another hub");
    assert_eq!(hub.run(&["stats"]).code, Some(0), "the first hub is not disturbed");
}

#[test]
fn a_folder_that_is_none_and_a_foreign_database_are_told_and_left_alone() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let file = dir.path().join("file");
    fs::write(&file, "mine").expect("it is writable");
    let file_path = file.to_str().expect("a plain path");
    refused(&run(&["hub", "--listen", "127.0.0.1:0", "--data", file_path]), "choose another folder");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "mine");

    let data = dir.path().join("data");
    fs::create_dir(&data).expect("it is writable");
    let database = data.join("hub.sqlite3");
    let foreign = "this is a letter to my mother, and no database at all. ".repeat(100);
    fs::write(&database, &foreign).expect("it is writable");
    let data_path = data.to_str().expect("a plain path");
    refused(&run(&["hub", "--listen", "127.0.0.1:0", "--data", data_path]), "move it away");
    assert_eq!(fs::read_to_string(&database).expect("it is there"), foreign, "not a byte is touched");
}

#[test]
fn without_a_folder_the_data_is_kept_where_the_system_keeps_such_data() {
    let home = tempfile::tempdir().expect("a home");
    let mut command = chapfood(&["hub", "--listen", "127.0.0.1:0"]);
    let hub = Running::start(command.env("HOME", home.path()));
    assert!(hub.line().starts_with("hub ready on "));
    assert!(home.path().join(".local/share/chapfood-hub").is_dir(), "the XDG default");
    let lost = Running::start(chapfood(&["hub", "--listen", "127.0.0.1:0"]).env_remove("HOME")).end();
    assert_eq!(lost.code, Some(2), "{lost:?}");
    assert!(lost.err.contains("--data"), "it says what to do: {}", lost.err);
}

#[test]
fn a_database_of_a_newer_version_is_told_and_left_alone() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = Hub::start(dir.path());
    hub.process.signal("TERM");
    assert_eq!(hub.process.end().code, Some(0));
    let database = rusqlite::Connection::open(dir.path().join("hub.sqlite3")).expect("it is the hub's");
    database.pragma_update(None, "user_version", 9_999).expect("it is writable");
    let data = dir.path().to_str().expect("a plain path");
    refused(&run(&["hub", "--listen", "127.0.0.1:0", "--data", data]), "update this program");
    let version: i64 = database.pragma_query_value(None, "user_version", |row| row.get(0)).expect("readable");
    assert_eq!(version, 9_999, "an old program does not touch what it does not know");
}

#[test]
fn a_second_signal_does_not_wait_for_an_orderly_stop() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = Hub::start(dir.path());
    let stalled = hub.listen("devops", &[]);
    // It takes nothing more, so that an orderly stop has somebody to wait for.
    stalled.signal("STOP");
    hub.process.signal("TERM");
    hub.process.says("stopping");
    hub.process.signal("TERM");
    assert_eq!(hub.process.end().code, Some(130), "the custom for a program that was interrupted");
}
