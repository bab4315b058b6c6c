use std::path::PathBuf;

use clap::Parser;

/// The notification center for shop and restaurant computers.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "chapfood-notifications", version)]
pub(crate) struct Options {
    /// Start in the tray, without a window.
    #[arg(long)]
    pub(crate) hidden: bool,

    /// Host the hub on this port of this computer, and listen to it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) hub_port: Option<u16>,

    /// Keep everything in this folder instead of the user's own.
    #[arg(long, value_name = "DIR", env = "CHAPFOOD_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}
