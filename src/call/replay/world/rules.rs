//! What the house's own rules and book say: who is free, when, and what is refused.

use chrono::{DateTime, Duration, Utc};

use super::{Entry, NEAR, OFFERS, Status, World};
use crate::{
    call::{
        action::Order,
        draft::StaffWish,
        event::{Availability, Busy, FoundBooking, Refused, Slot},
    },
    domain::{BookingId, Interval, OnUnknown, PhoneNumber, ServiceId, StaffId},
    scheduling::{self, Diary, Need, Refusal},
};

/// What is to be booked, and with whom.
pub(super) struct Question {
    pub(super) service: ServiceId,
    pub(super) who: StaffWish,
    pub(super) moving: Option<BookingId>,
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

    pub(super) fn availability(
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

    pub(super) fn slots(
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

    pub(super) fn alternatives(
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

    pub(super) fn refusal(
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

    pub(super) fn keep(
        &mut self,
        service: ServiceId,
        slot: Slot,
        now: DateTime<Utc>,
    ) -> Option<BookingId> {
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

    pub(super) fn is_tentative(&self, slot: Slot) -> bool {
        self.policies.on_unknown == OnUnknown::Hold && self.unknown.contains(&slot.starts_at)
    }

    pub(super) fn of_phone(&self, phone: &PhoneNumber, now: DateTime<Utc>) -> Vec<FoundBooking> {
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

    pub(super) fn too_late(&self, booking: BookingId, now: DateTime<Utc>) -> Option<Refused> {
        let window = Duration::minutes(self.policies.cancellation_window_minutes.into());
        let entry = self.book.iter().find(|entry| entry.id == booking);
        let in_time = entry.is_some_and(|entry| {
            entry.status != Status::Cancelled && entry.slot.starts_at - window > now
        });
        (!in_time).then_some(Refused::Rules)
    }
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
        Refusal::Blocked | Refusal::Taken => Busy::Taken,
        Refusal::OffGrid { .. } => Busy::NotAStart,
    }
}
