//! Changing a booking: moving, closing, and what is written on it.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer;
use crate::{
    desk::{Desk, Edit, Move, StaffWish, Target},
    domain::{Booking, BookingId, Line, StaffId},
    web::{
        Problem,
        auth::CanBook,
        error::{Error, Result},
        extract::{Json, Path},
        version::{IdempotencyKey, IfMatch, Tagged},
    },
};

/// Change what is written on a booking
///
/// What is left out stays; `null` clears. To move it, reschedule it.
#[utoipa::path(
    patch, path = "/bookings/{booking_id}", tag = "bookings",
    security(("access_token" = ["book"]), ("api_key" = ["book"])), params(IfMatch),
    responses((status = 200, body = Booking))
)]
pub(super) async fn edit(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(booking_id): Path<BookingId>,
    IfMatch(version): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<Tagged<Booking>> {
    Ok(Tagged(
        desk.edit_booking(caller.by, target(booking_id, version), &edit)
            .await?,
    ))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reschedule {
    #[schema(example = "2026-03-09T14:30:00Z")]
    starts_at: DateTime<Utc>,
    /// Somebody else; without one, the same person.
    staff_id: Option<StaffId>,
    /// Whoever is free, fairly chosen. Not with `staff_id`.
    #[serde(default)]
    anyone: bool,
}

/// Move a booking to another time, or to another person
///
/// It never stands in its own way, and keeps its old time if the new one is refused.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/reschedule", tag = "bookings",
    security(("access_token" = ["book"]), ("api_key" = ["book"])), params(IfMatch, IdempotencyKey),
    responses(
        (status = 200, body = Booking),
        (status = 409, description = "The time is taken, or the key was used for another request.", body = Problem,
         content_type = "application/problem+json"),
        (status = 422, description = "A rule says no: closed, on leave, too late to move ...", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn reschedule(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(booking_id): Path<BookingId>,
    IfMatch(version): IfMatch,
    IdempotencyKey(key): IdempotencyKey,
    Json(wish): Json<Reschedule>,
) -> Result<Response> {
    let staff = match (wish.staff_id, wish.anyone) {
        (None, false) => StaffWish::Same,
        (None, true) => StaffWish::Anyone,
        (Some(id), false) => StaffWish::This(id),
        (Some(_), true) => {
            return Err(Error::field("anyone", "send this or `staff_id`, not both"));
        }
    };
    let to = Move {
        starts_at: wish.starts_at,
        staff,
        certainty: None,
    };
    let target = target(booking_id, version);
    Ok(answer(
        desk.reschedule(caller.by, target, to, caller.who(), key.as_ref())
            .await?,
    ))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancel {
    reason: Option<Line>,
}

/// Cancel a booking
///
/// Its time is free at once. People can always; a program only as long before the start as the business's policy says.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/cancel", tag = "bookings",
    security(("access_token" = ["book"]), ("api_key" = ["book"])), params(IfMatch, IdempotencyKey),
    responses(
        (status = 200, body = Booking),
        (status = 409, description = "The key was used for another request.", body = Problem,
         content_type = "application/problem+json"),
        (status = 422, description = "It is not open any more, or it is too late.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn cancel(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(booking_id): Path<BookingId>,
    IfMatch(version): IfMatch,
    IdempotencyKey(key): IdempotencyKey,
    Json(cancel): Json<Cancel>,
) -> Result<Response> {
    let target = target(booking_id, version);
    let reason = cancel.reason.as_ref();
    Ok(answer(
        desk.cancel(caller.by, target, reason, caller.who(), key.as_ref())
            .await?,
    ))
}

/// Confirm a tentative booking
#[utoipa::path(
    post, path = "/bookings/{booking_id}/confirm", tag = "bookings",
    security(("access_token" = ["book"]), ("api_key" = ["book"])), params(IfMatch, IdempotencyKey),
    responses(
        (status = 200, body = Booking),
        (status = 409, description = "The key was used for another request.", body = Problem,
         content_type = "application/problem+json"),
        (status = 422, description = "It is not tentative.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn confirm(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(booking_id): Path<BookingId>,
    IfMatch(version): IfMatch,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Response> {
    Ok(answer(
        desk.confirm(caller.by, target(booking_id, version), key.as_ref())
            .await?,
    ))
}

/// They came
///
/// From the start of the appointment on. It can be put right with `no-show`.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/complete", tag = "bookings",
    security(("access_token" = ["book"]), ("api_key" = ["book"])), params(IfMatch, IdempotencyKey),
    responses(
        (status = 200, body = Booking),
        (status = 409, description = "The key was used for another request.", body = Problem,
         content_type = "application/problem+json"),
        (status = 422, description = "It has not begun, or is not open any more.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn complete(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(booking_id): Path<BookingId>,
    IfMatch(version): IfMatch,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Response> {
    Ok(answer(
        desk.complete(caller.by, target(booking_id, version), key.as_ref())
            .await?,
    ))
}

/// They did not come
///
/// From the start of the appointment on. It can be put right with `complete`.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/no-show", tag = "bookings",
    security(("access_token" = ["book"]), ("api_key" = ["book"])), params(IfMatch, IdempotencyKey),
    responses(
        (status = 200, body = Booking),
        (status = 409, description = "The key was used for another request.", body = Problem,
         content_type = "application/problem+json"),
        (status = 422, description = "It has not begun, or is not open any more.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn no_show(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(booking_id): Path<BookingId>,
    IfMatch(version): IfMatch,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Response> {
    Ok(answer(
        desk.no_show(caller.by, target(booking_id, version), key.as_ref())
            .await?,
    ))
}

fn target(id: BookingId, version: i64) -> Target {
    Target {
        id,
        version: Some(version),
        call: None,
    }
}
