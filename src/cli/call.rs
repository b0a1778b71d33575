//! `ringbook call`: the telephone in the terminal. What the caller types or plays goes to a running server as Twilio would bring it.

use std::{
    fs,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, anyhow};
use clap::Args;
use reqwest::StatusCode;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc::{self, Receiver},
    time::Instant,
};

use super::{
    phone::Phone,
    say,
    talk::{input, screen::Screen, script_of, typed::lines_of_stdin},
};
use crate::{
    call::{rehearsal::When, timer::Ms},
    config::Config,
    softphone::{
        Caller, Ended, Failed, Told,
        caller::{Act, Turn},
        sound::Utterance,
        tally::Tally,
        webhook::Unanswered,
    },
};

/// What `--help` says before the options.
pub(super) const ABOUT: &str = concat!(
    "Call a running server as Twilio would: it asks the voice webhook, opens the media stream, sends twenty milliseconds of ",
    "sound at a time, plays what comes back, and shows who says what. Without options it calls the demo business on this ",
    "machine: start `ringbook` in another terminal first.\n\n",
    "Words travel in the sound as text, so the server needs neither ears nor a voice for them; it must be set to typed ",
    "speech, as it is from the start. Type what you say, and press Enter. A line typed while the agent speaks interrupts it. ",
    "Ctrl-D hangs up. A line, here or in a script, is one of these:\n\n",
    "  any words     the caller says them\n",
    "  #123          presses these keys of the telephone (0 to 9, * and #)\n",
    "  /silence      says nothing until the agent speaks up\n",
    "  /cough        makes a sound without words\n",
    "  /over WORDS   says the words while the agent is talking\n",
    "  /hangup       hangs up\n",
    "  # words       a note for the reader; does nothing",
    "\n\nIn a script, and in what is piped in, the caller speaks when the agent is done, and hangs up at the end. The exit code ",
    "is 1 if nobody answered, or the call could not be followed to its end.\n\n",
    "The phone signs what it asks with TWILIO_AUTH_TOKEN, so give it the same as the server; without one it signs nothing, ",
    "which a server on this machine that has none allows.",
);

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    phone: Phone,

    /// Play this script; `-` reads it from standard input
    #[arg(long, value_name = "FILE", conflicts_with = "audio")]
    script: Option<PathBuf>,

    /// Play these sounds, one each time that the agent is done: WAV with one channel, 16-bit PCM with 8,000 or 16,000 samples a
    /// second or mu-law with 8,000; or bare mu-law in a file called .ulaw
    #[arg(long, value_name = "FILE", num_args = 1..)]
    audio: Vec<PathBuf>,

    /// Hang up after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    at_most: u64,

    /// Show every request, mark and clear, and how the sound was paced
    #[arg(short, long)]
    verbose: bool,
}

