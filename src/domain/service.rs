//! What is booked.

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Interval, Invalid, Money, Name, ServiceId, StaffId};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Service {
    pub id: ServiceId,
    pub name: Name,
    /// Other words that callers use for it.
    pub aliases: Vec<Name>,
    /// What the customer is told.
    #[schema(minimum = 5, maximum = 1440)]
    pub duration_minutes: u32,
    /// Kept free before the start, for preparation.
    #[schema(maximum = 480)]
    pub buffer_before_minutes: u32,
    /// Kept free after the end.
    #[schema(maximum = 480)]
    pub buffer_after_minutes: u32,
    pub price: Option<Money>,
    /// The people who do it.
    pub staff_ids: Vec<StaffId>,
    pub active: bool,
    /// Grows by one with each change; the `ETag` of the API.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Service {
    pub const DURATIONS: std::ops::RangeInclusive<u32> = 5..=1440;
    pub const LONGEST_BUFFER: u32 = 480;

    pub fn check_times(duration: u32, before: u32, after: u32) -> Result<(), Invalid> {
        if !Self::DURATIONS.contains(&duration) {
            return Err(Invalid::new("`duration_minutes` must be from 5 to 1440"));
        }
        if before > Self::LONGEST_BUFFER || after > Self::LONGEST_BUFFER {
            return Err(Invalid::new("a buffer is at most 480 minutes"));
        }
        Ok(())
    }

    pub fn duration(&self) -> Duration {
        Duration::minutes(self.duration_minutes.into())
    }

    /// The appointment itself, if it begins at `start`.
    pub fn visible(&self, start: DateTime<Utc>) -> Result<Interval, Invalid> {
        Interval::new(start, start + self.duration())
    }

    /// The time it takes from the staff member: the appointment and its buffers.
    pub fn busy(&self, start: DateTime<Utc>) -> Result<Interval, Invalid> {
        Interval::new(
            start - Duration::minutes(self.buffer_before_minutes.into()),
            start + self.duration() + Duration::minutes(self.buffer_after_minutes.into()),
        )
    }
}
