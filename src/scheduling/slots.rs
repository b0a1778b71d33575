//! Everything that is free in a range.
//!
//! The possible starts are found once for the whole question; then each diary is swept from left to right, so that the work
//! grows with starts plus busy times, not with their product. What is free is what [`check`](super::check()) would accept
//! from a customer, and a property test holds the two together.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Diary, House, Need, Slot,
    appointment::Appointment,
    presence::{closed, joined, on_leave, working},
    zone::{Calendar, wall_time},
};
use crate::domain::{Interval, StaffId};

/// A time at which at least one of the asked staff is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeStart {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// Who is free then, in the order of their ids; never empty.
    pub staff: Vec<StaffId>,
}

impl FreeStart {
    pub fn with(&self, staff_id: StaffId) -> Slot {
        Slot {
            staff_id,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
        }
    }
}

/// What one staff member has free, for starts in `range`, in order.
pub fn free_slots(
    house: &House,
    diary: &Diary,
    need: &Need,
    range: &Interval,
    now: DateTime<Utc>,
) -> Vec<Slot> {
    free_slots_of_all(house, std::slice::from_ref(diary), need, range, now)
}

/// Everything that anyone has free, for starts in `range`, ordered by start and then by staff id.
pub fn free_slots_of_all(
    house: &House,
    diaries: &[Diary],
    need: &Need,
    range: &Interval,
    now: DateTime<Utc>,
) -> Vec<Slot> {
    let mut slots = Vec::new();
    sweep(house, diaries, need, range, now, |appointment, free| {
        slots.extend(free.map(|staff_id| appointment.with(staff_id)));
    });
    slots
}

/// Every time in `range` at which someone is free, in order, with everybody who is.
pub fn free_starts(
    house: &House,
    diaries: &[Diary],
    need: &Need,
    range: &Interval,
    now: DateTime<Utc>,
) -> Vec<FreeStart> {
    let mut starts = Vec::new();
    sweep(house, diaries, need, range, now, |appointment, free| {
        let staff: Vec<_> = free.collect();
        if !staff.is_empty() {
            starts.push(FreeStart {
                starts_at: appointment.starts_at,
                ends_at: appointment.ends_at,
                staff,
            });
        }
    });
    starts
}

/// Tells `found` of every possible appointment, in order, and who is free for it.
fn sweep(
    house: &House,
    diaries: &[Diary],
    need: &Need,
    range: &Interval,
    now: DateTime<Utc>,
    mut found: impl FnMut(&Appointment, &mut dyn Iterator<Item = StaffId>),
) {
    let Some((calendar, appointments)) = possible(house, need, range, now) else {
        return;
    };
    let shut: Vec<_> = house
        .closures
        .iter()
        .flat_map(|closure| closed(&calendar, closure))
        .collect();
    let mut people: Vec<_> = diaries
        .iter()
        .map(|diary| Person::new(&calendar, house, &shut, diary))
        .collect();
    people.sort_by_key(|person| person.staff_id);

    for appointment in &appointments {
        let mut free = people
            .iter_mut()
            .filter_map(|person| person.is_free_for(appointment).then_some(person.staff_id));
        found(appointment, &mut free);
    }
}

/// Every appointment that range, notice, horizon and slot grid leave, in order.
fn possible(
    house: &House,
    need: &Need,
    range: &Interval,
    now: DateTime<Utc>,
) -> Option<(Calendar, Vec<Appointment>)> {
    // `range` may be from outside and reach to the end of time, so nothing is added to it before it is cut.
    let last_day = house.last_day(now);
    let surely_too_far = now + TimeDelta::days(i64::from(house.policies.horizon_days) + 3);
    let from = range.from().max(house.earliest_start(now));
    let until = range.until().min(surely_too_far);
    if until <= from {
        return None;
    }
    // The clock may be put back over midnight in between: a day more on either side, and then the exact instants.
    let days_between = wall_time(house.zone, from).date().pred_opt()?
        ..=wall_time(house.zone, until)
            .date()
            .succ_opt()?
            .min(last_day);
    let calendar = Calendar::around(house.zone, *days_between.start(), *days_between.end());
    let mut starts: Vec<_> = calendar
        .days()
        .filter(|day| days_between.contains(day))
        .flat_map(|day| calendar.grid(day, house.policies.slot_interval_minutes))
        .filter(|start| (from..until).contains(start))
        .collect();
    starts.sort_unstable();
    let appointments = starts
        .into_iter()
        .map(|start| Appointment::new(need, start))
        .collect();
    Some((calendar, appointments))
}

/// One diary on the way from left to right.
struct Person {
    staff_id: StaffId,
    working: Sweep,
    absent: Sweep,
    taken: Sweep,
}

impl Person {
    fn new(calendar: &Calendar, house: &House, shut: &[Interval], diary: &Diary) -> Self {
        let leaves = diary
            .leaves
            .iter()
            .flat_map(|leave| on_leave(calendar, leave));
        Self {
            staff_id: diary.staff_id,
            working: Sweep::over(working(calendar, house, diary)),
            absent: Sweep::over(joined(leaves.chain(shut.iter().copied()).collect())),
            taken: Sweep::over(joined(
                diary.busy.iter().map(|busy| busy.interval).collect(),
            )),
        }
    }

    /// Must be asked in the order of time.
    fn is_free_for(&mut self, appointment: &Appointment) -> bool {
        let working = self
            .working
            .first_not(|it| it.until() < appointment.ends_at);
        if !working.is_some_and(|it| appointment.lies_in(it)) {
            return false;
        }
        let absent = self.absent.first_not(|it| appointment.is_past(it));
        if absent.is_some_and(|it| appointment.meets(it)) {
            return false;
        }
        let taken = self.taken.first_not(|it| appointment.is_clear_of(it));
        !taken.is_some_and(|it| appointment.collides_with(it))
    }
}

/// A place in a list of stretches that are in order and apart. It only moves on.
struct Sweep {
    stretches: Vec<Interval>,
    next: usize,
}

impl Sweep {
    fn over(stretches: Vec<Interval>) -> Self {
        Self { stretches, next: 0 }
    }

    /// Leaves behind what is over, for this appointment and so for all later ones.
    fn first_not(&mut self, is_over: impl Fn(&Interval) -> bool) -> Option<&Interval> {
        while self.stretches.get(self.next).is_some_and(&is_over) {
            self.next += 1;
        }
        self.stretches.get(self.next)
    }
}
