//! Letting a new station in: the owner offers it, the station proves that it knows the code, the owner says yes, and
//! only then is there a token, which goes to that station and nowhere else.

mod offer;
mod reachable;
mod routes;
mod words;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chapfood_pairing::exchange::{Hub as Answering, HubPaired};
use chapfood_pairing::{Begun, Code, Fingerprint, HubName, Mac, Message, PairingLink, State};
use chapfood_protocol::{Role, Secret, Timestamp};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::access::{AuditEvent, AuditLine, ChannelPattern, Desk, Grant, Tokens};
use crate::{HubError, clock};
use offer::{LIFE, No, Offer, Word};
use routes::Refused;

pub use offer::{Newcomer, OfferState};
pub(crate) use reachable::reachable_at;
pub(crate) use routes::routes;

/// The most addresses that a link carries.
const IN_LINK: usize = 8;

/// An offer cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum PairingError {
    /// Nothing of what a pairing needs would be hidden from others on the network.
    #[error("the hub has no door to the network with TLS: open one first (--lan)")]
    NoDoor,
    /// There is no code without chance.
    #[error("the system gives no random numbers: {0}")]
    NoChance(getrandom::Error),
}

/// What the owner shows to whoever is at the other computer.
#[derive(Debug, Clone)]
pub struct Offered {
    /// To be typed there. It is in no log and nowhere else.
    pub code: Code,
    /// The same and more, e.g. as a QR code; `None` if no other computer can reach this one at all.
    pub link: Option<PairingLink>,
    /// By the computer's clock; ten minutes from now.
    pub expires_at: Timestamp,
}

/// The hub's one offer to pair a station. A clone is the same one.
#[derive(Clone)]
pub struct Pairing(Arc<Desktop>);

/// What stays the same while the hub runs, and who holds what does not.
struct Desktop {
    hub_name: String,
    database: PathBuf,
    /// Where it listens with TLS.
    doors: Vec<SocketAddr>,
    fingerprint: Option<Fingerprint>,
    desk: Desk,
    /// The hub's own: the owner's click comes from a thread of the window.
    runtime: Handle,
    counter: Mutex<Counter>,
    state: watch::Sender<OfferState>,
    /// The next time at which something ends may be another one.
    changed: Notify,
}

#[derive(Default)]
struct Counter {
    offer: Offer,
    /// There only while it may be tried.
    code: Option<Code>,
    proof: Option<Proof>,
}

/// How far the exchange with the station is whose turn it is.
enum Proof {
    Awaited(Answering),
    Held(HubPaired),
}

impl std::fmt::Debug for Pairing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pairing").field(&*self.0.state.borrow()).finish()
    }
}

impl Pairing {
    /// With nothing offered yet. `fingerprint` is that of the certificate, e.g. `A1:B2:…`, shown at `doors`.
    pub(crate) fn new(
        hub_name: &str,
        database: PathBuf,
        desk: Desk,
        doors: Vec<SocketAddr>,
        fingerprint: Option<&str>,
        stop: CancellationToken,
    ) -> Self {
        let digits = fingerprint.map(|text| text.replace(':', "").to_ascii_lowercase());
        let pairing = Self(Arc::new(Desktop {
            hub_name: hub_name.to_owned(),
            database,
            doors,
            fingerprint: digits.and_then(|digits| Fingerprint::parse(&digits).ok()),
            desk,
            runtime: Handle::current(),
            counter: Mutex::default(),
            state: watch::Sender::new(OfferState::Closed),
            changed: Notify::new(),
        }));
        tokio::spawn(pairing.clone().watch_the_time(stop));
        pairing
    }

    /// Offers to pair one station, within ten minutes and five tries, with a new code. An offer that is open is
    /// replaced.
    ///
    /// # Errors
    /// See [`PairingError`].
    pub fn open_offer(&self) -> Result<Offered, PairingError> {
        let fingerprint =
            self.0.fingerprint.filter(|_| !self.0.doors.is_empty()).ok_or(PairingError::NoDoor)?;
        let code = Code::random().map_err(PairingError::NoChance)?;
        let life = i64::try_from(LIFE.as_millis()).unwrap_or(i64::MAX);
        let expires_at = Timestamp::from_millis(clock::now().as_millis().saturating_add(life));
        let mut addresses = self.reachable_at();
        addresses.truncate(IN_LINK);
        let link = PairingLink::new(addresses, fingerprint, code.clone()).ok();
        self.change(|counter| {
            counter.offer.open(Instant::now(), expires_at);
            counter.code = Some(code.clone());
            counter.proof = None;
        });
        Ok(Offered { code, link, expires_at })
    }

    /// Takes the offer back. A station that waits is told that its time is over; one that was answered is still told
    /// the answer.
    pub fn close_offer(&self) {
        self.change(|counter| counter.offer.close());
    }

    /// The owner's answer to the station that waits. Says whether there was one.
    pub fn answer(&self, accept: bool) -> bool {
        let (answered, from) = self.change(|counter| {
            let from = counter.offer.newcomer().map(|newcomer| newcomer.address);
            (counter.offer.answer(Instant::now(), accept), from)
        });
        if answered && !accept {
            self.write_down(AuditEvent::PairingRefused, from, "owner");
        }
        answered
    }

    /// How the offer stands, now and at every change.
    pub fn state(&self) -> watch::Receiver<OfferState> {
        self.0.state.subscribe()
    }

    /// Where other computers reach the hub's doors with TLS, the best first.
    pub fn reachable_at(&self) -> Vec<SocketAddr> {
        self.0.doors.iter().flat_map(|door| reachable_at(*door)).collect()
    }

