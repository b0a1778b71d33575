//! The desk and the providers of a recorded call. They answer by the real rules of [`scheduling`], from the house's hours
//! and what is in its book, unless the recording says otherwise; and they remember what was booked.
//!
//! No database and no clock: it is asked with a time, and answers at another.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

mod rules;

use self::rules::Question;
use super::{
    Fault,
    format::{Ask, Circumstance, Fixture, Instead, Local, stretch},
    house::House,
};
use crate::{
    call::{
        action::Action,
        event::{Event, Refused, Slot},
        timer::Ms,
    },
    domain::{
        BookingId, Closure, DayRange, Interval, Leave, LeaveId, Name, PhoneNumber, Policies,
        ServiceId,
    },
    scheduling::{self, Diary},
};

/// What most answers take.
const PROMPT: Ms = Ms(30);
/// How long a telephone rings before it is given up.
const RINGS: Ms = Ms(15_000);
/// How far from the wanted time another one is looked for.
const NEAR: Duration = Duration::days(14);
/// How many times are offered.
const OFFERS: usize = 3;

#[derive(Debug)]
pub(super) struct World {
    pub(super) house: House,
    closures: Vec<Closure>,
    policies: Policies,
    /// Everybody's time apart from bookings.
    diaries: Vec<Diary>,
    began: DateTime<Utc>,
    pub(super) book: Vec<Entry>,
    pub(super) messages: Vec<Message>,
    /// Made by other calls, later.
    later: Vec<(Ms, Entry)>,
    answers: Vec<Answer>,
    asked: BTreeMap<Ask, u32>,
    /// Starts for which some calendar could not be asked.
    unknown: Vec<DateTime<Utc>>,
    coming: Vec<(Ms, Event)>,
    made: u128,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) id: BookingId,
    pub(super) status: Status,
    pub(super) service: ServiceId,
    pub(super) slot: Slot,
    pub(super) name: Option<Name>,
    pub(super) phone: Option<PhoneNumber>,
    /// Kept by this very call; never in its own way.
    own: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Held,
    Tentative,
    Booked,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    pub(super) name: Option<Name>,
    pub(super) phone: Option<PhoneNumber>,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy)]
struct Answer {
    to: Ask,
    nth: Option<u32>,
    with: Option<Instead>,
    after: Option<Ms>,
}

impl World {
    pub(super) fn new(fixture: &Fixture, house: House) -> Result<Self, Fault> {
        let setup = &fixture.setup;
        let began = setup
            .now
            .instant(house.zone)
            .ok_or_else(|| Fault::new(2, "`now` is a time that the house's clock skips"))?;
        let mut policies = house.policies.clone();
        if let Some(on_unknown) = setup.on_unknown {
            let mut unchecked = (*policies).clone();
            unchecked.on_unknown = on_unknown;
            policies = unchecked
                .try_into()
                .map_err(|invalid: crate::domain::Invalid| Fault::new(2, invalid.to_string()))?;
        }
        let mut world = Self {
            closures: house.closures(),
            diaries: house.diaries(),
            policies,
            began,
            book: Vec::new(),
            messages: Vec::new(),
            later: Vec::new(),
            answers: Vec::new(),
            asked: BTreeMap::new(),
            unknown: Vec::new(),
            coming: Vec::new(),
            made: 0,
            house,
        };
        for circumstance in &fixture.world {
            world
                .set(&circumstance.is)
                .map_err(|problem| Fault::new(circumstance.line, problem))?;
        }
        Ok(world)
    }

    fn set(&mut self, circumstance: &Circumstance) -> Result<(), String> {
        match circumstance {
            Circumstance::Taken { staff, from, until } => {
                let (from, until) = stretch(*from, *until, self.house.zone)
                    .ok_or("`until` must be after `from`, and within a month of it")?;
                let interval = Interval::new(from, until).map_err(|invalid| invalid.to_string())?;
                let kind = scheduling::BusyKind::Block;
                let busy = scheduling::Busy { interval, kind };
                self.diary(staff)?.busy.push(busy);
            }
            Circumstance::Away { staff, on } => {
                let days = DayRange::new(*on, *on).map_err(|invalid| invalid.to_string())?;
                let diary = self.diary(staff)?;
                diary.leaves.push(Leave {
                    id: LeaveId(Uuid::nil()),
                    staff_id: diary.staff_id,
                    days,
                    part: None,
                    reason: None,
                });
            }
            Circumstance::Booking {
                service,
                staff,
                at,
                name,
                phone,
                made_at,
            } => {
                let mut entry = self.entry(service, staff, *at, Status::Booked)?;
                entry.name = Some(name.clone());
                entry.phone = Some(phone.clone());
                if *made_at == Ms::ZERO {
                    self.book.push(entry);
                } else {
                    self.later.push((*made_at, entry));
                }
            }
            Circumstance::Kept { service, staff, at } => {
                let entry = self.entry(service, staff, *at, Status::Held)?;
                self.book.push(entry);
            }
            Circumstance::Answers {
                to,
                nth,
                with,
                after,
            } => self.answers.push(Answer {
                to: *to,
                nth: *nth,
                with: *with,
                after: *after,
            }),
        }
        Ok(())
    }

