//! Many bookings at once, in businesses made for them: what benches ask. They have no audit trail and leave no jobs.

use anyhow::Context;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use indicatif::ProgressBar;

use super::{
    Options,
    generate::{Plan, Planned},
};
use crate::{
    cli::{progress, say},
    clock::Clock,
    domain::{
        AiConfig, Booking, BookingId, BookingStatus, Business, BusinessId, Customer, CustomerId,
        Interval, Language, Name, OptOuts, PhoneNumber, Policies, Service, ServiceId, Source,
        Staff, StaffId, StaffProfile, TimeSpan, WeeklyHours,
    },
    store::{Db, bookings, businesses, customers, services, staff, staff_services},
};

const ZONE: Tz = chrono_tz::America::New_York;
const OPENS: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).unwrap();
const PIECE: TimeDelta = TimeDelta::minutes(30);
const IN_ONE_BUSINESS: u64 = 200_000;
/// Rows of one transaction: enough to hide the cost of its commit, few enough not to keep others waiting.
const BATCH: usize = 5_000;
const NAMES: [&str; 12] = [
    "Ada", "Bruno", "Chen", "Dalia", "Emil", "Fatima", "Goran", "Hana", "Ines", "Jomo", "Kaya",
    "Luca",
];

pub(super) async fn plant(
    db: &Db,
    clock: &Clock,
    options: &Options,
    wanted: u64,
) -> anyhow::Result<()> {
    let count = options
        .businesses
        .unwrap_or_else(|| wanted.div_ceil(IN_ONE_BUSINESS));
    let plans: Vec<Plan> = (0..count)
        .map(|index| Plan {
            bookings: wanted * (index + 1) / count - wanted * index / count,
            staff: options.staff,
            days: options.days,
            seed: options.seed.wrapping_add(index),
        })
        .collect();
    for plan in &plans {
        plan.check()?;
    }
    let bar = progress(wanted, "bookings");
    for (number, plan) in (1_u64..).zip(&plans) {
        let place = Place::make(db, clock, number, plan).await?;
        place.fill(db, plan, &bar).await?;
    }
    bar.finish_and_clear();
    db.take_stock().await?;
    say(format_args!(
        "{wanted} bookings are there, in {count} business{}.",
        if count == 1 { "" } else { "es" }
    ))?;
    Ok(())
}

/// A business made to measure with, and what a booking in it can name.
struct Place {
    business: BusinessId,
    clock: Clock,
    now: DateTime<Utc>,
    first_day: NaiveDate,
    services: Vec<Service>,
    staff: Vec<StaffId>,
    customers: Vec<CustomerId>,
}

impl Place {
    async fn make(db: &Db, clock: &Clock, number: u64, plan: &Plan) -> anyhow::Result<Self> {
        let now = clock.now();
        let today = now.with_timezone(&ZONE).date_naive();
        let mut place = Self {
            business: BusinessId(clock.id()),
            clock: clock.clone(),
            now,
            first_day: today - Days::new(u64::from(plan.days / 2)),
            services: Vec::new(),
            staff: Vec::new(),
            customers: Vec::new(),
        };
        let mut tx = db.write().await?;
        businesses::insert(&mut tx, &place.business(number)?).await?;
        for (name, minutes, buffer) in [("Visit", 20, 5), ("Long visit", 30, 0)] {
            let service = place.service(name, minutes, buffer)?;
            services::insert(&mut tx, place.business, &service).await?;
            place.services.push(service);
        }
        for index in 1..=plan.staff {
            let person = place.person(index)?;
            staff::insert(&mut tx, place.business, &person).await?;
            for service in &person.service_ids {
                staff_services::link(&mut tx, place.business, person.id, *service).await?;
            }
            place.staff.push(person.id);
        }
        // About five bookings each, as customers have who come back.
        for index in 0..=plan.bookings / 5 {
            let customer = place.customer(index)?;
            customers::insert(&mut tx, place.business, &customer).await?;
            place.customers.push(customer.id);
        }
        tx.commit().await?;
        Ok(place)
    }

