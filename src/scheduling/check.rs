//! Whether one exact time may be booked, and if not, why.
//!
//! It reads the rules one by one, in the order in which a person would want to hear them. It grants nothing: the database
//! decides when the booking is written.

use chrono::{DateTime, NaiveDate, SecondsFormat, Timelike, Utc};

use super::{
    BusyKind, Diary, House, Need, Slot,
    appointment::Appointment,
    presence::{closed, on_leave, working},
    zone::{Calendar, wall_time},
};
use crate::domain::Line;

/// Whose wish it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A caller, a customer, or a program for one: every rule holds.
    Customer,
    /// The owner or the staff by their own hand: not bound by notice, horizon and slot grid.
    Owner,
}

/// Why a time can't be booked: a sentence for the user of the API, and a [`code`](Self::code) that never changes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this time is in the past: choose a later one")]
    Past,
    #[error("this is too soon to book: choose {} or later", .earliest.to_rfc3339_opts(SecondsFormat::Secs, true))]
    TooSoon { earliest: DateTime<Utc> },
    #[error("this is too far ahead to book: choose a time on {last_day} or before")]
    TooFar { last_day: NaiveDate },
    #[error("the business is closed then{}: choose another day", .reason.as_ref().map(|r| format!(" ({r})")).unwrap_or_default())]
    Closed { reason: Option<Line> },
    #[error("the appointment would not lie within working hours: choose one of the free slots")]
    OutsideHours,
    #[error("the staff member is away then: choose another time or another person")]
    OnLeave,
    #[error("the staff member is busy then: choose another time or another person")]
    Blocked,
    #[error(
        "this time, or the preparation it needs, is taken by another booking: choose another time or person"
    )]
    Taken,
    #[error(
        "bookings start every {interval_minutes} minutes, counted from midnight: choose such a time"
    )]
    OffGrid { interval_minutes: u32 },
}

impl Refusal {
    /// The word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Past => "past",
            Self::TooSoon { .. } => "too_soon",
            Self::TooFar { .. } => "too_far",
            Self::Closed { .. } => "closed",
            Self::OutsideHours => "outside_hours",
            Self::OnLeave => "on_leave",
            Self::Blocked => "blocked",
            Self::Taken => "taken",
            Self::OffGrid { .. } => "off_grid",
        }
    }
}

/// Further ahead than anyone plans: a mistyped year, and it keeps the arithmetic of dates from overflowing.
const OWNERS_HORIZON_DAYS: u32 = 3660;

/// Whether this staff member can be booked at exactly this start, as far as the rules and the diary tell.
///
/// A time that is `OffGrid` has nothing else against it.
pub fn check(
    house: &House,
    diary: &Diary,
    need: &Need,
    start: DateTime<Utc>,
    now: DateTime<Utc>,
    who: Who,
) -> Result<Slot, Refusal> {
    check_distance(house, start, now, who)?;

    let appointment = Appointment::new(need, start);
    let day = wall_time(house.zone, start).date();
    let calendar = Calendar::around(house.zone, day, day);
    let closure = house
        .closures
        .iter()
        .find(|closure| closed(&calendar, closure).any(|days| appointment.meets(&days)));
    if let Some(closure) = closure {
        return Err(Refusal::Closed {
            reason: closure.reason.clone(),
        });
    }
    if !working(&calendar, house, diary)
        .iter()
        .any(|hours| appointment.lies_in(hours))
    {
        return Err(Refusal::OutsideHours);
    }
    if diary
        .leaves
        .iter()
        .flat_map(|leave| on_leave(&calendar, leave))
        .any(|leave| appointment.meets(&leave))
    {
        return Err(Refusal::OnLeave);
    }
    check_busy(diary, &appointment)?;
    if who == Who::Customer {
        check_grid(house, start)?;
    }
    Ok(appointment.with(diary.staff_id))
}

fn check_distance(
    house: &House,
    start: DateTime<Utc>,
    now: DateTime<Utc>,
    who: Who,
) -> Result<(), Refusal> {
    if start < now {
        return Err(Refusal::Past);
    }
    let earliest = house.earliest_start(now);
    if who == Who::Customer && start < earliest {
        return Err(Refusal::TooSoon { earliest });
    }
    let last_day = match who {
        Who::Customer => house.last_day(now),
        Who::Owner => house.days_ahead(now, OWNERS_HORIZON_DAYS),
    };
    if wall_time(house.zone, start).date() > last_day {
        return Err(Refusal::TooFar { last_day });
    }
    Ok(())
}

fn check_busy(diary: &Diary, appointment: &Appointment) -> Result<(), Refusal> {
    let in_the_way = |kind| {
        diary
            .busy
            .iter()
            .any(|busy| busy.kind == kind && appointment.collides_with(&busy.interval))
    };
    if in_the_way(BusyKind::Block) {
        Err(Refusal::Blocked)
    } else if in_the_way(BusyKind::Booking) {
        Err(Refusal::Taken)
    } else {
        Ok(())
    }
}

fn check_grid(house: &House, start: DateTime<Utc>) -> Result<(), Refusal> {
    let interval_minutes = house.policies.slot_interval_minutes;
    let time = wall_time(house.zone, start).time();
    if time
        .num_seconds_from_midnight()
        .is_multiple_of(interval_minutes * 60)
        && time.nanosecond() == 0
    {
        Ok(())
    } else {
        Err(Refusal::OffGrid { interval_minutes })
    }
}
