use std::process::ExitCode;

use chapfood_hub::HubError;

use crate::words;

/// Why a command did not do what it was asked. Its text is one line for a person; its code is for scripts.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The hub's words.
    #[error("{}", words::refused(.0))]
    Refused(String),
    #[error("{0}")]
    Usage(String),
    #[error("{}", words::unreachable(.0))]
    Unreachable(String),
    #[error("{}", words::none_found())]
    NoneFound,
    #[error("{}", words::unconfirmed())]
    Unconfirmed,
    #[error("{}", words::unanswered(.0))]
    Unanswered(String),
    #[error("{0}")]
    Host(#[from] HubError),
    /// Not a fault: `chapfood listen | head` ends like this.
    #[error("nobody reads the output any more")]
    OutputClosed,
    #[error("{}", words::output(.0))]
    Output(std::io::Error),
    #[error("{0:#}")]
    System(#[from] anyhow::Error),
}

impl Failure {
    /// The exit code, as `chapfood --help` lists them.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::OutputClosed => 0,
            Self::Refused(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) | Self::NoneFound => 3,
            Self::Unconfirmed | Self::Unanswered(_) => 4,
            Self::Host(_) => 5,
            Self::Output(_) | Self::System(_) => 6,
        })
    }
}
