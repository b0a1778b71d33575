//! A business as recorded calls know it: written by hand, shared by many of them, and with names in place of ids.
//!
//! It must not know tables or the API's shapes.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

use super::Fault;
use crate::{
    call::briefing::{Briefing, ServiceCard, StaffCard, Switches},
    domain::{
        Closure, ClosureId, ClosureKind, DayRange, Line, Money, Name, Note, Policies, ServiceId,
        StaffId, WeeklyHours,
    },
    language::Country,
    scheduling::{Diary, Need},
};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct House {
    pub name: Name,
    pub zone: Tz,
    pub country: Country,
    pub hours: WeeklyHours,
    #[serde(default)]
    pub address: Option<Line>,
    #[serde(default)]
    pub description: Option<Note>,
    pub services: Vec<Service>,
    pub staff: Vec<Person>,
    /// Days on which nobody works.
    #[serde(default)]
    pub closed: Vec<NaiveDate>,
    #[serde(default)]
    pub policies: Policies,
    #[serde(default)]
    pub switches: Switches,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub name: Name,
    #[serde(default)]
    pub aliases: Vec<Name>,
    pub duration_minutes: u32,
    #[serde(default)]
    pub buffer_before_minutes: u32,
    #[serde(default)]
    pub buffer_after_minutes: u32,
    #[serde(default)]
    pub price: Option<Money>,
    /// The names of those who do it.
    pub staff: Vec<Name>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub name: Name,
    /// Own hours, in place of the house's.
    #[serde(default)]
    pub hours: Option<WeeklyHours>,
    #[serde(default = "yes")]
    pub by_phone: bool,
}

fn yes() -> bool {
    true
}

impl House {
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let house: Self = json(text)?;
        for service in &house.services {
            if let Some(nobody) = service
                .staff
                .iter()
                .find(|name| house.person(name).is_none())
            {
                return Err(Fault::new(
                    1,
                    format!(
                        "{} is done by {nobody}, whom `staff` does not name",
                        service.name
                    ),
                ));
            }
            service
                .need()
                .map_err(|invalid| Fault::new(1, invalid.to_string()))?;
        }
        Ok(house)
    }

    /// Ids follow from the order in the file: services from 1, people from 101.
    pub fn service(&self, name: &str) -> Option<ServiceId> {
        let index = self
            .services
            .iter()
            .position(|service| *service.name == *name)?;
        Some(service_id(index))
    }

    pub fn person(&self, name: &str) -> Option<StaffId> {
        let index = self.staff.iter().position(|person| *person.name == *name)?;
        Some(staff_id(index))
    }

    pub(super) fn card(&self, id: ServiceId) -> Option<&Service> {
        let numbered = self.services.iter().enumerate();
        numbered
            .filter(|(index, _)| service_id(*index) == id)
            .map(|(_, service)| service)
            .next()
    }

    pub(super) fn name_of(&self, id: StaffId) -> Option<&Name> {
        let numbered = self.staff.iter().enumerate();
        numbered
            .filter(|(index, _)| staff_id(*index) == id)
            .map(|(_, person)| &person.name)
            .next()
    }

    /// What the call is told of it.
    pub(super) fn briefing(&self) -> Briefing {
        let services = self.services.iter().enumerate();
        let staff = self.staff.iter().enumerate();
        Briefing {
            name: self.name.clone(),
            zone: self.zone,
            country: self.country,
            hours: self.hours.clone(),
            open: true,
            address: self.address.clone(),
            description: self.description.clone(),
            services: services
                .map(|(index, service)| ServiceCard {
                    id: service_id(index),
                    name: service.name.clone(),
                    aliases: service.aliases.clone(),
                    duration_minutes: service.duration_minutes,
                    price: service.price.clone(),
                    staff: service
                        .staff
                        .iter()
                        .filter_map(|name| self.person(name))
                        .collect(),
                })
                .collect(),
            staff: staff
                .map(|(index, person)| StaffCard {
                    id: staff_id(index),
                    name: person.name.clone(),
                    by_phone: person.by_phone,
                })
                .collect(),
            horizon_days: self.policies.horizon_days,
            on_unknown: self.policies.on_unknown,
            switches: self.switches.clone(),
        }
    }

    pub(super) fn closures(&self) -> Vec<Closure> {
        let days = self
            .closed
            .iter()
            .filter_map(|day| DayRange::new(*day, *day).ok());
        days.map(|days| Closure {
            id: ClosureId(Uuid::nil()),
            kind: ClosureKind::default(),
            days,
            every_year: false,
            reason: None,
        })
        .collect()
    }

    /// Everybody's time, with nothing in it yet.
    pub(super) fn diaries(&self) -> Vec<Diary> {
        let staff = self.staff.iter().enumerate();
        staff
            .map(|(index, person)| Diary {
                staff_id: staff_id(index),
                hours: person.hours.clone(),
                exceptions: Vec::new(),
                leaves: Vec::new(),
                busy: Vec::new(),
                load: 0,
            })
            .collect()
    }
}

impl Service {
    pub(super) fn need(&self) -> Result<Need, crate::domain::Invalid> {
        Need::new(
            self.duration_minutes,
            self.buffer_before_minutes,
            self.buffer_after_minutes,
        )
    }
}

fn service_id(index: usize) -> ServiceId {
    ServiceId(Uuid::from_u128(1 + index as u128))
}

fn staff_id(index: usize) -> StaffId {
    StaffId(Uuid::from_u128(101 + index as u128))
}

/// Reads a whole file, and says in which line it is wrong.
fn json<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|problem| Fault::new(problem.line(), problem.to_string()))
}
