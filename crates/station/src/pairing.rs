//! Being let in at another computer's hub, away from the station's own task: a person elsewhere takes their time.

use std::sync::Arc;

use chapfood_client::{Applicant, HubPin, Invitation, Paired, PairingFault, PairingPatience, PairingStep};
use chapfood_pairing::{Code, PairingLink};
use chapfood_protocol::Secret;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::contract::{KnownHub, Language, Pairing, PairingFailure, PairingWay, TokenKept};
use crate::feed::lang;
use crate::seams::TokenStore;

/// Who asks to be let in.
#[derive(Debug)]
pub(crate) struct Newcomer {
    pub(crate) device_name: String,
    pub(crate) username: String,
    pub(crate) language: Language,
}

/// What became of an attempt.
#[derive(Debug)]
pub(crate) enum Step {
    /// So far, or not at all.
    Now(Pairing),
    /// This computer is in.
    Joined(Box<Joined>),
}

/// What a hub gave this computer. The token is in the store already: a station that named the hub without it would
/// only be refused there.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) known: KnownHub,
    pub(crate) address: String,
    pub(crate) token: Secret,
    pub(crate) kept: TokenKept,
    pub(crate) username: String,
}

/// An attempt, given up when it is dropped.
#[derive(Debug)]
pub(crate) struct Attempt {
    task: AbortHandle,
}

impl Attempt {
    /// Begins; every step is told to `tell`.
    pub(crate) fn start(
        way: PairingWay,
        newcomer: Newcomer,
        tokens: Arc<dyn TokenStore>,
        tell: impl Fn(Step) + Send + Sync + 'static,
    ) -> Self {
        let task = tokio::spawn(async move {
            let last = attempt(way, newcomer, tokens, &tell).await;
            tell(match last {
                Ok(joined) => Step::Joined(Box::new(joined)),
                Err(failed) => Step::Now(failed),
            });
        });
        Self { task: task.abort_handle() }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn attempt(
    way: PairingWay,
    newcomer: Newcomer,
    tokens: Arc<dyn TokenStore>,
    tell: impl Fn(Step),
) -> Result<Joined, Pairing> {
    let invitation = invitation(way).ok_or_else(|| failed(PairingFailure::Unreadable))?;
    let Newcomer { device_name, username, language } = newcomer;
    let applicant = Applicant { device_name, username: username.clone(), lang: lang(language) };
    let (progress, mut steps) = watch::channel(PairingStep::Contacting);
    let pairing = chapfood_client::pair(invitation, applicant, PairingPatience::default(), progress);
    let telling = async {
        while steps.changed().await.is_ok() {
            tell(Step::Now(shown(*steps.borrow_and_update())));
        }
        std::future::pending::<()>().await;
    };
    let paired = tokio::select! {
        paired = pairing => paired.map_err(refused)?,
        () = telling => unreachable!("it never ends"),
    };
    let Paired { address, pin, token, hub_name } = paired;
    let known = known(&pin, hub_name);
    let (store, hub, keeping) = (tokens, known.fingerprint.clone(), token.clone());
    let kept = tokio::task::spawn_blocking(move || store.save(&hub, &keeping)).await;
    let unkept = |words: String| Pairing::Failed {
        reason: PairingFailure::NotKept,
        tries_left: None,
        words: vec![words],
    };
    let kept = kept.map_err(|panicked| unkept(panicked.to_string()))?;
    let kept = kept.map_err(|unsaved| unkept(unsaved.to_string()))?;
    Ok(Joined { known, address, token, kept, username })
}

/// What the person typed or pasted. `None`: it is no link and no code.
fn invitation(way: PairingWay) -> Option<Invitation> {
    match way {
        PairingWay::Link { link } => PairingLink::parse(&link).ok().map(Invitation::Link),
        PairingWay::Code { address, code } => {
            Some(Invitation::Code { address, code: Code::parse(&code).ok()? })
        }
    }
}

fn shown(step: PairingStep) -> Pairing {
    match step {
        PairingStep::Contacting => Pairing::Contacting,
        PairingStep::Confirming => Pairing::Confirming,
        PairingStep::WaitingForOwner { fingerprint } => {
            Pairing::Waiting { fingerprint: fingerprint.to_string() }
        }
    }
}

fn failed(reason: PairingFailure) -> Pairing {
    Pairing::Failed { reason, tries_left: None, words: Vec::new() }
}

fn refused(fault: PairingFault) -> Pairing {
    match fault {
        PairingFault::Address => failed(PairingFailure::Unreadable),
        PairingFault::Unreachable => failed(PairingFailure::Unreachable),
        PairingFault::NotAHub => failed(PairingFailure::NotAHub),
        PairingFault::WrongCertificate => failed(PairingFailure::WrongHub),
        PairingFault::CodeWrong { tries_left } => Pairing::Failed {
            reason: PairingFailure::CodeWrong,
            tries_left: tries_left.map(|left| u8::try_from(left).unwrap_or(u8::MAX)),
            words: Vec::new(),
        },
        PairingFault::Closed | PairingFault::TriesUsedUp | PairingFault::Expired => {
            failed(PairingFailure::Closed)
        }
        PairingFault::Busy => failed(PairingFailure::Busy),
        PairingFault::RefusedByOwner => failed(PairingFailure::Refused),
        PairingFault::Refused { words, .. } => {
            Pairing::Failed { reason: PairingFailure::NotAHub, tries_left: None, words: vec![words] }
        }
    }
}

fn known(pin: &HubPin, name: String) -> KnownHub {
    let certificate = match serde_json::to_value(pin) {
        Ok(Value::String(certificate)) => certificate,
        // A pin is one text, see its documentation.
        _ => String::new(),
    };
    KnownHub { name, fingerprint: pin.fingerprint().to_string(), certificate }
}

/// By what the hub is known again. `None`: the settings were tampered with; then it is not spoken to.
pub(crate) fn pin(known: &KnownHub) -> Option<HubPin> {
    serde_json::from_value(Value::String(known.certificate.clone()))
        .inspect_err(|error| tracing::error!(%error, "the known hub's certificate cannot be read"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_link_and_no_code_goes_nowhere() {
        let code = |code: &str| PairingWay::Code { address: "192.168.1.20".into(), code: code.into() };
        assert!(invitation(code("483 920")).is_some());
        assert!(invitation(code("48392")).is_none());
        assert!(invitation(PairingWay::Link { link: "https://example.org".into() }).is_none());
    }
}
