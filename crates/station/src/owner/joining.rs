//! Other computers' hubs: finding them, being let in at one, and finding the one again that moved.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chapfood_protocol::Secret;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::{Owner, Report};
use crate::contract::{
    Fault, FaultCode, FoundHub, Link, Pairing, PairingFailure, PairingWay, RefusalReason, Settings, TokenKept,
};
use crate::pairing::{self, Attempt, Joined};
use crate::seams::{Finder, TokenStore};
use crate::settings;

/// How long the network is looked at for somebody who asked.
const LOOK: Duration = Duration::from_secs(120);
/// How long a hub that moved is tried at one address before the next. Above the pace at which it is tried.
const TRY_ELSEWHERE: Duration = Duration::from_secs(15);

/// How long a keyring is waited for.
const KEYRING: Duration = Duration::from_secs(30);

/// What is going on with other computers' hubs.
#[derive(Debug)]
pub(super) struct Joining {
    finder: Box<dyn Finder>,
    tokens: Arc<dyn TokenStore>,
    /// Every hub; there while somebody wants to see what is found.
    found: Option<watch::Receiver<Vec<FoundHub>>>,
    /// The known hub alone, which no crowd of others pushes out; there while it is not where it was.
    sought: Option<watch::Receiver<Vec<FoundHub>>>,
    /// Until when somebody wants to see what is found.
    shown_until: Option<Instant>,
    /// When the known hub may be tried at another address.
    elsewhere_at: Option<Instant>,
    /// No other address is tried before: whoever announces many has the link, the disk and the log change no more often.
    not_before: Option<Instant>,
    /// Being let in somewhere.
    attempt: Option<Attempt>,
    /// Attempts so far, so that an old one's last words are told apart.
    attempts: u64,
    /// What was last looked up in the store.
    token: Option<Held>,
    /// When it is looked up again, because it was not there.
    token_again_at: Option<Instant>,
}

/// What the store has for a hub. Its `Debug` does not show it.
#[derive(Debug)]
pub(super) struct Held {
    hub: String,
    token: Option<(Secret, TokenKept)>,
}

impl Joining {
    pub(super) fn new(finder: Box<dyn Finder>, tokens: Arc<dyn TokenStore>) -> Self {
        Self {
            finder,
            tokens,
            found: None,
            sought: None,
            not_before: None,
            shown_until: None,
            elsewhere_at: None,
            attempt: None,
            attempts: 0,
            token: None,
            token_again_at: None,
        }
    }

    /// Ends when other hubs are found than before; never, while nobody looks.
    pub(super) async fn changed(&mut self) {
        tokio::select! {
            () = heard(&mut self.found) => {}
            () = heard(&mut self.sought) => {}
        }
    }

    /// When looking ends, or the known hub is tried elsewhere.
    pub(super) fn next_due(&self) -> Option<Instant> {
        [self.shown_until, self.elsewhere_at, self.token_again_at].into_iter().flatten().min()
    }
}

impl Owner {
    /// Somebody wants to see which hubs there are.
    pub(super) fn find_hubs(&mut self) {
        self.joining.shown_until = Some(Instant::now() + LOOK);
        self.look_for_hubs();
    }

    /// Looks at the network while there is a reason to, and shows what is found to whoever asked.
    pub(super) fn look_for_hubs(&mut self) {
        let now = Instant::now();
        self.joining.shown_until = self.joining.shown_until.filter(|until| now < *until);
        let seeks = self.seeks_known_hub();
        if self.joining.shown_until.is_none() {
            self.joining.found = None;
        } else if self.joining.found.is_none() {
            self.joining.found = self.joining.finder.search(None);
        }
        if !seeks {
            self.joining.sought = None;
        } else if self.joining.sought.is_none() {
            let known = self.state.settings.known_hub.as_ref().and_then(|known| known.fingerprint.get(..16));
            self.joining.sought = self.joining.finder.search(known);
        }
        let soonest = self.joining.not_before.map_or(now, |until| until.max(now));
        self.joining.elsewhere_at = match (seeks && self.joining.sought.is_some(), self.joining.elsewhere_at)
        {
            (false, _) => None,
            (true, before) => before.or(Some(soonest)),
        };
        self.show_found();
    }

