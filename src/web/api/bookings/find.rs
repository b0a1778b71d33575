//! Finding bookings, and what happened to them.

use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    desk::Desk,
    domain::{Booking, BookingId, BookingStatus, Change, CustomerId, Source, StaffId},
    store::bookings::Filter,
    web::{
        api::period::period,
        auth::CanRead,
        error::Result,
        extract::{Json, Path, Query},
        paging::{Cursor, Limit, List},
        version::Tagged,
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    staff_id: Option<StaffId>,
    customer_id: Option<CustomerId>,
    status: Option<BookingStatus>,
    /// The door it came in by.
    source: Option<Source>,
    /// Those that start on this day, in the business's own zone.
    day: Option<NaiveDate>,
    /// Those that start at this instant or later. Not with `day`.
    from: Option<DateTime<Utc>>,
    /// Those that start before this instant. Not with `day`.
    until: Option<DateTime<Utc>>,
    /// How many on a page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` of the page before; without it, the first page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<(DateTime<Utc>, BookingId)>>,
}

/// List the bookings, in the order of their start
#[utoipa::path(
    get, path = "/bookings", tag = "bookings", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Wanted), responses((status = 200, body = List<Booking>))
)]
pub(super) async fn list(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<List<Booking>>> {
    let Wanted {
        day, from, until, ..
    } = wanted;
    let (from, until) = period(&desk, caller.by, day, from, until).await?;
    let filter = Filter {
        staff: wanted.staff_id,
        customer: wanted.customer_id,
        status: wanted.status,
        source: wanted.source,
        from,
        until,
    };
    let after = wanted.cursor.map(|cursor| cursor.0);
    let page = desk
        .bookings(caller.by, &filter, after, wanted.limit.get())
        .await?;
    Ok(Json(List {
        items: page.items,
        next_cursor: page.next.and_then(|next| Cursor(next).write()),
    }))
}

/// Get a booking
#[utoipa::path(
    get, path = "/bookings/{booking_id}", tag = "bookings",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = Booking))
)]
pub(super) async fn get(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(booking_id): Path<BookingId>,
) -> Result<Tagged<Booking>> {
    Ok(Tagged(desk.booking(caller.by, booking_id).await?))
}

/// List the changes of a booking, first to last
///
/// Who, what, when, and the booking before and after.
#[utoipa::path(
    get, path = "/bookings/{booking_id}/changes", tag = "bookings",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = Vec<Change>))
)]
pub(super) async fn trail(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(booking_id): Path<BookingId>,
) -> Result<Json<Vec<Change>>> {
    Ok(Json(desk.booking_changes(caller.by, booking_id).await?))
}
