//! Where tokens are shown to a running hub: one thread with a connection of its own to the database.
//!
//! It also looks twice a second whether somebody else changed the database, and says which tokens were withdrawn.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use chapfood_protocol::{Secret, Timestamp};
use tokio::sync::{mpsc as channel, oneshot};
use tokio::time::Instant;

use super::audit::AuditLine;
use super::refusals::Refusals;
use super::secret;
use super::tokens::Known;
use super::{Access, Allowance, Pace, Tokens};
use crate::exchange::Notice;
use crate::{HubError, clock};

/// How often to look for changes made by others. A withdrawn token is cut off within this time.
const LOOK: Duration = Duration::from_millis(500);
/// How often it is written down that a token is in use, in ms.
const NOTE_USE: i64 = 60_000;

/// How soon a desk with too many before it is asked again to close.
const CLOSE_AGAIN: Duration = Duration::from_millis(10);
/// Tokens that may wait to be looked up, which takes less than a tenth of a second for all of them.
const WAITING: usize = 1_000;

/// What is asked at the desk.
enum Ask {
    Show { secret: Secret, reply: oneshot::Sender<Verdict> },
    Close(oneshot::Sender<()>),
}

/// What a token is worth.
#[derive(Debug)]
pub(crate) enum Verdict {
    Good(Access),
    Unknown,
    Revoked,
    /// The database could not be asked, or too many ask: nobody gets in on a doubt.
    Unchecked,
}

/// The way to the desk.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    asks: mpsc::SyncSender<Ask>,
    /// Counted here, so that no refusal stands before a token that is good.
    refusals: Arc<Mutex<Refusals>>,
}

impl Desk {
    /// Opens it on a database that is up to date. Says to `exchange` which tokens are withdrawn from now on.
    pub(crate) fn open(
        database: &Path,
        pace: Pace,
        exchange: channel::UnboundedSender<Notice>,
    ) -> Result<Self, HubError> {
        let tokens = Tokens::of_database(database)?;
        let (asks, asked) = mpsc::sync_channel(WAITING);
        let refusals = Arc::<Mutex<Refusals>>::default();
        let counted = Arc::clone(&refusals);
        thread::Builder::new()
            .name("hub-desk".into())
            .spawn(move || Clerk::new(tokens, pace, exchange, counted).work(&asked))
            .map_err(|error| HubError::NotWritable {
                path: "the system".into(),
                reason: error.to_string(),
            })?;
        Ok(Self { asks, refusals })
    }

    /// Shows a token. What has not the form of one is not looked up.
    pub(crate) async fn show(&self, secret: Secret) -> Verdict {
        if !secret::has_form(secret.reveal()) {
            return Verdict::Unknown;
        }
        let (reply, verdict) = oneshot::channel();
        match self.asks.try_send(Ask::Show { secret, reply }) {
            Ok(()) => verdict.await.unwrap_or(Verdict::Unchecked),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Verdict::Unchecked,
        }
    }

    /// Notes that somebody was refused.
    pub(crate) fn note_refused(&self, from: IpAddr, code: impl AsRef<str>) {
        count(&self.refusals).refused(from, code.as_ref(), clock::now());
    }

    /// Notes that somebody showed so many tokens that are none that it now waits for as long as anybody does.
    pub(crate) fn note_slowed(&self, from: IpAddr) {
        count(&self.refusals).slowed(from, clock::now());
    }

    /// Lets go of the database.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        let mut ask = Ask::Close(done);
        // It is soon done with those who wait.
        while let Err(TrySendError::Full(again)) = self.asks.try_send(ask) {
            ask = again;
            tokio::time::sleep(CLOSE_AGAIN).await;
        }
        let _ = closed.await;
    }
}

fn count(refusals: &Mutex<Refusals>) -> MutexGuard<'_, Refusals> {
    // Nothing that is done under the lock can leave it half done.
    refusals.lock().unwrap_or_else(PoisonError::into_inner)
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
    refusals: Arc<Mutex<Refusals>>,
}

impl Clerk {
    fn new(
        tokens: Tokens,
        pace: Pace,
        exchange: channel::UnboundedSender<Notice>,
        refusals: Arc<Mutex<Refusals>>,
    ) -> Self {
        Self {
            tokens,
            pace,
            exchange,
            version: None,
            revoked: BTreeSet::new(),
            noted: HashMap::new(),
            allowances: HashMap::new(),
            refusals,
        }
    }

    fn work(mut self, asked: &mpsc::Receiver<Ask>) {
        loop {
            match asked.recv_timeout(LOOK) {
                Ok(Ask::Show { secret, reply }) => {
                    let now = clock::now();
                    let verdict = self.judge(&secret);
                    let used = if let Verdict::Good(access) = &verdict { access.token } else { None };
                    let _ = reply.send(verdict);
                    // Its holder need not wait for the disk.
                    if let Some(id) = used {
                        self.note_used(id, now);
                    }
                }
                Ok(Ask::Close(done)) => {
                    let last = count(&self.refusals).due(clock::now(), true);
                    self.write_down(&last);
                    drop(self.tokens);
                    let _ = done.send(());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let due = count(&self.refusals).due(clock::now(), false);
            self.write_down(&due);
            if let Err(error) = self.look() {
                tracing::warn!(%error, "tokens that were withdrawn could not be read; tried again soon");
            }
        }
    }

    fn judge(&mut self, secret: &Secret) -> Verdict {
        match self.tokens.look_up(secret.reveal()) {
            Ok(Some(Known { revoked: true, .. })) => Verdict::Revoked,
            Ok(Some(Known { id, grant, .. })) => {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(folder: &Path) -> (Desk, Secret) {
        let mut tokens = Tokens::open_or_make(folder).expect("made");
        let grant = super::super::Grant::of_this_computer();
        let (_, secret) = tokens.create("bar", &grant).expect("given out");
        let (exchange, _) = channel::unbounded_channel();
        (Desk::open(&folder.join("hub.sqlite3"), Pace::default(), exchange).expect("opened"), secret)
    }

    #[tokio::test]
    async fn what_has_not_the_form_of_a_token_is_refused_without_asking_anybody() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let (desk, secret) = opened(folder.path());
        assert!(matches!(desk.show(secret.clone()).await, Verdict::Good(_)));
        desk.close().await;
        assert!(matches!(desk.show(secret).await, Verdict::Unchecked), "nobody is there to ask");
        let long = Secret::new("cf_1_".to_owned() + &"a".repeat(100_000));
        assert!(matches!(desk.show(long).await, Verdict::Unknown));
    }

    #[tokio::test]
    async fn refusals_are_written_down_and_stand_before_nobody() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let (desk, secret) = opened(folder.path());
        for n in 0..100_000_u32 {
            desk.note_refused(n.to_be_bytes().into(), "token_required");
        }
        desk.note_slowed([10, 0, 0, 1].into());
        assert!(matches!(desk.show(secret).await, Verdict::Good(_)));
        desk.close().await;
        let lines = Tokens::open(folder.path()).expect("opened").audit().expect("read");
        let refused = lines.iter().filter(|line| line.code.as_deref() == Some("token_required"));
        assert_eq!(refused.map(|line| line.times).sum::<u64>(), 100_000);
        assert!(lines.len() < 60, "in {} lines", lines.len());
    }
}
