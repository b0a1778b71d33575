//! A media stream opens: whose it is, whether it may, and the call over it until both are done with each other.
//!
//! The token in the address opens one stream of one call, once. It is used up when the stream says which call it is for, and not
//! before, so that a socket without a call changes nothing.

use axum::{
    extract::{
        Path, State,
        ws::{WebSocket, WebSocketUpgrade},
    },
    response::{IntoResponse, Response},
};
use std::{future::poll_fn, time::Duration};
use tokio::time::timeout;

use super::{
    Switchboard,
    answer::Answer,
    recording::{Consent, record},
    session::{End, StreamLine},
    signed::SignedUpgrade,
    wire::{Closed, LONGEST_PACKET, READ_BUFFER, Wire},
};
use crate::{
    call::{
        driver::{CallClock, Driver, Ended, NotBegun},
        live::NoRoom,
        timer::Ms,
    },
    desk::{self, OpenedStream},
    twilio::stream::{Message, Start},
};

/// Close codes, as the protocol has them.
const DONE: u16 = 1000;
const GOING_AWAY: u16 = 1001;
const REFUSED: u16 = 1008;
const BROKEN: u16 = 1011;

/// Why a stream is not served.
#[derive(Debug, thiserror::Error)]
enum Unserved {
    #[error("it did not start in time")]
    Late,
    #[error("it sent something else before its start")]
    OutOfOrder,
    #[error("its sound is not a telephone's")]
    Format,
    #[error(transparent)]
    Closed(#[from] Closed),
    #[error("its token is not good: {0}")]
    Token(desk::Error),
    #[error(transparent)]
    NotBegun(#[from] NotBegun),
    #[error("the server stops")]
    Stopping,
}

impl Unserved {
    fn code(&self) -> u16 {
        match self {
            Self::Late | Self::OutOfOrder | Self::Format | Self::Closed(_) | Self::Token(_) => {
                REFUSED
            }
            Self::NotBegun(NotBegun::NoRoom(_)) | Self::Stopping => GOING_AWAY,
            Self::NotBegun(NotBegun::Desk(_)) => BROKEN,
        }
    }
}

pub(super) async fn open(
    State(board): State<Switchboard>,
    Path(token): Path<String>,
    signed: Result<SignedUpgrade, Answer>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    if let Err(refused) = signed {
        return refused.into_response();
    }
    let Ok(upgrade) = upgrade else {
        return Answer::refused(axum::http::StatusCode::UPGRADE_REQUIRED).into_response();
    };
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(LONGEST_PACKET)
        .max_frame_size(LONGEST_PACKET)
        .on_upgrade(move |socket| serve(board, token, socket))
}

/// What a call does once, as it begins or ends, takes much memory for a moment. It stands on the heap so that the rest of the call
/// doesn't keep room for it.
async fn serve(board: Switchboard, token: String, socket: WebSocket) {
    let _counted = board.count_socket();
    let mut wire = Wire::new(socket);
    let begun = Box::pin(begin(&board, &token, &mut wire)).await;
    match begun {
        Ok((start, opened, beginning)) => {
            Box::pin(drive(&board, wire, &start, opened, beginning)).await;
        }
        Err(why) => {
            tracing::warn!(%why, "a stream was not served");
            board.metrics().stream_ended("refused");
            wire.close(why.code(), "not served").await;
        }
    }
}

async fn begin(
    board: &Switchboard,
    token: &str,
    wire: &mut Wire,
) -> Result<(Start, OpenedStream, crate::call::driver::Beginning), Unserved> {
    let start = tokio::select! {
        start = timeout(board.patience().start, started(wire)) => start.map_err(|_| Unserved::Late)??,
        () = board.stopping().cancelled() => return Err(Unserved::Stopping),
    };
    if !start.format.is_telephone() {
        return Err(Unserved::Format);
    }
    let sid = start.call.as_str();
    let desk = board.desk();
    let call = desk.call_of_stream(token, sid).await;
    let call = call.map_err(Unserved::Token)?;
    if board.live().is_closing() {
        return Err(NotBegun::NoRoom(NoRoom::Closing).into());
    }
    // The stream before this one writes down what it knows, and goes.
    board.live().vacate(call).await;
    let opened = desk.open_stream(token, sid).await;
    let opened = opened.map_err(Unserved::Token)?;
    let OpenedStream { business_id, claim } = opened;
    let beginning = board
        .ground()
        .pick_up(board.live(), business_id, claim)
        .await?;
    Ok((start, opened, beginning))
}

/// Waits until the stream says what it is.
async fn started(wire: &mut Wire) -> Result<Start, Unserved> {
    loop {
        let message = poll_fn(|context| {
            wire.poll_message(context, Ms::ZERO, |frame| {
                Ok(match frame.message {
                    Message::Start(start) => Some(Ok(*start)),
                    Message::Connected | Message::Unknown(_) => None,
                    Message::Media(_) | Message::Dtmf(_) | Message::Mark(_) | Message::Stop => {
                        Some(Err(Unserved::OutOfOrder))
                    }
                })
            })
        });
        if let Some(start) = message.await? {
            return start;
        }
    }
}

async fn drive(
    board: &Switchboard,
    wire: Wire,
    start: &Start,
    opened: OpenedStream,
    beginning: crate::call::driver::Beginning,
) {
    let OpenedStream { business_id, claim } = opened;
    let switches = &beginning.started.business.switches;
    let longest =
        Duration::from_secs(switches.longest_call_seconds.into()) + board.patience().beyond;
    let consent = Consent::of(switches);
    let may_record = consent.as_ref().map(Consent::heard);
    let has_line = board.has_line(claim.call);
    let clock = CallClock::real();
    let line = StreamLine::new(
        wire,
        &start.stream,
        board.engine(),
        clock.clone(),
        board.metrics().clone(),
        board.patience().idle,
        has_line.hung_up.clone(),
    )
    .watching(consent);
    tracing::info!(call.id = %claim.call, epoch = claim.epoch, "a call has its line");
    let driver = Driver::new(board.ground(), beginning, line, clock);
    let driven = tokio::select! {
        driven = timeout(longest, driver.run_over()) => driven,
        never = record(board.twilio(), &start.call, may_record) => match never {},
    };
    let Ok((ended, line)) = driven else {
        tracing::error!(call.id = %claim.call, "a call did not end by itself");
        let why = "The call reached the longest time a call may last.";
        return Box::pin(board.settle(business_id, claim, why)).await;
    };
    drop(has_line);
    let end = line.end();
    tracing::info!(call.id = %claim.call, ?ended, ?end, "a line is over");
    board
        .metrics()
        .stream_ended(end.map_or("let_go", End::as_str));
    if let Ended::Finished(_) = ended {
        board.is_found(claim.call);
    }
    if ended == Ended::Gone && matches!(end, Some(End::Lost(_) | End::Idle)) {
        board.settle_later(business_id, claim);
    }
    line.into_wire()
        .close(DONE, "the call goes on without it")
        .await;
}
