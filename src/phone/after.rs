//! A stream is over, or a transfer, and Twilio asks what comes next.
//!
//! The database knows: a call that has ended is hung up, one that asked to be put through rings elsewhere, and one that was in the
//! middle of something when its line broke gets another line, on whatever node answers. Any node can say so; none has to remember.

use axum::extract::{Path, State};

use super::{
    Switchboard,
    answer::Answer,
    incoming::{NO_ROOM, instead},
    signed::Signed,
};
use crate::{
    call::lines::Line as Words,
    desk::{self, By},
    domain::{Actor, Call, CallClaim, CallOutcome, CallState, Line},
    twilio::{
        CallSid,
        forms::{After, CallStatus},
        twiml::{Dial, Draft},
    },
};

/// A line that breaks more often will break again.
const MOST_RECONNECTS: u32 = 2;
/// So many streams were offered and none opened: none will.
const MOST_OFFERS: i64 = 8;
/// How long somebody else's telephone rings.
const RINGS: u16 = 25;

pub(super) async fn comes_next(
    State(board): State<Switchboard>,
    Path(id): Path<String>,
    signed: Signed,
) -> Result<Answer, Answer> {
    let after = signed.read(After::read)?;
    let calls = board.desk().calls_known_as(after.call.as_str()).await?;
    let Some(call) = calls.into_iter().find(|call| call.id.to_string() == id) else {
        tracing::warn!("Twilio asks about a call that is not here");
        return Ok(Answer::hang_up());
    };
    if call.state == CallState::Ended {
        return Ok(Answer::hang_up());
    }
    let claim = CallClaim {
        call: call.id,
        epoch: call.epoch,
    };
    if let Some(transferred) = &after.transferred
        && matches!(transferred.status, CallStatus::Completed)
    {
        return put_through(&board, &call, claim).await;
    }
    if after.status.is_over() {
        board.settle_later(call.business_id, claim);
        return Ok(Answer::hang_up());
    }
    if after.transferred.is_none()
        && let Some(ringing) = transfer(&board, &call).await?
    {
        return Ok(ringing);
    }
    go_on(&board, &call, claim, &after.call).await
}

/// Somebody talked to the caller, and both have hung up.
async fn put_through(board: &Switchboard, call: &Call, claim: CallClaim) -> Result<Answer, Answer> {
    let desk = board.desk();
    let by = By::call(call.business_id, call.id);
    let reason = Line::new("The caller was put through to a person.").ok();
    let now = desk.clock.now();
    let ended = desk.end_call(by, claim, CallOutcome::Transferred, reason.as_ref(), now);
    match ended.await {
        Ok(true) => board
            .metrics()
            .call_ended(CallOutcome::Transferred.as_str()),
        Ok(false) | Err(desk::Error::CallTakenOver) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Answer::hang_up())
}

/// Rings where the call asked to be put through to.
async fn transfer(board: &Switchboard, call: &Call) -> Result<Option<Answer>, Answer> {
    let number = board
        .ground()
        .transfer_of(call.business_id, call.id)
        .await?;
    Ok(number.map(|number| {
        tracing::info!(call.id = %call.id, "a caller is put through");
        let dial = Dial::new(number, board.after(call.id)).ring_for(RINGS);
        Draft::new()
            .dial(&dial)
            .redirect(&board.after(call.id))
            .into()
    }))
}

/// The stream broke, or never opened.
async fn go_on(
    board: &Switchboard,
    call: &Call,
    claim: CallClaim,
    sid: &CallSid,
) -> Result<Answer, Answer> {
    let by = By::call(call.business_id, call.id);
    if board.live().is_closing() {
        return Ok(board.ask_again(call.id));
    }
    let streams = board.desk().streams_of_call(by, call.id).await?;
    if call.reconnects >= MOST_RECONNECTS || streams.offered >= MOST_OFFERS {
        tracing::warn!(call.id = %call.id, "a line broke too often");
        board
            .settle(call.business_id, claim, "The line broke again and again.")
            .await;
        let house = By {
            business_id: call.business_id,
            actor: Actor::SYSTEM,
        };
        let business = board.desk().business(house).await?;
        return Ok(Answer::goodbye(
            &board.words(&business, Words::TooManyReconnects),
        ));
    }
    if !board.live().has_room() && !board.live().is_here(call.id) {
        board.settle(call.business_id, claim, NO_ROOM).await;
        return instead(board, call).await;
    }
    tracing::info!(call.id = %call.id, reconnects = call.reconnects, "a call gets another line");
    board.connect(by, call.id, sid).await
}
