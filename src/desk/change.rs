//! Changing a booking that exists: the frame that each change stands in, and the changes that need nothing more.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    By, Desk, Done, Error, Key, Result,
    after::{self, Happened},
    audit,
    calls::must_own,
    checks,
    idempotency::Once,
    retrying,
};
use crate::{
    domain::{
        Action, Booking, BookingId, BookingStatus, Business, BusinessId, CallClaim, Line, Name,
        Note,
    },
    scheduling::Who,
    store::{self, Tx},
};

/// Which booking, and as the caller last saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Target {
    pub id: BookingId,
    /// The change is refused if somebody else changed the booking since this version. Without one, the newest is meant.
    #[serde(skip)]
    pub version: Option<i64>,
    /// The call that asks for the change, if one does.
    #[serde(skip)]
    pub call: Option<CallClaim>,
}

/// What may be written on a booking without moving it. `Some(None)` clears.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = BookingPatch)]
pub struct Edit {
    /// Who comes, where it is not the customer.
    #[serde(deserialize_with = "checks::clearable")]
    #[schema(value_type = Option<Name>)]
    pub for_name: Option<Option<Name>>,
    #[serde(deserialize_with = "checks::clearable")]
    #[schema(value_type = Option<Note>)]
    pub notes: Option<Option<Note>>,
}

impl Desk {
    pub async fn cancel(
        &self,
        by: By,
        target: Target,
        reason: Option<&Line>,
        who: Who,
        key: Option<&Key>,
    ) -> Result<Done> {
        let once = Once::new(key, "cancel", &(target, reason))?;
        retrying(|| {
            self.change(
                by,
                target,
                &once,
                Action::Cancelled,
                Some(Happened::Cancelled),
                |booking, business, now| {
                    must_be_open(booking)?;
                    in_time(booking, business, now, who)?;
                    booking.status = BookingStatus::Cancelled;
                    booking.cancel_reason = reason.cloned();
                    Ok(())
                },
            )
        })
        .await
    }

    /// They came.
    pub async fn complete(&self, by: By, target: Target, key: Option<&Key>) -> Result<Done> {
        self.close(by, target, key, BookingStatus::Completed, Action::Completed)
            .await
    }

    /// They did not come.
    pub async fn no_show(&self, by: By, target: Target, key: Option<&Key>) -> Result<Done> {
        self.close(by, target, key, BookingStatus::NoShow, Action::NoShow)
            .await
    }

    /// One mistaken for the other can be put right.
    async fn close(
        &self,
        by: By,
        target: Target,
        key: Option<&Key>,
        status: BookingStatus,
        action: Action,
    ) -> Result<Done> {
        let once = Once::new(key, action.as_str(), &target)?;
        retrying(|| {
            self.change(by, target, &once, action, None, |booking, _, now| {
                if !matches!(
                    booking.status,
                    BookingStatus::Booked | BookingStatus::Completed | BookingStatus::NoShow
                ) {
                    return Err(wrong_status(booking));
                }
                if now < booking.starts_at {
                    return Err(Error::refused(
                        "not_started",
                        "the appointment has not begun yet: cancel it, or wait until it has",
                    ));
                }
                booking.status = status;
                Ok(())
            })
        })
        .await
    }

    /// The calendar says that a tentative booking can't stand. The customer is offered other times.
    pub async fn decline(&self, by: By, target: Target, reason: &Line) -> Result<Done> {
        let once = Once::new(None, "decline", &target)?;
        retrying(|| {
            self.change(
                by,
                target,
                &once,
                Action::Cancelled,
                Some(Happened::Declined),
                |booking, _, _| {
                    if booking.status != BookingStatus::Tentative {
                        return Err(wrong_status(booking));
                    }
                    booking.status = BookingStatus::Cancelled;
                    booking.cancel_reason = Some(reason.clone());
                    Ok(())
                },
            )
        })
        .await
    }

    /// The calendar, or the owner, says that a tentative booking stands.
    pub async fn confirm(&self, by: By, target: Target, key: Option<&Key>) -> Result<Done> {
        let once = Once::new(key, "confirm", &target)?;
        retrying(|| {
            self.change(
                by,
                target,
                &once,
                Action::Confirmed,
                Some(Happened::Confirmed),
                |booking, _, _| {
                    if booking.status != BookingStatus::Tentative {
                        return Err(wrong_status(booking));
                    }
                    booking.status = BookingStatus::Booked;
                    Ok(())
                },
            )
        })
        .await
    }

