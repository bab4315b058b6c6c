use std::path::PathBuf;

use chapfood_hub::ChannelPattern;
use chapfood_protocol::Role;
use clap::Subcommand;

/// What to do with tokens. The hub may be running.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Give out a token and print it: it is shown this once.
    Create(CreateOptions),
    /// Print the tokens, without what only their holders have.
    List(ListOptions),
    /// Withdraw a token: whoever came in by it is cut off.
    Revoke(RevokeOptions),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Roles: a subscriber listens, takes and releases; a publisher sends; an admin may everything. Without --channel a token
is for every channel, and a publisher's for sending to everybody.

Examples:
  chapfood token create --role publisher --channel 'orders*' --label 'web shop'
  chapfood token create --role subscriber --role publisher --label 'tablet in the kitchen'")]
pub(crate) struct CreateOptions {
    /// The folder of the hub's database [default: the one `chapfood hub` uses].
    #[arg(long, value_name = "DIR", visible_alias = "data-dir")]
    pub(crate) data: Option<PathBuf>,
    /// What it allows: subscriber, publisher or admin. May be repeated.
    #[arg(long, required = true, value_parser = role)]
    pub(crate) role: Vec<Role>,
    /// Only in this channel, or in those that begin so: `orders*`. May be repeated.
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub(crate) channel: Vec<ChannelPattern>,
    /// What you call it.
    #[arg(long, default_value = "")]
    pub(crate) label: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListOptions {
    /// The folder of the hub's database [default: the one `chapfood hub` uses].
    #[arg(long, value_name = "DIR", visible_alias = "data-dir")]
    pub(crate) data: Option<PathBuf>,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RevokeOptions {
    /// The folder of the hub's database [default: the one `chapfood hub` uses].
    #[arg(long, value_name = "DIR", visible_alias = "data-dir")]
    pub(crate) data: Option<PathBuf>,
    /// Its number, as `chapfood token list` prints it.
    pub(crate) id: i64,
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "subscriber, publisher or admin".into())
}

fn pattern(text: &str) -> Result<ChannelPattern, String> {
    ChannelPattern::parse(text)
        .ok_or_else(|| "a channel's name, or the beginning of names and then `*`".into())
}
