use std::path::PathBuf;

use super::{Limit, Target};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The hub has to run on this computer, with --lan. The code lives for 10 minutes, may be tried 5 times, and is good for
one computer; Ctrl-C takes it back. Without a token of an administrator one is made for the time that this takes: who
can write the hub's folder is its owner.

Examples:
  chapfood pair
  sudo -u chapfood chapfood pair --data /var/lib/chapfood")]
pub(crate) struct PairOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// The folder of the hub's database [default: the one `chapfood hub` uses].
    #[arg(long, value_name = "DIR", visible_alias = "data-dir")]
    pub(crate) data: Option<PathBuf>,
}
