//! Moving a booking. It never stands in its own way, and it keeps its old time until the new one is written.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    By, Certainty, Desk, Done, Key, Result,
    after::{self, Happened},
    audit,
    book::{busy_time, instant},
    calls::must_own,
    change::{Target, find, in_time, locked, must_be_at, must_be_open, save},
    diaries::{self, Question},
    idempotency::Once,
    retrying,
};
use crate::{
    domain::{Action, Booking, StaffId},
    scheduling::Who,
    store::{self, Tx},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Move {
    pub starts_at: DateTime<Utc>,
    pub staff: StaffWish,
    /// What the calendar says of the new time. Where nobody asked it, the booking stays as sure as it was.
    #[serde(skip)]
    pub certainty: Option<Certainty>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffWish {
    Same,
    Anyone,
    This(StaffId),
}

impl Desk {
    pub async fn reschedule(
        &self,
        by: By,
        target: Target,
        to: Move,
        who: Who,
        key: Option<&Key>,
    ) -> Result<Done> {
        let once = Once::new(key, "reschedule", &(target, to))?;
        retrying(|| self.reschedule_once(by, target, to, who, &once)).await
    }

    async fn reschedule_once(
        &self,
        by: By,
        target: Target,
        to: Move,
        who: Who,
        once: &Once<'_>,
    ) -> Result<Done> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        must_own(&mut tx, by, target.call).await?;
        let seen = find(&mut tx, by.business_id, target.id).await?;
        let question = Question {
            business_id: by.business_id,
            service_id: seen.service_id,
            staff_id: match to.staff {
                StaffWish::Same => Some(seen.staff_id),
                StaffWish::Anyone => None,
                StaffWish::This(id) => Some(id),
            },
            starts: instant(to.starts_at)?,
            but_not: [Some(target.id), None],
            now,
        };
        lock_both(&mut tx, &question, &seen).await?;
        let before = locked(&mut tx, by.business_id, target.id).await?;
        if let Some(first) = once.recall(&mut tx, by).await? {
            return Ok(first);
        }
        must_be_at(&before, target.version)?;
        must_be_open(&before)?;

        if let Some(claim) = target.call {
            // What the call keeps is kept for this booking, and must not stand in its way.
            store::bookings::delete_holds_of_call(&mut tx, by.business_id, claim.call).await?;
        }
        let diaries = diaries::open(&mut tx, &question).await?;
        in_time(&before, &diaries.business, now, who)?;
        let slot = self.choose(&diaries, to.starts_at, now, who)?;
        let mut after = before.clone();
        after.staff_id = slot.staff_id;
        after.starts_at = slot.starts_at;
        after.ends_at = slot.ends_at;
        after.busy = busy_time(&diaries, &slot)?;
        if let Some(certainty) = to.certainty {
            after.status = certainty.status();
            after.unverified = certainty == Certainty::Unverified;
        }
        store::bookings::delete_expired_holds(
            &mut tx,
            by.business_id,
            after.staff_id,
            &after.busy,
            now,
        )
        .await?;
        let after = save(&mut tx, by.business_id, after, now).await?;
        audit::write(
            &mut tx,
            by,
            &self.clock,
            Action::Rescheduled,
            Some(&before),
            &after,
        )
        .await?;
        let moved = Happened::Moved {
            from: before.status,
        };
        after::enqueue(&mut tx, &self.clock, by, &diaries.business, &after, moved).await?;
        once.remember(&mut tx, by, &self.clock, &after).await?;
        tx.commit().await?;
        Ok(Done::now(after))
    }
}

/// The diary it leaves and every diary it may go to, in one ordered grasp, so that two moves can't wait for each other.
async fn lock_both(tx: &mut Tx, question: &Question, booking: &Booking) -> Result<()> {
    let mut staff = match question.staff_id {
        Some(id) => vec![id],
        None => {
            store::staff_services::staff_of(tx, question.business_id, question.service_id).await?
        }
    };
    staff.push(booking.staff_id);
    Ok(store::staff::lock(tx, question.business_id, &staff).await?)
}