    async fn fill(&self, db: &Db, plan: &Plan, bar: &ProgressBar) -> anyhow::Result<()> {
        let mut planned = plan.bookings().peekable();
        while planned.peek().is_some() {
            let batch: Vec<Booking> = planned
                .by_ref()
                .take(BATCH)
                .map(|planned| self.booking(planned))
                .collect::<anyhow::Result<_>>()?;
            let mut tx = db.write().await?;
            bookings::insert_many(&mut tx, self.business, &batch).await?;
            tx.commit().await?;
            bar.inc(batch.len() as u64);
        }
        Ok(())
    }

    fn business(&self, number: u64) -> anyhow::Result<Business> {
        let open = vec![TimeSpan::parse("08:00", "18:00")?];
        Ok(Business {
            id: self.business,
            name: Name::new(&format!("Measured business {number}"))?,
            phone_numbers: Vec::new(),
            zone: ZONE,
            hours: WeeklyHours::new(std::array::from_fn(|_| open.clone()))?,
            languages: vec![Language::default()],
            description: None,
            policies: Policies::default(),
            ai_config: AiConfig::default(),
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        })
    }

    /// Takes one piece of the day, buffers included.
    fn service(&self, name: &str, minutes: u32, buffer: u32) -> anyhow::Result<Service> {
        Ok(Service {
            id: ServiceId(self.clock.id()),
            name: Name::new(name)?,
            aliases: Vec::new(),
            duration_minutes: minutes,
            buffer_before_minutes: buffer,
            buffer_after_minutes: buffer,
            price: None,
            staff_ids: Vec::new(),
            active: true,
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        })
    }

    fn person(&self, number: u32) -> anyhow::Result<Staff> {
        Ok(Staff {
            id: StaffId(self.clock.id()),
            name: Name::new(&format!("Person {number}"))?,
            hours: None,
            service_ids: self.services.iter().map(|service| service.id).collect(),
            active: true,
            profile: StaffProfile::default(),
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        })
    }

    /// No telephone company serves the area of these numbers.
    fn customer(&self, index: u64) -> anyhow::Result<Customer> {
        Ok(Customer {
            id: CustomerId(self.clock.id()),
            phone: PhoneNumber::new(&format!("+1999{index:07}"))?,
            name: Name::new(pick::<&str>(&NAMES, index))?,
            email: None,
            gender: None,
            date_of_birth: None,
            preferences: serde_json::Map::new(),
            opt_outs: OptOuts::default(),
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        })
    }

    fn booking(&self, planned: Planned) -> anyhow::Result<Booking> {
        let service = pick(&self.services, planned.lot);
        let from = self.start_of(planned)?;
        let before = TimeDelta::minutes(service.buffer_before_minutes.into());
        let visible = service.visible(from + before)?;
        let by_phone = planned.lot >> 63 == 0;
        Ok(Booking {
            id: BookingId(self.clock.id()),
            staff_id: *pick(&self.staff, planned.staff.into()),
            service_id: service.id,
            customer_id: Some(*pick(&self.customers, planned.lot >> 8)),
            for_name: None,
            starts_at: visible.from(),
            ends_at: visible.until(),
            busy: Interval::new(from, from + PIECE)?,
            status: self.status(visible, planned.lot >> 40),
            source: if by_phone { Source::Phone } else { Source::Api },
            hold_expires_at: None,
            unverified: false,
            notes: None,
            price: None,
            cancel_reason: None,
            call_id: None,
            sync: None,
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        })
    }

    fn start_of(&self, planned: Planned) -> anyhow::Result<DateTime<Utc>> {
        let opens = (self.first_day + Days::new(planned.day.into()))
            .and_time(OPENS)
            .and_local_timezone(ZONE)
            .earliest()
            .context("no clock of this zone was ever turned at the opening hour")?;
        let pieces = i32::try_from(planned.piece)?;
        Ok(opens.to_utc() + PIECE * pieces)
    }

    fn status(&self, visible: Interval, lot: u64) -> BookingStatus {
        match lot % 20 {
            0 => BookingStatus::Cancelled,
            _ if visible.until() > self.now => BookingStatus::Booked,
            1 => BookingStatus::NoShow,
            _ => BookingStatus::Completed,
        }
    }
}

/// Of several things, the one that `lot` stands for.
fn pick<T>(from: &[T], lot: u64) -> &T {
    let index = lot % from.len() as u64;
    &from[usize::try_from(index).unwrap_or(0)]
}