    fn begin(&self, newcomer: Newcomer, message: &Message) -> Result<Begun, Refused> {
        let from = newcomer.address;
        let session = session()?;
        let begun = self.change(|counter| {
            counter.offer.begin(Instant::now(), session.clone(), newcomer)?;
            let (Some(code), Some(fingerprint)) = (&counter.code, &self.0.fingerprint) else {
                return Err(No::Closed.into());
            };
            let Ok((answering, message)) = Answering::answer(code, fingerprint, message) else {
                // No beginning of a station: that was its turn.
                let _ = counter.offer.confirm(Instant::now(), &session, || false);
                return Err(Refused::INVALID);
            };
            counter.proof = Some(Proof::Awaited(answering));
            Ok(Begun { session, message })
        });
        if let Err(refused) = &begun {
            self.0.desk.note_refused(from, Refused::code(*refused));
        }
        begun
    }

    fn confirm(&self, session: &str, mac: &Mac) -> Result<Mac, Refused> {
        let (confirmed, from) = self.change(|counter| {
            let from = counter.offer.newcomer().map(|newcomer| newcomer.address);
            let Counter { offer, proof, .. } = counter;
            let mut own = None;
            let confirmed = offer.confirm(Instant::now(), session, || match proof.take() {
                Some(Proof::Awaited(answering)) => match answering.confirm(mac) {
                    Ok((paired, mac)) => {
                        *proof = Some(Proof::Held(paired));
                        own = Some(mac);
                        true
                    }
                    Err(_) => false,
                },
                _ => false,
            });
            (confirmed.and_then(|()| own.ok_or(No::Expired)), from)
        });
        if let Err(No::CodeWrong(_)) = confirmed {
            self.write_down(AuditEvent::PairingRefused, from, chapfood_pairing::refusal::CODE_WRONG);
        }
        Ok(confirmed?)
    }

    async fn wait(&self, session: &str, mac: &Mac) -> Result<State, Refused> {
        let word = self.change(|counter| {
            let Counter { offer, proof, .. } = counter;
            let is_its = || matches!(proof, Some(Proof::Held(paired)) if paired.is_of(mac));
            offer.wait(Instant::now(), session, is_its)
        });
        match word? {
            Word::Waiting => Ok(State::Waiting),
            Word::Refused => Ok(State::Refused),
            Word::Accepted(newcomer) => {
                // To its end, also if the station hangs up in between: what was given out is known as that.
                let given = tokio::spawn(self.clone().give_token(newcomer)).await;
                let token = given.unwrap_or(Err(Refused::FAILED))?;
                Ok(State::Accepted { token, hub: HubName { name: self.0.hub_name.clone() } })
            }
        }
    }

    async fn give_token(self, newcomer: Newcomer) -> Result<Secret, Refused> {
        let database = self.0.database.clone();
        let made = tokio::task::spawn_blocking(move || {
            let everywhere = ChannelPattern::parse("*").into_iter().collect();
            let roles = BTreeSet::from([Role::Subscriber, Role::Publisher]);
            let mut tokens = Tokens::of_database(&database)?;
            let (id, secret) =
                tokens.create(&newcomer.device_name, &Grant { roles, channels: everywhere })?;
            let line = AuditLine {
                address: Some(newcomer.address.to_string()),
                token: Some(id),
                ..AuditLine::new(AuditEvent::Paired, clock::now())
            };
            // The token is there: that it is not written down a second time takes it from nobody.
            if let Err(error) = tokens.write_audit(&[line]) {
                tracing::warn!(%error, "that a station was paired could not be written down");
            }
            Ok::<_, HubError>(secret)
        });
        let made = match made.await {
            Ok(made) => made.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        self.change(|counter| counter.offer.made(Instant::now(), made.is_ok()));
        made.map_err(|error| {
            tracing::error!(error, "a station that the owner accepted could not be written down");
            Refused::FAILED
        })
    }

    fn write_down(&self, event: AuditEvent, from: Option<IpAddr>, code: &'static str) {
        let line = AuditLine {
            address: from.map(|from| from.to_string()),
            code: Some(code.to_owned()),
            ..AuditLine::new(event, clock::now())
        };
        let database = self.0.database.clone();
        // At most a few for each offer of the owner's.
        self.0.runtime.spawn_blocking(move || {
            let written = Tokens::of_database(&database)
                .and_then(|mut tokens| tokens.write_audit(&[line]).map_err(HubError::from));
            if let Err(error) = written {
                tracing::warn!(%error, "a refused pairing could not be written down");
            }
        });
    }

    /// Changes something, and publishes what came of it.
    fn change<T>(&self, how: impl FnOnce(&mut Counter) -> T) -> T {
        let mut counter = self.counter();
        let done = how(&mut counter);
        counter.offer.settle(Instant::now());
        if !counter.offer.is_open() {
            counter.code = None;
        }
        let state = counter.offer.state();
        // Under the lock, so that what is published last is what is.
        self.0.state.send_if_modified(|before| std::mem::replace(before, state.clone()) != state);
        drop(counter);
        self.0.changed.notify_one();
        done
    }

    fn counter(&self) -> MutexGuard<'_, Counter> {
        // Nothing that is done under the lock can leave it half done.
        self.0.counter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes what time alone changes.
    async fn watch_the_time(self, stop: CancellationToken) {
        loop {
            let due = self.counter().offer.due();
            let timer = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.0.changed.notified() => {}
                () = timer => self.change(|_| ()),
            }
        }
    }
}

/// A name for an attempt that nobody guesses.
fn session() -> Result<String, Refused> {
    let mut chance = [0_u8; 16];
    getrandom::fill(&mut chance).map_err(|_| Refused::FAILED)?;
    Ok(chance.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

#[cfg(test)]
mod tests;
