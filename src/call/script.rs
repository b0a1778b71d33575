//! A conversation in virtual time, for tests that read like one: a caller, a telephone line, and a small world that
//! answers the agent's work just as the test wants it.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeZone, Utc};
use uuid::Uuid;

use crate::domain::{
    BookingId, CallId, Money, Name, OnUnknown, PhoneNumber, ServiceId, StaffId, TimeSpan,
    WeeklyHours,
};

use super::{
    action::{Action, Outcome, Who},
    briefing::{Briefing, ServiceCard, StaffCard, Switches},
    event::{Availability, Busy, Event, FoundBooking, KnownCustomer, Refused, Slot, Started},
    lines::Lines,
    machine::Call,
    rehearsal::Line,
    timer::{Ms, Timer},
};

pub(super) const HAIRCUT: ServiceId = ServiceId(Uuid::from_u128(1));
pub(super) const BEARD: ServiceId = ServiceId(Uuid::from_u128(2));
pub(super) const COLOUR: ServiceId = ServiceId(Uuid::from_u128(3));
pub(super) const ADA: StaffId = StaffId(Uuid::from_u128(11));
pub(super) const LEO: StaffId = StaffId(Uuid::from_u128(12));
pub(super) const CALLER: &str = "+12125550134";

pub(super) fn lines() -> Arc<Lines> {
    Arc::new(Lines::english().unwrap())
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// A local time in the summer of the tests: `at("06-02 14:30")`.
pub(super) fn at(text: &str) -> DateTime<Utc> {
    let local = format!("2026-{text}:00");
    let local = chrono::NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M:%S").unwrap();
    let zone = chrono_tz::America::New_York;
    zone.from_local_datetime(&local)
        .earliest()
        .unwrap()
        .with_timezone(&Utc)
}

/// Monday the first of June, ten in the morning.
pub(super) fn started() -> Started {
    let service = |id, called: &str, minutes, price, staff: &[StaffId]| ServiceCard {
        id,
        name: name(called),
        aliases: Vec::new(),
        duration_minutes: minutes,
        price: Some(Money::new(price, "USD").unwrap()),
        staff: staff.to_vec(),
    };
    let open: Vec<TimeSpan> = vec!["09:00-18:00".parse().unwrap()];
    let hours = WeeklyHours::new([
        open.clone(),
        open.clone(),
        open.clone(),
        open.clone(),
        open,
        vec!["10:00-14:00".parse().unwrap()],
        Vec::new(),
    ]);
    Started {
        call: CallId(Uuid::from_u128(7)),
        at: at("06-01 10:00"),
        seed: 0,
        caller: Some(PhoneNumber::new(CALLER).unwrap()),
        customer: None,
        business: Briefing {
            name: name("Corner Barbers"),
            zone: chrono_tz::America::New_York,
            country: crate::language::Country::US,
            hours: hours.unwrap(),
            open: true,
            address: None,
            description: None,
            services: vec![
                service(HAIRCUT, "Haircut", 30, 3500, &[ADA, LEO]),
                service(BEARD, "Beard trim", 15, 1500, &[LEO]),
                service(COLOUR, "Hair colour", 90, 9000, &[ADA]),
            ],
            staff: vec![
                StaffCard {
                    id: ADA,
                    name: name("Ada"),
                    by_phone: true,
                },
                StaffCard {
                    id: LEO,
                    name: name("Leo"),
                    by_phone: true,
                },
            ],
            horizon_days: 60,
            on_unknown: OnUnknown::Open,
            switches: Switches::default(),
        },
    }
}

/// What the world answers; everything is free unless it is said here.
#[derive(Debug, Default, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a test")]
pub(super) struct World {
    pub(super) busy: BTreeMap<DateTime<Utc>, Busy>,
    /// What is offered in place of a busy time, and what a search finds.
    pub(super) free: Vec<Slot>,
    pub(super) unknown: bool,
    /// Somebody else takes the slot between the offer and the yes.
    pub(super) lost: bool,
    pub(super) refuses: Option<Refused>,
    pub(super) tentative: bool,
    pub(super) on_file: Vec<FoundBooking>,
    /// Answers nothing.
    pub(super) silent: bool,
    pub(super) transfer_fails: bool,
    pub(super) answers_after: Ms,
    pub(super) made: u128,
}

impl World {
    fn answer(&mut self, action: &Action) -> Option<Event> {
        if self.silent {
            return None;
        }
        self.made += 1;
        let booking = BookingId(Uuid::from_u128(1000 + self.made));
        let alternatives = self.free.clone();
        Some(match action {
            Action::CheckAvailability {
                id, starts_at, who, ..
            } => {
                let staff = match who {
                    super::draft::StaffWish::Is(staff) => *staff,
                    _ => ADA,
                };
                let answer = match self.busy.get(starts_at) {
                    Some(why) => Availability::Busy {
                        why: *why,
                        alternatives,
                    },
                    None if self.unknown => Availability::Unknown { staff: Some(staff) },
                    None => Availability::Free { staff },
                };
                Event::Availability { id: *id, answer }
            }
            Action::FindSlots { id, windows, .. } => {
                let within = |slot: &Slot| {
                    windows
                        .iter()
                        .any(|w| (w.from()..w.until()).contains(&slot.starts_at))
                };
                let slots = alternatives.into_iter().filter(within).collect();
                Event::SlotsFound { id: *id, slots }
            }
            Action::Hold { id, .. } => Event::Held {
                id: *id,
                hold: booking,
            },
            Action::Book { id, .. } => match self.refuses {
                _ if std::mem::take(&mut self.lost) => Event::BookRefused {
                    id: *id,
                    why: Refused::SlotTaken,
                    alternatives,
                },
                Some(why) => Event::BookRefused {
                    id: *id,
                    why,
                    alternatives,
                },
                None => Event::Booked {
                    id: *id,
                    booking,
                    tentative: self.tentative,
                },
            },
            Action::FindBookings { id, phone } => {
                let bookings = if phone.as_str() == CALLER {
                    self.on_file.clone()
                } else {
                    Vec::new()
                };
                Event::FoundBookings { id: *id, bookings }
            }
            Action::Cancel { id, .. } => match self.refuses {
                Some(why) => Event::CancelRefused { id: *id, why },
                None => Event::Cancelled { id: *id },
            },
            Action::Reschedule { id, .. } => Event::Rescheduled {
                id: *id,
                tentative: self.tentative,
            },
            Action::TakeMessage { id, .. } => Event::MessageTaken { id: *id },
            Action::Transfer { id, .. } if self.transfer_fails => Event::Failed { id: *id },
            _ => return None,
        })
    }
}

/// The sound of a letter, about.
const LETTER: u64 = 60;

pub(super) struct Script {
    pub(super) call: Call,
    pub(super) now: Ms,
    pub(super) world: World,
    /// What the world will still say.
    coming: Vec<(Ms, Event)>,
    line: Line,
    pub(super) journal: Vec<(Ms, Event)>,
    pub(super) actions: Vec<Action>,
    /// How many actions were there when the caller last spoke.
    seen: usize,
}

impl Script {
    pub(super) fn new() -> Self {
        Self::with(started(), World::default())
    }

    pub(super) fn in_world(world: World) -> Self {
        Self::with(started(), world)
    }

    pub(super) fn with(started: Started, world: World) -> Self {
        let mut script = Self {
            call: Call::new(lines()),
            now: Ms(0),
            world,
            coming: Vec::new(),
            line: Line::default(),
            journal: Vec::new(),
            actions: Vec::new(),
            seen: 0,
        };
        script.happens(Event::Started(Box::new(started)));
        script.until_quiet();
        script
    }

    /// The caller says something, when the agent is done.
    pub(super) fn caller(&mut self, text: &str) -> &mut Self {
        self.seen = self.actions.len();
        self.now = self.now + Ms(400);
        self.speaks(text);
        self.until_quiet();
        self
    }

    fn speaks(&mut self, text: &str) {
        self.happens(Event::SpeechStarted);
        self.now = self.now + Ms(text.len() as u64 * LETTER);
        self.happens(Event::Heard {
            text: text.to_owned(),
        });
        self.happens(Event::SpeechEnded);
    }

    /// The caller says something, and then something else while the agent has been talking for so long.
    pub(super) fn caller_then(&mut self, text: &str, after: Ms, then: &str) -> &mut Self {
        self.seen = self.actions.len();
        self.now = self.now + Ms(400);
        self.speaks(text);
        self.until_agent_talks();
        self.pass(after);
        self.happens(Event::SpeechStarted);
        self.pass(Ms(then.len() as u64 * LETTER));
        if !then.is_empty() {
            self.happens(Event::Heard {
                text: then.to_owned(),
            });
        }
        self.happens(Event::SpeechEnded);
        self.until_quiet();
        self
    }

    pub(super) fn keys(&mut self, digits: &str) -> &mut Self {
        self.seen = self.actions.len();
        for digit in digits.chars() {
            self.now = self.now + Ms(200);
            self.happens(Event::Digit { digit });
        }
        self.until_quiet();
        self
    }

    /// The caller says nothing until the agent does.
    pub(super) fn silence(&mut self) -> &mut Self {
        self.seen = self.actions.len();
        while let Some((due, timer)) = self.call.deadline() {
            self.pass(due - self.now);
            if timer == Timer::Silence || self.call.is_over() {
                break;
            }
        }
        self.until_quiet();
        self
    }

    /// From here on [`Script::agent`] listens.
    pub(super) fn seen_so_far(&mut self) {
        self.seen = self.actions.len();
    }

    /// The time that the world keeps for the call.
    pub(super) fn hold(&self) -> Option<BookingId> {
        self.journal
            .iter()
            .rev()
            .find_map(|(_, event)| match event {
                Event::Held { hold, .. } => Some(*hold),
                _ => None,
            })
    }

    pub(super) fn hangs_up(&mut self) -> &mut Self {
        self.seen = self.actions.len();
        self.happens(Event::HungUp);
        self.until_quiet();
        self
    }

    /// What the agent said since the caller spoke last must contain this.
    pub(super) fn agent(&mut self, words: &str) -> &mut Self {
        let said = self.said();
        assert!(said.contains(words), "wanted `{words}`\n     in `{said}`");
        self
    }

    pub(super) fn agent_does_not_say(&mut self, words: &str) -> &mut Self {
        let said = self.said();
        assert!(
            !said.contains(words),
            "did not want `{words}`\n            in `{said}`"
        );
        self
    }

    pub(super) fn said(&self) -> String {
        let said = self.actions[self.seen..]
            .iter()
            .filter_map(|action| match action {
                Action::Say { text, .. } => Some(text.as_str()),
                _ => None,
            });
        said.collect::<Vec<_>>().join(" ")
    }

    /// What reached the caller's ear, all call long.
    pub(super) fn heard(&self) -> String {
        let heard = self.actions.iter().filter_map(|action| match action {
            Action::Transcript {
                who: Who::Agent,
                text,
            } => Some(text.as_str()),
            _ => None,
        });
        heard.collect::<Vec<_>>().join(" ")
    }

    pub(super) fn did(&self, wanted: impl Fn(&Action) -> bool) -> usize {
        self.actions.iter().filter(|action| wanted(action)).count()
    }

    pub(super) fn bookings(&self) -> Vec<(ServiceId, DateTime<Utc>, String, String)> {
        self.actions
            .iter()
            .filter_map(|action| match action {
                Action::Book {
                    service,
                    slot,
                    name,
                    phone,
                    ..
                } => Some((
                    *service,
                    slot.starts_at,
                    name.as_ref().map_or_else(String::new, ToString::to_string),
                    phone.as_ref().map_or_else(String::new, ToString::to_string),
                )),
                _ => None,
            })
            .collect()
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.actions.iter().find_map(|action| match action {
            Action::Finish { outcome, .. } => Some(*outcome),
            _ => None,
        })
    }

    pub(super) fn happens(&mut self, event: Event) {
        let mut out = Vec::new();
        self.journal.push((self.now, event.clone()));
        self.call.handle(self.now, event, &mut out);
        for action in out {
            self.carry_out(&action);
            self.actions.push(action);
        }
    }

    fn carry_out(&mut self, action: &Action) {
        self.line.take(self.now, action);
        match action {
            Action::Transfer { .. } if !self.world.transfer_fails => {
                self.coming.push((self.now + Ms(200), Event::HungUp));
            }
            work => {
                let due = self.now + self.world.answers_after + Ms(5);
                self.coming
                    .extend(self.world.answer(work).map(|event| (due, event)));
            }
        }
    }

    /// Time passes, and what is due happens.
    pub(super) fn pass(&mut self, time: Ms) {
        let until = self.now + time;
        while self.step(until) {}
        self.now = until;
    }

    fn step(&mut self, until: Ms) -> bool {
        let coming = self.next_coming();
        let timer = self.call.deadline();
        match (coming, timer) {
            (Some(due), timer)
                if due <= until && timer.is_none_or(|(at, _)| due <= at.max(self.now)) =>
            {
                self.now = self.now.max(due);
                let event = self.take_coming(due);
                self.happens(event);
                true
            }
            (_, Some((due, timer))) if due <= until => {
                self.now = self.now.max(due);
                self.happens(Event::Timer { timer });
                true
            }
            _ => false,
        }
    }

    /// When the line or the world next has something to say.
    fn next_coming(&self) -> Option<Ms> {
        let world = self.coming.iter().map(|(due, _)| *due).min();
        world.into_iter().chain(self.line.deadline()).min()
    }

    fn take_coming(&mut self, due: Ms) -> Event {
        let world = self.coming.iter().position(|(at, _)| *at == due);
        match world {
            Some(index) => self.coming.remove(index).1,
            None => self.line.fire(due).unwrap(),
        }
    }

    /// Until only the caller can move things on.
    pub(super) fn until_quiet(&mut self) {
        for _ in 0..10_000 {
            let waits_for_caller = matches!(
                self.call.deadline(),
                None | Some((_, Timer::Silence | Timer::LongestCall))
            );
            let next = self.next_coming();
            if waits_for_caller && next.is_none() {
                return;
            }
            let timer = self
                .call
                .deadline()
                .map(|(due, _)| due)
                .filter(|_| !waits_for_caller);
            let Some(until) = next.into_iter().chain(timer).min() else {
                return;
            };
            self.step(until.max(self.now));
        }
        panic!("the call never comes to rest");
    }

    fn until_agent_talks(&mut self) {
        let before = self.actions.len();
        let talks = |script: &Self| {
            script.actions[before..]
                .iter()
                .any(|action| matches!(action, Action::Say { .. }))
        };
        for _ in 0..200 {
            if talks(self) {
                return;
            }
            self.pass(Ms(50));
        }
        panic!("the agent never talks");
    }
}

pub(super) fn on_file(
    booking: u128,
    service: ServiceId,
    start: &str,
    called: &str,
) -> FoundBooking {
    FoundBooking {
        booking: BookingId(Uuid::from_u128(booking)),
        service,
        slot: Slot {
            staff: ADA,
            starts_at: at(start),
        },
        names: vec![name(called)],
    }
}

pub(super) fn free(starts: &[&str]) -> Vec<Slot> {
    starts
        .iter()
        .map(|start| Slot {
            staff: ADA,
            starts_at: at(start),
        })
        .collect()
}

pub(super) fn known(called: &str) -> KnownCustomer {
    KnownCustomer { name: name(called) }
}
