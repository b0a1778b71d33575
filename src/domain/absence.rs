//! When somebody who would be at work is not, and when nobody is.
//!
//! All of these may overlap bookings and each other: a leave entered late doesn't undo a booking, it only lets no new one in.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    BlockId, ClosureId, DayRange, ExceptionId, Interval, LeaveId, Line, StaffId, TimeSpan, words,
};

/// A staff member's day or days off, or the same part of each of them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Leave {
    pub id: LeaveId,
    pub staff_id: StaffId,
    #[serde(flatten)]
    pub days: DayRange,
    /// Only this part of each day; without it, whole days.
    pub part: Option<TimeSpan>,
    pub reason: Option<Line>,
}

/// The whole business is closed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Closure {
    pub id: ClosureId,
    pub kind: ClosureKind,
    #[serde(flatten)]
    pub days: DayRange,
    /// The same days of every year, from `first_day`'s year on.
    pub every_year: bool,
    pub reason: Option<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClosureKind {
    #[default]
    Closure,
    Holiday,
}

words!(ClosureKind { Closure = "closure", Holiday = "holiday" });

/// Special hours of one staff member on one date, instead of the weekly ones. No spans: off.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DateException {
    pub id: ExceptionId,
    pub staff_id: StaffId,
    pub date: NaiveDate,
    pub spans: Vec<TimeSpan>,
    pub reason: Option<Line>,
}

/// Time in which a staff member is busy with something that is no booking of ours.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Block {
    pub id: BlockId,
    pub staff_id: StaffId,
    #[serde(flatten)]
    pub interval: Interval,
    pub source: BlockSource,
    pub reason: Option<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlockSource {
    /// Set by hand.
    Manual,
    /// Pulled from a connected calendar.
    Calendar,
}

words!(BlockSource { Manual = "manual", Calendar = "calendar" });
