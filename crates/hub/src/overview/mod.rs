//! What the owner of a hub sees of it: who is there, what is passed on, whom it gave tokens, what happened at its doors.

mod tally;
mod today;
mod unheard;

use std::net::IpAddr;
use std::path::PathBuf;

use chapfood_protocol::{ChannelSummary, Presence, Role, Timestamp};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use crate::access::{AuditLine, ChannelPattern, Token, Tokens};
use crate::exchange::Notice;
use crate::pairing::{OfferState, Pairing};
use crate::{HubError, clock};

pub(crate) use tally::Tally;
pub use tally::{Figures, Minute};
pub(crate) use today::counted_today;
pub use unheard::Unheard;
pub(crate) use unheard::UnheardChannels;

/// How many lines of the audit log are shown.
const AUDIT_SHOWN: u32 = 50;

/// A hub at one moment. It holds no notification, no token and no code of a pairing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// When, by the computer's clock.
    pub at: Timestamp,
    /// Since when the hub runs.
    pub started: Timestamp,
    /// Who is connected, in the order in which they came.
    pub devices: Vec<Connected>,
    /// The channels with somebody in them.
    pub channels: Vec<ChannelSummary>,
    /// What was passed on and refused.
    #[serde(flatten)]
    pub figures: Figures,
    /// Channels in which something was sent within the last ten minutes while nobody else was there to hear it.
    pub unheard: Vec<Unheard>,
    /// Every token that was ever given out, oldest first.
    pub tokens: Vec<TokenSummary>,
    /// The last 50 lines of the audit log, oldest first.
    pub audit: Vec<Happened>,
    /// The offer to pair a station, without its code.
    pub pairing: OfferState,
}

/// A connected client, as the owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Connected {
    /// As others see it, with all of its channels.
    #[serde(flatten)]
    pub presence: Presence,
    /// From where.
    pub address: Option<IpAddr>,
    /// `websocket` or `polling`.
    pub transport: &'static str,
    /// The number of the token by which it came in; `None` where none was asked for.
    pub token: Option<i64>,
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenSummary {
    /// Its number.
    pub id: i64,
    /// What its owner calls it; of a paired station its name.
    pub label: String,
    /// What for.
    pub roles: Vec<Role>,
    /// Where: names, or beginnings of names with a `*`.
    pub channels: Vec<String>,
    /// When it was given out.
    pub created: Timestamp,
    /// When somebody last came in by it, to the minute.
    pub used: Option<Timestamp>,
    /// When it was withdrawn.
    pub revoked: Option<Timestamp>,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happened {
    /// When; of several the first.
    pub at: Timestamp,
    /// What, e.g. `paired`.
    pub event: &'static str,
    /// Which token, if it was about one.
    pub token: Option<i64>,
    /// From where.
    pub address: Option<String>,
    /// Why, e.g. `token_invalid`.
    pub code: Option<String>,
    /// How often in that moment.
    pub times: u64,
}

/// What the exchange knows.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) devices: Vec<Connected>,
    pub(crate) channels: Vec<ChannelSummary>,
    pub(crate) figures: Figures,
    pub(crate) unheard: Vec<Unheard>,
}

/// From where a hub is looked at. A clone looks at the same one.
#[derive(Debug, Clone)]
pub struct Lookout {
    started: Timestamp,
    database: PathBuf,
    pairing: Pairing,
    notices: mpsc::UnboundedSender<Notice>,
}

impl Lookout {
    pub(crate) fn new(database: PathBuf, pairing: Pairing, notices: mpsc::UnboundedSender<Notice>) -> Self {
        Self { started: clock::now(), database, pairing, notices }
    }

    /// How the hub is now. `None` while it stops.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn overview(&self) -> Result<Option<Overview>, HubError> {
        let (reply, live) = oneshot::channel();
        if self.notices.send(Notice::LookAround(reply)).is_err() {
            return Ok(None);
        }
        let Ok(Live { devices, channels, figures, unheard }) = live.await else { return Ok(None) };
        let (tokens, audit) = self.written().await?;
        Ok(Some(Overview {
            at: clock::now(),
            started: self.started,
            devices,
            channels,
            figures,
            unheard,
            tokens,
            audit,
            pairing: self.pairing.state().borrow().clone(),
        }))
    }

    /// The hub's offer to pair a station.
    pub(crate) fn pairing(&self) -> &Pairing {
        &self.pairing
    }

    /// What is on the disk.
    async fn written(&self) -> Result<(Vec<TokenSummary>, Vec<Happened>), HubError> {
        let database = self.database.clone();
        let read = move || {
            let tokens = Tokens::of_database(&database)?;
            let listed = tokens.list()?.into_iter().map(TokenSummary::from).collect();
            Ok((listed, tokens.last_audit(AUDIT_SHOWN)?.into_iter().map(Happened::from).collect()))
        };
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|error| HubError::NotWritable {
            path: self.database.clone(),
            reason: error.to_string(),
        })?
    }
}

impl From<Token> for TokenSummary {
    fn from(token: Token) -> Self {
        let Token { id, label, grant, created, used, revoked } = token;
        Self {
            id,
            label,
            roles: grant.roles.into_iter().collect(),
            channels: grant.channels.iter().map(ChannelPattern::as_str).map(str::to_owned).collect(),
            created,
            used,
            revoked,
        }
    }
}

impl From<AuditLine> for Happened {
    fn from(line: AuditLine) -> Self {
        let AuditLine { at, event, token, address, code, times } = line;
        Self { at, event: event.as_str(), token, address, code, times }
    }
}
