//! When a staff member is not there: leaves, special hours on a date, blocks.

use axum::{extract::State, http::StatusCode};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    desk::{Desk, NewBlock, NewException, NewLeave},
    domain::{
        Block, BlockId, DateException, DayRange, ExceptionId, Interval, Leave, LeaveId, StaffId,
    },
    web::{
        AppState, Problem,
        auth::{CanBook, CanRead},
        error::{Error, Result},
        extract::{Json, Path, Query},
        version::Created,
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(leaves, add_leave))
        .routes(routes!(remove_leave))
        .routes(routes!(exceptions, add_exception))
        .routes(routes!(remove_exception))
        .routes(routes!(blocks, add_block))
        .routes(routes!(remove_block))
}

/// How long a list looks ahead when it is not told.
const A_YEAR: Duration = Duration::days(366);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Days {
    /// The first day that is looked at; without it, today.
    from: Option<NaiveDate>,
    /// The last one; without it, a year later. At most three years.
    until: Option<NaiveDate>,
}

impl Days {
    fn range(&self, app: &AppState) -> Result<DayRange> {
        // A day early, because in the business's own zone today may still be yesterday.
        let from = self
            .from
            .unwrap_or((app.clock.now() - Duration::days(1)).date_naive());
        let until = self.until.or_else(|| from.checked_add_signed(A_YEAR));
        let far = || Error::field("from", "is further away than days are counted");
        DayRange::new(from, until.ok_or_else(far)?).map_err(|_| {
            Error::field(
                "until",
                "must be `from` or later, and at most three years after it",
            )
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Times {
    /// From which instant on; without it, now.
    from: Option<DateTime<Utc>>,
    /// Until which; without it, a year later.
    until: Option<DateTime<Utc>>,
}

impl Times {
    fn interval(&self, app: &AppState) -> Result<Interval> {
        let from = self.from.unwrap_or(app.clock.now());
        let until = self.until.or_else(|| from.checked_add_signed(A_YEAR));
        let far = || Error::field("from", "is further away than time is counted");
        Interval::new(from, until.ok_or_else(far)?)
            .map_err(|why| Error::field("until", why.to_string()))
    }
}

/// List a staff member's leaves
#[utoipa::path(
    get, path = "/staff/{staff_id}/leaves", tag = "staff",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Days), responses((status = 200, body = Vec<Leave>))
)]
async fn leaves(
    CanRead(caller): CanRead,
    State(app): State<AppState>,
    Path(staff_id): Path<StaffId>,
    Query(days): Query<Days>,
) -> Result<Json<Vec<Leave>>> {
    Ok(Json(
        app.desk
            .leaves(caller.by, staff_id, days.range(&app)?)
            .await?,
    ))
}

/// Enter a leave
///
/// Bookings that stand stay; no new ones are taken.
#[utoipa::path(
    post, path = "/staff/{staff_id}/leaves", tag = "staff",
    security(("access_token" = ["book"]), ("api_key" = ["book"])),
    responses((status = 201, body = Leave))
)]
async fn add_leave(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(staff_id): Path<StaffId>,
    Json(new): Json<NewLeave>,
) -> Result<Created<Json<Leave>>> {
    let leave = desk.add_leave(caller.by, staff_id, new).await?;
    Ok(Created {
        at: format!("/api/v1/staff/{staff_id}/leaves/{}", leave.id),
        what: Json(leave),
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct LeavePath {
    staff_id: StaffId,
    leave_id: LeaveId,
}

/// Remove a leave
#[utoipa::path(
    delete, path = "/staff/{staff_id}/leaves/{leave_id}", tag = "staff",
    security(("access_token" = ["book"]), ("api_key" = ["book"])),
    params(LeavePath), responses((status = 204, description = "Removed."))
)]
async fn remove_leave(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(path): Path<LeavePath>,
) -> Result<StatusCode> {
    desk.remove_leave(caller.by, path.staff_id, path.leave_id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List a staff member's special hours
#[utoipa::path(
    get, path = "/staff/{staff_id}/exceptions", tag = "staff",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Days), responses((status = 200, body = Vec<DateException>))
)]
async fn exceptions(
    CanRead(caller): CanRead,
    State(app): State<AppState>,
    Path(staff_id): Path<StaffId>,
    Query(days): Query<Days>,
) -> Result<Json<Vec<DateException>>> {
    Ok(Json(
        app.desk
            .exceptions(caller.by, staff_id, days.range(&app)?)
            .await?,
    ))
}

/// Enter special hours on a date
///
/// They stand instead of the weekly ones. No spans: off.
#[utoipa::path(
    post, path = "/staff/{staff_id}/exceptions", tag = "staff",
    security(("access_token" = ["book"]), ("api_key" = ["book"])),
    responses(
        (status = 201, body = DateException),
        (status = 409, description = "The date has special hours already.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn add_exception(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(staff_id): Path<StaffId>,
    Json(new): Json<NewException>,
) -> Result<Created<Json<DateException>>> {
    let exception = desk.add_exception(caller.by, staff_id, new).await?;
    Ok(Created {
        at: format!("/api/v1/staff/{staff_id}/exceptions/{}", exception.id),
        what: Json(exception),
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct ExceptionPath {
    staff_id: StaffId,
    exception_id: ExceptionId,
}

/// Remove special hours
#[utoipa::path(
    delete, path = "/staff/{staff_id}/exceptions/{exception_id}", tag = "staff",
    security(("access_token" = ["book"]), ("api_key" = ["book"])),
    params(ExceptionPath), responses((status = 204, description = "Removed."))
)]
async fn remove_exception(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(path): Path<ExceptionPath>,
) -> Result<StatusCode> {
    desk.remove_exception(caller.by, path.staff_id, path.exception_id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List a staff member's blocks
#[utoipa::path(
    get, path = "/staff/{staff_id}/blocks", tag = "staff",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Times), responses((status = 200, body = Vec<Block>))
)]
async fn blocks(
    CanRead(caller): CanRead,
    State(app): State<AppState>,
    Path(staff_id): Path<StaffId>,
    Query(times): Query<Times>,
) -> Result<Json<Vec<Block>>> {
    Ok(Json(
        app.desk
            .blocks(caller.by, staff_id, times.interval(&app)?)
            .await?,
    ))
}

/// Block a staff member's time
#[utoipa::path(
    post, path = "/staff/{staff_id}/blocks", tag = "staff",
    security(("access_token" = ["book"]), ("api_key" = ["book"])),
    responses((status = 201, body = Block))
)]
async fn add_block(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(staff_id): Path<StaffId>,
    Json(new): Json<NewBlock>,
) -> Result<Created<Json<Block>>> {
    let block = desk.add_block(caller.by, staff_id, new).await?;
    Ok(Created {
        at: format!("/api/v1/staff/{staff_id}/blocks/{}", block.id),
        what: Json(block),
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct BlockPath {
    staff_id: StaffId,
    block_id: BlockId,
}

/// Remove a block
#[utoipa::path(
    delete, path = "/staff/{staff_id}/blocks/{block_id}", tag = "staff",
    security(("access_token" = ["book"]), ("api_key" = ["book"])),
    params(BlockPath),
    responses(
        (status = 204, description = "Removed."),
        (status = 422, description = "It comes from the connected calendar.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn remove_block(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(path): Path<BlockPath>,
) -> Result<StatusCode> {
    desk.remove_block(caller.by, path.staff_id, path.block_id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
