mod pair;
mod token;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chapfood_client::Fingerprint;
use chapfood_protocol::{NotificationType, Rate};
use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, Subcommand};
use serde_json::{Map, Value};

pub(crate) use self::pair::PairOptions;
pub(crate) use self::token::{CreateOptions, ListOptions, RevokeOptions, TokenCommand};
use crate::data;

/// ChapFood notifications on the command line.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done (also: stopped by Ctrl-C or SIGTERM, or nobody reads the output any more)
  1  refused by the hub, whose words are on stderr
  2  the command line is wrong
  3  the hub was not reached, or none was found, within the time limit
  4  the hub did not confirm or answer: a notification may have been sent or not
  5  the hub could not be started: the port is taken, or its database cannot be used
  6  the system failed: the output could not be written, or there is no memory or thread left

Messages are in French if LANG starts with `fr`, else in English. RUST_LOG=debug shows what goes on.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a hub until Ctrl-C or SIGTERM.
    Hub(HubOptions),
    /// Print the hubs that announce themselves on this network.
    Find(FindOptions),
    /// Copy a hub's database to a file; the hub may be running.
    Backup(BackupOptions),
    /// Put a copy back as the hub's database; the hub must be stopped.
    Restore(RestoreOptions),
    /// Send a notification and print its id once it is on the hub's disk.
    Send(SendOptions),
    /// Print notifications as they come, for ever.
    Listen(ListenOptions),
    /// Print the channels somebody is in.
    Channels(AskOptions),
    /// Print the hub's figures.
    Stats(AskOptions),
    /// Give out, list and withdraw the tokens by which programs and devices come in.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Pair another computer with a hub that runs here: shows a code and a link, and asks before it is let in.
    Pair(PairOptions),
    /// Print what happened at the hub's doors: tokens given out and withdrawn, and who was refused.
    Audit(ListOptions),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints `hub ready on http://ADDRESS` on stdout once it accepts connections, and logs to stderr.
With --lan and --lan-plain a line for each follows, with the certificate's fingerprint. With --lan it also announces
itself on the network, so that stations find it (mDNS, UDP port 5353).
A second Ctrl-C or SIGTERM does not wait for an orderly stop.

Examples:
  chapfood hub
  chapfood hub --lan --data /var/lib/chapfood --name 'Marais'")]
