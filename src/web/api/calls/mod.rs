//! Telephone calls: which there were, what came of them, and what was said.
//!
//! Whoever may see bookings may see calls and their transcripts, because a transcript says no more than what the booking came
//! from. The journal holds every word as it was misheard, and is for owners.

mod journal;
mod transcript;

use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    desk::Desk,
    domain::{
        BookingId, Call, CallChannel, CallId, CallOutcome, CallState, CustomerId, PhoneNumber,
    },
    store::calls::Filter,
    web::{
        AppState,
        api::period::period,
        auth::CanRead,
        error::Result,
        extract::{Json, Path, Query},
        paging::{Cursor, Limit, List},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(transcript::turns))
        .routes(routes!(journal::entries))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    state: Option<CallState>,
    outcome: Option<CallOutcome>,
    channel: Option<CallChannel>,
    /// The number that rang.
    #[param(value_type = Option<PhoneNumber>)]
    caller: Option<PhoneNumber>,
    customer_id: Option<CustomerId>,
    /// Those that made this booking, or changed it.
    booking_id: Option<BookingId>,
    /// Those that began on this day, in the business's own zone.
    day: Option<NaiveDate>,
    /// Those that began at this instant or later. Not with `day`.
    from: Option<DateTime<Utc>>,
    /// Those that began before this instant. Not with `day`.
    until: Option<DateTime<Utc>>,
    /// How many on a page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` of the page before; without it, the first page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<(DateTime<Utc>, CallId)>>,
}

/// List the calls, newest first
#[utoipa::path(
    get, path = "/calls", tag = "calls", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Wanted), responses((status = 200, body = List<Call>))
)]
async fn list(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<List<Call>>> {
    let Wanted {
        day, from, until, ..
    } = wanted;
    let (from, until) = period(&desk, caller.by, day, from, until).await?;
    let filter = Filter {
        state: wanted.state,
        outcome: wanted.outcome,
        channel: wanted.channel,
        from,
        until,
        caller: wanted.caller,
        customer: wanted.customer_id,
        booking: wanted.booking_id,
    };
    let after = wanted.cursor.map(|cursor| cursor.0);
    let page = desk
        .calls(caller.by, &filter, after, wanted.limit.get())
        .await?;
    Ok(Json(List {
        items: page.items,
        next_cursor: page.next.and_then(|next| Cursor(next).write()),
    }))
}

#[derive(Debug, Serialize, ToSchema)]
struct CallWithBookings {
    #[serde(flatten)]
    call: Call,
    /// The bookings that it made or changed, oldest first.
    booking_ids: Vec<BookingId>,
}

/// Get a call, and which bookings came of it
#[utoipa::path(
    get, path = "/calls/{call_id}", tag = "calls", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = CallWithBookings))
)]
async fn get(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(call_id): Path<CallId>,
) -> Result<Json<CallWithBookings>> {
    Ok(Json(CallWithBookings {
        call: desk.call(caller.by, call_id).await?,
        booking_ids: desk.bookings_of_call(caller.by, call_id).await?,
    }))
}
