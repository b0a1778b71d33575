//! Keeping a time for somebody who is still deciding.

use axum::{extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    desk::{Desk, Error, HoldRequest},
    domain::{Booking, BookingId, ServiceId, StaffId},
    web::{
        Problem,
        auth::CanBook,
        error::Result,
        extract::{Json, Path},
        version::Created,
    },
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewHold {
    service_id: ServiceId,
    /// Without one, somebody free is chosen fairly.
    staff_id: Option<StaffId>,
    #[schema(example = "2026-03-09T14:30:00Z")]
    starts_at: DateTime<Utc>,
}

/// Hold a time
///
/// It lets go by itself at `hold_expires_at`. Book it with its id as `hold_id`. Holds are in no list.
#[utoipa::path(
    post, path = "/holds", tag = "bookings", security(("access_token" = ["book"]), ("api_key" = ["book"])),
    responses(
        (status = 201, body = Booking),
        (status = 404, description = "There is no such service or staff member.", body = Problem,
         content_type = "application/problem+json"),
        (status = 409, description = "The time is taken.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A rule says no: closed, on leave, too soon ...", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn hold(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Json(new): Json<NewHold>,
) -> Result<Created<Json<Booking>>> {
    let request = HoldRequest {
        service_id: new.service_id,
        staff_id: new.staff_id,
        starts_at: new.starts_at,
        source: caller.source(),
        call: None,
    };
    let hold = desk.hold(caller.by, &request, caller.who()).await?;
    Ok(Created {
        at: format!("/api/v1/holds/{}", hold.id),
        what: Json(hold),
    })
}

/// Let go of a hold
///
/// 404 if it is gone already, or was booked.
#[utoipa::path(
    delete, path = "/holds/{hold_id}", tag = "bookings",
    security(("access_token" = ["book"]), ("api_key" = ["book"])),
    responses((status = 204, description = "Free again."))
)]
pub(super) async fn release(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(hold_id): Path<BookingId>,
) -> Result<StatusCode> {
    if desk.release_hold(caller.by, hold_id, None).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::NotFound("hold").into())
    }
}
