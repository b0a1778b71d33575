//! The demo business: `fixtures/demo`, inside the program.

use anyhow::Context;
use chrono_tz::Tz;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    clock::Clock,
    domain::{
        AiConfig, Business, BusinessId, Closure, ClosureId, ClosureKind, DayRange, Language, Line,
        Money, Name, Note, PhoneNumber, Policies, Service, ServiceId, Staff, StaffId, StaffProfile,
        WeeklyHours,
    },
    store::{Db, Error, businesses, closures, services, staff, staff_services},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BusinessText {
    name: Name,
    phone_numbers: Vec<PhoneNumber>,
    zone: Tz,
    hours: WeeklyHours,
    languages: Vec<Language>,
    description: Option<Note>,
    policies: Policies,
    ai_config: AiConfig,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceText {
    name: Name,
    aliases: Vec<Name>,
    duration_minutes: u32,
    buffer_before_minutes: u32,
    buffer_after_minutes: u32,
    price: Option<Money>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StaffText {
    name: Name,
    /// By name.
    services: Vec<Name>,
    hours: Option<WeeklyHours>,
    profile: StaffProfile,
}

#[derive(Deserialize)]
struct ClosureText {
    kind: ClosureKind,
    #[serde(flatten)]
    days: DayRange,
    every_year: bool,
    reason: Option<Line>,
}

/// A business with everything that stands in it from the start.
#[derive(Debug)]
pub(in crate::cli) struct Demo {
    pub(in crate::cli) business: Business,
    pub(in crate::cli) services: Vec<Service>,
    pub(in crate::cli) staff: Vec<Staff>,
    pub(in crate::cli) closures: Vec<Closure>,
}

impl Demo {
    pub(in crate::cli) fn read(clock: &Clock) -> anyhow::Result<Self> {
        let business = business(clock)?;
        let mut services = services_of(clock)?;
        let mut people = Vec::new();
        for text in
            parse::<Vec<StaffText>>("staff", include_str!("../../../fixtures/demo/staff.json"))?
        {
            let person = person(clock, text, &mut services)?;
            people.push(person);
        }
        Ok(Self {
            business,
            services,
            staff: people,
            closures: closures_of(clock)?,
        })
    }

    /// In one transaction: a business is there whole, or not at all. False if it was there already, or another node is a moment ahead:
    /// no two have the same number.
    pub(in crate::cli) async fn plant(&self, db: &Db) -> anyhow::Result<bool> {
        let id = self.business.id;
        let mut tx = db.write().await?;
        match businesses::insert(&mut tx, &self.business).await {
            Err(Error::Duplicate("phone_numbers")) => return Ok(false),
            inserted => inserted?,
        }
        for service in &self.services {
            services::insert(&mut tx, id, service).await?;
        }
        for person in &self.staff {
            staff::insert(&mut tx, id, person).await?;
            for service in &person.service_ids {
                staff_services::link(&mut tx, id, person.id, *service).await?;
            }
        }
        for closure in &self.closures {
            closures::insert(&mut tx, id, closure).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

fn parse<T: DeserializeOwned>(what: &'static str, text: &str) -> anyhow::Result<T> {
    serde_json::from_str(text).with_context(|| format!("fixtures/demo/{what}.json"))
}

fn business(clock: &Clock) -> anyhow::Result<Business> {
    let text: BusinessText = parse(
        "business",
        include_str!("../../../fixtures/demo/business.json"),
    )?;
    let now = clock.now();
    Ok(Business {
        id: BusinessId(clock.id()),
        name: text.name,
        phone_numbers: text.phone_numbers,
        zone: text.zone,
        hours: text.hours,
        languages: text.languages,
        description: text.description,
        policies: text.policies,
        ai_config: text.ai_config,
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

fn services_of(clock: &Clock) -> anyhow::Result<Vec<Service>> {
    let texts: Vec<ServiceText> = parse(
        "services",
        include_str!("../../../fixtures/demo/services.json"),
    )?;
    let now = clock.now();
    let service = |text: ServiceText| {
        let (before, after) = (text.buffer_before_minutes, text.buffer_after_minutes);
        Service::check_times(text.duration_minutes, before, after)?;
        Ok(Service {
            id: ServiceId(clock.id()),
            name: text.name,
            aliases: text.aliases,
            duration_minutes: text.duration_minutes,
            buffer_before_minutes: before,
            buffer_after_minutes: after,
            price: text.price,
            staff_ids: Vec::new(),
            active: true,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    };
    texts.into_iter().map(service).collect()
}

/// Also enters the person with each service they do.
fn person(clock: &Clock, text: StaffText, services: &mut [Service]) -> anyhow::Result<Staff> {
    let id = StaffId(clock.id());
    let now = clock.now();
    let mut service_ids = Vec::new();
    for name in &text.services {
        let service = services
            .iter_mut()
            .find(|service| service.name == *name)
            .with_context(|| format!("fixtures/demo/staff.json: no service is called {name}"))?;
        service.staff_ids.push(id);
        service_ids.push(service.id);
    }
    Ok(Staff {
        id,
        name: text.name,
        hours: text.hours,
        service_ids,
        active: true,
        profile: text.profile,
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

fn closures_of(clock: &Clock) -> anyhow::Result<Vec<Closure>> {
    let texts: Vec<ClosureText> = parse(
        "closures",
        include_str!("../../../fixtures/demo/closures.json"),
    )?;
    let closure = |text: ClosureText| Closure {
        id: ClosureId(clock.id()),
        kind: text.kind,
        days: text.days,
        every_year: text.every_year,
        reason: text.reason,
    };
    Ok(texts.into_iter().map(closure).collect())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn the_demo_business_is_whole() {
        let demo = Demo::read(&Clock::held_at(DateTime::UNIX_EPOCH)).unwrap();
        assert!((3..=4).contains(&demo.staff.len()));
        assert!((5..=6).contains(&demo.services.len()));
        assert_eq!(demo.closures.len(), 1);
        for service in &demo.services {
            assert!(
                !service.staff_ids.is_empty(),
                "nobody does {}",
                service.name
            );
            assert!(!service.aliases.is_empty(), "{}", service.name);
        }
    }
}
