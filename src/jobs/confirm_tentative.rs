//! A booking was kept although the calendar could not be asked: ask again until it answers, and then confirm it, or let it go and offer
//! other times. Without an answer the time stays kept, and the job ends up among those that a person looks at.

use std::sync::Arc;

use super::{Context, JobError};
use crate::{
    desk::{By, Desk, Error, Target},
    domain::{
        Actor, ActorKind, Booking, BookingId, BookingStatus, Business, BusinessId, JobId, Line,
    },
    providers::{Ask, Availability},
    scheduling::Who,
    store,
};

const WHY_DECLINED: &str = "The calendar was not free after all";

pub(super) async fn run(
    context: &Context,
    job: JobId,
    business: BusinessId,
    booking: BookingId,
) -> Result<(), JobError> {
    let mut reader = context.db.read().await?;
    let business = store::businesses::get(&mut reader, business).await?;
    let Some(business) = business else {
        return Ok(());
    };
    let booking = store::bookings::get(&mut reader, business.id, booking).await?;
    drop(reader);
    let now = context.clock.now();
    let unsettled = |it: &Booking| it.status == BookingStatus::Tentative && it.starts_at > now;
    let Some(booking) = booking.filter(unsettled) else {
        return Ok(());
    };
    let by = By {
        business_id: business.id,
        actor: Actor::new(ActorKind::Job, job.0),
    };
    let answer = context.providers.check(&again(business, &booking)).await;
    settle(&context.desk(), by, &booking, answer).await
}

/// The booking's own time, past the rules for customers: it was within them when it was made.
pub(super) fn again(business: Business, booking: &Booking) -> Ask {
    Ask {
        business: Arc::new(business),
        service: booking.service_id,
        staff: Some(booking.staff_id),
        not_staff: Vec::new(),
        starts_at: booking.starts_at,
        moving: Some(booking.id),
        call: None,
        who: Who::Owner,
    }
}

async fn settle(
    desk: &Desk,
    by: By,
    booking: &Booking,
    answer: Availability,
) -> Result<(), JobError> {
    let target = Target {
        id: booking.id,
        // Moved meanwhile, it is another time that must be asked about.
        version: Some(booking.version),
        call: None,
    };
    let settled = match answer {
        Availability::Free { .. } => desk.confirm(by, target, None).await,
        Availability::Busy { .. } => {
            let reason = Line::new(WHY_DECLINED).map_err(|why| JobError::fail(why.to_string()))?;
            desk.decline(by, target, &reason).await
        }
        Availability::Unknown { .. } => {
            return Err(JobError::retry(
                "the calendar still does not say whether the time is free",
            ));
        }
    };
    match settled {
        Ok(_) => Ok(()),
        Err(Error::Stale { .. }) => Err(JobError::retry("the booking was changed meanwhile")),
        Err(Error::Store(error)) => Err(error.into()),
        Err(error) => Err(JobError::fail(error.to_string())),
    }
}
