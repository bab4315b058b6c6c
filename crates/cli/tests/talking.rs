//! `send`, `listen`, `channels` and `stats` against a hub, as a person or a script uses them.

mod support;

use std::net::TcpListener;

use support::{Hub, Running, chapfood, run};

fn hub() -> (tempfile::TempDir, Hub) {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = Hub::start(dir.path());
    (dir, hub)
}

#[test]
fn what_is_sent_is_heard_with_everything_that_was_said() {
    let (_dir, hub) = hub();
    let listener = hub.listen("devops", &[]);
    let sent = hub.run(&[
        "send",
        "--channel",
        "devops",
        "--type",
        "warning",
        "--as",
        "Alice",
        "--data",
        "host=prod-01",
        "--data",
        r#"{"value": 90}"#,
        "Alerte CPU",
        "CPU à 90 %",
    ]);
    assert_eq!(sent.code, Some(0), "{}", sent.err);
    assert!(sent.out.starts_with("n_") && sent.out.ends_with('\n'), "an id and nothing else: {:?}", sent.out);
    let line = listener.line();
    let (time, rest) = line.split_once(' ').expect("time first");
    assert!(time.ends_with('Z'), "{time} is a UTC time");
    assert_eq!(rest, r#"devops [warning] Alerte CPU: CPU à 90 % (Alice) {"host":"prod-01","value":90}"#);
}

#[test]
fn json_is_one_object_a_line_as_on_the_wire() {
    let (_dir, hub) = hub();
    let listener = hub.listen("orders", &["--json", "--count", "1"]);
    let sent = hub.run(&["send", "--json", "Fermeture", "À 22 h\npile"]);
    let sent: serde_json::Value = serde_json::from_str(&sent.out).expect("the answer is JSON");
    let heard: serde_json::Value = serde_json::from_str(&listener.line()).expect("a line is JSON");
    assert_eq!(heard["id"], sent["notificationId"], "both speak of the same one");
    assert_eq!(heard["message"], "À 22 h\npile");
    assert_eq!((&heard["channel"], &heard["data"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert_eq!(listener.end().code, Some(0), "one was wanted");
}

#[test]
fn an_update_and_a_lifetime_go_with_what_is_sent() {
    let (_dir, hub) = hub();
    let listener = hub.listen("orders", &["--json", "--count", "2"]);
    let send = |args: &[&str]| {
        let sent = hub.run(&[&["send", "--channel", "orders"], args, &["Commande 42", "prête"]].concat());
        assert_eq!(sent.code, Some(0), "{}", sent.err);
    };
    send(&["--key", "order-42", "--ttl", "90"]);
    send(&[]);
    let heard = || serde_json::from_str::<serde_json::Value>(&listener.line()).expect("a line is JSON");
    let (with, without) = (heard(), heard());
    assert_eq!((&with["key"], &with["ttl"]), (&"order-42".into(), &90.into()));
    assert_eq!((without.get("key"), without.get("ttl")), (None, None), "who asks for none of it gets none");
    let refused = hub.run(&["send", "--key", &"k".repeat(101), "t", "m"]);
    assert_eq!(refused.err, "chapfood: refused by the hub: The field 'key' is longer than 100 characters\n");
    for ttl in ["-1", "1.5", "soon"] {
        assert_eq!(run(&["send", "--ttl", ttl, "t", "m"]).code, Some(2), "{ttl} is no number of seconds");
    }
}

#[test]
fn a_title_cannot_command_the_terminal() {
    let (_dir, hub) = hub();
    let listener = hub.listen("devops", &[]);
    hub.send("devops", "\u{1b}]0;owned\u{7}\nfaux (Alice)");
    let line = listener.line();
    assert!(line.contains(r"\u{1b}]0;owned\u{7}\nfaux (Alice): m"), "{line}");
    assert!(!line.contains(char::is_control), "{line:?} holds nothing a terminal obeys");
}

#[test]
fn a_listener_with_an_id_gets_what_came_while_it_was_away_once() {
    let (_dir, hub) = hub();
    let first = hub.listen("orders", &["--user-id", "caisse", "--count", "1"]);
    let one = hub.send("orders", "one");
    let heard = first.end();
    assert!(heard.out.contains("one"), "{heard:?}");
    let (two, three) = (hub.send("orders", "two"), hub.send("orders", "three"));
    let again = hub.listen("orders", &["--user-id", "caisse", "--json"]);
    let id = |line: String| {
        let heard: serde_json::Value = serde_json::from_str(&line).expect("a line is JSON");
        heard["id"].as_str().unwrap_or_default().to_owned()
    };
    let missed = [id(again.line()), id(again.line())];
    assert_eq!(missed, [two, three], "exactly what it missed, and not {one} again");
}

#[test]
fn the_hub_tells_its_channels_and_figures() {
    let (_dir, hub) = hub();
    let _listener = hub.listen("42", &[]);
    assert_eq!(hub.run(&["channels"]).out, "42\t1 client\n");
    assert_eq!(hub.run(&["channels", "--json"]).out, "{\"name\":\"42\",\"clientCount\":1}\n");
    assert!(hub.run(&["stats"]).out.contains("active channels: 1\n"), "in words for a person");
    let stats = hub.run(&["stats", "--json"]).out;
    let stats: serde_json::Value = serde_json::from_str(&stats).expect("figures are JSON");
    assert_eq!(stats["activeChannels"], 1);
}

#[test]
fn a_refusal_has_the_hubs_words_in_the_persons_language_and_code_1() {
    let (_dir, hub) = hub();
    let english = hub.run(&["send", " ", "m"]);
    assert_eq!((english.code, english.out.as_str()), (Some(1), ""));
    assert_eq!(english.err, "chapfood: refused by the hub: The field 'title' is required\n");
    let mut french = chapfood(&["send", "--hub", &hub.url, " ", "m"]);
    let french = Running::start(french.env("LC_ALL", "fr_FR.UTF-8")).end();
    assert_eq!(french.err, "chapfood: refusé par le hub : Le champ 'title' est obligatoire\n");
    let listen = hub.run(&["listen", "*"]);
    assert_eq!(listen.code, Some(1), "a channel that cannot be joined is not listened to for ever");
}

#[test]
fn a_hub_that_is_not_there_is_told_within_the_time_limit_with_code_3() {
    // Held by a listener that nobody accepts from: first a hub that never answers, then no hub at all.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", silent.local_addr().expect("it listens"));
    let ask = |args: &[&str]| run(&[args, &["--timeout", "0.5", "--hub", &url]].concat());
    let asked = ask(&["stats"]);
    assert_eq!(asked.code, Some(3), "{asked:?}");
    drop(silent);
    for args in [&["stats"][..], &["channels"], &["send", "t", "m"]] {
        let asked = ask(args);
        assert_eq!(asked.code, Some(3), "{asked:?}");
        assert!(asked.err.contains(&url) && asked.err.contains("--hub"), "it says what to do: {}", asked.err);
    }
}

#[test]
fn a_hub_that_is_just_starting_is_waited_for() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = free.local_addr().expect("it listens").to_string();
    drop(free);
    let sender = Running::start(chapfood(&["send", "t", "m"]).env("CHAPFOOD_HUB", &address));
    let _hub = Hub::start_at(&address, dir.path());
    assert!(sender.line().starts_with("n_"), "it arrived in the end");
    assert_eq!(sender.end().code, Some(0));
}

#[test]
fn a_wrong_command_line_is_code_2() {
    for args in [
        &["send", "title-only"][..],
        &["send", "--type", "fatal", "t", "m"],
        &["send", "--data", "[1]", "t", "m"],
        &["stats", "--hub", "ftp://hub"],
        &["stats", "--timeout", "0"],
        &["listen", "--count", "0", "devops"],
        &["listen", ""],
        &["hub", "--listen", "somewhere"],
        &[],
    ] {
        assert_eq!(run(args).code, Some(2), "{args:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_listener_ends_cleanly_when_told_to_and_when_nobody_reads() {
    let (_dir, hub) = hub();
    for signal in ["TERM", "INT"] {
        let listener = hub.listen("devops", &[]);
        listener.signal(signal);
        let left = listener.end();
        assert_eq!((left.code, left.err), (Some(0), format!("chapfood: connected to {}\n", hub.url)));
        hub.until_listed("devops", false);
    }
    let mut command = chapfood(&["listen", "devops", "--hub", &hub.url]);
    let mut child = command.spawn().expect("the program is built");
    hub.until_listed("devops", true);
    drop(child.stdout.take());
    hub.send("devops", "into nothing");
    hub.until_listed("devops", false);
    assert_eq!(child.wait().expect("it ended").code(), Some(0), "the reader had enough: no fault");
}

#[cfg(unix)]
#[test]
fn a_listener_tells_of_a_lost_hub_and_comes_back() {
    let dir = tempfile::tempdir().expect("a folder for the hub");
    let hub = Hub::start(dir.path());
    let address = hub.address().to_owned();
    let listener = hub.listen("devops", &[]);
    hub.process.signal("TERM");
    assert_eq!(hub.process.end().code, Some(0));
    let hub = Hub::start_at(&address, dir.path());
    hub.until_listed("devops", true);
    hub.send("devops", "back");
    assert!(listener.line().contains("back"), "the channel was joined again");
    listener.signal("TERM");
    let left = listener.end();
    let told: Vec<_> = left.err.lines().map(|line| line.split(' ').nth(1).unwrap_or_default()).collect();
    assert_eq!(told, ["connected", "no", "connected"], "{}", left.err);
}
