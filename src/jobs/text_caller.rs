//! Texting a caller whose line broke before anything was settled, while they still remember.

use chrono::TimeDelta;

use super::{
    Context, JobError,
    text_out::{self, Wanted, Written},
};
use crate::{
    domain::{BusinessId, CallId, Subject, TextKind},
    store::{businesses, calls, customers},
};

/// Later than this, an apology only puzzles.
const WORTH: TimeDelta = TimeDelta::hours(1);

pub(super) async fn run(
    context: &Context,
    business: BusinessId,
    call: CallId,
) -> Result<(), JobError> {
    match write_down(context, business, call).await? {
        Some(written) => text_out::send(context, written).await,
        None => Ok(()),
    }
}

async fn write_down(
    context: &Context,
    business: BusinessId,
    id: CallId,
) -> Result<Option<Written>, JobError> {
    let mut tx = context.db.write().await?;
    let house = businesses::get(&mut tx, business).await?;
    let call = calls::get(&mut tx, business, id).await?;
    let (Some(house), Some(call)) = (house, call) else {
        return Ok(None);
    };
    // Nothing to say to a number that is withheld or erased, nor about a call that goes on.
    let (Some(to), Some(ended_at)) = (call.caller, call.ended_at) else {
        return Ok(None);
    };
    let worth_until = ended_at + WORTH;
    if worth_until <= context.clock.now() {
        return Ok(None);
    }
    let customer = customers::by_phone(&mut tx, business, &to).await?;
    if customer.is_some_and(|customer| customer.opt_outs.sms) {
        return Ok(None);
    }
    let wanted = Wanted {
        about: Subject::Call(id),
        kind: TextKind::CutOff,
        to,
        body: context.post.wording.cut_off(&house.name),
        worth_until,
        business: house,
    };
    text_out::write_down(context, tx, wanted).await
}
