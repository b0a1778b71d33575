//! What a call is told about the business when it begins: read once, so that nothing moves under a conversation.
//!
//! It reads through the desk. What the call makes of it is the machine's business.

use super::{
    briefing::{Briefing, ServiceCard, StaffCard},
    event::KnownCustomer,
};
use crate::{
    desk::{self, By, Desk},
    domain::{Business, CallSwitches, PhoneNumber, Service, Staff, StaffId},
    language::{Country, country_of_number, country_of_zone},
    scheduling::{self, House},
};

/// More than these, nobody can choose from by ear.
const MOST: u32 = 500;

/// A business as a call sees it, and who has the number that calls.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub business: Business,
    pub briefing: Briefing,
    pub customer: Option<KnownCustomer>,
}

/// `dialled` is the number that was called, where there was one.
pub async fn take(
    desk: &Desk,
    by: By,
    caller: Option<&PhoneNumber>,
    dialled: Option<&PhoneNumber>,
) -> desk::Result<Snapshot> {
    let business = desk.business(by).await?;
    let people = desk.staff(by, Some(true), None, MOST).await?;
    let offered = desk.services(by, Some(true), None, MOST).await?;
    let customer = match caller {
        Some(number) => known(desk, by, number).await?,
        None => None,
    };
    let switches = switches(&business);
    let staff = staff_cards(&switches, people);
    let briefing = Briefing {
        name: business.name.clone(),
        zone: business.zone,
        country: country(&business, dialled),
        hours: business.hours.clone(),
        open: is_open(desk, by, &business).await?,
        address: None,
        description: business.description.clone(),
        services: service_cards(offered, &staff),
        staff,
        horizon_days: business.policies.horizon_days,
        on_unknown: business.policies.on_unknown,
        switches,
    };
    Ok(Snapshot {
        business,
        briefing,
        customer,
    })
}

fn staff_cards(switches: &CallSwitches, people: Vec<Staff>) -> Vec<StaffCard> {
    let cards = people.into_iter().map(|person| StaffCard {
        by_phone: !switches.not_by_phone.contains(&person.id),
        id: person.id,
        name: person.name,
    });
    cards.collect()
}

/// Those that somebody does who is booked by phone, and of those who do them, everybody who is here.
fn service_cards(services: Vec<Service>, staff: &[StaffCard]) -> Vec<ServiceCard> {
    let is_here = |id: &StaffId| staff.iter().any(|card| card.id == *id);
    let is_booked = |id: &StaffId| staff.iter().any(|card| card.id == *id && card.by_phone);
    let bookable = services
        .into_iter()
        .filter(|service| service.staff_ids.iter().any(is_booked));
    let cards = bookable.map(|service| ServiceCard {
        id: service.id,
        name: service.name,
        aliases: service.aliases,
        duration_minutes: service.duration_minutes,
        price: service.price,
        staff: service.staff_ids.into_iter().filter(is_here).collect(),
    });
    cards.collect()
}

/// Where people who dial this business leave out the country code: the country of the number they dialled, or else of its first
/// number, or else that of its time zone.
fn country(business: &Business, dialled: Option<&PhoneNumber>) -> Country {
    let number = dialled.or(business.phone_numbers.first());
    number
        .and_then(country_of_number)
        .or_else(|| country_of_zone(business.zone))
        .unwrap_or(Country::US)
}

/// What was stored before it was checked may not fit; then the call has the defaults, and the log the reason.
fn switches(business: &Business) -> CallSwitches {
    business.ai_config.call_switches().unwrap_or_else(|misfit| {
        tracing::warn!(business.id = %business.id, %misfit, "the settings for calls can't be read; the defaults hold");
        CallSwitches::default()
    })
}

async fn known(desk: &Desk, by: By, number: &PhoneNumber) -> desk::Result<Option<KnownCustomer>> {
    match desk.customer_by_phone(by, number).await {
        Ok(customer) => Ok(Some(KnownCustomer {
            name: customer.name,
        })),
        Err(desk::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn is_open(desk: &Desk, by: By, business: &Business) -> desk::Result<bool> {
    let closures = desk.closures(by, None, MOST).await?;
    let house = House {
        zone: business.zone,
        hours: &business.hours,
        closures: &closures,
        policies: &business.policies,
    };
    Ok(scheduling::is_open(&house, desk.clock.now()))
}
