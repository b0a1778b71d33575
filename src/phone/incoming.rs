//! Somebody calls.
//!
//! Twilio may ask twice for one call, at two nodes at once: the call has one row, and each answer a token of its own. The stream that
//! opens last has the call.

use axum::extract::{Path, State};

use super::{Switchboard, answer::Answer, signed::Signed};
use crate::{
    call::lines::Line as Words,
    desk::{self, By, NewCall},
    domain::{
        Actor, Business, BusinessId, Call, CallChannel, CallClaim, CallOutcome, CallState, Line,
        PhoneNumber,
    },
    twilio::{
        forms::Incoming,
        twiml::{Dial, Document, Draft, Reject},
    },
};

/// The business is the one that has the dialled number.
pub(super) async fn by_number(
    State(board): State<Switchboard>,
    signed: Signed,
) -> Result<Answer, Answer> {
    let incoming = signed.read(Incoming::read)?;
    let Some(number) = incoming.to.number() else {
        return Ok(nobody_here());
    };
    match board.desk().business_of_number(number).await? {
        Some(business) => answer(&board, business, incoming).await,
        None => Ok(nobody_here()),
    }
}

/// The business stands in the address.
pub(super) async fn of_business(
    State(board): State<Switchboard>,
    Path(business): Path<String>,
    signed: Signed,
) -> Result<Answer, Answer> {
    let incoming = signed.read(Incoming::read)?;
    match business.parse() {
        Ok(business) => answer(&board, business, incoming).await,
        Err(_) => Ok(nobody_here()),
    }
}

fn nobody_here() -> Answer {
    tracing::warn!("a call came for a business that is not here");
    Document::reject(Reject::Rejected).into()
}

async fn answer(
    board: &Switchboard,
    business: BusinessId,
    incoming: Incoming,
) -> Result<Answer, Answer> {
    let desk = board.desk();
    let new = NewCall {
        channel: CallChannel::Phone,
        caller: incoming.from.number().cloned(),
        dialled: incoming.to.number().cloned(),
        outside_id: Some(incoming.call.to_string()),
        started_at: desk.clock.now(),
    };
    let claim = match desk.begin_call(business, new).await {
        Ok(claim) => claim,
        Err(desk::Error::NotFound("business")) => return Ok(nobody_here()),
        Err(error) => return Err(error.into()),
    };
    let by = By::call(business, claim.call);
    let call = desk.call(by, claim.call).await?;
    tracing::info!(call.id = %call.id, business.id = %business, "somebody calls");
    if call.state == CallState::Ended {
        return Ok(Answer::hang_up());
    }
    if !board.live().has_room() && !board.live().is_here(call.id) {
        return full(board, &call, CallOutcome::NeverStarted).await;
    }
    board.connect(by, call.id, &incoming.call).await
}

/// As many calls as this node takes are in progress: a person, if one is there, or else a kind word.
pub(super) async fn full(
    board: &Switchboard,
    call: &Call,
    outcome: CallOutcome,
) -> Result<Answer, Answer> {
    let desk = board.desk();
    let by = By::call(call.business_id, call.id);
    let house = By {
        business_id: call.business_id,
        actor: Actor::SYSTEM,
    };
    let business = desk.business(house).await?;
    let claim = CallClaim {
        call: call.id,
        epoch: call.epoch,
    };
    let reason = Line::new("As many calls were in progress as the server takes.").ok();
    let now = desk.clock.now();
    match desk.end_call(by, claim, outcome, reason.as_ref(), now).await {
        // Another stream of it has opened: it goes on there.
        Err(desk::Error::CallTakenOver) => return Ok(Answer::hang_up()),
        other => other?,
    }
    tracing::warn!(call.id = %call.id, "a caller found no room");
    Ok(match person_there(board, &business) {
        Some(number) => {
            let dial = Dial::new(number, board.after(call.id));
            Draft::new().dial(&dial).hang_up().into()
        }
        None => Answer::goodbye(&board.words(&business, Words::HouseFull)),
    })
}

/// The number that callers may be put through to now.
fn person_there(board: &Switchboard, business: &Business) -> Option<PhoneNumber> {
    let transfer = business.ai_config.call_switches().ok()?.transfer?;
    let now = board.desk().clock.now().with_timezone(&business.zone);
    let there = transfer
        .hours
        .is_none_or(|hours| hours.contain(now.naive_local()));
    there.then_some(transfer.number)
}
