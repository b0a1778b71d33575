//! `ringbook talk`: a call in the terminal, with a person or a script as the caller, over the real desk.
//!
//! Only what the caller types and sees is its business. The call is the same as over a telephone.

pub(super) mod input;
mod report;
pub(super) mod screen;
pub(super) mod typed;

use std::{
    fs,
    io::{self, IsTerminal, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use clap::Args;
use screen::Screen;
use tokio::signal::unix::{SignalKind, signal};
use typed::Typed;

use super::{business, seed::plant_demo_if_empty};
use crate::{
    app::App,
    call::{
        action::{Action, Who},
        driver::{Beginning, CallClock, Driver, Ended, Ground, Line, Scripted},
        event::Event,
        lines::Lines,
        live::Live,
        machine::Call,
        rehearsal::{Caller, Turn},
        timer::Ms,
        turn::Pauses,
    },
    clock::Clock,
    config::Config,
    desk::{By, NewCall},
    domain::{Actor, Business, CallChannel, PhoneNumber},
};

/// The number that is called from if nobody says another: one that belongs to nobody.
pub(super) const SOMEBODY: &str = "+14155550134";
/// How long people take for a letter.
const LETTER: u64 = 60;

/// What `--help` says before the options.
pub(super) const ABOUT: &str = concat!(
    "Play the caller: type what you say, and press Enter. Bookings are real. On an empty database the demo business answers.\n\n",
    "Enter alone lets the agent go on: its words are over at once, or the silence after them is. A line typed while it speaks ",
    "interrupts it. Ctrl-D hangs up. A line, here or in a script, is one of these:\n\n",
    "  any words     the caller says them\n",
    "  #123          presses these keys of the telephone (0 to 9, * and #)\n",
    "  /silence      says nothing until the agent speaks up\n",
    "  /cough        makes a sound without words\n",
    "  /over WORDS   says the words while the agent is talking\n",
    "  /hangup       hangs up\n",
    "  # words       a note for the reader; does nothing",
    "\n\nA script, and what is piped in, is played as fast as it can be: the caller speaks when the agent is done, and hangs up ",
    "at the end.",
);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Which business answers: its name or id [default: the only one]
    #[arg(long, value_name = "NAME|ID")]
    business: Option<String>,

    /// The number you call from, or `withheld`
    #[arg(long, value_name = "NUMBER", default_value = SOMEBODY, value_parser = number)]
    caller: Calling,

    /// When the call is: `2026-03-02 14:30` as the business's clock shows it, or a time with its offset
    #[arg(long, value_name = "TIME")]
    now: Option<String>,

    /// Play this script; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// Write the call's journal here, for `ringbook replay`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// How many times as fast as people talk
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=60))]
    speed: u8,
}

/// Where a call comes from; nothing where the number is withheld.
#[derive(Debug, Clone)]
struct Calling(Option<PhoneNumber>);

fn number(text: &str) -> Result<Calling, crate::domain::Invalid> {
    if text == "withheld" {
        return Ok(Calling(None));
    }
    PhoneNumber::new(text).map(|number| Calling(Some(number)))
}

pub(super) async fn run(config: Config, options: &Options) -> anyhow::Result<()> {
    let script = match script_of(options.script.as_deref())? {
        Some(text) => Some(input::script(&text)?),
        None => None,
    };
    let lines = Lines::english().context("the agent's lines can't be used")?;
    let clock = if script.is_some() || options.now.is_some() {
        Clock::set_to(Clock::system().now())
    } else {
        Clock::system()
    };
    let app = App::start(config, clock.clone()).await?;
    plant_demo_if_empty(&app.config, &app.db, &Clock::system()).await?;
    let id = business::called(&app.db, options.business.as_deref()).await?;
    let house = By {
        business_id: id,
        actor: Actor::SYSTEM,
    };
    let desk = app.desk();
    let business = desk.business(house).await?;
    if let Some(text) = &options.now {
        clock.advance(time(text, business.zone)? - clock.now());
    }
    let ground = Ground {
        desk: desk.clone(),
        providers: app.providers(),
        lines: Arc::new(lines),
        pauses: Pauses::default(),
        metrics: app.metrics.clone(),
    };
    let new = NewCall {
        channel: CallChannel::Terminal,
        caller: options.caller.0.clone(),
        dialled: None,
        outside_id: None,
        started_at: clock.now(),
    };
    greet(&business, options, &clock, script.is_some());
    let beginning = ground.begin(&Live::new(1), id, new).await?;
    let claim = beginning.claim;
    let driven = match script {
        Some(turns) => Box::pin(play(&ground, beginning, turns, clock)).await,
        None => Box::pin(listen(&ground, beginning, options.speed)).await?,
    };
    if driven == Ended::Gone {
        bail!("the call was taken over by another node");
    }
    report::print(&desk, &business, claim).await?;
    if app.config.is_local() {
        // Where a server runs beside this, it may have been faster, and the text stands on its terminal.
        app.worker().drain().await?;
    }
    if let Some(file) = &options.record {
        report::record(&desk, house, claim, file).await?;
    }
    app.db.close().await;
    Ok(())
}

