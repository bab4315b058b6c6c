//! Getting to a hub within a time limit.

use std::time::Duration;

use chapfood_client::{Deliveries, LinkState, Pacing, Session, SessionConfig};
use chapfood_protocol::{Auth, Secret};
use tokio::time::{Instant, timeout_at};

use crate::args::Target;
use crate::failure::Failure;
use crate::words;

/// A command waits for seconds, not for days: it asks again sooner than a station does.
const ATTEMPT_EVERY: Duration = Duration::from_millis(300);

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

/// Connects before `deadline`. A hub that is just starting is waited for; one that refuses is not.
pub(crate) async fn reach(
    hub: &str,
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
    let config =
        SessionConfig { address: hub.into(), pin: None, auth, channels: vec![], cursors: None, pacing };
    let (session, deliveries) = Session::start(config);
    let mut link = session.link();
    let mut told = false;
    let connecting = async {
        loop {
            match &*link.borrow_and_update() {
                LinkState::Connected { .. } => return Ok(()),
                LinkState::Refused { words, .. } => return Err(Failure::Refused(words.clone())),
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
