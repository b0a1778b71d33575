//! Stretches of time: between two instants, and between two dates.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Invalid;

/// From an instant until, but not including, a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "UncheckedInterval")]
pub struct Interval {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

#[derive(Deserialize)]
struct UncheckedInterval {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Interval {
    pub fn new(from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Self, Invalid> {
        if from < until {
            Ok(Self { from, until })
        } else {
            Err(Invalid::new("must end after it starts"))
        }
    }

    pub fn from(&self) -> DateTime<Utc> {
        self.from
    }

    pub fn until(&self) -> DateTime<Utc> {
        self.until
    }

    pub fn length(&self) -> Duration {
        self.until - self.from
    }

    /// Longer at both ends; as long as it was where time itself would run out.
    #[must_use]
    pub fn widened(&self, before: Duration, after: Duration) -> Self {
        let from = self.from.checked_sub_signed(before).unwrap_or(self.from);
        let until = self.until.checked_add_signed(after).unwrap_or(self.until);
        Self {
            from: from.min(self.from),
            until: until.max(self.until),
        }
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.until && other.from < self.until
    }

    pub fn contains(&self, other: &Self) -> bool {
        self.from <= other.from && other.until <= self.until
    }
}

impl TryFrom<UncheckedInterval> for Interval {
    type Error = Invalid;

    fn try_from(interval: UncheckedInterval) -> Result<Self, Invalid> {
        Self::new(interval.from, interval.until)
    }
}

/// From a date to a later or the same date, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "UncheckedDayRange")]
pub struct DayRange {
    first_day: NaiveDate,
    last_day: NaiveDate,
}

#[derive(Deserialize)]
struct UncheckedDayRange {
    first_day: NaiveDate,
    last_day: NaiveDate,
}

impl DayRange {
    /// More days than any absence or question needs; keeps the work of one request bounded.
    pub const LONGEST_DAYS: i64 = 3 * 366;

    pub fn new(first_day: NaiveDate, last_day: NaiveDate) -> Result<Self, Invalid> {
        let days = (last_day - first_day).num_days() + 1;
        if (1..=Self::LONGEST_DAYS).contains(&days) {
            Ok(Self {
                first_day,
                last_day,
            })
        } else {
            Err(Invalid::new(format!(
                "`last_day` must be `first_day` or later, and at most {} days after it",
                Self::LONGEST_DAYS - 1
            )))
        }
    }

    pub fn one(day: NaiveDate) -> Self {
        Self {
            first_day: day,
            last_day: day,
        }
    }

    pub fn first_day(&self) -> NaiveDate {
        self.first_day
    }

    pub fn last_day(&self) -> NaiveDate {
        self.last_day
    }

    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.first_day..=self.last_day).contains(&day)
    }

    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let last = self.last_day;
        self.first_day
            .iter_days()
            .take_while(move |day| *day <= last)
    }
}

impl TryFrom<UncheckedDayRange> for DayRange {
    type Error = Invalid;

    fn try_from(range: UncheckedDayRange) -> Result<Self, Invalid> {
        Self::new(range.first_day, range.last_day)
    }
}
