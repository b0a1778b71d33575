//! `ringbook load`: many calls at once, and what they cost, as one line of JSON.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::ensure;
use clap::Args;
use reqwest::Url;

use super::{
    phone::Phone,
    say,
    talk::{input, script_of},
};
use crate::{
    call::rehearsal::Turn,
    config::Config,
    softphone::{
        caller,
        load::{self, Plan, Target},
    },
};

/// What `--help` says before the options.
pub(super) const ABOUT: &str = concat!(
    "Call a running server many times at once, in real time, and print what it costs as one line of JSON. Callers say the ",
    "same lines over and over, or play a script and call again when it is over. Calls begin evenly over a few seconds; ten ",
    "seconds later, when all have had a first answer, it is measured.\n\n",
    "All traffic goes to the address given, so give one of your own. On a machine with several cores, give the server and ",
    "the load one each (`taskset`). `--floor` calls a server that speaks only the socket, such as examples/floor.rs, to ",
    "compare with. The exit code is 1 if any call failed.",
);

/// Asks that change nothing, so that it can go on for as long as it must.
const QUESTIONS: &str =
    "How much is a vaccination?\nHow long does a check-up take?\nHow much is a blood test?";

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    phone: Phone,

    /// How many calls at once
    #[arg(long, value_name = "N", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    calls: u32,

    /// How long it is measured
    #[arg(long, value_name = "S", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,

    /// Over how many seconds the calls begin
    #[arg(long, value_name = "S", default_value_t = 5,
          value_parser = clap::value_parser!(u64).range(0..=600))]
    ramp: u64,

    /// The server's process, whose time on the processor and memory are measured
    #[arg(long, value_name = "PID")]
    pid: Option<u32>,

    /// What every caller says, in place of questions that change nothing: the same as `ringbook talk --script`
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// Call a bare socket, like `ws://127.0.0.1:9100`, in place of a telephone number
    #[arg(long, value_name = "URL")]
    floor: Option<Url>,

    /// A call has made a booking when the agent says this
    #[arg(long, value_name = "WORDS", default_value = "You're booked")]
    booked: String,
}

/// One after the other, without an end.
fn questions() -> anyhow::Result<Vec<Turn>> {
    let lines = QUESTIONS
        .lines()
        .filter_map(|line| input::parse(line).transpose());
    Ok(lines.collect::<Result<_, _>>()?)
}

pub(super) async fn run(config: &Config, options: &Options) -> anyhow::Result<ExitCode> {
    let target = match &options.floor {
        Some(url) => {
            ensure!(
                matches!(url.scheme(), "ws" | "wss"),
                "--floor begins with ws:// or wss://"
            );
            Target::Socket(url.clone())
        }
        None => Target::Phone(Box::new(options.phone.line(config)?)),
    };
    let script = options.script.as_deref().map(Some).map(script_of);
    let turns = match script.transpose()?.flatten() {
        Some(text) => input::script(&text)?,
        None => questions()?,
    };
    let plan = Plan {
        target,
        turns: turns.into_iter().map(caller::Turn::from).collect(),
        again: options.script.is_none(),
        calls: options.calls,
        ramp: Duration::from_secs(options.ramp),
        length: Duration::from_secs(options.seconds),
        pid: options.pid,
        booked: options.booked.clone(),
    };
    let report = load::run(&Phone::operator(config)?, &plan).await;
    say(serde_json::to_string(&report)?)?;
    Ok(if report.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
