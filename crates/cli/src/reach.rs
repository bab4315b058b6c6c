//! Getting to a hub within a time limit.

use std::time::Duration;

use chapfood_client::{Deliveries, LinkState, Pacing, Session, SessionConfig};
use chapfood_protocol::Auth;
use tokio::time::{Instant, timeout_at};

use crate::failure::Failure;
use crate::words;

/// A command waits for seconds, not for days: it asks again sooner than a station does.
const ATTEMPT_EVERY: Duration = Duration::from_millis(300);

/// What a hub is told of us.
pub(crate) fn auth(name: Option<String>, user_id: Option<String>) -> Auth {
    Auth { username: name, user_id, lang: words::lang(), ..Auth::default() }
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
    let config = SessionConfig { address: hub.into(), auth, channels: vec![], cursors: None, pacing };
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