pub(super) async fn run(config: &Config, options: &Options) -> anyhow::Result<ExitCode> {
    let line = options.phone.line(config)?;
    let operator = Phone::operator(config)?;
    let screen = Arc::new(Mutex::new(Screen::new()));
    let mut caller = caller(options, &screen)?;
    let tally = Mutex::new(Tally::default());
    see(&screen).aside(&format!(
        "{} calls {} at {}",
        line.from, line.to, line.incoming
    ));
    let until = Instant::now() + Duration::from_secs(options.at_most);
    let mut watch = |told: Told<'_>| show(&mut see(&screen), told, options.verbose);
    let ended = line
        .call(&operator, &mut caller, &tally, &mut watch, Some(until))
        .await;
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    if options.verbose {
        report(&tally)?;
    }
    for kind in tally.failures.keys() {
        see(&screen).aside(kind);
    }
    let ended = ended.map_err(|error| match advice(&error) {
        Some(advice) => anyhow!(advice),
        None => error.into(),
    })?;
    say(format_args!("\n-- the call is over: {}", words(ended)))?;
    Ok(if ended == Ended::Rejected {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// What the caller can do about it.
fn advice(failed: &Failed) -> Option<String> {
    let Failed::Webhook { url, why } = failed else {
        return None;
    };
    match why {
        Unanswered::NoConnection => Some(format!(
            "no server answers at {url}: start it with `ringbook serve`, or say where it is with --to"
        )),
        Unanswered::Status(StatusCode::FORBIDDEN) => Some(format!(
            "the server doesn't believe the signature: set TWILIO_AUTH_TOKEN to the server's, and --to to its PUBLIC_URL, not {url}"
        )),
        _ => None,
    }
}

fn words(ended: Ended) -> &'static str {
    match ended {
        Ended::CallerHungUp => "you hung up",
        Ended::ServerHungUp => "the server hung up",
        Ended::Rejected => "nobody answered; does a business here have that number?",
        Ended::RanOut => "the server's document ran out, so Twilio hung up",
    }
}

fn report(tally: &Tally) -> anyhow::Result<()> {
    let pacing = tally.pacing.figures();
    let answers = tally.answers.figures();
    say(format_args!(
        "\n{} frames sent, {} received; {} marks, {} clears\n\
         sound of the agent, late: half {} ms, 99 of 100 {} ms, worst {} ms\n\
         answers after your last sound: half {} ms, worst {} ms",
        tally.sent,
        tally.received,
        tally.marks,
        tally.clears,
        pacing.p50,
        pacing.p99,
        pacing.max,
        answers.p50,
        answers.max,
    ))?;
    Ok(())
}

fn show(screen: &mut Screen, told: Told<'_>, verbose: bool) {
    match told {
        Told::AgentSays(text) => screen.agent_says(text),
        Told::AgentSaid(_) => screen.agent_says(" "),
        Told::AgentStopped => screen.agent_stops(),
        Told::AgentListens => screen.asks_for_input(),
        Told::CallerSays(text) => screen.caller_says(text),
        Told::CallerPresses(key) => screen.caller_said(&format!("#{key}")),
        Told::Announced(text) => screen.aside(&format!("(Twilio says: {text})")),
        Told::Rings(number) => screen.aside(&format!("(it would ring at {number} now)")),
        Told::TakesMessage => screen.aside("(Twilio would record a message now)"),
        Told::Detail(text) if verbose => screen.aside(&text.to_string()),
        Told::Detail(_) => {}
    }
}

/// What is on the screen stands, even if whoever wrote there has died.
fn see(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn caller(options: &Options, screen: &Arc<Mutex<Screen>>) -> anyhow::Result<Caller> {
    if !options.audio.is_empty() {
        return Ok(Caller::with_script(sounds(&options.audio)?));
    }
    match script_of(options.script.as_deref())? {
        Some(text) => {
            let turns = input::script(&text)?;
            let turns = turns.into_iter().map(Turn::from);
            Ok(Caller::with_script(turns.collect()))
        }
        None => Ok(Caller::live(typed(Arc::clone(screen))?)),
    }
}

fn sounds(files: &[PathBuf]) -> anyhow::Result<Arc<[Turn]>> {
    let mut turns = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let sound = fs::read(file).with_context(|| format!("{name} can't be read"))?;
        let sound = Utterance::file(&name, &sound).with_context(|| name.clone())?;
        turns.push(Turn {
            act: Act::Says(Arc::new(sound)),
            when: When::default(),
        });
    }
    turns.push(Turn {
        act: Act::HangsUp,
        when: When::AgentListensFor(Ms::from_seconds(2)),
    });
    Ok(turns.into())
}

/// What is typed, until Ctrl-D or Ctrl-C.
fn typed(screen: Arc<Mutex<Screen>>) -> anyhow::Result<Receiver<Turn>> {
    let mut interrupt = signal(SignalKind::interrupt()).context("Ctrl-C can't be heard")?;
    let mut lines = lines_of_stdin();
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(async move {
        loop {
            let line = tokio::select! {
                line = lines.recv() => line,
                _ = interrupt.recv() => None,
            };
            let Some(line) = line else { return };
            see(&screen).was_answered();
            match input::parse(&line) {
                Ok(Some(turn)) => {
                    if sender.send(turn.into()).await.is_err() {
                        return;
                    }
                }
                Ok(None) => {}
                Err(error) => see(&screen).aside(&error.to_string()),
            }
        }
    });
    Ok(receiver)
}
