//! A bookable person.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Email, Language, Line, Name, ServiceId, StaffId, WeeklyHours};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Staff {
    pub id: StaffId,
    pub name: Name,
    /// Own weekly hours; without them the business's hours hold.
    pub hours: Option<WeeklyHours>,
    /// The services this person does.
    pub service_ids: Vec<ServiceId>,
    /// Someone inactive keeps their bookings and takes no new ones.
    pub active: bool,
    pub profile: StaffProfile,
    /// Grows by one with each change; the `ETag` of the API.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a caller may be told about a person; nothing here decides when they are free.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StaffProfile {
    pub email: Option<Email>,
    pub specialization: Option<Line>,
    #[schema(maximum = 100)]
    pub experience_years: Option<u8>,
    #[schema(max_items = 20)]
    pub languages: Vec<Language>,
    /// In person, by video, house calls ...
    pub consultation_type: Option<Line>,
    /// In words, to be read out: "most weekdays, and every other Saturday".
    pub working_days: Option<Line>,
}