    /// What is found, for whoever wants to see it.
    fn show_found(&mut self) {
        let found = match (&mut self.joining.found, self.joining.shown_until) {
            (Some(found), Some(_)) => found.borrow_and_update().clone(),
            _ => Vec::new(),
        };
        let known = self.state.settings.known_hub.as_ref();
        let is_known = |hub: &FoundHub| known.is_some_and(|known| known.fingerprint.starts_with(&hub.id));
        self.state.found = Vec::new();
        for hub in found {
            // Anybody may claim an id; to the person it is one hub with more addresses.
            match self.state.found.iter_mut().find(|same| same.id == hub.id) {
                Some(same) => same.addresses.extend(hub.addresses),
                None => self.state.found.push(FoundHub { known: is_known(&hub), ..hub }),
            }
        }
    }

    /// The hub that let this computer in may not be where it was.
    fn seeks_known_hub(&self) -> bool {
        let gone = matches!(
            self.state.link,
            Link::Reconnecting { .. }
                | Link::Offline { .. }
                | Link::Refused { reason: RefusalReason::CertificateChanged, .. }
        );
        gone && self.state.settings.set_up && self.state.settings.known_hub.is_some()
    }

    /// Other hubs are announced than before.
    pub(super) async fn found_others(&mut self) {
        // What was just heard need not wait, unless another address has only just been tried.
        let now = Instant::now();
        let soonest = self.joining.not_before.map_or(now, |until| until.max(now));
        self.joining.elsewhere_at = self.joining.elsewhere_at.map(|_| soonest);
        self.try_elsewhere().await;
    }

    /// Tries the known hub where it is announced now. Whoever announces it wrongly gains nothing: it is trusted by its
    /// certificate alone, and tried at every address in turn.
    pub(super) async fn try_elsewhere(&mut self) {
        self.look_for_hubs();
        let now = Instant::now();
        if self.joining.elsewhere_at.is_none_or(|due| now < due) {
            return;
        }
        let Some(known) = &self.state.settings.known_hub else { return };
        let Some(sought) = &mut self.joining.sought else { return };
        let announced = sought.borrow_and_update().clone();
        let same = announced.iter().filter(|hub| known.fingerprint.starts_with(&hub.id));
        let mut seen = BTreeSet::new();
        let each_once = same.flat_map(|hub| &hub.addresses).filter(|address| seen.insert(address.as_str()));
        let addresses: Vec<_> = each_once.map(|address| format!("https://{address}")).collect();
        let current = &self.state.settings.hub_address;
        // A hub that starts anew is announced where it is tried anyway: there it has its first attempts.
        let has_time = matches!(self.state.link, Link::Reconnecting { .. }) && addresses.contains(current);
        let Some(next) = next_address(&addresses, current).filter(|_| !has_time) else {
            // Announced nowhere, or only where it is tried anyway: looked at again when that changes.
            self.joining.elsewhere_at = Some(now + TRY_ELSEWHERE);
            return;
        };
        tracing::info!(address = next, "the hub is announced at another address");
        let next = Settings { hub_address: next.to_owned(), ..self.state.settings.clone() };
        if let Err(fault) = self.save(next.clone()).await {
            // The next start begins at the old address, and comes here again.
            tracing::warn!(%fault, "the hub's new address is not kept");
            self.state.settings = next;
        }
        self.start_session().await;
        self.joining.elsewhere_at = None;
        self.joining.not_before = Some(Instant::now() + TRY_ELSEWHERE);
    }

    /// Begins to be let in.
    pub(super) fn pair(&mut self, way: PairingWay, username: &str) -> Result<(), Fault> {
        let username =
            settings::person(username).map_err(|invalid| Fault::new(FaultCode::InvalidSetting, invalid))?;
        self.joining.attempts += 1;
        let number = self.joining.attempts;
        let newcomer = pairing::Newcomer {
            device_name: self.device_name.clone().unwrap_or_else(|| username.clone()),
            username,
            language: self.state.language(),
        };
        let reports = self.to_reports.clone();
        // The attempt ends with the one before it, if there is one.
        let tokens = Arc::clone(&self.joining.tokens);
        self.joining.attempt = Some(Attempt::start(way, newcomer, tokens, move |step| {
            // The station may have ended meanwhile.
            let _ = reports.send(Report::Pairing(number, step));
        }));
        self.state.pairing = Some(Pairing::Contacting);
        Ok(())
    }

    /// Gives up being let in.
    pub(super) fn cancel_pairing(&mut self) {
        self.joining.attempt = None;
        self.state.pairing = None;
    }

