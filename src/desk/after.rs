//! What is to follow a booking outside the database: jobs, written in the booking's own transaction, so that they are there if and only
//! if it is.
//!
//! The desk doesn't know which providers have something to do; each is told of everything, and looks at the booking when its job runs.

use chrono::Duration;

use super::{By, Result};
use crate::{
    clock::Clock,
    domain::{ActorKind, Booking, BookingStatus, Business, Call, Source, TextKind, Texts},
    store::{
        Tx, businesses,
        jobs::{self, NewJob, Payload},
    },
};

/// What happened to a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happened {
    Booked,
    Moved {
        from: BookingStatus,
    },
    /// What is written on it.
    Edited,
    /// A tentative one is sure now.
    Confirmed,
    /// A tentative one could not be kept.
    Declined,
    Cancelled,
}

/// The calendar had no answer a moment ago.
const BEFORE_ASKING_AGAIN: Duration = Duration::minutes(1);

/// `booking` is as it was written, at its new version; its diary is locked, which puts the jobs of one booking in order.
pub(super) async fn enqueue(
    tx: &mut Tx,
    clock: &Clock,
    by: By,
    business: &Business,
    booking: &Booking,
    happened: Happened,
) -> Result<()> {
    let booking_id = booking.id;
    let tentative = booking.status == BookingStatus::Tentative;
    let mirror = match happened {
        Happened::Booked if tentative => None,
        Happened::Booked | Happened::Confirmed => Some(Payload::AfterBooking { booking_id }),
        Happened::Moved {
            from: BookingStatus::Tentative,
        } => (!tentative).then_some(Payload::AfterBooking { booking_id }),
        Happened::Moved { .. } => Some(Payload::AfterChange { booking_id }),
        Happened::Edited => {
            (booking.status == BookingStatus::Booked).then_some(Payload::AfterChange { booking_id })
        }
        Happened::Cancelled | Happened::Declined => Some(Payload::AfterCancel { booking_id }),
    };
    let text = match happened {
        Happened::Booked | Happened::Moved { .. } if tentative => Some(TextKind::Tentative),
        Happened::Booked | Happened::Confirmed => Some(TextKind::Confirmation),
        Happened::Moved { .. } => Some(TextKind::Change),
        Happened::Edited => None,
        Happened::Declined => Some(TextKind::Declined),
        Happened::Cancelled => Some(TextKind::Cancellation),
    };
    let text = text
        .filter(|_| wants_texts(business, booking, by))
        .map(|text| Payload::SendSms {
            booking_id,
            text,
            version: booking.version,
        });
    let unsettled = tentative && matches!(happened, Happened::Booked | Happened::Moved { .. });
    let settle = unsettled.then_some(Payload::ConfirmTentative { booking_id });

    for (lane, payload, wait) in [
        ("provider", mirror, Duration::zero()),
        ("text", text, Duration::zero()),
        ("confirm", settle, BEFORE_ASKING_AGAIN),
    ] {
        let Some(payload) = payload else { continue };
        let job = NewJob {
            business_id: Some(by.business_id),
            payload,
            order_key: Some(format!("{booking_id}:{lane}")),
            dedupe_key: None,
            run_at: clock.now() + wait,
        };
        jobs::enqueue(tx, clock, job).await?;
    }
    Ok(())
}

/// A caller whose line broke, with nothing to show for it, is texted.
pub(super) async fn cut_off(tx: &mut Tx, clock: &Clock, call: &Call) -> Result<()> {
    let house = businesses::get(tx, call.business_id).await?;
    let wanted = house.is_some_and(|house| house.policies.texts != Texts::Never);
    if !wanted || call.caller.is_none() {
        return Ok(());
    }
    let job = NewJob {
        business_id: Some(call.business_id),
        payload: Payload::TextCaller { call_id: call.id },
        order_key: Some(format!("{}:text", call.id)),
        dedupe_key: None,
        run_at: clock.now(),
    };
    jobs::enqueue(tx, clock, job).await?;
    Ok(())
}

fn wants_texts(business: &Business, booking: &Booking, by: By) -> bool {
    match business.policies.texts {
        Texts::Never => false,
        Texts::Phone => booking.source == Source::Phone || by.actor.kind == ActorKind::Call,
        Texts::Always => true,
    }
}
