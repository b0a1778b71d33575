//! Who changed a booking, when, and from what to what.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BookingId, ChangeId, words};

/// One change of a booking.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Change {
    pub id: ChangeId,
    pub booking_id: BookingId,
    pub at: DateTime<Utc>,
    pub actor: Actor,
    pub action: Action,
    /// The booking before it; nothing for the first.
    #[schema(value_type = Option<Object>)]
    pub before: Option<serde_json::Value>,
    #[schema(value_type = Object)]
    pub after: serde_json::Value,
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actor {
    pub kind: ActorKind,
    /// Which user, key, call or job; nothing for the system itself.
    pub id: Option<uuid::Uuid>,
}

impl Actor {
    pub const SYSTEM: Self = Self {
        kind: ActorKind::System,
        id: None,
    };

    pub fn new(kind: ActorKind, id: uuid::Uuid) -> Self {
        Self { kind, id: Some(id) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    User,
    ApiKey,
    Call,
    Job,
    System,
}

words!(ActorKind {
    User = "user",
    ApiKey = "api_key",
    Call = "call",
    Job = "job",
    System = "system",
});

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Held,
    Booked,
    Rescheduled,
    Edited,
    Confirmed,
    Cancelled,
    Completed,
    NoShow,
}

words!(Action {
    Held = "held",
    Booked = "booked",
    Rescheduled = "rescheduled",
    Edited = "edited",
    Confirmed = "confirmed",
    Cancelled = "cancelled",
    Completed = "completed",
    NoShow = "no_show",
});
