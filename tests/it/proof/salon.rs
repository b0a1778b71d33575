//! A business for storms: open every day, five people, and a program's key to book with. Its clock is the system's, because the
//! servers' is.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use reqwest::{Client, RequestBuilder};
use ringbook::{
    clock::Clock,
    desk::{By, Desk, NewBusiness, NewService},
    domain::{Actor, Role, ServiceId, StaffId},
    store::Db,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::tenants::{name, new_staff};

pub(super) const STAFF: usize = 5;

pub(super) struct Salon {
    pub(super) by: By,
    pub(super) staff: Vec<StaffId>,
    /// A cut of half an hour, and a colour of an hour with ten minutes before and twenty after; done by everybody.
    pub(super) services: [ServiceId; 2],
    key: String,
}

impl Salon {
    pub(super) async fn open(db: &Db) -> Self {
        let desk = Desk::new(db.clone(), Clock::system());
        let all_day = json!([{"from": "08:00", "until": "20:00"}]);
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let hours: serde_json::Map<String, Value> = days
            .map(|day| (day.to_owned(), all_day.clone()))
            .into_iter()
            .collect();
        let business: NewBusiness =
            serde_json::from_value(json!({"name": "Storm Salon", "zone": "UTC", "hours": hours}))
                .unwrap();
        let business = desk.create_business(business).await.unwrap();
        let by = By {
            business_id: business.id,
            actor: Actor::SYSTEM,
        };
        let mut staff = Vec::new();
        for called in ["Anna", "Ben", "Cleo", "Dan", "Eve"] {
            let person = desk.create_staff(by, new_staff(called)).await.unwrap();
            staff.push(person.id);
        }
        let service = async |called: &str, minutes, before, after| {
            let new: NewService = serde_json::from_value(json!({
                "name": called,
                "duration_minutes": minutes,
                "buffer_before_minutes": before,
                "buffer_after_minutes": after,
                "staff_ids": staff,
            }))
            .unwrap();
            desk.create_service(by, new).await.unwrap().id
        };
        let services = [
            service("Cut", 30, 0, 0).await,
            service("Colour", 60, 10, 20).await,
        ];
        let scopes = Role::Owner.scopes().iter().copied().collect();
        let (_, key) = desk
            .make_key(by, &scopes, name("Storm"), scopes.clone())
            .await
            .unwrap();
        Self {
            by,
            staff,
            services,
            key: key.expose_secret().to_owned(),
        }
    }

    /// The body of a request for a cut, by the person of this number or by anyone.
    pub(super) fn cut_at(&self, at: DateTime<Utc>, staff: Option<usize>, guest: usize) -> Value {
        json!({
            "service_id": self.services[0],
            "staff_id": staff.map(|number| self.staff[number]),
            "starts_at": at,
            "customer": {"phone": phone(guest), "name": format!("Guest {guest}")},
        })
    }

    pub(super) fn post(&self, client: &Client, url: &str, body: &Value) -> RequestBuilder {
        client
            .post(format!("{url}/api/v1/bookings"))
            .header("x-api-key", &self.key)
            .json(body)
    }
}

/// A number of its own for each of a thousand guests.
pub(super) fn phone(guest: usize) -> String {
    assert!(guest < 1000);
    format!("+442079460{guest:03}")
}

/// Nine o'clock and so many quarters of an hour, so many days after tomorrow.
pub(super) fn quarter(day: usize, quarter: usize) -> DateTime<Utc> {
    let date = Clock::system().now().date_naive() + Days::new(day as u64 + 2);
    let quarter = i32::try_from(quarter).unwrap();
    date.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(9) + TimeDelta::minutes(15) * quarter
}
