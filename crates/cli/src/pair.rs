//! `chapfood pair`: an owner without a screen lets another computer in.
//!
//! The hub runs in another process, so this is done as an administrator of it, over the namespace that the hub has for
//! them, and not by a row in its database: the code, which is a secret while it lives, is then written down nowhere,
//! and the hub's state has one owner. What proves that somebody may administer the hub is that they can write its
//! folder; by that a token is made for as long as this takes.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::net::IpAddr;
use std::path::PathBuf;

use chapfood_hub::{Grant, Tokens};
use chapfood_protocol::{Role, Secret};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::admin::{Admin, News};
use crate::args::PairOptions;
use crate::failure::Failure;
use crate::host::folder;
use crate::stop::StopSignals;
use crate::{output, plain, reach, words};

/// How often the code may be tried.
const TRIES: u64 = 5;

pub(crate) async fn run(options: PairOptions) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    let hub = &options.target.hub;
    // What lets us in there is worth everything at that hub: it is not said where others can listen.
    if !is_here(hub) {
        return Err(Failure::Usage(words::pair_on_this_computer()));
    }
    let pass = Pass::of(&options)?;
    let mut admin = Admin::connect(hub, &pass.token, words::lang(), options.limit.timeout).await?;
    admin.ask("open-pairing", None).await?;
    let unanswered = || Failure::Unanswered(hub.clone());
    timeout(options.limit.timeout, offered(&mut admin)).await.unwrap_or_else(|_| Err(unanswered()))?;
    let mut answers = lines();
    let done = tokio::select! {
        done = attend(&mut admin, &mut answers) => done,
        () = signals.next() => Ok(()),
    };
    // Whatever came of it, the code is good for nothing any more. An answer that was given stands.
    let _ = admin.ask("close-pairing", None).await;
    let _ = timeout(options.limit.timeout, closed(&mut admin)).await;
    done
}

/// Whether the address is one of this computer alone.
fn is_here(hub: &str) -> bool {
    let place = hub.strip_prefix("http://").unwrap_or_default().trim_end_matches('/');
    let with_port = place.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    let host = with_port.map_or(place, |(host, _)| host);
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// What lets us in as an administrator.
struct Pass {
    token: Secret,
    /// Where it was made, and its number, if it was made for this.
    made: Option<(PathBuf, i64)>,
}

impl Pass {
    fn of(options: &PairOptions) -> Result<Self, Failure> {
        if let Some(token) = reach::token(&options.target)? {
            return Ok(Self { token, made: None });
        }
        let folder = folder(options.data.clone())?;
        let grant = Grant { roles: BTreeSet::from([Role::Admin]), channels: Vec::new() };
        let (id, token) = Tokens::open(&folder)?.create("chapfood pair", &grant)?;
        Ok(Self { token, made: Some((folder, id)) })
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let Some((folder, id)) = &self.made else { return };
        if let Err(error) = Tokens::open(folder).and_then(|mut tokens| tokens.revoke(*id)) {
            eprintln!("chapfood: {}", words::token_stays(*id, &error.to_string()));
        }
    }
}

/// Shows the code and the link once the hub has made them.
async fn offered(admin: &mut Admin) -> Result<(), Failure> {
    loop {
        match admin.next().await {
            News::Event(name, offer) if name == "pairing-offered" => {
                let text = |field: &str| offer[field].as_str().map(plain::line);
                output::line(&words::pairing_code(&text("code").unwrap_or_default()))?;
                return match text("link") {
                    Some(link) => output::line(&words::pairing_link(&link)),
                    None => output::line(&words::no_address()),
                };
            }
            News::Event(name, refused) if name == "error-message" => return Err(refusal(&refused)),
            News::Ended(why) => return Err(Failure::Refused(why)),
            News::Connected | News::Event(..) => {}
        }
    }
}

/// Follows the offer to its end.
async fn attend(admin: &mut Admin, answers: &mut mpsc::UnboundedReceiver<String>) -> Result<(), Failure> {
    let (mut before, mut tries, mut asked) = (Value::Null, TRIES, false);
    loop {
        let news = tokio::select! {
            answer = answers.recv(), if asked => {
                asked = false;
                // Whoever cannot be asked has not said yes.
                let accept = answer.is_some_and(|answer| words::is_yes(&answer));
                admin.ask("answer-pairing", Some(json!({ "accept": accept }))).await?;
                continue;
            }
            news = admin.next() => news,
        };
        let pairing = match news {
            News::Event(name, mut overview) if name == "overview" => overview["pairing"].take(),
            News::Event(name, refused) if name == "error-message" => return Err(refusal(&refused)),
            News::Ended(why) => return Err(Failure::Refused(why)),
            News::Connected | News::Event(..) => continue,
        };
        if pairing == before {
            continue;
        }
        // Whoever asked may be gone, or another one asks now: what was asked of them needs no answer any more.
        asked = false;
        let text = |field: &str| plain::line(pairing[field].as_str().unwrap_or_default());
        match pairing["state"].as_str() {
            Some("open") => {
                let left = pairing["tries_left"].as_u64().unwrap_or(tries);
                if std::mem::replace(&mut tries, left) != left {
                    eprintln!("{}", words::pairing_tries(left));
                }
            }
            Some("asking") => {
                let question =
                    words::pairing_question(&text("device_name"), &text("username"), &text("address"));
                // What was typed before the question answers nothing.
                while answers.try_recv().is_ok() {}
                eprintln!("{question}");
                asked = true;
            }
            Some("accepted") => return output::line(&words::paired(&text("device_name"))),
            Some(end) => return Err(Failure::Refused(words::not_paired(end))),
            None => return Err(Failure::Unconfirmed),
        }
        before = pairing;
    }
}

/// Waits until the hub has taken the offer back.
async fn closed(admin: &mut Admin) {
    loop {
        match admin.next().await {
            News::Ended(_) => return,
            News::Event(name, _) if name == "pairing-closed" => return,
            News::Connected | News::Event(..) => {}
        }
    }
}

fn refusal(message: &Value) -> Failure {
    let errors = message["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Failure::Refused(errors.collect::<Vec<_>>().join("; "))
}

/// What is typed, line by line. In a thread of its own, since nothing can end a wait for a keyboard but the program's
/// own end.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (tell, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