    fn diary(&mut self, name: &Name) -> Result<&mut Diary, String> {
        let id = self.house.person(name);
        let diaries = self.diaries.iter_mut();
        let mut fitting = diaries.filter(|diary| Some(diary.staff_id) == id);
        fitting.next().ok_or_else(|| nobody(name))
    }

    fn entry(
        &mut self,
        service: &Name,
        staff: &Name,
        at: Local,
        status: Status,
    ) -> Result<Entry, String> {
        let unknown = format!("the house has no service called {service}");
        let skipped = "`at` is a time that the house's clock skips";
        Ok(Entry {
            id: self.next_id(),
            status,
            service: self.house.service(service).ok_or(unknown)?,
            slot: Slot {
                staff: self.house.person(staff).ok_or_else(|| nobody(staff))?,
                starts_at: at.instant(self.house.zone).ok_or(skipped)?,
            },
            name: None,
            phone: None,
            own: false,
        })
    }

    fn next_id(&mut self) -> BookingId {
        self.made += 1;
        BookingId(Uuid::from_u128(1000 + self.made))
    }

    /// Takes what is asked of it, does it, and will answer.
    pub(super) fn take(&mut self, at: Ms, action: &Action) {
        let (due, earlier): (Vec<_>, _) = std::mem::take(&mut self.later)
            .into_iter()
            .partition(|(made, _)| *made <= at);
        self.later = earlier;
        self.book.extend(due.into_iter().map(|(_, entry)| entry));
        if let Action::ReleaseHold { hold } = action {
            self.book
                .retain(|entry| entry.id != *hold || entry.status != Status::Held);
        }
        let Some(ask) = ask_of(action) else { return };
        let nth = self.asked.entry(ask).or_default();
        *nth += 1;
        let nth = *nth;
        let answer = self
            .answers
            .iter()
            .find(|answer| answer.to == ask && answer.nth.is_none_or(|wanted| wanted == nth));
        let (instead, after) = answer.map_or((None, None), |answer| (answer.with, answer.after));
        if let Some(event) = self.answer(at, action, instead) {
            let usual = match action {
                Action::Transfer { .. } if instead == Some(Instead::Fails) => RINGS,
                _ => PROMPT,
            };
            self.coming.push((at + after.unwrap_or(usual), event));
        }
    }

    pub(super) fn deadline(&self) -> Option<Ms> {
        self.coming.iter().map(|(due, _)| *due).min()
    }

    pub(super) fn fire(&mut self, at: Ms) -> Option<Event> {
        let coming = self.coming.iter().enumerate();
        let (index, _) = coming
            .filter(|(_, (due, _))| *due <= at)
            .min_by_key(|(_, (due, _))| *due)?;
        Some(self.coming.remove(index).1)
    }

    fn answer(&mut self, at: Ms, action: &Action, instead: Option<Instead>) -> Option<Event> {
        let now = self.began + Duration::milliseconds(i64::try_from(at.0).unwrap_or(i64::MAX));
        match instead {
            Some(Instead::Never) => return None,
            Some(Instead::Fails) => return Some(Event::Failed { id: action.work()? }),
            Some(Instead::Lost) => self.somebody_is_faster(action),
            _ => {}
        }
        let unknown = instead == Some(Instead::Unknown);
        let refused = (instead == Some(Instead::Rules)).then_some(Refused::Rules);
        let refused = refused.or(unknown.then_some(Refused::Unknown));
        Some(match action.clone() {
            Action::CheckAvailability {
                id,
                service,
                who,
                starts_at,
                moving,
            } => {
                let asked = Question {
                    service,
                    who,
                    moving,
                };
                let answer = self.availability(&asked, starts_at, now, unknown);
                Event::Availability { id, answer }
            }
            Action::FindSlots {
                id,
                service,
                who,
                windows,
                order,
                moving,
            } => {
                let asked = Question {
                    service,
                    who,
                    moving,
                };
                let slots = self.slots(&asked, &windows, order, now);
                Event::SlotsFound { id, slots }
            }
            Action::Hold { id, service, slot } => match self.keep(service, slot, now) {
                Some(hold) => Event::Held { id, hold },
                None => Event::HoldRefused {
                    id,
                    alternatives: self.alternatives(service, slot, None, now),
                },
            },
            book @ Action::Book { .. } => return self.book(book, refused, now),
            Action::FindBookings { id, phone } => {
                let bookings = self.of_phone(&phone, now);
                Event::FoundBookings { id, bookings }
            }
            Action::Cancel { id, booking, .. } => {
                if let Some(why) = refused.or(self.too_late(booking, now)) {
                    return Some(Event::CancelRefused { id, why });
                }
                self.change(booking, |entry| entry.status = Status::Cancelled);
                Event::Cancelled { id }
            }
            reschedule @ Action::Reschedule { .. } => {
                return self.reschedule(&reschedule, refused, now);
            }
            Action::TakeMessage {
                id,
                name,
                phone,
                text,
                ..
            } => {
                self.messages.push(Message { name, phone, text });
                Event::MessageTaken { id }
            }
            // The line rings elsewhere, and this call is over.
            Action::Transfer { .. } => Event::HungUp,
            _ => return None,
        })
    }

