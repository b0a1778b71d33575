//! Finding bookings, and what happened to them.

use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    desk::{By, Desk},
    domain::{Booking, BookingId, BookingStatus, Change, CustomerId, StaffId},
    scheduling::zone::local_day,
    store::bookings::Filter,
    web::{
        auth::CanRead,
        error::{Error, Result},
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
    let (from, until) = times(&desk, caller.by, &wanted).await?;
    let filter = Filter {
        staff: wanted.staff_id,
        customer: wanted.customer_id,
        status: wanted.status,
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

async fn times(
    desk: &Desk,
    by: By,
    wanted: &Wanted,
) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>)> {
    let Some(day) = wanted.day else {
        return Ok((wanted.from, wanted.until));
    };
    if wanted.from.is_some() || wanted.until.is_some() {
        return Err(Error::field(
            "day",
            "send this, or `from` and `until`, not both",
        ));
    }
    let zone = desk.business(by).await?.zone;
    let day = local_day(zone, day)
        .ok_or_else(|| Error::field("day", format!("there is no such day in {zone}")))?;
    Ok((Some(day.from()), Some(day.until())))
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
