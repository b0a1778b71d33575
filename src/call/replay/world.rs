//! The desk and the providers of a recorded call. They answer by the real rules of [`scheduling`], from the house's hours
//! and what is in its book, unless the recording says otherwise; and they remember what was booked.
//!
//! No database and no clock: it is asked with a time, and answers at another.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::{
    Fault,
    format::{Ask, Circumstance, Fixture, Instead, Local, stretch},
    house::House,
};
use crate::{
    call::{
        action::{Action, Order},
        draft::StaffWish,
        event::{Availability, Busy, Event, FoundBooking, Refused, Slot},
        timer::Ms,
    },
    domain::{
        BookingId, Closure, DayRange, Interval, Leave, LeaveId, Name, OnUnknown, PhoneNumber,
        Policies, ServiceId, StaffId,
    },
    scheduling::{self, Diary, Need, Refusal},
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
            Action::Book {
                id,
                hold,
                service,
                slot,
                phone,
                name,
                ..
            } => {
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
                Event::Booked {
                    id,
                    booking,
                    tentative,
                }
            }
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
            Action::Reschedule {
                id,
                booking,
                hold,
                slot,
                ..
            } => {
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
                Event::Rescheduled { id, tentative }
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

/// What is to be booked, and with whom.
struct Question {
    service: ServiceId,
    who: StaffWish,
    moving: Option<BookingId>,
}

/// The answers that come from the rules.
impl World {
    fn rules(&self) -> scheduling::House<'_> {
        scheduling::House {
            zone: self.house.zone,
            hours: &self.house.hours,
            closures: &self.closures,
            policies: &self.policies,
        }
    }

    fn need(&self, service: ServiceId) -> Option<Need> {
        self.house.card(service)?.need().ok()
    }

    /// Whoever does the service and is asked for, with what is in the book.
    fn staff_for(&self, asked: &Question) -> Vec<Diary> {
        let does = |staff: StaffId| {
            let name = self.house.name_of(staff);
            let card = self.house.card(asked.service);
            card.zip(name)
                .is_some_and(|(card, name)| card.staff.contains(name))
        };
        let wanted = |staff| match asked.who {
            StaffWish::Anyone => true,
            StaffWish::Is(wanted) => wanted == staff,
            StaffWish::AnyoneBut(unwanted) => unwanted != staff,
        };
        let mut diaries: Vec<Diary> = self
            .diaries
            .iter()
            .filter(|diary| does(diary.staff_id) && wanted(diary.staff_id))
            .cloned()
            .collect();
        for diary in &mut diaries {
            let entries = self.book.iter().filter(|entry| {
                entry.slot.staff == diary.staff_id
                    && entry.status != Status::Cancelled
                    && !entry.own
                    && Some(entry.id) != asked.moving
            });
            for entry in entries {
                diary.load += 1;
                diary.busy.extend(self.busy(entry));
            }
        }
        diaries
    }

    fn busy(&self, entry: &Entry) -> Option<scheduling::Busy> {
        let card = self.house.card(entry.service)?;
        let minutes = |minutes: u32| Duration::minutes(minutes.into());
        let from = entry.slot.starts_at - minutes(card.buffer_before_minutes);
        let until = entry.slot.starts_at
            + minutes(card.duration_minutes)
            + minutes(card.buffer_after_minutes);
        Some(scheduling::Busy {
            interval: Interval::new(from, until).ok()?,
            kind: scheduling::BusyKind::Booking,
        })
    }

    fn availability(
        &mut self,
        asked: &Question,
        starts_at: DateTime<Utc>,
        now: DateTime<Utc>,
        unknown: bool,
    ) -> Availability {
        let diaries = self.staff_for(asked);
        match self.who_is_free(asked, &diaries, starts_at, now) {
            Ok(staff) if unknown => {
                self.unknown.push(starts_at);
                Availability::Unknown { staff: Some(staff) }
            }
            Ok(staff) => Availability::Free { staff },
            Err(why) => Availability::Busy {
                why,
                alternatives: self.near(asked, starts_at, now),
            },
        }
    }

    fn who_is_free(
        &self,
        asked: &Question,
        diaries: &[Diary],
        starts_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<StaffId, Busy> {
        let need = self.need(asked.service).ok_or(Busy::StaffAway)?;
        let mut free = Vec::new();
        let mut reasons = Vec::new();
        for diary in diaries {
            let who = scheduling::Who::Customer;
            match scheduling::check(&self.rules(), diary, &need, starts_at, now, who) {
                Ok(_) => free.push(diary),
                Err(refusal) => reasons.push(why(&refusal)),
            }
        }
        // Of several people's reasons, the one that another time would cure.
        reasons.sort_by_key(|why| match why {
            Busy::Taken => 0,
            Busy::StaffAway => 1,
            _ => 2,
        });
        let reason = reasons.first().copied().unwrap_or(Busy::StaffAway);
        scheduling::fair(free, 0).ok_or(reason)
    }

    fn slots(
        &self,
        asked: &Question,
        windows: &[Interval],
        order: Order,
        now: DateTime<Utc>,
    ) -> Vec<Slot> {
        let diaries = self.staff_for(asked);
        let Some(need) = self.need(asked.service) else {
            return Vec::new();
        };
        let rules = self.rules();
        let starts: Vec<_> = windows
            .iter()
            .flat_map(|window| scheduling::free_starts(&rules, &diaries, &need, window, now))
            .collect();
        let slots = scheduling::fair_slots(&starts, &diaries, 0);
        let wanted = match order {
            Order::Earliest => slots.first().map(|slot| slot.starts_at),
            Order::Latest => slots.last().map(|slot| slot.starts_at),
            Order::Nearest(wanted) => Some(wanted),
        };
        let Some(wanted) = wanted else {
            return Vec::new();
        };
        let nearest = scheduling::nearest(self.house.zone, &slots, wanted, OFFERS);
        nearest.into_iter().map(spoken).collect()
    }

    fn near(&self, asked: &Question, wanted: DateTime<Utc>, now: DateTime<Utc>) -> Vec<Slot> {
        let from = (wanted - NEAR).max(now);
        let until = wanted.max(now) + NEAR;
        Interval::new(from, until).map_or_else(
            |_| Vec::new(),
            |window| self.slots(asked, &[window], Order::Nearest(wanted), now),
        )
    }

    fn alternatives(
        &self,
        service: ServiceId,
        slot: Slot,
        moving: Option<BookingId>,
        now: DateTime<Utc>,
    ) -> Vec<Slot> {
        let who = StaffWish::Is(slot.staff);
        let asked = Question {
            service,
            who,
            moving,
        };
        self.near(&asked, slot.starts_at, now)
    }

    fn refusal(
        &self,
        service: ServiceId,
        slot: Slot,
        moving: Option<BookingId>,
        now: DateTime<Utc>,
    ) -> Option<Refused> {
        let who = StaffWish::Is(slot.staff);
        let asked = Question {
            service,
            who,
            moving,
        };
        let diaries = self.staff_for(&asked);
        match self.who_is_free(&asked, &diaries, slot.starts_at, now) {
            Ok(_) => None,
            Err(Busy::Taken) => Some(Refused::SlotTaken),
            Err(_) => Some(Refused::Rules),
        }
    }

    fn keep(&mut self, service: ServiceId, slot: Slot, now: DateTime<Utc>) -> Option<BookingId> {
        if self.refusal(service, slot, None, now).is_some() {
            return None;
        }
        let id = self.next_id();
        self.book.push(Entry {
            id,
            status: Status::Held,
            service,
            slot,
            name: None,
            phone: None,
            own: true,
        });
        Some(id)
    }

    fn is_tentative(&self, slot: Slot) -> bool {
        self.policies.on_unknown == OnUnknown::Hold && self.unknown.contains(&slot.starts_at)
    }

    fn of_phone(&self, phone: &PhoneNumber, now: DateTime<Utc>) -> Vec<FoundBooking> {
        let theirs = self.book.iter().filter(|entry| {
            entry.phone.as_ref() == Some(phone)
                && matches!(entry.status, Status::Booked | Status::Tentative)
                && entry.slot.starts_at > now
        });
        theirs
            .map(|entry| FoundBooking {
                booking: entry.id,
                service: entry.service,
                slot: entry.slot,
                names: entry.name.iter().cloned().collect(),
            })
            .collect()
    }

    fn too_late(&self, booking: BookingId, now: DateTime<Utc>) -> Option<Refused> {
        let window = Duration::minutes(self.policies.cancellation_window_minutes.into());
        let entry = self.book.iter().find(|entry| entry.id == booking);
        let in_time = entry.is_some_and(|entry| {
            entry.status != Status::Cancelled && entry.slot.starts_at - window > now
        });
        (!in_time).then_some(Refused::Rules)
    }
}

fn nobody(name: &Name) -> String {
    format!("nobody in the house is called {name}")
}

fn spoken(slot: scheduling::Slot) -> Slot {
    Slot {
        staff: slot.staff_id,
        starts_at: slot.starts_at,
    }
}

fn why(refusal: &Refusal) -> Busy {
    match refusal {
        Refusal::Past => Busy::Past,
        Refusal::TooSoon { .. } => Busy::TooSoon,
        Refusal::TooFar { .. } => Busy::TooFar,
        Refusal::Closed { .. } => Busy::ClosedDay,
        Refusal::OutsideHours => Busy::OutsideHours,
        Refusal::OnLeave => Busy::StaffAway,
        Refusal::Blocked | Refusal::Taken | Refusal::OffGrid { .. } => Busy::Taken,
    }
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
