//! Booking a time, and keeping one for somebody who is still deciding. One transaction each: what is written is whole, and the
//! database itself refuses an overlap.

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use super::{
    By, Desk, Done, Error, Key, NewCustomer, Result,
    after::{self, Happened},
    audit,
    calls::{must_go_on, must_own},
    checks,
    diaries::{self, Diaries, Question},
    idempotency::Once,
    retrying,
};
use crate::{
    domain::{
        Action, Booking, BookingId, BookingStatus, BusinessId, CallClaim, Customer, CustomerId,
        Email, Interval, Name, Note, PhoneNumber, ServiceId, Source, StaffId,
    },
    scheduling::{Slot, Who},
    store::{self, Tx},
};

#[derive(Debug, Clone, Serialize)]
pub struct BookRequest {
    pub service_id: ServiceId,
    /// Without one, somebody free is chosen fairly.
    pub staff_id: Option<StaffId>,
    pub starts_at: DateTime<Utc>,
    pub customer: CustomerRef,
    /// Who comes, where it is not the customer.
    pub for_name: Option<Name>,
    pub notes: Option<Note>,
    pub source: Source,
    /// Asked again, the calendar may answer otherwise; it is still the same request.
    #[serde(skip)]
    pub certainty: Certainty,
    /// The hold that becomes this booking. One that has expired does no harm, as long as the time is still free.
    pub hold: Option<BookingId>,
    /// Asked again after the call was taken over, it is still the same request.
    #[serde(skip)]
    pub call: Option<CallClaim>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerRef {
    Known(CustomerId),
    /// Found by phone, or made. Somebody known keeps the name they have: where it differs, the booking is for this name.
    Met {
        phone: PhoneNumber,
        name: Name,
        email: Option<Email>,
    },
}

/// How sure we are that the calendar agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    Confirmed,
    /// The calendar could not be asked, and the owner's policy lets it through; the booking says so.
    Unverified,
    /// The calendar could not be asked, and the owner wants it to be first.
    Tentative,
}

impl Certainty {
    pub(super) fn status(self) -> BookingStatus {
        match self {
            Self::Tentative => BookingStatus::Tentative,
            Self::Confirmed | Self::Unverified => BookingStatus::Booked,
        }
    }
}

#[derive(Debug, Clone)]
pub struct HoldRequest {
    pub service_id: ServiceId,
    pub staff_id: Option<StaffId>,
    pub starts_at: DateTime<Utc>,
    pub source: Source,
    /// A call holds one time at most: a new hold lets go of the one before.
    pub call: Option<CallClaim>,
}

impl Desk {
    pub async fn book(
        &self,
        by: By,
        request: &BookRequest,
        who: Who,
        key: Option<&Key>,
    ) -> Result<Done> {
        let once = Once::new(key, "book", request)?;
        retrying(|| self.book_once(by, request, who, &once)).await
    }

    async fn book_once(
        &self,
        by: By,
        request: &BookRequest,
        who: Who,
        once: &Once<'_>,
    ) -> Result<Done> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        must_own(&mut tx, by, request.call).await?;
        let held = match request.hold {
            Some(id) => store::bookings::get(&mut tx, by.business_id, id)
                .await?
                .filter(|booking| booking.status == BookingStatus::Held),
            None => None,
        };
        let question = Question {
            business_id: by.business_id,
            service_id: request.service_id,
            staff_id: request.staff_id.or(held.as_ref().map(|hold| hold.staff_id)),
            starts: instant(request.starts_at)?,
            but_not: [None, held.as_ref().map(|hold| hold.id)],
            now,
        };
        lock_diaries(&mut tx, &question).await?;
        if let Some(first) = once.recall(&mut tx, by).await? {
            return Ok(first);
        }

