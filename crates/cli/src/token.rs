//! `chapfood token` and `chapfood audit`.

use std::collections::BTreeSet;

use chapfood_hub::{AuditLine, ChannelPattern, Grant, Token, Tokens};
use serde::Serialize;

use crate::args::{CreateOptions, ListOptions, RevokeOptions, TokenCommand};
use crate::failure::Failure;
use crate::host::folder;
use crate::{output, plain, words};

pub(crate) fn run(command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Create(options) => create(options),
        TokenCommand::List(options) => list(options),
        TokenCommand::Revoke(options) => revoke(options),
    }
}

/// The token alone goes to stdout, so that a script can take it.
fn create(options: CreateOptions) -> Result<(), Failure> {
    let folder = folder(options.data)?;
    let mut tokens = Tokens::open_or_make(&folder)?;
    let everywhere = || ChannelPattern::parse("*").into_iter().collect();
    let channels = if options.channel.is_empty() { everywhere() } else { options.channel };
    let grant = Grant { roles: BTreeSet::from_iter(options.role), channels };
    let (id, secret) = tokens.create(&options.label, &grant)?;
    eprintln!("{}", plain::line(&words::token_shown_once(id, &folder)));
    output::line(secret.reveal())
}

fn list(options: ListOptions) -> Result<(), Failure> {
    for token in Tokens::open(&folder(options.data)?)?.list()? {
        let shown = Shown::of(&token);
        if options.json {
            output::json(&shown)?;
        } else {
            let Shown { id, label, roles, channels, .. } = &shown;
            let state = words::token_state(&token);
            let line = format!("{id}\t{}\t{}\t{label}\t{state}", roles.join("+"), channels.join(" "));
            output::line(&line.split('\t').map(plain::line).collect::<Vec<_>>().join("\t"))?;
        }
    }
    Ok(())
}

/// `chapfood audit`. The words are stable: programs read them too.
pub(crate) fn audit(options: ListOptions) -> Result<(), Failure> {
    for line in Tokens::open(&folder(options.data)?)?.audit()? {
        let AuditLine { at, event, token, address, code, times } = line;
        let happened = Happened { at: at.to_string(), event: event.as_str(), token, address, code, times };
        if options.json {
            output::json(&happened)?;
        } else {
            let token = happened.token.map(|id| format!("token {id}"));
            let parts = [token, happened.address, happened.code].into_iter().flatten();
            let parts: Vec<_> = parts.map(|part| plain::line(&part)).collect();
            output::line(&format!("{}\t{}\t{}\t{times}×", happened.at, happened.event, parts.join(" ")))?;
        }
    }
    Ok(())
}

/// A line of the audit log as `--json` prints it.
#[derive(Serialize)]
struct Happened {
    at: String,
    event: &'static str,
    token: Option<i64>,
    address: Option<String>,
    code: Option<String>,
    times: u64,
}

fn revoke(options: RevokeOptions) -> Result<(), Failure> {
    if Tokens::open(&folder(options.data)?)?.revoke(options.id)? {
        Ok(())
    } else {
        Err(Failure::Usage(words::no_such_token(options.id)))
    }
}

/// A token as `--json` prints it.
#[derive(Serialize)]
struct Shown<'a> {
    id: i64,
    label: &'a str,
    roles: Vec<&'static str>,
    channels: Vec<&'a str>,
    created: String,
    used: Option<String>,
    revoked: Option<String>,
}

impl<'a> Shown<'a> {
    fn of(token: &'a Token) -> Self {
        let Token { id, label, grant, created, used, revoked } = token;
        Self {
            id: *id,
            label,
            roles: grant.roles.iter().map(|role| role.as_str()).collect(),
            channels: grant.channels.iter().map(ChannelPattern::as_str).collect(),
            created: created.to_string(),
            used: used.map(|at| at.to_string()),
            revoked: revoked.map(|at| at.to_string()),
        }
    }
}
