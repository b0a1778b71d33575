//! The telephone's doors: Twilio's webhooks, the media streams of calls, and what comes after them.
//!
//! Here Twilio's words meet a call: a signed webhook becomes a call with a row of its own, a stream becomes its line, and what is to
//! happen next becomes a document. What is said in a call is not known here, nor what may be booked.

mod after;
mod answer;
mod incoming;
mod lost;
mod playout;
mod recording;
mod session;
mod signed;
mod status;
mod stream;
mod switchboard;
mod texts;
mod wire;

pub use signed::Trust;
pub use switchboard::{Leftovers, Patience, Settings, Switchboard};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{MethodFilter, get, on},
};
use tower_http::catch_panic::CatchPanicLayer;

use answer::Answer;

/// What Twilio asks if nothing else was answered: a kind word, to whoever asks, because a signature may be what went wrong.
pub const FALLBACK: &str = "/voice/fallback";

/// What Twilio asks. Only what it signed is looked at.
pub fn router(board: Switchboard) -> Router {
    // Twilio asks by POST unless somebody set it up otherwise.
    let asked = MethodFilter::GET.or(MethodFilter::POST);
    Router::new()
        .route("/voice/incoming", on(asked, incoming::by_number))
        .route(
            "/voice/incoming/{business}",
            on(asked, incoming::of_business),
        )
        .route("/voice/after/{call}", on(asked, after::comes_next))
        .route("/voice/status", on(asked, status::of_call))
        .route("/voice/stream-status", on(asked, status::of_stream))
        .route(FALLBACK, on(asked, async || Answer::trouble()))
        .route("/voice/stream/{token}", get(stream::open))
        .route("/sms/incoming", on(asked, texts::came_in))
        .route("/sms/status", on(asked, texts::status))
        .with_state(board)
        .layer(DefaultBodyLimit::max(signed::LONGEST_FORM))
        .layer(CatchPanicLayer::custom(|_| {
            use axum::response::IntoResponse;
            tracing::error!("a door of the telephone panicked");
            Answer::trouble().into_response()
        }))
}
