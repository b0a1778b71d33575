//! Somebody calls.
//!
//! Twilio may ask twice for one call, at two nodes at once: the call has one row, and each answer a token of its own. The stream that
//! opens last has the call.

use axum::extract::{Path, State};

use super::{Switchboard, answer::Answer, signed::Signed};
use crate::{
    call::lines::Line as Words,
    desk::{self, By, NewCall},
    domain::{Actor, Business, BusinessId, Call, CallChannel, CallState, PhoneNumber},
    twilio::{
        forms::Incoming,
        twiml::{Dial, Document, Draft, Reject},
    },
};

/// Why a call ended that was not taken, for the owner.
pub(super) const NO_ROOM: &str = "As many calls were in progress as the server takes.";

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
        if desk.streams_of_call(by, call.id).await?.opened > 0 {
            // It goes on at another node, or will in a moment.
            return Ok(board.ask_again(call.id));
        }
        board.settle(business, claim, NO_ROOM).await;
        return instead(board, &call).await;
    }
    board.connect(by, call.id, &incoming.call).await
}

/// As many calls as this node takes are in progress, or it takes none any more: a person, if one is there, or else a kind word.
pub(super) async fn instead(board: &Switchboard, call: &Call) -> Result<Answer, Answer> {
    tracing::warn!(call.id = %call.id, "a caller found no room");
    let house = By {
        business_id: call.business_id,
        actor: Actor::SYSTEM,
    };
    let business = board.desk().business(house).await?;
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
