//! Getting to know a hub: from a link, or an address and a code, to a certificate and a token.
//!
//! Nothing of the code leaves this computer before it is known which certificate is shown, and what is sent of it is of
//! use to nobody who does not know the code already (see the crate `chapfood-pairing`).

mod fault;
mod http;
mod place;

use std::time::Duration;

use chapfood_pairing::exchange::{Station, StationPaired};
use chapfood_pairing::{
    BEGIN_PATH, Begin, Begun, CONFIRM_PATH, Code, Confirm, Confirmed, Fingerprint, Mac, PairingLink, State,
    WAIT_PATH, Wait, refusal,
};
use chapfood_protocol::{Auth, Lang, Secret};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::client::TlsStream;

use crate::HubPin;
use crate::tls::contact;

pub use fault::PairingFault;
use place::Place;

/// What the person was given by the hub's owner.
#[derive(Debug, Clone)]
pub enum Invitation {
    /// The link, or the QR code that is one.
    Link(PairingLink),
    /// What was typed.
    Code {
        /// Where the hub's door to the network is: `192.168.1.5:8002`, with or without `https://` and port.
        address: String,
        /// The six digits.
        code: Code,
    },
}

/// Who asks to be let in, as the hub's owner is shown it.
#[derive(Debug, Clone, Default)]
pub struct Applicant {
    /// The computer's name.
    pub device_name: String,
    /// The person's name.
    pub username: String,
    /// The language of the hub's words.
    pub lang: Lang,
}

/// How far a pairing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairingStep {
    /// Looking for the hub.
    Contacting,
    /// Each side proves to the other that it knows the code.
    Confirming,
    /// The code was right; the hub's owner has to say yes.
    WaitingForOwner {
        /// Of the certificate that was shown, and that the code proved to be the hub's.
        fingerprint: Fingerprint,
    },
}

/// A hub that this computer is a station of from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paired {
    /// Where it was found, e.g. `https://192.168.1.5:8002`.
    pub address: String,
    /// By what it is known again.
    pub pin: HubPin,
    /// What lets this station in.
    pub token: Secret,
    /// How it calls itself.
    pub hub_name: String,
}

/// How long a pairing waits for what. The defaults suit a shop's network; tests shorten them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairingPatience {
    /// For an address to answer, 5 s each.
    pub contact: Duration,
    /// For the answer to a request, 10 s.
    pub answer: Duration,
    /// Between two questions what the owner says, 1 s.
    pub poll_every: Duration,
    /// For a hub that does not answer any more while the owner is waited for, 15 s: so long it waits for us, too.
    pub lost: Duration,
    /// For all of it, 10 min: longer no code is good.
    pub overall: Duration,
}

impl Default for PairingPatience {
    fn default() -> Self {
        Self {
            contact: Duration::from_secs(5),
            answer: Duration::from_secs(10),
            poll_every: Duration::from_secs(1),
            lost: Duration::from_secs(15),
            overall: Duration::from_secs(10 * 60),
        }
    }
}

/// Pairs this computer with a hub. Dropping the future gives up; the hub's offer is then open until it ends by itself.
///
/// # Errors
/// See [`PairingFault`]. Whatever the fault, this computer is no station of that hub.
pub async fn pair(
    invitation: Invitation,
    applicant: Applicant,
    patience: PairingPatience,
    progress: watch::Sender<PairingStep>,
) -> Result<Paired, PairingFault> {
    let overall = patience.overall;
    let pairing = async {
        progress.send_replace(PairingStep::Contacting);
        let (place, code, expected) = read(invitation)?;
        let (mut hub, stream) = Hub::found(place, expected, &applicant, &patience).await?;
        let (session, paired) = hub.confirm(stream, &code, applicant, &progress).await?;
        progress.send_replace(PairingStep::WaitingForOwner { fingerprint: hub.pin.fingerprint() });
        hub.wait(session, paired.wait()).await
    };
    timeout(overall, pairing).await.unwrap_or(Err(PairingFault::Expired))
}

type Read = (Vec<Place>, Code, Option<Fingerprint>);

fn read(invitation: Invitation) -> Result<Read, PairingFault> {
    match invitation {
        Invitation::Link(link) => {
            let places = link.addresses().iter().map(|address| Place::of(*address)).collect();
            Ok((places, link.code().clone(), Some(*link.fingerprint())))
        }
        Invitation::Code { address, code } => {
            let place = Place::parse(&address).ok_or(PairingFault::Address)?;
            Ok((vec![place], code, None))
        }
    }
}

/// The hub that is paired with, held to the certificate that it showed first.
struct Hub<'a> {
    place: Place,
    pin: HubPin,
    lang: Lang,
    patience: &'a PairingPatience,
}

