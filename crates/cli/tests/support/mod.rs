//! The program as a person runs it.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// No test waits longer than this for anything: a failure is a failure, not a hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The command line `chapfood …`, in English, whatever the computer speaks.
pub(crate) fn chapfood(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chapfood"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env_clear().env("LANG", "C.UTF-8").env("HOME", "/nonexistent");
    command
}

/// What a finished program left.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A program at work; killed if the test forgets it.
pub(crate) struct Running {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the program is built");
        let out = lines(child.stdout.take().expect("it is piped"));
        let err = lines(child.stderr.take().expect("it is piped"));
        Self { child, out, err }
    }

    /// The next line of its output, without its end.
    pub(crate) fn line(&self) -> String {
        self.out.recv_timeout(PATIENCE).expect("a line comes in time")
    }

    /// Waits for a line on stderr with `text` in it.
    pub(crate) fn says(&self, text: &str) {
        while !self.err.recv_timeout(PATIENCE).expect("a line comes in time").contains(text) {}
    }

    /// Somebody types, if its standard input is a pipe.
    pub(crate) fn types(&mut self, text: &str) {
        let keyboard = self.child.stdin.as_mut().expect("there is a keyboard");
        keyboard.write_all(text.as_bytes()).expect("it takes it");
    }

    /// Sends it `TERM`, `INT`, …
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().expect("there is kill");
        assert!(sent.success(), "the program is alive to be told");
    }

    /// Waits for its end and takes what was not read of it.
    pub(crate) fn end(mut self) -> Left {
        let (out, err) = (rest(&self.out), rest(&self.err));
        let code = self.child.wait().expect("its pipes are closed, so it ends").code();
        Left { code, out, err }
    }
}

/// Reads in a thread of its own: a pipe has no time limit.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (tell, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn rest(lines: &Receiver<String>) -> String {
    let mut text = String::new();
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => text.extend([&line, "\n"]),
            Err(RecvTimeoutError::Disconnected) => return text,
            Err(RecvTimeoutError::Timeout) => panic!("the program did not end in time; it said {text:?}"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended needs no killing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end.
pub(crate) fn run(args: &[&str]) -> Left {
    Running::start(&mut chapfood(args)).end()
}

/// A hub with its data in `dir`.
pub(crate) struct Hub {
    pub(crate) process: Running,
    pub(crate) url: String,
}

impl Hub {
    pub(crate) fn start(dir: &Path) -> Self {
        Self::start_at("127.0.0.1:0", dir)
    }

    /// A hub that other computers reach too, where a token is asked for: that is where its `url` leads.
    pub(crate) fn on_the_network(dir: &Path) -> Self {
        let dir = dir.to_str().expect("a plain path");
        let options = ["hub", "--listen", "127.0.0.1:0", "--lan-plain", "0.0.0.0:0", "--data", dir];
        let process = Running::start(&mut chapfood(&options));
        let _own = process.line();
        let line = process.line();
        let url = line.strip_prefix("network ").and_then(|line| line.strip_suffix(" without TLS"));
        Self { url: url.unwrap_or_else(|| panic!("{line:?} names the door")).to_owned(), process }
    }

    /// A hub that other computers reach by TLS, and its certificate's fingerprint.
    pub(crate) fn behind_tls(dir: &Path) -> (Self, String) {
        let dir = dir.to_str().expect("a plain path");
        let options = ["hub", "--listen", "127.0.0.1:0", "--lan", "127.0.0.1:0", "--data", dir];
        let process = Running::start(&mut chapfood(&options));
        let _own = process.line();
        let line = process.line();
        let door = line.strip_prefix("network ").and_then(|line| line.split_once(" certificate "));
        let (url, fingerprint) = door.unwrap_or_else(|| panic!("{line:?} names the door"));
        (Self { url: url.to_owned(), process }, fingerprint.to_owned())
    }

    pub(crate) fn start_at(listen: &str, dir: &Path) -> Self {
        let dir = dir.to_str().expect("a plain path");
        let process = Running::start(&mut chapfood(&["hub", "--listen", listen, "--data", dir]));
        let line = process.line();
        let url = line.strip_prefix("hub ready on ").unwrap_or_else(|| panic!("{line:?} is no ready line"));
        Self { url: url.to_owned(), process }
    }

    /// `127.0.0.1:…`.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Runs a command that talks to this hub.
    pub(crate) fn run(&self, args: &[&str]) -> Left {
        run(&self.to(args))
    }

    /// Sends to a channel and returns the id.
    pub(crate) fn send(&self, channel: &str, title: &str) -> String {
        let sent = self.run(&["send", "--channel", channel, title, "m"]);
        assert_eq!(sent.code, Some(0), "{}", sent.err);
        sent.out.trim_end().to_owned()
    }

    /// Starts listening and waits until the hub counts the listener.
    pub(crate) fn listen(&self, channel: &str, args: &[&str]) -> Running {
        let listener = Running::start(&mut chapfood(&self.to(&[&["listen", channel], args].concat())));
        self.until_listed(channel, true);
        listener
    }

    /// Waits until somebody, or nobody, is in the channel.
    pub(crate) fn until_listed(&self, channel: &str, wanted: bool) {
        let limit = Instant::now() + PATIENCE;
        while self.run(&["channels"]).out.lines().any(|line| line.starts_with(channel)) != wanted {
            assert!(Instant::now() < limit, "{channel} is listed: {wanted}");
        }
    }

    fn to<'a>(&'a self, args: &[&'a str]) -> Vec<&'a str> {
        [args, &["--hub", &self.url]].concat()
    }
}
