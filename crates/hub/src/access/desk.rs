//! Where tokens are shown to a running hub: one thread with a connection of its own to the database.
//!
//! It also looks twice a second whether somebody else changed the database, and says which tokens were withdrawn.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use chapfood_protocol::{Secret, Timestamp};
use tokio::sync::{mpsc as channel, oneshot};
use tokio::time::Instant;

use super::audit::{AuditEvent, AuditLine};
use super::refusals::Refusals;
use super::tokens::Known;
use super::{Access, Allowance, Pace, Tokens};
use crate::exchange::Notice;
use crate::{HubError, clock};

/// How often to look for changes made by others. A withdrawn token is cut off within this time.
const LOOK: Duration = Duration::from_millis(500);
/// How often it is written down that a token is in use, in ms.
const NOTE_USE: i64 = 60_000;

/// What is asked at the desk.
enum Ask {
    Show { secret: Secret, reply: oneshot::Sender<Verdict> },
    Refused { from: IpAddr, code: String },
    Slowed { from: IpAddr },
    Close(oneshot::Sender<()>),
}

/// What a token is worth.
#[derive(Debug)]
pub(crate) enum Verdict {
    Good(Access),
    Unknown,
    Revoked,
    /// The database could not be asked: nobody gets in on a doubt.
    Unchecked,
}

/// The way to the desk.
#[derive(Debug, Clone)]
pub(crate) struct Desk(mpsc::Sender<Ask>);

impl Desk {
    /// Opens it on a database that is up to date. Says to `exchange` which tokens are withdrawn from now on.
    pub(crate) fn open(
        database: &Path,
        pace: Pace,
        exchange: channel::UnboundedSender<Notice>,
    ) -> Result<Self, HubError> {
        let tokens = Tokens::of_database(database)?;
        let (asks, asked) = mpsc::channel();
        thread::Builder::new()
            .name("hub-desk".into())
            .spawn(move || Clerk::new(tokens, pace, exchange).work(&asked))
            .map_err(|error| HubError::NotWritable {
                path: "the system".into(),
                reason: error.to_string(),
            })?;
        Ok(Self(asks))
    }

    /// Shows a token.
    pub(crate) async fn show(&self, secret: Secret) -> Verdict {
        let (reply, verdict) = oneshot::channel();
        match self.0.send(Ask::Show { secret, reply }) {
            Ok(()) => verdict.await.unwrap_or(Verdict::Unchecked),
            Err(_) => Verdict::Unchecked,
        }
    }

    /// Notes that somebody was refused.
    pub(crate) fn note_refused(&self, from: IpAddr, code: impl Into<String>) {
        let _ = self.0.send(Ask::Refused { from, code: code.into() });
    }

    /// Notes that somebody showed so many tokens that are none that it now waits for as long as anybody does.
    pub(crate) fn note_slowed(&self, from: IpAddr) {
        let _ = self.0.send(Ask::Slowed { from });
    }

    /// Lets go of the database.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.0.send(Ask::Close(done)).is_ok() {
            let _ = closed.await;
        }
    }
}

/// Who works there.
struct Clerk {
    tokens: Tokens,
    pace: Pace,
    exchange: channel::UnboundedSender<Notice>,
    version: Option<i64>,
    revoked: BTreeSet<i64>,
    /// When each token's use was last written down.
    noted: HashMap<i64, Timestamp>,
    /// What the holders of each token have left. One per token that was ever shown.
    allowances: HashMap<i64, Arc<Allowance>>,
    refusals: Refusals,
}

impl Clerk {
    fn new(tokens: Tokens, pace: Pace, exchange: channel::UnboundedSender<Notice>) -> Self {
        Self {
            tokens,
            pace,
            exchange,
            version: None,
            revoked: BTreeSet::new(),
            noted: HashMap::new(),
            allowances: HashMap::new(),
            refusals: Refusals::default(),
        }
    }

    fn work(mut self, asked: &mpsc::Receiver<Ask>) {
        loop {
            match asked.recv_timeout(LOOK) {
                Ok(Ask::Show { secret, reply }) => {
                    let verdict = self.judge(&secret, clock::now());
                    let _ = reply.send(verdict);
                }
                Ok(Ask::Refused { from, code }) => self.refusals.count(from, &code, clock::now()),
                Ok(Ask::Slowed { from }) => {
                    self.write_down(&[AuditLine::at_address(AuditEvent::Slowed, from, clock::now())]);
                }
                Ok(Ask::Close(done)) => {
                    let last = self.refusals.due(clock::now(), true);
                    self.write_down(&last);
                    drop(self.tokens);
                    let _ = done.send(());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let due = self.refusals.due(clock::now(), false);
            self.write_down(&due);
            if let Err(error) = self.look() {
                tracing::warn!(%error, "tokens that were withdrawn could not be read; tried again soon");
            }
        }
    }

    fn judge(&mut self, secret: &Secret, now: Timestamp) -> Verdict {
        match self.tokens.look_up(secret.reveal()) {
            Ok(Some(Known { revoked: true, .. })) => Verdict::Revoked,
            Ok(Some(Known { id, grant, .. })) => {
                self.note_used(id, now);
                let pace = self.pace;
                let left = self.allowances.entry(id);
                let left = left.or_insert_with(|| Arc::new(Allowance::new(pace, Instant::now())));
                Verdict::Good(Access::by_token(id, grant, Arc::clone(left)))
            }
            Ok(None) => Verdict::Unknown,
            Err(error) => {
                tracing::error!(%error, "a token could not be checked: its holder is refused");
                Verdict::Unchecked
            }
        }
    }

    fn note_used(&mut self, id: i64, now: Timestamp) {
        let before = self.noted.get(&id);
        if before.is_some_and(|before| (now.as_millis() - before.as_millis()).abs() < NOTE_USE) {
            return;
        }
        self.noted.insert(id, now);
        if let Err(error) = self.tokens.note_used(id, now) {
            tracing::warn!(%error, "the use of a token could not be written down");
        }
    }

    fn write_down(&mut self, lines: &[AuditLine]) {
        if !lines.is_empty()
            && let Err(error) = self.tokens.write_audit(lines)
        {
            tracing::warn!(%error, "what happened at the doors could not be written down");
        }
    }

    fn look(&mut self) -> rusqlite::Result<()> {
        let version = self.tokens.version()?;
        if self.version == Some(version) {
            return Ok(());
        }
        let revoked = self.tokens.revoked()?;
        let new: Vec<_> = revoked.difference(&self.revoked).copied().collect();
        // Only once it is told is it done.
        if !new.is_empty() && self.exchange.send(Notice::Revoked(new)).is_err() {
            return Ok(());
        }
        self.revoked = revoked;
        self.version = Some(version);
        Ok(())
    }
}