        let diaries = diaries::open(&mut tx, &question).await?;
        let slot = self.choose(&diaries, request.starts_at, now, who)?;
        let customer = self
            .find_or_meet(&mut tx, by.business_id, &request.customer)
            .await?;
        let mut booking = self.draft(&diaries, &slot, request.source, now)?;
        booking.customer_id = Some(customer.id);
        booking.for_name = for_name(request, &customer);
        booking.notes.clone_from(&request.notes);
        booking.call_id = request.call.map(|claim| claim.call);
        booking.unverified = request.certainty == Certainty::Unverified;
        booking.status = request.certainty.status();
        if let Some(claim) = request.call {
            store::calls::set_customer(&mut tx, by.business_id, claim.call, customer.id).await?;
        }
        let booking = write(&mut tx, by.business_id, booking, held, now).await?;
        audit::write(&mut tx, by, &self.clock, Action::Booked, None, &booking).await?;
        let business = &diaries.business;
        after::enqueue(
            &mut tx,
            &self.clock,
            by,
            business,
            &booking,
            Happened::Booked,
        )
        .await?;
        once.remember(&mut tx, by, &self.clock, &booking).await?;
        tx.commit().await?;
        Ok(Done::now(booking))
    }

    /// Keeps a time for as long as the business's policy says.
    pub async fn hold(&self, by: By, request: &HoldRequest, who: Who) -> Result<Booking> {
        retrying(|| self.hold_once(by, request, who)).await
    }

    async fn hold_once(&self, by: By, request: &HoldRequest, who: Who) -> Result<Booking> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        must_own(&mut tx, by, request.call).await?;
        must_go_on(&mut tx, by, request.call).await?;
        let question = Question {
            business_id: by.business_id,
            service_id: request.service_id,
            staff_id: request.staff_id,
            starts: instant(request.starts_at)?,
            but_not: [None, None],
            now,
        };
        lock_diaries(&mut tx, &question).await?;
        if let Some(claim) = request.call {
            store::bookings::delete_holds_of_call(&mut tx, by.business_id, claim.call).await?;
        }
        let diaries = diaries::open(&mut tx, &question).await?;
        let slot = self.choose(&diaries, request.starts_at, now, who)?;
        let mut hold = self.draft(&diaries, &slot, request.source, now)?;
        hold.call_id = request.call.map(|claim| claim.call);
        let life = Duration::seconds(diaries.business.policies.hold_seconds.into());
        hold.hold_expires_at = Some(now + life);
        let hold = write(&mut tx, by.business_id, hold, None, now).await?;
        tx.commit().await?;
        Ok(hold)
    }

    /// Lets go of a hold. One that is gone already, or has become a booking, is left alone.
    pub async fn release_hold(
        &self,
        by: By,
        id: BookingId,
        call: Option<CallClaim>,
    ) -> Result<bool> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            must_own(&mut tx, by, call).await?;
            let released = store::bookings::delete_hold(&mut tx, by.business_id, id).await?;
            tx.commit().await?;
            Ok(released)
        })
        .await
    }

    /// As [`Diaries::pick`], with the reason told to the user of the API.
    pub(super) fn choose(
        &self,
        diaries: &Diaries,
        start: DateTime<Utc>,
        now: DateTime<Utc>,
        who: Who,
    ) -> Result<Slot> {
        let turn = self.clock.below(u64::MAX);
        diaries.pick(start, now, who, turn).map_err(|refusal| {
            refusal.map_or_else(
                || {
                    Error::refused(
                        "nobody_does_it",
                        "nobody does this service at present: choose another",
                    )
                },
                Error::from,
            )
        })
    }

    fn draft(
        &self,
        diaries: &Diaries,
        slot: &Slot,
        source: Source,
        now: DateTime<Utc>,
    ) -> Result<Booking> {
        let service = &diaries.service;
        Ok(Booking {
            id: BookingId(self.clock.id()),
            staff_id: slot.staff_id,
            service_id: service.id,
            customer_id: None,
            for_name: None,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            busy: busy_time(diaries, slot)?,
            status: BookingStatus::Held,
            source,
            hold_expires_at: None,
            unverified: false,
            notes: None,
            price: service.price.clone(),
            cancel_reason: None,
            call_id: None,
            sync: None,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }

    /// The customer's row is locked, so that nobody erases them while they are being booked.
    async fn find_or_meet(
        &self,
        tx: &mut Tx,
        business: BusinessId,
        who: &CustomerRef,
    ) -> Result<Customer> {
        match who {
            CustomerRef::Known(id) => {
                store::customers::lock(tx, business, *id).await?;
                store::customers::get(tx, business, *id)
                    .await?
                    .ok_or(Error::NotFound("customer"))
            }
            CustomerRef::Met { phone, name, email } => {
                let newcomer = NewCustomer {
                    email: email.clone(),
                    ..NewCustomer::called(name.clone(), phone.clone())
                }
                .into_customer(&self.clock);
                Ok(store::customers::find_or_insert(tx, business, &newcomer).await?)
            }
        }
    }
}

/// The one start that is asked about, as a range.
pub(super) fn instant(start: DateTime<Utc>) -> Result<Interval> {
    checks::plausible_time("starts_at", start)?;
    start
        .checked_add_signed(Duration::microseconds(1))
        .and_then(|end| Interval::new(start, end).ok())
        .ok_or_else(|| Error::invalid("starts_at", "is further away than time is counted"))
}

/// Two bookings of one person wait for each other here. Whoever may be chosen is locked, in the order of ids.
pub(super) async fn lock_diaries(tx: &mut Tx, question: &Question) -> Result<()> {
    let staff = match question.staff_id {
        Some(id) => vec![id],
        None => {
            store::staff_services::staff_of(tx, question.business_id, question.service_id).await?
        }
    };
    Ok(store::staff::lock(tx, question.business_id, &staff).await?)
}

pub(super) fn busy_time(diaries: &Diaries, slot: &Slot) -> Result<Interval> {
    diaries
        .service
        .busy(slot.starts_at)
        .map_err(|why| Error::invalid("starts_at", why.to_string()))
}

/// Writes a new booking or hold, over the hold it grew from if that is still there.
async fn write(
    tx: &mut Tx,
    business: BusinessId,
    mut booking: Booking,
    held: Option<Booking>,
    now: DateTime<Utc>,
) -> Result<Booking> {
    store::bookings::delete_expired_holds(tx, business, booking.staff_id, &booking.busy, now)
        .await?;
    if let Some(held) = held {
        booking.id = held.id;
        booking.version = held.version;
        booking.created_at = held.created_at;
        if store::bookings::update(tx, business, &booking).await? {
            booking.version += 1;
            return Ok(booking);
        }
        booking.version = 1;
    }
    store::bookings::insert(tx, business, &booking).await?;
    Ok(booking)
}

fn for_name(request: &BookRequest, customer: &Customer) -> Option<Name> {
    let met = match &request.customer {
        CustomerRef::Met { name, .. } if name.to_lowercase() != customer.name.to_lowercase() => {
            Some(name.clone())
        }
        _ => None,
    };
    request.for_name.clone().or(met)
}
