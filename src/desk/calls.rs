//! Calls while they last: beginning, handing over to another node, and ending one.
//!
//! Who writes for a call shows a [`CallClaim`]. It is compared with the call's row inside the transaction that it is for, with
//! that row locked, so that a node which was only cut off can do nothing more once another has the call.

use chrono::{DateTime, Utc};

use super::{By, Desk, Error, Result, checks, retrying};
use crate::{
    domain::{
        Actor, ActorKind, BusinessId, Call, CallChannel, CallClaim, CallId, CallOutcome, CallState,
        Line, PhoneNumber,
    },
    store::{self, Tx, bookings, calls, customers},
};

#[derive(Debug, Clone)]
pub struct NewCall {
    pub channel: CallChannel,
    pub caller: Option<PhoneNumber>,
    pub dialled: Option<PhoneNumber>,
    /// What the telephone company calls it. A call begun again under the same one is the same call.
    pub outside_id: Option<String>,
    pub started_at: DateTime<Utc>,
}

const NO_CALL: Error = Error::NotFound("call");

impl By {
    /// What is done because a caller asked for it.
    pub fn call(business_id: BusinessId, call: CallId) -> Self {
        Self {
            business_id,
            actor: Actor::new(ActorKind::Call, call.0),
        }
    }
}

impl Desk {
    /// The claim is always that of the first epoch: once somebody took the call over, beginning it again gives nothing away.
    pub async fn begin_call(&self, business: BusinessId, new: NewCall) -> Result<CallClaim> {
        check_outside_id(new.outside_id.as_deref())?;
        checks::plausible_time("started_at", new.started_at)?;
        retrying(|| self.begin_once(business, &new)).await
    }

    async fn begin_once(&self, business: BusinessId, new: &NewCall) -> Result<CallClaim> {
        let mut tx = self.db.write().await?;
        let known = match &new.caller {
            Some(caller) => customers::by_phone(&mut tx, business, caller).await?,
            None => None,
        };
        let customer_id = match known {
            Some(known) if customers::lock(&mut tx, business, known.id).await? => Some(known.id),
            _ => None,
        };
        let now = self.clock.now();
        let call = Call {
            id: CallId(self.clock.id()),
            business_id: business,
            channel: new.channel,
            state: CallState::InProgress,
            caller: new.caller.clone(),
            dialled: new.dialled.clone(),
            customer_id,
            outside_id: new.outside_id.clone(),
            epoch: 1,
            reconnects: 0,
            started_at: new.started_at,
            ended_at: None,
            outcome: None,
            reason: None,
            transcript_kept: true,
            journal_kept: true,
            created_at: now,
            updated_at: now,
        };
        let inserted = calls::insert(&mut tx, &call).await;
        let id = if checks::dangling(inserted, || Error::NotFound("business"))? {
            call.id
        } else {
            let outside_id = new.outside_id.as_deref().unwrap_or_default();
            let begun = calls::by_outside_id(&mut tx, business, outside_id).await?;
            begun.ok_or(store::Error::Contention)?.id
        };
        tx.commit().await?;
        Ok(CallClaim { call: id, epoch: 1 })
    }

    /// From here on the claims before this one are worth nothing.
    pub async fn take_over_call(&self, by: By, id: CallId) -> Result<CallClaim> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            let now = self.clock.now();
            let Some(epoch) = calls::take_over(&mut tx, by.business_id, id, now).await? else {
                calls::get(&mut tx, by.business_id, id)
                    .await?
                    .ok_or(NO_CALL)?;
                return Err(Error::refused("call_ended", "the call has ended"));
            };
            tx.commit().await?;
            Ok(CallClaim { call: id, epoch })
        })
        .await
    }

    /// Nothing that was only held for the caller is kept. A call that has ended keeps its first end; false says that it had one.
    pub async fn end_call(
        &self,
        by: By,
        claim: CallClaim,
        outcome: CallOutcome,
        reason: Option<&Line>,
        ended_at: DateTime<Utc>,
    ) -> Result<bool> {
        checks::plausible_time("ended_at", ended_at)?;
        retrying(|| async {
            let mut tx = self.db.write().await?;
            must_own(&mut tx, by, Some(claim)).await?;
            let end = calls::End {
                outcome,
                reason,
                at: ended_at,
            };
            let now = self.clock.now();
            let is_first = calls::end(&mut tx, by.business_id, claim.call, end, now).await?;
            bookings::delete_holds_of_call(&mut tx, by.business_id, claim.call).await?;
            tx.commit().await?;
            Ok(is_first)
        })
        .await
    }
}

/// The first thing that a transaction does for a call: it locks the call before anything else, so that two of them can't wait
/// for each other.
pub(super) async fn must_own(tx: &mut Tx, by: By, claim: Option<CallClaim>) -> Result<()> {
    let Some(claim) = claim else {
        return Ok(());
    };
    let epoch = calls::lock(tx, by.business_id, claim.call)
        .await?
        .ok_or(NO_CALL)?;
    if epoch == claim.epoch {
        Ok(())
    } else {
        Err(Error::CallTakenOver)
    }
}

/// Whoever is gone keeps no time for themselves: a hold that comes after its call's end would stand until it runs out.
pub(super) async fn must_go_on(tx: &mut Tx, by: By, claim: Option<CallClaim>) -> Result<()> {
    let Some(claim) = claim else {
        return Ok(());
    };
    let call = calls::get(tx, by.business_id, claim.call).await?;
    match call.ok_or(NO_CALL)?.state {
        CallState::InProgress => Ok(()),
        CallState::Ended => Err(Error::refused("call_ended", "the call has ended")),
    }
}

fn check_outside_id(id: Option<&str>) -> Result<()> {
    const LONGEST: usize = 255;
    let good = |id: &str| {
        (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if id.is_none_or(good) {
        Ok(())
    } else {
        Err(Error::invalid(
            "outside_id",
            format!("must be 1 to {LONGEST} visible ASCII characters"),
        ))
    }
}
