//! Texting a customer about their booking: from the booking as it is now.

use chrono::{DateTime, Utc};

use super::{
    Context, JobError,
    confirm_tentative::again,
    text_out::{self, Wanted, Written},
};
use crate::{
    domain::{
        Action, Booking, BookingId, BookingStatus, Business, BusinessId, Customer, Subject,
        TextKind,
    },
    notify::Facts,
    providers::{Ask, Availability},
    scheduling::Who,
    store::{self, Reader, Tx},
};

/// What a text is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    pub(super) business: BusinessId,
    pub(super) booking: BookingId,
    pub(super) kind: TextKind,
    /// Of the booking, when it happened.
    pub(super) version: i64,
}

pub(super) async fn run(context: &Context, about: About) -> Result<(), JobError> {
    let others = others(context, about).await?;
    match write_down(context, about, others).await? {
        Some(written) => text_out::send(context, written).await,
        None => Ok(()),
    }
}

/// Other times, where the text is to offer some. They are asked for before the transaction, because a calendar may take its time.
async fn others(context: &Context, about: About) -> Result<Vec<DateTime<Utc>>, JobError> {
    if about.kind != TextKind::Declined {
        return Ok(Vec::new());
    }
    let mut reader = context.db.read().await?;
    let business = store::businesses::get(&mut reader, about.business).await?;
    let booking = store::bookings::get(&mut reader, about.business, about.booking).await?;
    drop(reader);
    let (Some(business), Some(booking)) = (business, booking) else {
        return Ok(Vec::new());
    };
    let ask = Ask {
        who: Who::Customer,
        ..again(business, &booking)
    };
    Ok(match context.providers.check(&ask).await {
        Availability::Busy { alternatives, .. } => alternatives
            .into_iter()
            .map(|slot| slot.starts_at)
            .filter(|at| *at != booking.starts_at)
            .collect(),
        Availability::Free { .. } | Availability::Unknown { .. } => Vec::new(),
    })
}

/// Nothing if there is nothing to say any more.
async fn write_down(
    context: &Context,
    about: About,
    others: Vec<DateTime<Utc>>,
) -> Result<Option<Written>, JobError> {
    let mut tx = context.db.write().await?;
    let Some((business, booking, customer)) = worth_saying(context, &mut tx, about).await? else {
        return Ok(None);
    };
    let facts = Facts {
        business: business.name.to_string(),
        service: service_name(&mut tx, &business, &booking).await?,
        staff: staff_name(&mut tx, &business, &booking).await?,
        zone: business.zone,
        starts_at: booking.starts_at,
        others,
        now: context.clock.now(),
    };
    let wanted = Wanted {
        about: Subject::Booking(booking.id, about.version),
        kind: about.kind,
        to: customer.phone,
        body: context.post.wording.fill(about.kind, &facts),
        worth_until: booking.starts_at,
        business,
    };
    text_out::write_down(context, tx, wanted).await
}

/// The rows that the text is made of, with the customer locked, so that nobody is erased between the writing and the looking. Nothing for
/// whoever wants no texts, for an appointment that has begun, and for what something newer has overtaken.
async fn worth_saying(
    context: &Context,
    tx: &mut Tx,
    about: About,
) -> Result<Option<(Business, Booking, Customer)>, JobError> {
    let business = store::businesses::get(tx, about.business).await?;
    let booking = store::bookings::get(tx, about.business, about.booking).await?;
    let (Some(business), Some(booking)) = (business, booking) else {
        return Ok(None);
    };
    let Some(customer) = booking.customer_id else {
        return Ok(None);
    };
    if !store::customers::lock(tx, business.id, customer).await? {
        return Ok(None);
    }
    let Some(customer) = store::customers::get(tx, business.id, customer).await? else {
        return Ok(None);
    };
    let is_over = booking.starts_at <= context.clock.now();
    if is_over || customer.opt_outs.sms || !is_news(tx, about, &booking).await? {
        return Ok(None);
    }
    Ok(Some((business, booking, customer)))
}

/// Whether the booking is still as the text would say, and nothing happened since about which there is a text of its own.
async fn is_news(reader: &mut Reader, about: About, booking: &Booking) -> Result<bool, JobError> {
    let says = match about.kind {
        TextKind::Confirmation | TextKind::Change => BookingStatus::Booked,
        TextKind::Tentative => BookingStatus::Tentative,
        TextKind::Cancellation | TextKind::Declined => BookingStatus::Cancelled,
        TextKind::CutOff => return Ok(false),
    };
    if booking.status != says {
        return Ok(false);
    }
    let changes = store::changes::of_booking(reader, about.business, about.booking).await?;
    let overtaken = changes.iter().any(|change| {
        let version = change
            .after
            .get("version")
            .and_then(serde_json::Value::as_i64);
        version > Some(about.version)
            && matches!(
                change.action,
                Action::Rescheduled | Action::Confirmed | Action::Cancelled
            )
    });
    Ok(!overtaken)
}

async fn service_name(
    reader: &mut Reader,
    business: &Business,
    booking: &Booking,
) -> Result<String, JobError> {
    let service = store::services::get(reader, business.id, booking.service_id).await?;
    Ok(service.map(|it| it.name.to_string()).unwrap_or_default())
}

async fn staff_name(
    reader: &mut Reader,
    business: &Business,
    booking: &Booking,
) -> Result<String, JobError> {
    let person = store::staff::get(reader, business.id, booking.staff_id).await?;
    Ok(person.map(|it| it.name.to_string()).unwrap_or_default())
}
