//! When is it free? The answer is an offer: only a hold or a booking keeps a time.

use axum::extract::State;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    desk::SlotQuery,
    domain::{BookingId, Interval, ServiceId, StaffId},
    scheduling::{FreeStart, Slot},
    web::{
        AppState, Problem,
        auth::CanRead,
        error::{Error, Result},
        extract::{Json, Query},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(free))
        .routes(routes!(nearest))
}

/// How long a question looks ahead when it is not told.
const AHEAD: Duration = Duration::days(14);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Question {
    service_id: ServiceId,
    /// Without one, anyone who does the service.
    staff_id: Option<StaffId>,
    /// The earliest start; without it, now.
    from: Option<DateTime<Utc>>,
    /// Starts before this; without it, 14 days later. At most 62 days.
    until: Option<DateTime<Utc>>,
    /// A booking that is not in the way, because it is the one to be moved.
    but_not: Option<BookingId>,
}

#[derive(Debug, Serialize, ToSchema)]
struct FreeTimes {
    items: Vec<FreeTime>,
}

#[derive(Debug, Serialize, ToSchema)]
struct FreeTime {
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// All who are free then.
    staff_ids: Vec<StaffId>,
}

impl From<FreeStart> for FreeTime {
    fn from(free: FreeStart) -> Self {
        Self {
            starts_at: free.starts_at,
            ends_at: free.ends_at,
            staff_ids: free.staff,
        }
    }
}

/// List the free times
#[utoipa::path(
    get, path = "/availability", tag = "availability",
    security(("access_token" = ["read"]), ("api_key" = ["read"])), params(Question),
    responses(
        (status = 200, body = FreeTimes),
        (status = 404, description = "There is no such service or staff member.", body = Problem,
         content_type = "application/problem+json"),
        (status = 422, description = "The staff member doesn't do the service, or one of them is inactive.",
         body = Problem, content_type = "application/problem+json"),
    )
)]
async fn free(
    CanRead(caller): CanRead,
    State(app): State<AppState>,
    Query(question): Query<Question>,
) -> Result<Json<FreeTimes>> {
    let query = SlotQuery {
        service_id: question.service_id,
        staff_id: question.staff_id,
        not_staff_ids: Vec::new(),
        starts: range(&app, question.from, question.until)?,
        but_not: question.but_not,
    };
    let free = app.desk.find_slots(caller.by, &query).await?;
    Ok(Json(FreeTimes {
        items: free.into_iter().map(FreeTime::from).collect(),
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wish {
    service_id: ServiceId,
    /// Without one, anyone who does the service.
    staff_id: Option<StaffId>,
    /// The start that one would like best.
    wanted: DateTime<Utc>,
    /// How many to offer.
    #[serde(default = "three")]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 20, default = 3)]
    count: u8,
    /// A booking that is not in the way, because it is the one to be moved.
    but_not: Option<BookingId>,
}

fn three() -> u8 {
    3
}

#[derive(Debug, Serialize, ToSchema)]
struct Offers {
    items: Vec<Offer>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Offer {
    staff_id: StaffId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

impl From<Slot> for Offer {
    fn from(slot: Slot) -> Self {
        Self {
            staff_id: slot.staff_id,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
        }
    }
}

/// Offer the free times nearest to a wanted one
///
/// Within a week before and after it, each with a fairly chosen person.
#[utoipa::path(
    get, path = "/availability/nearest", tag = "availability",
    security(("access_token" = ["read"]), ("api_key" = ["read"])), params(Wish),
    responses(
        (status = 200, body = Offers),
        (status = 404, description = "There is no such service or staff member.", body = Problem,
         content_type = "application/problem+json"),
        (status = 422, description = "The staff member doesn't do the service, or one of them is inactive.",
         body = Problem, content_type = "application/problem+json"),
    )
)]
async fn nearest(
    CanRead(caller): CanRead,
    State(app): State<AppState>,
    Query(wish): Query<Wish>,
) -> Result<Json<Offers>> {
    const WEEK: Duration = Duration::days(7);
    if !(1..=20).contains(&wish.count) {
        return Err(Error::field("count", "must be from 1 to 20"));
    }
    let far = || Error::field("wanted", "is further away than time is counted");
    let from = wish.wanted.checked_sub_signed(WEEK).ok_or_else(far)?;
    let until = wish.wanted.checked_add_signed(WEEK).ok_or_else(far)?;
    let query = SlotQuery {
        service_id: wish.service_id,
        staff_id: wish.staff_id,
        not_staff_ids: Vec::new(),
        starts: range(&app, Some(from), Some(until))?,
        but_not: wish.but_not,
    };
    let slots = app
        .desk
        .nearest_slots(caller.by, &query, wish.wanted, wish.count.into())
        .await?;
    Ok(Json(Offers {
        items: slots.into_iter().map(Offer::from).collect(),
    }))
}

fn range(
    app: &AppState,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<Interval> {
    let from = from.unwrap_or(app.clock.now());
    let until = until
        .or_else(|| from.checked_add_signed(AHEAD))
        .ok_or_else(|| Error::field("from", "is further away than time is counted"))?;
    Interval::new(from, until).map_err(|why| Error::field("until", why.to_string()))
}
