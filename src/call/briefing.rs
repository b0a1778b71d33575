//! What a call is told about the business it answers for: a snapshot, taken once, so that nothing moves under a
//! conversation, and whole in the journal, so that the conversation can be replayed.
//!
//! PURE. It must not know tables or the API's shapes; the driver fills it.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use crate::domain::{AfterHours, CallSwitches as Switches, Required, Transfer};
use crate::{
    domain::{Line, Money, Name, Note, OnUnknown, ServiceId, StaffId, WeeklyHours},
    language::Country,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Briefing {
    pub name: Name,
    pub zone: Tz,
    /// Where a telephone number without a country code belongs.
    pub country: Country,
    pub hours: WeeklyHours,
    /// Is it open at the moment the call comes in, closures and special hours considered?
    pub open: bool,
    #[serde(default)]
    pub address: Option<Line>,
    /// Parking, what to bring: read out when a caller asks.
    #[serde(default)]
    pub description: Option<Note>,
    pub services: Vec<ServiceCard>,
    pub staff: Vec<StaffCard>,
    /// How many days ahead one can book.
    pub horizon_days: u32,
    #[serde(default)]
    pub on_unknown: OnUnknown,
    #[serde(default)]
    pub switches: Switches,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceCard {
    pub id: ServiceId,
    pub name: Name,
    #[serde(default)]
    pub aliases: Vec<Name>,
    pub duration_minutes: u32,
    #[serde(default)]
    pub price: Option<Money>,
    /// Who does it.
    pub staff: Vec<StaffId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffCard {
    pub id: StaffId,
    pub name: Name,
    /// Someone who is not booked by phone is known by name all the same, so that the caller hears why.
    #[serde(default = "yes")]
    pub by_phone: bool,
}

impl Briefing {
    pub fn service(&self, id: ServiceId) -> Option<&ServiceCard> {
        self.services.iter().find(|service| service.id == id)
    }

    pub fn staff_member(&self, id: StaffId) -> Option<&StaffCard> {
        self.staff.iter().find(|person| person.id == id)
    }

    pub fn requires(&self, required: Required) -> bool {
        self.switches.required.contains(&required)
    }
}

fn yes() -> bool {
    true
}