impl<'a> Hub<'a> {
    /// The first of the places at which the expected certificate is shown; without one, whatever is shown counts, since
    /// the code will prove it. The stream is one over which it was shown and nothing was said yet.
    async fn found(
        places: Vec<Place>,
        expected: Option<Fingerprint>,
        applicant: &Applicant,
        patience: &'a PairingPatience,
    ) -> Result<(Self, TlsStream<TcpStream>), PairingFault> {
        let mut fault = PairingFault::Unreachable;
        for place in places {
            match timeout(patience.contact, contact(&place.host, place.port)).await {
                Ok(Ok((stream, pin))) if expected.is_none_or(|expected| expected == pin.fingerprint()) => {
                    let place = match stream.get_ref().0.peer_addr() {
                        Ok(address) => place.reached_at(address),
                        Err(_) => place,
                    };
                    return Ok((Self { place, pin, lang: applicant.lang, patience }, stream));
                }
                // Of several addresses one may be somebody else's by now; that says more than silence.
                Ok(Ok(_)) => fault = PairingFault::WrongCertificate,
                Ok(Err(error)) => {
                    tracing::info!(%error, host = place.host, port = place.port, "no hub to pair with");
                    if fault == PairingFault::Unreachable && is_no_tls(&error) {
                        fault = PairingFault::NotAHub;
                    }
                }
                Err(_) => {}
            }
        }
        Err(fault)
    }

    async fn confirm(
        &mut self,
        stream: TlsStream<TcpStream>,
        code: &Code,
        applicant: Applicant,
        progress: &watch::Sender<PairingStep>,
    ) -> Result<(String, StationPaired), PairingFault> {
        let (station, message) = Station::begin(code, &self.pin.fingerprint());
        let device_name = named(applicant.device_name);
        let begin = Begin { device_name, username: named(applicant.username), message };
        let begun: Begun = self.ask_over(stream, BEGIN_PATH, &begin).await?;
        progress.send_replace(PairingStep::Confirming);
        let (station, mac) = station.confirm(&begun.message).map_err(|_| PairingFault::NotAHub)?;
        let session = begun.session;
        let confirmed: Confirmed = self.ask(CONFIRM_PATH, &Confirm { session: session.clone(), mac }).await?;
        // Whoever answers knows neither the code nor, then, this hub's word for it.
        let paired = station.verify(&confirmed.mac).map_err(|_| PairingFault::WrongCertificate)?;
        Ok((session, paired))
    }

    async fn wait(self, session: String, mac: Mac) -> Result<Paired, PairingFault> {
        let question = Wait { session, mac };
        let mut heard = Instant::now();
        loop {
            match self.ask(WAIT_PATH, &question).await {
                Ok(State::Accepted { token, hub }) => {
                    let address = self.place.address();
                    return Ok(Paired { address, pin: self.pin, token, hub_name: hub.name });
                }
                Ok(State::Refused) => return Err(PairingFault::RefusedByOwner),
                Ok(State::Waiting) => heard = Instant::now(),
                Err(PairingFault::Unreachable) if heard.elapsed() < self.patience.lost => {}
                // The hub could not write it down yet; the owner's yes stands meanwhile.
                Err(PairingFault::Refused { code, .. })
                    if code == refusal::FAILED && heard.elapsed() < self.patience.lost => {}
                Err(fault) => return Err(fault),
            }
            sleep(self.patience.poll_every).await;
        }
    }

    /// Asks over a new connection, if the same certificate is shown there.
    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
    ) -> Result<T, PairingFault> {
        let contacted = timeout(self.patience.contact, contact(&self.place.host, self.place.port)).await;
        let Ok(Ok((stream, shown))) = contacted else { return Err(PairingFault::Unreachable) };
        if shown != self.pin {
            return Err(PairingFault::WrongCertificate);
        }
        self.ask_over(stream, path, question).await
    }

    async fn ask_over<T: DeserializeOwned>(
        &self,
        stream: TlsStream<TcpStream>,
        path: &str,
        question: &impl Serialize,
    ) -> Result<T, PairingFault> {
        let body = serde_json::to_vec(question).map_err(|_| PairingFault::NotAHub)?;
        let authority = self.place.authority();
        let asked = http::post(stream, &authority, path, self.lang, body);
        match timeout(self.patience.answer, asked).await {
            Ok(Ok(answer)) => answer.read(),
            Ok(Err(error)) => {
                tracing::info!(%error, path, "the hub did not answer");
                Err(PairingFault::Unreachable)
            }
            Err(_) => Err(PairingFault::Unreachable),
        }
    }
}

/// A hub takes no station without a name.
fn named(name: String) -> String {
    if name.trim().is_empty() { Auth::default().sender().to_owned() } else { name }
}

/// Whether somebody answered who does not speak TLS, or not as a hub does.
fn is_no_tls(error: &std::io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some()
}