    pub(super) async fn paired_or_not(&mut self, number: u64, step: pairing::Step) {
        if number != self.joining.attempts || self.joining.attempt.is_none() {
            return;
        }
        self.state.pairing = match step {
            pairing::Step::Now(pairing) => Some(pairing),
            pairing::Step::Joined(joined) => self.joined(*joined).await,
        };
        if matches!(self.state.pairing, None | Some(Pairing::Failed { .. })) {
            self.joining.attempt = None;
        }
    }

    /// This computer was let in, and its token is kept: it listens there from now on.
    async fn joined(&mut self, joined: Joined) -> Option<Pairing> {
        let Joined { known, address, token, kept, username } = joined;
        let before = self.state.settings.clone();
        self.joining.token = Some(Held { hub: known.fingerprint.clone(), token: Some((token, kept)) });
        let next = Settings {
            set_up: true,
            host_hub: false,
            hub_address: address,
            known_hub: Some(known),
            username,
            ..before.clone()
        };
        if let Err(fault) = self.save(next).await {
            let words = vec![fault.to_string()];
            return Some(Pairing::Failed { reason: PairingFailure::NotKept, tries_left: None, words });
        }
        self.end_session();
        if before.set_up && before.host_hub {
            self.turn_hub_off();
        }
        self.begin().await;
        None
    }

    /// What this computer shows the hub that let it in. `None`: it is being looked up, and a session is to begin once
    /// it is there; a keyring may ask its person first.
    pub(super) fn held_token(&mut self) -> Option<Option<Secret>> {
        let Some(known) = &self.state.settings.known_hub else {
            self.state.token_kept = None;
            return Some(None);
        };
        if let Some(held) = self.joining.token.as_ref().filter(|held| held.hub == known.fingerprint) {
            self.state.token_kept = held.token.as_ref().map(|(_, kept)| *kept);
            return Some(held.token.as_ref().map(|(token, _)| token.clone()));
        }
        let (tokens, hub, reports) =
            (Arc::clone(&self.joining.tokens), known.fingerprint.clone(), self.to_reports.clone());
        let asked = hub.clone();
        let looking = tokio::task::spawn_blocking(move || tokens.load(&asked));
        tokio::spawn(async move {
            // A keyring that is locked asks its person, who may not be there: the hub's refusal then says what to do.
            let token = timeout(KEYRING, looking).await.ok().and_then(Result::ok).flatten();
            // The station may have ended meanwhile.
            let _ = reports.send(Report::TokenHeld(Held { hub, token }));
        });
        None
    }

    /// A hub that asks for the token which was not there is shown it as soon as it is, e.g. once a keyring is unlocked.
    pub(super) async fn look_for_token_again(&mut self) {
        let now = Instant::now();
        let asks = matches!(self.state.link, Link::Refused { reason: RefusalReason::TokenRequired, .. });
        let missing = self.joining.token.as_ref().is_some_and(|held| held.token.is_none());
        if !(asks && missing) {
            self.joining.token_again_at = None;
        } else if self.joining.token_again_at.is_none_or(|due| due <= now) {
            let first = self.joining.token_again_at.replace(now + TRY_ELSEWHERE).is_none();
            if !first {
                self.joining.token = None;
                self.start_session().await;
            }
        }
    }

    pub(super) async fn token_held(&mut self, held: Held) {
        self.joining.token = Some(held);
        if self.feed.is_none() {
            self.start_session().await;
        }
    }
}

/// Ends when what is found changes; never, while nobody looks.
async fn heard(found: &mut Option<watch::Receiver<Vec<FoundHub>>>) {
    if let Some(found) = found
        && found.changed().await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}

/// The address after `current`, in turn. `None`: there is no other.
fn next_address<'a>(addresses: &'a [String], current: &str) -> Option<&'a str> {
    let at = addresses.iter().position(|address| address == current);
    let next = at.map_or(0, |at| at + 1);
    let next = addresses.get(next).or_else(|| addresses.first())?;
    (next != current).then_some(next.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announced_addresses_are_tried_in_turn_and_a_single_one_is_not_left_for_itself() {
        let two = ["https://a".to_owned(), "https://b".to_owned()];
        assert_eq!(next_address(&two, "https://elsewhere"), Some("https://a"));
        assert_eq!(next_address(&two, "https://a"), Some("https://b"));
        assert_eq!(next_address(&two, "https://b"), Some("https://a"));
        assert_eq!(next_address(&two[..1], "https://a"), None);
        assert_eq!(next_address(&[], "https://a"), None);
    }
}