    fn book(
        &mut self,
        action: Action,
        refused: Option<Refused>,
        now: DateTime<Utc>,
    ) -> Option<Event> {
        let Action::Book {
            id,
            hold,
            service,
            slot,
            phone,
            name,
            ..
        } = action
        else {
            return None;
        };
        if let Some(why) = refused.or(self.refusal(service, slot, None, now)) {
            let alternatives = self.alternatives(service, slot, None, now);
            return Some(Event::BookRefused {
                id,
                why,
                alternatives,
            });
        }
        self.book.retain(|entry| Some(entry.id) != hold);
        let tentative = self.is_tentative(slot);
        let booking = self.next_id();
        self.book.push(Entry {
            id: booking,
            status: if tentative {
                Status::Tentative
            } else {
                Status::Booked
            },
            service,
            slot,
            name,
            phone,
            own: false,
        });
        Some(Event::Booked {
            id,
            booking,
            tentative,
        })
    }

    fn reschedule(
        &mut self,
        action: &Action,
        refused: Option<Refused>,
        now: DateTime<Utc>,
    ) -> Option<Event> {
        let Action::Reschedule {
            id,
            booking,
            hold,
            slot,
            ..
        } = *action
        else {
            return None;
        };
        let service = self.book.iter().find(|entry| entry.id == booking)?.service;
        let late = self.too_late(booking, now);
        let taken = self.refusal(service, slot, Some(booking), now);
        if let Some(why) = refused.or(late).or(taken) {
            let alternatives = self.alternatives(service, slot, Some(booking), now);
            return Some(Event::RescheduleRefused {
                id,
                why,
                alternatives,
            });
        }
        self.book.retain(|entry| Some(entry.id) != hold);
        let tentative = self.is_tentative(slot);
        self.change(booking, |entry| {
            entry.slot = slot;
            if tentative {
                entry.status = Status::Tentative;
            }
        });
        Some(Event::Rescheduled { id, tentative })
    }

    fn change(&mut self, booking: BookingId, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.book.iter_mut().find(|entry| entry.id == booking) {
            change(entry);
        }
    }

    /// Another call has the slot that this one is asking for, whoever kept it.
    fn somebody_is_faster(&mut self, action: &Action) {
        let (service, slot) = match action {
            Action::Hold { service, slot, .. } | Action::Book { service, slot, .. } => {
                (*service, *slot)
            }
            Action::Reschedule { booking, slot, .. } => {
                let moved = self.book.iter().find(|entry| entry.id == *booking);
                let Some(moved) = moved else { return };
                (moved.service, *slot)
            }
            _ => return,
        };
        self.book
            .retain(|entry| entry.slot != slot || entry.status != Status::Held);
        let id = self.next_id();
        self.book.push(Entry {
            id,
            status: Status::Booked,
            service,
            slot,
            name: None,
            phone: None,
            own: false,
        });
    }
}

fn nobody(name: &Name) -> String {
    format!("nobody in the house is called {name}")
}

fn ask_of(action: &Action) -> Option<Ask> {
    Some(match action {
        Action::CheckAvailability { .. } => Ask::CheckAvailability,
        Action::FindSlots { .. } => Ask::FindSlots,
        Action::Hold { .. } => Ask::Hold,
        Action::Book { .. } => Ask::Book,
        Action::FindBookings { .. } => Ask::FindBookings,
        Action::Cancel { .. } => Ask::Cancel,
        Action::Reschedule { .. } => Ask::Reschedule,
        Action::TakeMessage { .. } => Ask::TakeMessage,
        Action::Transfer { .. } => Ask::Transfer,
        _ => return None,
    })
}