pub(crate) struct HubOptions {
    /// Where to listen for programs of this computer, which need no token; port 0 picks a free one. On an address of
    /// the network everybody there comes in: for a network on which everybody is trusted.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8001")]
    pub(crate) listen: SocketAddr,
    /// Let other computers in, by TLS and with a token (see `chapfood token`); without an address, on every one of
    /// this computer.
    #[arg(long, value_name = "ADDRESS:PORT", num_args = 0..=1, default_missing_value = "[::]:8002")]
    pub(crate) lan: Vec<SocketAddr>,
    /// The same without TLS, for devices that cannot do it. Whoever listens in on the network reads every
    /// notification and every token.
    #[arg(long, value_name = "ADDRESS:PORT", num_args = 0..=1, default_missing_value = "[::]:8003")]
    pub(crate) lan_plain: Vec<SocketAddr>,
    /// Do not say on the network where the hub is. Stations then have to be told its address, and told anew when it
    /// changes.
    #[arg(long)]
    pub(crate) no_announce: bool,
    /// A web page that may talk to the hub, e.g. https://orders.example. May be repeated.
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub(crate) allow_origin: Vec<String>,
    /// The folder of the hub's database, made if absent [default: ~/.local/share/chapfood-hub, under
    /// $XDG_DATA_HOME if set; on Windows %APPDATA%\chapfood-hub].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The name the hub tells its clients.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// How often an idle client is asked whether it is alive [default: the hub's own, 10000].
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub(crate) ping_interval_ms: Option<Duration>,
    /// How long it may take to answer [default: the hub's own, 5000].
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub(crate) ping_timeout_ms: Option<Duration>,
    /// How long a newcomer may take: to send the head of a request, to agree on TLS, to be let in [default: the hub's
    /// own, 10000].
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub(crate) deadline_ms: Option<Duration>,
    /// How many connections there may be [default: the hub's own, 2000].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_connections: Option<u32>,
    /// How many from one other computer [default: the hub's own, 200].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_per_address: Option<u32>,
    /// Over how many nobody may have been let in yet [default: the hub's own, 100].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_unknown: Option<u32>,
    /// How often one token may send: at once, and on average a second [default: the hub's own, 200/20].
    #[arg(long, value_name = "BURST/PER_SECOND", value_parser = rate)]
    pub(crate) sends: Option<Rate>,
    /// How often one token may join and leave channels [default: the hub's own, 2000/50].
    #[arg(long, value_name = "BURST/PER_SECOND", value_parser = rate)]
    pub(crate) joins: Option<Rate>,
    /// How long notifications are kept, in days. What a subscriber seen within 30 days has not received stays
    /// longer [default: the hub's own, 7].
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) keep_days: Option<u32>,
    /// How large the database may get, in megabytes; beyond it notifications are refused [default: the hub's
    /// own, 2048].
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) quota_mb: Option<u32>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  chapfood backup --data /var/lib/chapfood /media/usb/hub-2026-11-20.sqlite3")]
pub(crate) struct BackupOptions {
    /// The folder of the hub's database [default: the one `chapfood hub` uses].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The copy; it must not exist yet.
    pub(crate) file: PathBuf,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
What was there is kept beside it. Stations notice that the hub's memory is another one, keep what they have and
say that there may be a gap.

Example:
  chapfood restore --data /var/lib/chapfood /media/usb/hub-2026-11-20.sqlite3")]
pub(crate) struct RestoreOptions {
    /// The folder of the hub's database [default: the one `chapfood hub` uses].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The copy, made by `chapfood backup`.
    pub(crate) file: PathBuf,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints a line for each: its name, its id (the first 16 digits of its certificate's fingerprint) and where it may be
reached. Anybody on the network can announce anything: compare the fingerprint before you trust one.")]
pub(crate) struct FindOptions {
    /// How long to listen for answers, in seconds; fractions are fine.
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which hub, and how long to wait for it.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// The hub's address; `http://` may be left out.
    #[arg(long, value_name = "URL", env = "CHAPFOOD_HUB", default_value = "http://127.0.0.1:8001", value_parser = address)]
    pub(crate) hub: String,
    /// A file with the token to show, if the hub asks for one. Or put the token into CHAPFOOD_TOKEN: on the command
    /// line everybody on this computer could read it.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The fingerprint of the hub's certificate, as `chapfood hub --lan` prints it: TLS, and this certificate only.
    #[arg(long, value_name = "SHA-256", env = "CHAPFOOD_FINGERPRINT", value_parser = fingerprint)]
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl Target {
    /// The hub's address; where a certificate is asked for it is one where that can be shown.
    pub(crate) fn address(&self) -> String {
        match self.hub.strip_prefix("http://").filter(|_| self.fingerprint.is_some()) {
            Some(place) => format!("https://{place}"),
            None => self.hub.clone(),
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Limit {
    /// How long to wait for the hub, in seconds; fractions are fine.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) timeout: Duration,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  chapfood send 'Rush de midi' 'Deux renforts en cuisine'
  chapfood send --channel devops --type warning --as Nagios 'Alerte CPU' 'CPU à 90 % sur prod-01' \\
      --data host=prod-01 --data metric=cpu
  chapfood send --channel orders --data '{\"reference\": \"ORD-42\", \"total\": 31.5}' 'Commande' 'ORD-42'")]
pub(crate) struct SendOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// Only to this channel; without it, to everybody.
    #[arg(long)]
    pub(crate) channel: Option<String>,
    /// What it means: info, success, warning or error.
    #[arg(long = "type", value_name = "TYPE", default_value = "info", value_parser = kind)]
    pub(crate) kind: NotificationType,
    /// Data to go with it: a JSON object, or key=value, whose value is sent as a string. May be repeated.
    #[arg(long, value_name = "JSON|KEY=VALUE", value_parser = data::parse)]
    pub(crate) data: Vec<Map<String, Value>>,
    /// A later notification of the channel with the same key takes the place of this one.
    #[arg(long)]
    pub(crate) key: Option<String>,
    /// For how many seconds it is of use: who gets it later gets it without a pop-up.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) ttl: Option<u32>,
    /// The sender's name [default: the hub says `Anonyme`].
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Print the hub's whole answer as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// The title.
    pub(crate) title: String,
    /// The message.
    pub(crate) message: String,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Link changes are told on stderr; a lost hub is tried again for ever.

Examples:
  chapfood listen devops orders
  chapfood listen --user-id caisse-2 orders      # also what came while it was away
  chapfood listen --json --count 1 orders | jq -r .title")]
pub(crate) struct ListenOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Your name, as others see it.
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Your stable id: the hub keeps for it what comes while you are away.
    #[arg(long, value_name = "ID")]
    pub(crate) user_id: Option<String>,
    /// Print one JSON object a line, as on the wire.
    #[arg(long)]
    pub(crate) json: bool,
    /// Stop after so many notifications.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: Option<u64>,
    /// The channels to join. What goes to everybody is printed too.
    #[arg(value_name = "CHANNEL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) channels: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AskOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// Print one JSON object a line, as on the wire.
    #[arg(long)]
    pub(crate) json: bool,
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(millis) if millis > 0 => Ok(Duration::from_millis(millis)),
        _ => Err("a whole number of milliseconds, from 1".into()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|seconds| !seconds.is_zero()).ok_or_else(|| "a number of seconds above 0".into())
}

fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '*', '@', ' ']) => Ok(text.to_owned()),
        _ => Err("where the page comes from, without a path, like https://orders.example".into()),
    }
}

fn rate(text: &str) -> Result<Rate, String> {
    let read = |text: &str| text.parse().ok().filter(|count| *count > 0);
    let rate = text
        .split_once('/')
        .and_then(|(burst, per_second)| Some(Rate { burst: read(burst)?, per_second: read(per_second)? }));
    rate.ok_or_else(|| "two whole numbers from 1, like 200/20".into())
}

fn kind(word: &str) -> Result<NotificationType, String> {
    NotificationType::from_word(word).ok_or_else(|| "info, success, warning or error".into())
}

fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    let digits = text.replace(':', "").to_ascii_lowercase();
    Fingerprint::parse(&digits).map_err(|_| "64 hexadecimal digits, with colons among them or without".into())
}

fn address(text: &str) -> Result<String, String> {
    let address = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let host = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"));
    match host {
        Some(host)
            if !host.is_empty() && !host.starts_with(['/', ':']) && !host.contains(char::is_whitespace) =>
        {
            Ok(address)
        }
        _ => Err("an address like http://127.0.0.1:8001".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn an_address_may_leave_its_scheme_out_and_nothing_else() {
        assert_eq!(address("hub.local:8001").as_deref(), Ok("http://hub.local:8001"));
        assert_eq!(address("https://hub.example").as_deref(), Ok("https://hub.example"));
        for wrong in ["", "ftp://hub", "http://", "http:///x", ":8001", "a b"] {
            assert!(address(wrong).is_err(), "{wrong:?} is the address of nothing");
        }
    }

    #[test]
    fn a_fingerprint_is_read_as_the_hub_prints_it_and_as_a_link_has_it() {
        let printed = ["AB"; 32].join(":");
        assert_eq!(fingerprint(&printed), fingerprint(&"ab".repeat(32)));
        assert!(fingerprint(&printed).is_ok() && fingerprint("AB:CD").is_err());
    }

    #[test]
    fn an_origin_is_one_place_and_never_all() {
        assert!(origin("https://orders.example:8443").is_ok());
        for wrong in ["*", "https://*", "https://orders.example/", "null", "orders.example"] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_rate_is_two_numbers() {
        assert_eq!(rate("200/20"), Ok(Rate { burst: 200, per_second: 20 }));
        for wrong in ["200", "0/20", "20/0", "a/b", "1/2/3", "-1/2"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_limit_is_a_positive_number_of_seconds() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "NaN", "inf", "1e300", "soon"] {
            assert!(seconds(wrong).is_err(), "{wrong} is no time limit");
        }
    }
}
