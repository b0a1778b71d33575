//! Opening the diaries: everything the rules need to know about one service in a stretch of time, read in one go.

use std::collections::HashMap;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};

use super::{Error, Result};
use crate::{
    domain::{
        Business, BusinessId, Closure, DayRange, Interval, Service, ServiceId, Staff, StaffId,
    },
    scheduling::{self, Busy, BusyKind, Diary, House, Need, Refusal, Slot, Who, zone::wall_time},
    store::{self, Reader, kept_time::ButNot, staff::Whose},
};

/// Which service is wanted, from whom, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) business_id: BusinessId,
    pub(super) service_id: ServiceId,
    /// Nobody in particular: anyone who does the service.
    pub(super) staff_id: Option<StaffId>,
    /// When the appointment may start.
    pub(super) starts: Interval,
    /// What is not in the way: the booking that is being moved, the asker's own hold.
    pub(super) but_not: ButNot,
    pub(super) now: DateTime<Utc>,
}

#[derive(Debug)]
pub(super) struct Diaries {
    pub(super) business: Business,
    pub(super) service: Service,
    pub(super) staff: Vec<Diary>,
    closures: Vec<Closure>,
}

impl Diaries {
    /// As if these people did not do the service.
    pub(super) fn without(mut self, people: &[StaffId]) -> Self {
        self.staff.retain(|diary| !people.contains(&diary.staff_id));
        self
    }

    pub(super) fn house(&self) -> House<'_> {
        House {
            zone: self.business.zone,
            hours: &self.business.hours,
            closures: &self.closures,
            policies: &self.business.policies,
        }
    }

    pub(super) fn need(&self) -> Need {
        Need::from(&self.service)
    }

    /// The slot at this start: of the one who was asked for, or of a fairly chosen one of those who can. When nobody can, the
    /// reason is the one a caller can do most about: a time that is taken may be free for somebody else soon. There is none
    /// where nobody does the service.
    pub(super) fn pick(
        &self,
        start: DateTime<Utc>,
        now: DateTime<Utc>,
        who: Who,
        turn: u64,
    ) -> Result<Slot, Option<Refusal>> {
        let house = self.house();
        let need = self.need();
        let mut free = Vec::new();
        let mut refusals = Vec::new();
        for diary in &self.staff {
            match scheduling::check(&house, diary, &need, start, now, who) {
                Ok(slot) => free.push((diary, slot)),
                Err(refusal) => refusals.push(refusal),
            }
        }
        let chosen = scheduling::fair(free.iter().map(|(diary, _)| *diary), turn);
        if let Some((_, slot)) = free
            .into_iter()
            .find(|(diary, _)| Some(diary.staff_id) == chosen)
        {
            return Ok(slot);
        }
        let taken = refusals.contains(&Refusal::Taken);
        Err(if taken {
            Some(Refusal::Taken)
        } else {
            refusals.into_iter().next()
        })
    }
}

pub(super) async fn open(reader: &mut Reader, question: &Question) -> Result<Diaries> {
    let business = business(reader, question.business_id).await?;
    let service = bookable_service(reader, question.business_id, question.service_id).await?;
    let people = bookable_staff(reader, question, &service).await?;
    let days = days_around(&business, &question.starts);
    let closures = store::closures::within(reader, business.id, days).await?;
    let staff = fill(reader, question, &service, people, days).await?;
    Ok(Diaries {
        business,
        service,
        staff,
        closures,
    })
}

async fn business(reader: &mut Reader, id: BusinessId) -> Result<Business> {
    store::businesses::get(reader, id)
        .await?
        .ok_or(Error::NotFound("business"))
}

async fn bookable_service(
    reader: &mut Reader,
    business: BusinessId,
    id: ServiceId,
) -> Result<Service> {
    let service = store::services::get(reader, business, id)
        .await?
        .ok_or(Error::NotFound("service"))?;
    if service.active {
        Ok(service)
    } else {
        Err(Error::refused(
            "service_inactive",
            "this service is not offered any more: choose another",
        ))
    }
}

