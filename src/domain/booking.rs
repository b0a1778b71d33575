//! A time that is kept for somebody.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    BookingId, CallId, CustomerId, Interval, Line, Money, Name, Note, ServiceId, StaffId, words,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Booking {
    pub id: BookingId,
    pub staff_id: StaffId,
    pub service_id: ServiceId,
    /// Nobody yet (a hold), or nobody any more (the customer was erased).
    pub customer_id: Option<CustomerId>,
    /// Who comes, where that is not the customer whose phone booked it.
    pub for_name: Option<Name>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The time taken from the staff member, buffers included.
    pub busy: Interval,
    pub status: BookingStatus,
    pub source: Source,
    /// When a hold lets go of its time.
    pub hold_expires_at: Option<DateTime<Utc>>,
    /// The calendar could not be asked when this was booked, and the owner's policy let it through.
    pub unverified: bool,
    pub notes: Option<Note>,
    pub price: Option<Money>,
    pub cancel_reason: Option<Line>,
    /// The call that made it.
    pub call_id: Option<CallId>,
    pub sync: Option<Sync>,
    /// Grows by one with each change; the `ETag` of the API.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BookingStatus {
    /// Offered to a caller who is deciding; lets go by itself.
    Held,
    /// Kept until the calendar has answered.
    Tentative,
    Booked,
    Cancelled,
    Completed,
    NoShow,
}

words!(BookingStatus {
    Held = "held",
    Tentative = "tentative",
    Booked = "booked",
    Cancelled = "cancelled",
    Completed = "completed",
    NoShow = "no_show",
});

impl BookingStatus {
    /// Whether a booking in this state keeps others out of its time. The databases' own constraints say the same.
    pub fn keeps_time(self) -> bool {
        matches!(self, Self::Held | Self::Tentative | Self::Booked)
    }

    /// Whether the appointment is still to come: it can be moved, cancelled, completed or missed.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Tentative | Self::Booked)
    }
}

/// The door a booking came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Phone,
    Admin,
    Api,
    Link,
}

words!(Source { Phone = "phone", Admin = "admin", Api = "api", Link = "link" });

/// How the mirror of a booking in a calendar stands. A booking without a connected calendar has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sync {
    pub status: SyncStatus,
    pub error: Option<String>,
    pub last_synced_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncStatus {
    Pending,
    Synced,
    Failed,
    Conflict,
    Deleted,
}

words!(SyncStatus {
    Pending = "pending",
    Synced = "synced",
    Failed = "failed",
    Conflict = "conflict",
    Deleted = "deleted",
});
