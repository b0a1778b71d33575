//! What Twilio tells by the way: that a call is over, and how its streams do. In any order, more than once, or never.

use axum::extract::State;

use super::{Switchboard, answer::Answer, signed::Signed};
use crate::{
    domain::{CallClaim, CallState},
    telemetry::redacted,
    twilio::forms::{CallProgress, StreamEvent, StreamStatus},
};

/// A call that is over may have lost its stream without a word: then this is all that is heard of its end.
pub(super) async fn of_call(
    State(board): State<Switchboard>,
    signed: Signed,
) -> Result<Answer, Answer> {
    let progress = signed.read(CallProgress::read)?;
    if !progress.status.is_over() {
        return Ok(Answer::nothing());
    }
    for call in board.desk().calls_known_as(progress.call.as_str()).await? {
        if call.state == CallState::InProgress {
            board.caller_is_gone(call.id);
            let claim = CallClaim {
                call: call.id,
                epoch: call.epoch,
            };
            board.settle_later(call.business_id, claim);
        }
    }
    Ok(Answer::nothing())
}

pub(super) async fn of_stream(
    State(_): State<Switchboard>,
    signed: Signed,
) -> Result<Answer, Answer> {
    let status = signed.read(StreamStatus::read)?;
    match status.event {
        StreamEvent::Failed(why) => {
            tracing::warn!(stream = %status.stream, why = redacted(&why), "a stream failed");
        }
        event => tracing::debug!(stream = %status.stream, ?event, "a stream's status"),
    }
    Ok(Answer::nothing())
}