/// Active people who do the service. Somebody asked for by name who can't be booked is told apart from somebody who doesn't exist.
async fn bookable_staff(
    reader: &mut Reader,
    question: &Question,
    service: &Service,
) -> Result<Vec<Staff>> {
    let Some(id) = question.staff_id else {
        return Ok(
            store::staff::active(reader, question.business_id, Whose::Service(service.id)).await?,
        );
    };
    let person = store::staff::get(reader, question.business_id, id)
        .await?
        .ok_or(Error::NotFound("staff member"))?;
    if !person.active {
        return Err(Error::refused(
            "staff_inactive",
            "this staff member takes no bookings: choose another",
        ));
    }
    if !person.service_ids.contains(&service.id) {
        return Err(Error::refused(
            "service_not_done",
            "this staff member does not do this service: choose another of either",
        ));
    }
    Ok(vec![person])
}

/// The local days that reach into the question; hours of the day before may run past midnight.
fn days_around(business: &Business, starts: &Interval) -> DayRange {
    let local = |at| wall_time(business.zone, at).date();
    let first = local(starts.from())
        .checked_sub_days(Days::new(2))
        .unwrap_or(NaiveDate::MIN);
    let last = local(starts.until())
        .checked_add_days(Days::new(3))
        .unwrap_or(NaiveDate::MAX);
    DayRange::new(first, last).unwrap_or_else(|_| DayRange::one(first))
}

async fn fill(
    reader: &mut Reader,
    question: &Question,
    service: &Service,
    people: Vec<Staff>,
    days: DayRange,
) -> Result<Vec<Diary>> {
    let business = question.business_id;
    let whose = question
        .staff_id
        .map_or(Whose::Service(service.id), Whose::Staff);
    let during = time_around(service, &question.starts);
    let mut diaries: HashMap<StaffId, Diary> = people
        .into_iter()
        .map(|person| (person.id, empty(person)))
        .collect();

    for exception in store::absences::exceptions(reader, business, whose, days).await? {
        if let Some(diary) = diaries.get_mut(&exception.staff_id) {
            diary.exceptions.push(exception);
        }
    }
    for leave in store::absences::leaves(reader, business, whose, days).await? {
        if let Some(diary) = diaries.get_mut(&leave.staff_id) {
            diary.leaves.push(leave);
        }
    }
    for block in store::absences::blocks(reader, business, whose, during).await? {
        if let Some(diary) = diaries.get_mut(&block.staff_id) {
            diary.busy.push(Busy {
                interval: block.interval,
                kind: BusyKind::Block,
            });
        }
    }
    let kept = store::kept_time::of(
        reader,
        business,
        whose,
        &during,
        question.but_not,
        question.now,
    )
    .await?;
    for (staff, times) in kept {
        if let Some(diary) = diaries.get_mut(&staff) {
            diary.load += u32::try_from(times.len()).unwrap_or(u32::MAX);
            diary.busy.extend(times.into_iter().map(|interval| Busy {
                interval,
                kind: BusyKind::Booking,
            }));
        }
    }

    let mut diaries: Vec<Diary> = diaries.into_values().collect();
    diaries.sort_unstable_by_key(|diary| diary.staff_id);
    Ok(diaries)
}

fn empty(person: Staff) -> Diary {
    Diary {
        staff_id: person.id,
        hours: person.hours,
        exceptions: Vec::new(),
        leaves: Vec::new(),
        busy: Vec::new(),
        load: 0,
    }
}

/// All the time that an appointment starting in `starts` could touch.
fn time_around(service: &Service, starts: &Interval) -> Interval {
    let minutes = |minutes: u32| Duration::minutes(minutes.into());
    starts.widened(
        minutes(service.buffer_before_minutes),
        service.duration() + minutes(service.buffer_after_minutes),
    )
}
