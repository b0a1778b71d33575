//! An appointment at a certain time, and the three questions the rules ask about it.

use chrono::{DateTime, Utc};

use super::Need;
use crate::domain::{Interval, StaffId};

/// A time that a staff member has for a customer, without buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot {
    pub staff_id: StaffId,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

#[derive(Clone, Copy)]
pub(super) struct Appointment {
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: DateTime<Utc>,
    busy_from: DateTime<Utc>,
    busy_until: DateTime<Utc>,
}

impl Appointment {
    pub(super) fn new(need: &Need, starts_at: DateTime<Utc>) -> Self {
        let ends_at = starts_at + need.duration;
        Self {
            starts_at,
            ends_at,
            busy_from: starts_at - need.before,
            busy_until: ends_at + need.after,
        }
    }

    /// Whether all that the customer sees of it lies in this working time. Buffers may stick out.
    pub(super) fn lies_in(&self, working: &Interval) -> bool {
        working.from() <= self.starts_at && self.ends_at <= working.until()
    }

    /// Whether what the customer sees of it meets this absence.
    pub(super) fn meets(&self, absence: &Interval) -> bool {
        absence.from() < self.ends_at && self.starts_at < absence.until()
    }

    /// Whether it needs time, buffers included, that is already taken.
    pub(super) fn collides_with(&self, taken: &Interval) -> bool {
        taken.from() < self.busy_until && self.busy_from < taken.until()
    }

    pub(super) fn is_past(&self, absence: &Interval) -> bool {
        absence.until() <= self.starts_at
    }

    pub(super) fn is_clear_of(&self, taken: &Interval) -> bool {
        taken.until() <= self.busy_from
    }

    pub(super) fn with(&self, staff_id: StaffId) -> Slot {
        Slot {
            staff_id,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
        }
    }
}
