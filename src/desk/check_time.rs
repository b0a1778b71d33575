//! Is one certain time free, and if not, why and what else is? An answer, not a promise: only a hold or a booking keeps a time.

use chrono::{DateTime, Duration, Utc};

use super::{
    By, Desk, Error, Result,
    book::instant,
    diaries::{self, Question},
};
use crate::{
    domain::{BookingId, BookingStatus, CallId, Interval, ServiceId, StaffId, WhyBusy},
    scheduling::{self, Refusal, Slot, Who},
    store,
};

#[derive(Debug, Clone)]
pub struct TimeQuestion {
    pub service_id: ServiceId,
    /// Without one, anyone who does the service.
    pub staff_id: Option<StaffId>,
    /// Anyone but these people.
    pub not_staff_ids: Vec<StaffId>,
    pub starts_at: DateTime<Utc>,
    /// The booking that is being moved; it is not in its own way.
    pub moving: Option<BookingId>,
    /// Who asks; the time that is held for them is not in their way.
    pub call: Option<CallId>,
    pub who: Who,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeAnswer {
    /// With the one who was asked for, or else somebody fairly chosen.
    Free(StaffId),
    Busy {
        why: WhyBusy,
        /// The nearest free times, a few at most.
        alternatives: Vec<Slot>,
    },
}

/// A caller remembers three times at most.
const ALTERNATIVES: usize = 3;
/// How far from the wanted time to look for others: hardly ever further than the first, and the caller waits meanwhile.
const REACHES: [Duration; 2] = [Duration::days(2), Duration::days(14)];

impl Desk {
    pub async fn check_time(&self, by: By, asked: &TimeQuestion) -> Result<TimeAnswer> {
        let now = self.clock.now();
        let turn = self.clock.below(u64::MAX);
        let mut reader = self.db.read().await?;
        let held = match asked.call {
            Some(call) => store::bookings::of_call(&mut reader, by.business_id, call).await?,
            None => Vec::new(),
        };
        let held = held
            .into_iter()
            .find(|booking| booking.status == BookingStatus::Held);
        let mut question = Question {
            business_id: by.business_id,
            service_id: asked.service_id,
            staff_id: asked.staff_id,
            starts: instant(asked.starts_at)?,
            but_not: [asked.moving, held.map(|hold| hold.id)],
            now,
        };
        // Most times that are asked for are free, and one start is a far smaller question than a fortnight.
        let diaries = diaries::open(&mut reader, &question)
            .await?
            .without(&asked.not_staff_ids);
        let why = match diaries.pick(asked.starts_at, now, asked.who, turn) {
            Ok(slot) => return Ok(TimeAnswer::Free(slot.staff_id)),
            Err(refusal) => why(refusal.as_ref()),
        };
        let mut alternatives = Vec::new();
        for reach in REACHES {
            question.starts = around(asked.starts_at, reach)?;
            let diaries = diaries::open(&mut reader, &question)
                .await?
                .without(&asked.not_staff_ids);
            let house = diaries.house();
            let starts = scheduling::free_starts(
                &house,
                &diaries.staff,
                &diaries.need(),
                &question.starts,
                now,
            );
            let slots = scheduling::fair_slots(&starts, &diaries.staff, turn);
            alternatives = scheduling::nearest(house.zone, &slots, asked.starts_at, ALTERNATIVES);
            if alternatives.len() == ALTERNATIVES {
                break;
            }
        }
        Ok(TimeAnswer::Busy { why, alternatives })
    }
}

fn around(wanted: DateTime<Utc>, reach: Duration) -> Result<Interval> {
    let range = || {
        let from = wanted.checked_sub_signed(reach)?;
        let until = wanted.checked_add_signed(reach)?;
        Interval::new(from, until).ok()
    };
    range().ok_or_else(|| Error::invalid("starts_at", "is further away than time is counted"))
}

/// A rule's reason, as one says it to a caller. Where nobody does the service, nobody is in for it.
fn why(refusal: Option<&Refusal>) -> WhyBusy {
    match refusal {
        Some(Refusal::Past) => WhyBusy::Past,
        Some(Refusal::TooSoon { .. }) => WhyBusy::TooSoon,
        Some(Refusal::TooFar { .. }) => WhyBusy::TooFar,
        Some(Refusal::Closed { .. }) => WhyBusy::ClosedDay,
        Some(Refusal::OutsideHours) => WhyBusy::OutsideHours,
        Some(Refusal::OnLeave) | None => WhyBusy::StaffAway,
        Some(Refusal::Blocked | Refusal::Taken) => WhyBusy::Taken,
        Some(Refusal::OffGrid { .. }) => WhyBusy::NotAStart,
    }
}
