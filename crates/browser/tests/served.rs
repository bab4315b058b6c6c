//! The program as a browser and its starter see it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than any answer takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

struct Program {
    child: Child,
    lines: Vec<String>,
    /// `127.0.0.1:4000`.
    host: String,
    _folder: TempDir,
}

impl Program {
    /// Starts it with a free port, a hub on a free port, and a page to serve.
    fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ui = folder.path().join("ui");
        std::fs::create_dir(&ui).expect("made");
        std::fs::write(ui.join("index.html"), "<title>Chez Awa</title>").expect("written");
        std::fs::write(folder.path().join("secret.txt"), "secret").expect("written");
        let mut child = Command::new(env!("CARGO_BIN_EXE_chapfood-browser-station"))
            .args(["--hub-port", "0"])
            .arg("--ui")
            .arg(ui)
            .arg("--data")
            .arg(folder.path().join("data"))
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut said = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut lines = Vec::new();
        let host = loop {
            let line = said.next().expect("it says when it is ready").expect("read");
            lines.push(line.clone());
            if let Some(host) = line.strip_prefix("station ready on http://") {
                break host.to_owned();
            }
        };
        Self { child, lines, host, _folder: folder }
    }

    fn connect(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream.write_all(request.as_bytes()).expect("sent");
        stream
    }

    /// The status and the body of the answer.
    fn ask(&self, request: &str) -> (u16, String) {
        let mut answer = String::new();
        self.connect(request).read_to_string(&mut answer).expect("answered");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, answer.split_once("\r\n\r\n").expect("a body").1.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host))
    }

    fn command(&self, headers: &str, body: &str) -> (u16, Value) {
        let length = body.len();
        let (status, answer) = self.ask(&format!(
            "POST /station/command HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
            self.host
        ));
        (status, serde_json::from_str(&answer).unwrap_or(Value::String(answer)))
    }

    fn terminate(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().expect("sent").success(), "the signal is sent");
        self.child.wait().expect("it ends")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_the_page_and_nothing_outside_its_folder() {
    let program = Program::start(&[]);
    assert!(program.lines[0].starts_with("hub ready on http://127.0.0.1:"), "{:?}", program.lines);
    assert_eq!(program.get("/"), (200, "<title>Chez Awa</title>".into()), "the page is at the root");
    for path in ["/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "//../secret.txt"] {
        let (status, body) = program.get(path);
        assert_ne!(status, 200, "{path} must not lead out of the folder");
        assert!(!body.contains("secret"), "{path} must not lead out of the folder");
    }
}

#[test]
fn a_command_is_answered_with_its_reply_or_a_fault() {
    let program = Program::start(&["--seed-rows", "500", "--seed-until", "2026-06-07T20:00:00Z"]);
    let (status, snapshot) = program.command("", r#"{"do":"snapshot"}"#);
    assert_eq!(
        (status, &snapshot["total"], &snapshot["unread"]),
        (200, &json!(500), &json!(12)),
        "{snapshot}"
    );
    assert_eq!(snapshot["host"], "browser", "the UI must not offer what only a desktop can do");
    let page = r#"{"do":"page","filter":{},"offset":0,"limit":3}"#;
    let (_, rows) = program.command("", page);
    let (_, again) =
        Program::start(&["--seed-rows", "500", "--seed-until", "2026-06-07T20:00:00Z"]).command("", page);
    assert_eq!(rows, again, "the same numbers make the same history");
    let (status, fault) = program.command("", r#"{"do":"open","id":"n_none"}"#);
    assert_eq!((status, &fault["code"]), (422, &json!("unknown_notification")), "{fault}");
    let (status, fault) = program.command("", r#"{"do":"quit"}"#);
    assert_eq!((status, &fault["code"]), (422, &json!("unsupported")), "a page ends no app: {fault}");
    for nonsense in ["{", "null", r#"{"do":"dance"}"#, r#"{"do":"page","filter":{"color":1}}"#] {
        let (status, fault) = program.command("", nonsense);
        assert_eq!((status, &fault["code"]), (422, &json!("unsupported")), "{nonsense} is answered: {fault}");
    }
}

#[test]
fn other_pages_and_other_names_are_refused() {
    let program = Program::start(&[]);
    let snapshot = r#"{"do":"snapshot"}"#;
    assert_eq!(
        program.command(&format!("Origin: http://{}\r\n", program.host), snapshot).0,
        200,
        "its own page"
    );
    assert_eq!(program.command("Origin: http://evil.example\r\n", snapshot).0, 403, "another site's page");
    let elsewhere = "GET /station/events HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assert_eq!(program.ask(elsewhere).0, 403, "a name that was pointed at this computer");
}

#[test]
fn events_begin_with_a_snapshot_and_end_with_the_program() {
    let mut program = Program::start(&[]);
    let stream = program.connect(&format!("GET /station/events HTTP/1.1\r\nHost: {}\r\n\r\n", program.host));
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.find_map(|line| Some(line.strip_prefix("data: ")?.to_owned())).expect("an event");
    let first: Value = serde_json::from_str(&first).expect("an event is JSON");
    assert_eq!(first["event"], "snapshot", "a page needs no other question to begin with");
    let send = json!({ "do": "send", "draft": {
        "channel": null, "type": "info", "title": "Essai", "message": "m", "data": null } });
    while program.command("", &send.to_string()).0 != 200 {}
    let arrived = lines.find(|line| line.contains(r#""event":"arrived""#)).expect("it arrives");
    assert!(arrived.contains("Essai"), "{arrived}");
    assert!(program.terminate().success(), "an open page does not keep the program alive");
}

#[test]
fn it_serves_this_computer_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = Command::new(env!("CARGO_BIN_EXE_chapfood-browser-station"))
        .args(["--listen", "0.0.0.0:0", "--data"])
        .arg(folder.path())
        .output()
        .expect("it runs");
    assert!(!refused.status.success(), "whoever reaches the station reads everything");
}
