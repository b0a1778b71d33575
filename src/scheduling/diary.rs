//! What the rules are asked about: a business, a person's time in it, and what an appointment needs.
//!
//! It must not know where these come from; whoever fills a [`Diary`] sees to it that it holds everything that reaches into
//! the asked range.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::zone::wall_time;
use crate::domain::{
    Closure, DateException, Interval, Invalid, Leave, Policies, Service, StaffId, WeeklyHours,
};

/// What holds for everybody in the business.
#[derive(Debug, Clone, Copy)]
pub struct House<'a> {
    pub zone: Tz,
    pub hours: &'a WeeklyHours,
    pub closures: &'a [Closure],
    pub policies: &'a Policies,
}

impl House<'_> {
    /// The first instant for which the policies take a booking.
    pub(super) fn earliest_start(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::minutes(self.policies.minimum_notice_minutes.into())
    }

    /// The last local day on which, and on the days before, the policies take a booking.
    pub(super) fn last_day(&self, now: DateTime<Utc>) -> NaiveDate {
        self.days_ahead(now, self.policies.horizon_days)
    }

    pub(super) fn days_ahead(&self, now: DateTime<Utc>, days: u32) -> NaiveDate {
        let today = wall_time(self.zone, now).date();
        today
            .checked_add_days(Days::new(days.into()))
            .unwrap_or(NaiveDate::MAX)
    }
}

/// One staff member's time. Lists are in any order, and what they hold may overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Diary {
    pub staff_id: StaffId,
    /// Own hours, *instead of* the business's: somebody may work before it opens.
    pub hours: Option<WeeklyHours>,
    /// Each replaces the hours that begin on its date; those of the evening before still run on past midnight.
    pub exceptions: Vec<DateException>,
    pub leaves: Vec<Leave>,
    pub busy: Vec<Busy>,
    /// How much they already have to do; the least laden is chosen for "anyone".
    pub load: u32,
}

/// Time that is taken: a booking with its buffers, or a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    pub interval: Interval,
    pub kind: BusyKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusyKind {
    Booking,
    Block,
}

/// The time an appointment takes. It is elapsed time: an hour is an hour, also while the clocks change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub(super) duration: TimeDelta,
    pub(super) before: TimeDelta,
    pub(super) after: TimeDelta,
}

impl Need {
    pub fn new(
        duration_minutes: u32,
        buffer_before_minutes: u32,
        buffer_after_minutes: u32,
    ) -> Result<Self, Invalid> {
        Service::check_times(
            duration_minutes,
            buffer_before_minutes,
            buffer_after_minutes,
        )?;
        Ok(Self {
            duration: TimeDelta::minutes(duration_minutes.into()),
            before: TimeDelta::minutes(buffer_before_minutes.into()),
            after: TimeDelta::minutes(buffer_after_minutes.into()),
        })
    }
}

impl From<&Service> for Need {
    fn from(service: &Service) -> Self {
        Self {
            duration: service.duration(),
            before: TimeDelta::minutes(service.buffer_before_minutes.into()),
            after: TimeDelta::minutes(service.buffer_after_minutes.into()),
        }
    }
}
