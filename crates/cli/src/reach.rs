//! Getting to a hub within a time limit.

use std::time::Duration;

use chapfood_client::{
    Deliveries, HubPin, LinkState, Pacing, RefusalReason, Session, SessionConfig, certificate_shown_at,
};
use chapfood_protocol::{Auth, Secret};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::args::Target;
use crate::failure::Failure;
use crate::words;

/// A command waits for seconds, not for days: it asks again sooner than a station does.
const ATTEMPT_EVERY: Duration = Duration::from_millis(300);
/// How long somebody who takes a connection may take to show a certificate.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What a hub is told of us.
pub(crate) fn auth(target: &Target, name: Option<String>, user_id: Option<String>) -> Result<Auth, Failure> {
    Ok(Auth { username: name, user_id, token: token(target)?, lang: words::lang(), ..Auth::default() })
}

/// The token to show: a file that was named counts more than the environment.
pub(crate) fn token(target: &Target) -> Result<Option<Secret>, Failure> {
    let text = match &target.token_file {
        Some(path) => Some(
            std::fs::read_to_string(path)
                .map_err(|error| Failure::Usage(words::unreadable_token(path, &error)))?,
        ),
        None => std::env::var("CHAPFOOD_TOKEN").ok(),
    };
    Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).map(Secret::new))
}

/// The certificate of the hub at `address`, if only that with a certain fingerprint is to be trusted. A hub that is just
/// starting is waited for, until `deadline` if there is one.
pub(crate) async fn pin(
    target: &Target,
    address: &str,
    deadline: Option<Instant>,
) -> Result<Option<HubPin>, Failure> {
    let Some(expected) = target.fingerprint else { return Ok(None) };
    let looking = async {
        let mut told = false;
        loop {
            let shown = timeout(HANDSHAKE, certificate_shown_at(address)).await;
            match shown.unwrap_or_else(|late| Err(late.into())) {
                Ok(shown) if shown.fingerprint() == expected => return Ok(Some(shown)),
                Ok(shown) => {
                    let words = words::another_certificate(&shown.fingerprint().to_string());
                    return Err(refused(RefusalReason::CertificateChanged, &words));
                }
                Err(_) if told => {}
                Err(error) => {
                    tracing::info!(%error, address, "no certificate");
                    eprintln!("chapfood: {}", words::trying(address));
                    told = true;
                }
            }
            sleep(ATTEMPT_EVERY).await;
        }
    };
    match deadline {
        Some(deadline) => timeout_at(deadline, looking)
            .await
            .unwrap_or_else(|_| Err(Failure::Unreachable(address.to_owned()))),
        None => looking.await,
    }
}

/// With the code, which scripts go by, as the hub itself writes it.
pub(crate) fn refused(reason: RefusalReason, words: &str) -> Failure {
    Failure::Refused(match reason {
        RefusalReason::Other => words.to_owned(),
        reason => format!("{words} [{}]", reason.code()),
    })
}

/// Connects before `deadline`. A hub that is just starting is waited for; one that refuses is not.
pub(crate) async fn reach(
    hub: &str,
    pin: Option<HubPin>,
    auth: Auth,
    deadline: Instant,
) -> Result<(Session, Deliveries), Failure> {
    let rest = deadline.saturating_duration_since(Instant::now());
    let pacing = Pacing {
        first_delay: ATTEMPT_EVERY,
        attempts: u32::MAX,
        connect_deadline: rest,
        answer_deadline: rest,
        ..Pacing::default()
    };
    let config = SessionConfig { address: hub.into(), pin, auth, channels: vec![], cursors: None, pacing };
    let (session, deliveries) = Session::start(config);
    let mut link = session.link();
    let mut told = false;
    let connecting = async {
        loop {
            match &*link.borrow_and_update() {
                LinkState::Connected { .. } => return Ok(()),
                LinkState::Refused { reason, words, .. } => return Err(refused(*reason, words)),
                LinkState::Connecting => {}
                LinkState::Reconnecting { .. } | LinkState::Offline { .. } if told => {}
                LinkState::Reconnecting { .. } | LinkState::Offline { .. } => {
                    eprintln!("chapfood: {}", words::trying(hub));
                    told = true;
                }
            }
            if link.changed().await.is_err() {
                return Err(anyhow::anyhow!("the session could not be started").into());
            }
        }
    };
    match timeout_at(deadline, connecting).await {
        Ok(connected) => connected.map(|()| (session, deliveries)),
        Err(_) => Err(Failure::Unreachable(hub.into())),
    }
}