/// As fast as it can be.
async fn play(ground: &Ground, beginning: Beginning, turns: Vec<Turn>, wall: Clock) -> Ended {
    let line = Told {
        line: Scripted::new(Caller::new(turns)),
        screen: Screen::new(),
    };
    let clock = CallClock::virtual_beside(wall);
    Driver::new(ground, beginning, line, clock).run().await
}

/// To a person, as time passes.
async fn listen(ground: &Ground, beginning: Beginning, speed: u8) -> anyhow::Result<Ended> {
    let interrupt = signal(SignalKind::interrupt()).context("Ctrl-C can't be heard")?;
    let clock = CallClock::real();
    let letter = Ms(LETTER / u64::from(speed));
    let line = Typed::new(clock.clone(), letter, interrupt);
    Ok(Driver::new(ground, beginning, line, clock).run().await)
}

/// What is piped in is a script: nobody is there to wait for.
pub(super) fn script_of(file: Option<&Path>) -> anyhow::Result<Option<String>> {
    match file {
        Some(file) if file != Path::new("-") => fs::read_to_string(file)
            .map(Some)
            .with_context(|| format!("{} can't be read", file.display())),
        None if io::stdin().is_terminal() => Ok(None),
        _ => {
            let mut text = String::new();
            io::stdin()
                .read_to_string(&mut text)
                .context("standard input can't be read as text")?;
            Ok(Some(text))
        }
    }
}

fn time(text: &str, zone: Tz) -> anyhow::Result<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    let local = text.replacen('T', " ", 1);
    let local = NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M")
        .with_context(|| format!("`{text}` is no time; write one like `2026-03-02 14:30`"))?;
    let at = zone.from_local_datetime(&local).earliest();
    Ok(at
        .with_context(|| format!("the clocks of {zone} never show {text}"))?
        .to_utc())
}

fn greet(business: &Business, options: &Options, clock: &Clock, scripted: bool) {
    let mut screen = Screen::new();
    let now = clock.now().with_timezone(&business.zone);
    let from = options.caller.0.as_ref();
    let from = from.map_or_else(|| "a withheld number".to_owned(), ToString::to_string);
    screen.aside(&format!(
        "{}, {} ({}). You call from {from}.",
        business.name,
        now.format("%A %-d %B %Y, %H:%M"),
        business.zone,
    ));
    if !scripted {
        screen.aside(
            "Type what you say and press Enter. Enter alone skips ahead, Ctrl-D hangs up, `--help` tells the rest.\n",
        );
    }
}

/// A line whose talk is shown as it was heard.
#[derive(Debug)]
struct Told<L> {
    line: L,
    screen: Screen,
}

impl<L: Line> Line for Told<L> {
    fn take(&mut self, at: Ms, action: &Action) {
        match action {
            Action::Transcript {
                who: Who::Agent,
                text,
            }
            | Action::Finish {
                heard: Some(text), ..
            } => self.screen.agent_said(text),
            Action::Transcript {
                who: Who::Caller,
                text,
            } => self.screen.caller_said(text),
            Action::Transfer { number, .. } => self
                .screen
                .aside(&format!("(the call would ring at {number} now)")),
            _ => {}
        }
        self.line.take(at, action);
    }

    fn settled(&mut self, at: Ms, call: &Call) {
        self.line.settled(at, call);
    }

    fn deadline(&self) -> Option<Ms> {
        self.line.deadline()
    }

    fn fire(&mut self, at: Ms) -> Option<Event> {
        self.line.fire(at)
    }
}