    pub async fn edit_booking(&self, by: By, target: Target, edit: &Edit) -> Result<Booking> {
        let once = Once::new(None, "edit", edit)?;
        let done = retrying(|| {
            self.change(
                by,
                target,
                &once,
                Action::Edited,
                Some(Happened::Edited),
                |booking, _, _| {
                    if let Some(for_name) = &edit.for_name {
                        booking.for_name.clone_from(for_name);
                    }
                    if let Some(notes) = &edit.notes {
                        booking.notes.clone_from(notes);
                    }
                    Ok(())
                },
            )
        })
        .await?;
        Ok(done.booking)
    }

    async fn change(
        &self,
        by: By,
        target: Target,
        once: &Once<'_>,
        action: Action,
        happened: Option<Happened>,
        change: impl FnOnce(&mut Booking, &Business, DateTime<Utc>) -> Result<()>,
    ) -> Result<Done> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        must_own(&mut tx, by, target.call).await?;
        let before = locked(&mut tx, by.business_id, target.id).await?;
        if let Some(first) = once.recall(&mut tx, by).await? {
            return Ok(first);
        }
        must_be_at(&before, target.version)?;
        let business = store::businesses::get(&mut tx, by.business_id)
            .await?
            .ok_or(Error::NotFound("business"))?;
        let mut after = before.clone();
        change(&mut after, &business, now)?;
        let after = save(&mut tx, by.business_id, after, now).await?;
        audit::write(&mut tx, by, &self.clock, action, Some(&before), &after).await?;
        if let Some(happened) = happened {
            after::enqueue(&mut tx, &self.clock, by, &business, &after, happened).await?;
        }
        once.remember(&mut tx, by, &self.clock, &after).await?;
        tx.commit().await?;
        Ok(Done::now(after))
    }
}

/// The booking, with its diary locked. A hold is nobody's to change: it is let go, or booked.
pub(super) async fn locked(tx: &mut Tx, business: BusinessId, id: BookingId) -> Result<Booking> {
    let seen = find(tx, business, id).await?;
    store::staff::lock(tx, business, &[seen.staff_id]).await?;
    let booking = find(tx, business, id).await?;
    if booking.staff_id == seen.staff_id {
        Ok(booking)
    } else {
        Err(store::Error::Contention.into())
    }
}

pub(super) async fn find(tx: &mut Tx, business: BusinessId, id: BookingId) -> Result<Booking> {
    store::bookings::get(tx, business, id)
        .await?
        .filter(|booking| booking.status != BookingStatus::Held)
        .ok_or(Error::NotFound("booking"))
}

pub(super) async fn save(
    tx: &mut Tx,
    business: BusinessId,
    mut booking: Booking,
    now: DateTime<Utc>,
) -> Result<Booking> {
    booking.updated_at = now;
    if !store::bookings::update(tx, business, &booking).await? {
        return Err(store::Error::Contention.into());
    }
    booking.version += 1;
    Ok(booking)
}

pub(super) fn must_be_at(booking: &Booking, version: Option<i64>) -> Result<()> {
    match version {
        Some(seen) if seen != booking.version => Err(Error::Stale {
            current: booking.version,
        }),
        _ => Ok(()),
    }
}

pub(super) fn must_be_open(booking: &Booking) -> Result<()> {
    if booking.status.is_open() {
        Ok(())
    } else {
        Err(wrong_status(booking))
    }
}

/// A customer can change their mind until the cancellation window opens; the staff always can.
pub(super) fn in_time(
    booking: &Booking,
    business: &Business,
    now: DateTime<Utc>,
    who: Who,
) -> Result<()> {
    let window = Duration::minutes(business.policies.cancellation_window_minutes.into());
    if who == Who::Customer && now + window > booking.starts_at {
        return Err(Error::refused(
            "too_late_to_change",
            format!(
                "a booking can be changed or cancelled until {} minutes before it begins: ask the business",
                business.policies.cancellation_window_minutes
            ),
        ));
    }
    Ok(())
}

fn wrong_status(booking: &Booking) -> Error {
    Error::refused(
        "wrong_status",
        format!(
            "the booking is {}, so this can't be done to it",
            booking.status
        ),
    )
}
