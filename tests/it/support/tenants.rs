//! Two businesses in one database, so that a test can reach from one into the other.

use chrono::{DateTime, TimeZone, Utc};
use ringbook::{
    clock::Clock,
    desk::{By, Desk, NewBusiness, NewCustomer, NewService, NewStaff},
    domain::{Actor, BusinessId, Customer, Name, PhoneNumber, Service, Staff},
    store::Db,
};
use serde_json::json;

pub(crate) struct Tenants {
    pub(crate) desk: Desk,
    /// Stands at a Monday, 2 March 2026, eight in the morning.
    pub(crate) clock: Clock,
    pub(crate) ours: By,
    pub(crate) theirs: By,
}

pub(crate) fn on_monday(hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, hour, minute, 0).unwrap()
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub(crate) fn phone(text: &str) -> PhoneNumber {
    PhoneNumber::new(text).unwrap()
}

pub(crate) fn new_business() -> NewBusiness {
    serde_json::from_value(json!({
        "name": "Corner Salon",
        "zone": "Europe/London",
        "hours": {
            "mon": [{"from": "09:00", "until": "12:00"}, {"from": "13:00", "until": "17:00"}],
            "sat": [{"from": "20:00", "until": "02:00"}],
        },
    }))
    .unwrap()
}

pub(crate) fn new_staff(called: &str) -> NewStaff {
    serde_json::from_value(json!({ "name": called })).unwrap()
}

pub(crate) fn new_service(called: &str) -> NewService {
    serde_json::from_value(json!({ "name": called, "duration_minutes": 30 })).unwrap()
}

impl Tenants {
    pub(crate) async fn move_in(db: &Db) -> Self {
        let clock = Clock::held_at(on_monday(8, 0));
        let desk = Desk::new(db.clone(), clock.clone());
        let mut tenants = Vec::new();
        for _ in 0..2 {
            let business = desk.create_business(new_business()).await.unwrap();
            tenants.push(By {
                business_id: business.id,
                actor: Actor::SYSTEM,
            });
        }
        Self {
            desk,
            clock,
            ours: tenants[0],
            theirs: tenants[1],
        }
    }

    pub(crate) fn our_id(&self) -> BusinessId {
        self.ours.business_id
    }

    pub(crate) fn their_id(&self) -> BusinessId {
        self.theirs.business_id
    }

    pub(crate) async fn staff(&self, by: By, called: &str) -> Staff {
        self.desk.create_staff(by, new_staff(called)).await.unwrap()
    }

    pub(crate) async fn service(&self, by: By, called: &str) -> Service {
        self.desk
            .create_service(by, new_service(called))
            .await
            .unwrap()
    }

    pub(crate) async fn customer(&self, by: By, called: &str, number: &str) -> Customer {
        self.desk
            .create_customer(by, NewCustomer::called(name(called), phone(number)))
            .await
            .unwrap()
    }
}
