//! A recorded call's caller and world, let loose on the machine as it is now, in virtual time.
//!
//! It decides nothing: the line, the world, the caller and the call's own timers each say when they are next due, and the
//! earliest goes first.

use serde::Serialize;
use uuid::Uuid;

use super::{
    Fault, House, Manners, Step,
    explain::Names,
    format::{Fixture, Local, Recorded},
    world::{Entry, Message, Status, World},
};
use crate::{
    call::{
        action::Action,
        event::{Event, KnownCustomer, Started},
        machine::Call,
        rehearsal::{Agent, Caller, Line},
        timer::Ms,
    },
    domain::{CallId, Name, PhoneNumber},
};

/// More happens in no call: what goes on for longer goes round in circles.
const MOST_STEPS: usize = 20_000;

/// What came of it.
#[derive(Debug, Clone)]
pub struct Run {
    pub steps: Vec<Step>,
    /// The same, as it is written down, with what is in the book at the end.
    pub recorded: Vec<Recorded>,
    pub names: Names,
}

/// Plays the call. A fault is the recording's: what it speaks of isn't there.
pub fn drive(manners: &Manners, fixture: &Fixture, house: House) -> Result<Run, Fault> {
    let started = started(fixture, &house)?;
    let names = Names::of(&started.business);
    let mut stage = Stage {
        call: Call::with_pauses(manners.lines.clone(), manners.pauses),
        line: Line::default(),
        caller: Caller::new(fixture.caller.iter().map(|turn| turn.is.clone())),
        world: World::new(fixture, house)?,
        now: Ms::ZERO,
        steps: Vec::new(),
    };
    stage.happens(Event::Started(Box::new(started)));
    while stage.steps.len() < MOST_STEPS && stage.step() {}
    let unsaid = fixture.caller.len() - stage.caller.rest().count();
    if let Some(turn) = fixture.caller.get(unsaid) {
        let problem = "the call is over before the caller comes to this";
        return Err(Fault::new(turn.line, problem));
    }
    let recorded = stage
        .record()
        .map_err(|problem| Fault::new(1, format!("what came of it can't be written: {problem}")))?;
    Ok(Run {
        steps: stage.steps,
        recorded,
        names,
    })
}

fn started(fixture: &Fixture, house: &House) -> Result<Started, Fault> {
    let setup = &fixture.setup;
    let at = setup
        .now
        .instant(house.zone)
        .ok_or_else(|| Fault::new(2, "`now` is a time that the house's clock skips"))?;
    let mut business = house.briefing();
    business.open = !setup.closed;
    business.on_unknown = setup.on_unknown.unwrap_or(business.on_unknown);
    if let Some(switches) = setup.switches()? {
        business.switches = switches;
    }
    Ok(Started {
        call: CallId(Uuid::from_u128(1)),
        at,
        seed: setup.seed,
        caller: setup.caller.clone(),
        customer: setup.customer.clone().map(|name| KnownCustomer { name }),
        business,
    })
}

struct Stage {
    call: Call,
    line: Line,
    caller: Caller,
    world: World,
    now: Ms,
    steps: Vec<Step>,
}

/// Who is next, and of two at once who goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Line,
    World,
    Caller,
    Timer,
}

impl Stage {
    fn step(&mut self) -> bool {
        let over = self.call.is_over();
        let due = [
            (self.line.deadline().filter(|_| !over), Next::Line),
            (self.world.deadline(), Next::World),
            (self.caller.deadline().filter(|_| !over), Next::Caller),
            (self.call.deadline().map(|(due, _)| due), Next::Timer),
        ];
        let next = due
            .into_iter()
            .filter_map(|(due, who)| Some((due?, who)))
            .min();
        let Some((due, who)) = next else {
            return false;
        };
        self.now = self.now.max(due);
        let event = match who {
            Next::Line => self.line.fire(self.now),
            Next::World => self.world.fire(self.now),
            Next::Caller => self.caller.fire(self.now),
            Next::Timer => self
                .call
                .deadline()
                .map(|(_, timer)| Event::Timer { timer }),
        };
        if let Some(event) = event {
            self.happens(event);
        }
        true
    }

