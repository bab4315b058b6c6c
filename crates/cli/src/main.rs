//! The program `chapfood`: a hub without a desktop, and the commands that talk to one.
#![allow(clippy::print_stderr, reason = "a command line program tells a person what goes on")]

mod admin;
mod args;
mod ask;
mod data;
mod failure;
mod find;
mod host;
mod listen;
mod output;
mod pair;
mod plain;
mod reach;
mod send;
mod stop;
mod token;
mod words;

use std::process::ExitCode;

use args::{Args, Command};
use chapfood_client::LOG_GUARD;
use clap::Parser;
use failure::Failure;
use tokio::runtime::Builder;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args.command) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has seen enough of it: nothing went wrong.
        Err(Failure::OutputClosed) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("chapfood: {}", plain::line(&failure.to_string()));
            failure.code()
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    // A hub is a service and logs what it does; the others say themselves what a person needs to know.
    let (level, mut runtime) = match command {
        Command::Hub(_) => ("info", Builder::new_multi_thread()),
        _ => ("off", Builder::new_current_thread()),
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let filter = filter.add_directive(LOG_GUARD.parse().map_err(anyhow::Error::from)?);
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = runtime.enable_all().build().map_err(anyhow::Error::from)?;
    runtime.block_on(async {
        match command {
            Command::Hub(options) => host::run(options).await,
            Command::Find(options) => find::run(options).await,
            Command::Backup(options) => host::backup(options),
            Command::Restore(options) => host::restore(options),
            Command::Send(options) => send::run(options).await,
            Command::Listen(options) => listen::run(options).await,
            Command::Channels(options) => ask::channels(options).await,
            Command::Stats(options) => ask::stats(options).await,
            Command::Token(command) => token::run(command),
            Command::Audit(options) => token::audit(options),
            Command::Pair(options) => pair::run(options).await,
        }
    })
}
