//! The command line: which command, with which settings, and how it ends. Each command's work is in its own file.

mod business;
mod call;
mod doctor;
mod health;
mod key;
mod load;
mod migrate;
mod openapi;
mod phone;
mod replay;
mod seed;
mod serve;
mod talk;
mod user;

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{config::Config, telemetry};

/// Ringbook answers a business's phone and writes the booking.
///
/// Every setting is a flag and an environment variable; a file `.env` in the working directory is read first.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests; what happens when no command is given
    Serve,
    /// Bring the database up to date, and stop
    Migrate,
    /// Fill the database with the demo business, or with many bookings to measure with
    Seed(seed::Options),
    /// Check database, key, clock and addresses, and say what to fix
    Doctor,
    /// Ask the server on this machine whether it answers
    Health,
    /// Print the API's document, OpenAPI 3.1
    Openapi,
    /// Play recorded calls again, and show what comes out differently
    Replay(replay::Options),
    /// Make a call in the terminal, with yourself or a script as the caller
    #[command(long_about = talk::ABOUT)]
    Talk(talk::Options),
    /// Call a running server as Twilio would, with you or a script as the caller
    #[command(long_about = call::ABOUT)]
    Call(call::Options),
    /// Call a running server many times at once, and print what it costs as one line of JSON
    #[command(long_about = load::ABOUT)]
    Load(load::Options),
    /// Let people log in
    #[command(subcommand)]
    User(user::Command),
    /// Make a key: to sign logins with, or for a program that uses the API
    #[command(subcommand)]
    Key(key::Command),
}

/// The program. It is no `async fn` because `.env` is read before there is a second thread.
pub fn main() -> ExitCode {
    // The only choice of cryptography is made here; if it was made before, it was the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = match read_env_file() {
        Ok(()) => Cli::parse(),
        Err(error) => return failed(&error),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the program's threads could not be started");
    match runtime.and_then(|runtime| runtime.block_on(run(cli))) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli { command, config } = cli;
    let log = match (&command, config.log.as_str()) {
        // A conversation on the terminal is read better without a log in it.
        (Some(Command::Talk(_)), "info") => "warn",
        (_, log) => log,
    };
    telemetry::start(log, config.log_format)?;
    match command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(config).await?,
        Command::Migrate => migrate::run(&config).await?,
        Command::Seed(options) => seed::run(&config, &options).await?,
        Command::Doctor => return doctor::run(&config).await,
        Command::Health => health::run(&config).await?,
        Command::Openapi => openapi::run()?,
        Command::Replay(options) => return replay::run(&options),
        Command::Call(options) => return call::run(&config, &options).await,
        Command::Load(options) => return load::run(&config, &options).await,
        Command::Talk(options) => talk::run(config, &options).await?,
        Command::User(command) => user::run(&config, command).await?,
        Command::Key(command) => key::run(&config, command).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn read_env_file() -> anyhow::Result<()> {
    match dotenvy::dotenv() {
        Err(error) if !error.not_found() => {
            Err(error).context("the file .env could not be read; each line is NAME=value")
        }
        _ => Ok(()),
    }
}

/// The answer of a command: to standard output, where it can be piped. Whoever stops reading (`ringbook seed | head -1`) stops
/// nothing else.
fn say(line: impl Display) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        said => said,
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    // Nobody is left to tell if even this can't be written.
    let _ = writeln!(io::stderr().lock(), "error: {error:#}");
    ExitCode::FAILURE
}

/// For work whose end is not known.
fn spinner(what: &'static str) -> ProgressBar {
    if io::stderr().is_terminal() {
        ProgressBar::new_spinner().with_message(what)
    } else {
        ProgressBar::hidden()
    }
}

/// Shown on a terminal only, so that logs stay free of it.
fn progress(length: u64, what: &'static str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta} left");
    ProgressBar::new(length)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(what)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_setting_may_stand_before_or_after_the_command() {
        for line in [
            ["ringbook", "--log=debug", "migrate"],
            ["ringbook", "migrate", "--log=debug"],
        ] {
            assert_eq!(Cli::try_parse_from(line).unwrap().config.log, "debug");
        }
    }

    #[test]
    fn every_command_and_every_setting_says_what_it_is_for() {
        let mut command = Cli::command();
        command.build();
        let mut todo = vec![command];
        while let Some(command) = todo.pop() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{}", argument.get_id());
            }
            todo.extend(command.get_subcommands().cloned());
        }
    }

    #[test]
    fn every_setting_stands_on_its_page_and_nothing_else() {
        const PAGE: &str = include_str!("../../docs/settings.md");
        let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
        let mut told: Vec<_> = rows.filter_map(|row| row.split('`').next()).collect();
        let command = Cli::command();
        let mut settings: Vec<_> = command
            .get_arguments()
            .filter_map(|argument| argument.get_env()?.to_str())
            .collect();
        told.sort_unstable();
        settings.sort_unstable();
        assert_eq!(told, settings, "docs/settings.md is not what --help says");
    }

    #[test]
    fn help_shows_no_secret_from_the_environment() {
        const SECRETS: [&str; 5] = [
            "database_url",
            "secret_key",
            "twilio_api_secret",
            "twilio_auth_token",
            "twilio_signing_key",
        ];
        for argument in Cli::command().get_arguments() {
            let secret = SECRETS.contains(&argument.get_id().as_str());
            assert_eq!(
                argument.is_hide_env_values_set(),
                secret,
                "{}",
                argument.get_id()
            );
        }
    }
}