    fn happens(&mut self, event: Event) {
        let mut gave = Vec::new();
        self.call.handle(self.now, event.clone(), &mut gave);
        for action in &gave {
            self.line.take(self.now, action);
            self.world.take(self.now, action);
        }
        self.steps.push(Step {
            at: self.now,
            on: event,
            gave,
        });
        let agent = Agent::now(self.now, &self.call, &self.line);
        self.caller.hears(self.now, agent);
    }

    fn record(&self) -> Result<Vec<Recorded>, serde_json::Error> {
        let steps = self.steps.iter().filter(|step| is_telling(step));
        let zone = self.world.house.zone;
        let mut book: Vec<&Entry> = self.world.book.iter().collect();
        book.sort_by_key(|entry| (entry.slot.starts_at, entry.id.0));
        let kept = book.iter().filter(|entry| entry.status == Status::Held);
        let booked = book.iter().filter(|entry| entry.status != Status::Held);
        let mut rows = Vec::new();
        for step in steps {
            rows.push(recorded(&StepRow::of(step))?);
        }
        for entry in booked {
            rows.push(recorded(&EntryRow {
                booking: Some(in_words(entry.status)),
                ..EntryRow::of(entry, &self.world.house, zone)
            })?);
        }
        for entry in kept {
            rows.push(recorded(&EntryRow {
                kept: Some(true),
                ..EntryRow::of(entry, &self.world.house, zone)
            })?);
        }
        for Message { name, phone, text } in &self.world.messages {
            rows.push(recorded(&MessageRow {
                message: text,
                name: name.as_ref(),
                phone: phone.as_ref(),
            })?);
        }
        Ok(rows)
    }
}

/// That sound was taken, played or cut short, and that nothing came of it, goes without saying.
fn is_telling(step: &Step) -> bool {
    let mechanics = matches!(
        step.on,
        Event::Sent { .. } | Event::Mark { .. } | Event::Timer { .. }
    );
    !mechanics || !step.gave.is_empty()
}

fn recorded(row: &impl Serialize) -> Result<Recorded, serde_json::Error> {
    Ok(Recorded {
        text: serde_json::to_string(row)?,
        value: serde_json::to_value(row)?,
    })
}

/// A step without the snapshot of the business: the house's file has it.
#[derive(Serialize)]
struct StepRow<'a> {
    at: Ms,
    on: Happened<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    gave: &'a [Action],
}

#[derive(Serialize)]
#[serde(untagged)]
enum Happened<'a> {
    Named { event: &'static str },
    Whole(&'a Event),
}

impl<'a> StepRow<'a> {
    fn of(step: &'a Step) -> Self {
        let on = match &step.on {
            Event::Started(_) => Happened::Named { event: "started" },
            Event::Resumed(_) => Happened::Named { event: "resumed" },
            event => Happened::Whole(event),
        };
        Self {
            at: step.at,
            on,
            gave: &step.gave,
        }
    }
}

#[derive(Serialize)]
struct EntryRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    booking: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<bool>,
    service: Option<&'a Name>,
    staff: Option<&'a Name>,
    starts_at: Local,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a PhoneNumber>,
}

impl<'a> EntryRow<'a> {
    fn of(entry: &'a Entry, house: &'a House, zone: chrono_tz::Tz) -> Self {
        Self {
            booking: None,
            kept: None,
            service: house.card(entry.service).map(|card| &card.name),
            staff: house.name_of(entry.slot.staff),
            starts_at: Local::of(entry.slot.starts_at, zone),
            name: entry.name.as_ref(),
            phone: entry.phone.as_ref(),
        }
    }
}

fn in_words(status: Status) -> &'static str {
    match status {
        Status::Held => "held",
        Status::Tentative => "tentative",
        Status::Booked => "booked",
        Status::Cancelled => "cancelled",
    }
}

#[derive(Serialize)]
struct MessageRow<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a PhoneNumber>,
}
