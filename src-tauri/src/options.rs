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

    /// Do not ask at the very first start how this computer gets its notifications: host the hub. So does --hub-port.
    #[arg(long)]
    pub(crate) no_questions: bool,

    /// Keep everything in this folder instead of the user's own.
    #[arg(long, value_name = "DIR", env = "CHAPFOOD_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

impl Options {
    /// Whether the very first start asks how this computer gets its notifications.
    pub(crate) fn asks_first(&self) -> bool {
        !self.no_questions && self.hub_port.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_says_which_hub_is_asked_nothing() {
        let asks = |args: &[&str]| Options::parse_from([&["app"], args].concat()).asks_first();
        assert!(asks(&[]));
        assert!(
            asks(&["--hidden"]),
            "a computer may have been set up to start with the app, and never asked"
        );
        assert!(!asks(&["--no-questions"]));
        assert!(!asks(&["--hub-port", "8001"]));
    }
}
