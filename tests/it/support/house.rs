//! A small business to try things on: open on weekdays from nine to five in London, a cut of half an hour, two people who do it.
//! Its clock stands at Monday the 2nd of March 2026, 08:00.

use chrono::{DateTime, TimeZone, Utc};
use ringbook::{
    clock::Clock,
    desk::{BookRequest, By, Certainty, CustomerRef, Desk, HoldRequest, NewCall},
    domain::{
        Actor, AiConfig, Business, BusinessId, CallChannel, CallClaim, Language, Name, PhoneNumber,
        Policies, Service, ServiceId, Source, Staff, StaffId, StaffProfile, TimeSpan, WeeklyHours,
    },
    store::{self, Db},
};

pub(crate) struct House {
    pub(crate) desk: Desk,
    pub(crate) clock: Clock,
    pub(crate) by: By,
    pub(crate) anna: StaffId,
    pub(crate) ben: StaffId,
    /// Half an hour.
    pub(crate) cut: ServiceId,
    /// An hour, with ten minutes before and twenty after.
    pub(crate) colour: ServiceId,
}

/// A time on the Monday on which the clock stands.
pub(crate) fn monday(hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, hour, minute, 0).unwrap()
}

pub(crate) fn weekdays(from: &str, until: &str) -> WeeklyHours {
    let span = TimeSpan::parse(from, until).unwrap();
    WeeklyHours::new(std::array::from_fn(|day| {
        if day < 5 { vec![span] } else { Vec::new() }
    }))
    .unwrap()
}

impl House {
    pub(crate) async fn build(db: &Db) -> Self {
        let clock = Clock::held_at(monday(8, 0));
        Self::with_clock(db, clock).await
    }

    pub(crate) async fn with_clock(db: &Db, clock: Clock) -> Self {
        let now = clock.now();
        let business = Business {
            id: BusinessId(clock.id()),
            name: Name::new("The Corner Salon").unwrap(),
            phone_numbers: Vec::new(),
            zone: chrono_tz::Europe::London,
            hours: weekdays("09:00", "17:00"),
            languages: vec![Language::default()],
            description: None,
            policies: Policies::default(),
            ai_config: AiConfig::default(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let staff = |name: &str| Staff {
            id: StaffId(clock.id()),
            name: Name::new(name).unwrap(),
            hours: None,
            service_ids: Vec::new(),
            active: true,
            profile: StaffProfile::default(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let people = [staff("Anna"), staff("Ben")];
        let service = |name: &str, duration, before, after| Service {
            id: ServiceId(clock.id()),
            name: Name::new(name).unwrap(),
            aliases: Vec::new(),
            duration_minutes: duration,
            buffer_before_minutes: before,
            buffer_after_minutes: after,
            price: None,
            staff_ids: people.iter().map(|person| person.id).collect(),
            active: true,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let services = [service("Cut", 30, 0, 0), service("Colour", 60, 10, 20)];

        let mut tx = db.write().await.unwrap();
        store::businesses::insert(&mut tx, &business).await.unwrap();
        for person in &people {
            store::staff::insert(&mut tx, business.id, person)
                .await
                .unwrap();
        }
        for service in &services {
            store::services::insert(&mut tx, business.id, service)
                .await
                .unwrap();
            for person in &people {
                store::staff_services::link(&mut tx, business.id, person.id, service.id)
                    .await
                    .unwrap();
            }
        }
        tx.commit().await.unwrap();
        Self {
            desk: Desk::new(db.clone(), clock.clone()),
            clock,
            by: By {
                business_id: business.id,
                actor: Actor::SYSTEM,
            },
            anna: people[0].id,
            ben: people[1].id,
            cut: services[0].id,
            colour: services[1].id,
        }
    }

    /// Somebody rings up.
    pub(crate) async fn ring(&self) -> CallClaim {
        let call = NewCall {
            channel: CallChannel::Phone,
            caller: Some(PhoneNumber::new("+442079460001").unwrap()),
            dialled: Some(PhoneNumber::new("+442079460000").unwrap()),
            outside_id: None,
            started_at: self.clock.now(),
        };
        self.desk
            .begin_call(self.by.business_id, call)
            .await
            .unwrap()
    }

    /// A cut with Anna, for a customer of this name.
    pub(crate) fn cut_at(&self, starts_at: DateTime<Utc>) -> BookRequest {
        BookRequest {
            service_id: self.cut,
            staff_id: Some(self.anna),
            starts_at,
            customer: met("+442079460001", "Zoe"),
            for_name: None,
            notes: None,
            source: Source::Api,
            certainty: Certainty::Confirmed,
            hold: None,
            call: None,
        }
    }

    pub(crate) fn hold_at(&self, starts_at: DateTime<Utc>) -> HoldRequest {
        HoldRequest {
            service_id: self.cut,
            staff_id: Some(self.anna),
            starts_at,
            source: Source::Phone,
            call: None,
        }
    }
}

pub(crate) fn met(phone: &str, name: &str) -> CustomerRef {
    CustomerRef::Met {
        phone: PhoneNumber::new(phone).unwrap(),
        name: Name::new(name).unwrap(),
        email: None,
    }
}
