//! `ringbook key`: makes keys.

use clap::Subcommand;

use super::say;
use crate::{clock::Clock, config::secret};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print a fresh key for `SECRET_KEY`
    Secret,
}

pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Secret => say(secret::text_of(&Clock::system().random()))?,
    }
    Ok(())
}
