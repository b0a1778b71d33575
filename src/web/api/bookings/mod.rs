//! Appointments: making, finding and changing them.

mod changes;
mod find;
mod holds;

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    desk::{BookRequest, Certainty, CustomerRef, Desk, Done},
    domain::{Booking, BookingId, CustomerId, Email, Name, Note, PhoneNumber, ServiceId, StaffId},
    web::{
        AppState, Problem,
        auth::CanBook,
        error::{Error, Result},
        extract::Json,
        version::{Created, IdempotencyKey, Tagged},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(find::list, book))
        .routes(routes!(find::get, changes::edit))
        .routes(routes!(find::trail))
        .routes(routes!(changes::reschedule))
        .routes(routes!(changes::cancel))
        .routes(routes!(changes::confirm))
        .routes(routes!(changes::complete))
        .routes(routes!(changes::no_show))
        .routes(routes!(holds::hold))
        .routes(routes!(holds::release))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBooking {
    service_id: ServiceId,
    /// Without one, somebody free is chosen fairly.
    staff_id: Option<StaffId>,
    /// One that `/api/v1/availability` offered.
    #[schema(example = "2026-03-09T14:30:00Z")]
    starts_at: DateTime<Utc>,
    /// A customer that exists: this or `customer`.
    customer_id: Option<CustomerId>,
    /// A customer by phone, who is made if nobody has that number: this or `customer_id`.
    customer: Option<Met>,
    /// Who comes, where it is not the customer.
    for_name: Option<Name>,
    notes: Option<Note>,
    /// The hold that becomes this booking.
    hold_id: Option<BookingId>,
}

/// Somebody with a phone. Who is known keeps the name they have: where it differs, the booking is for this name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Met {
    phone: PhoneNumber,
    name: Name,
    email: Option<Email>,
}

/// Book an appointment
///
/// People are not bound by notice, horizon and slot grid; a program is, as its customers are. `customer_id` or `customer`: one of them.
#[utoipa::path(
    post, path = "/bookings", tag = "bookings", security(("access_token" = ["book"]), ("api_key" = ["book"])),
    params(IdempotencyKey),
    responses(
        (status = 201, body = Booking,
         description = "Booked. `Idempotent-Replayed: true` says that it was booked by an earlier request with this key.",
         headers(("ETag" = String), ("Location" = String), ("Idempotent-Replayed" = String))),
        (status = 404, description = "There is no such service, staff member or customer.", body = Problem,
         content_type = "application/problem+json"),
        (status = 409, description = "The time is taken, or the key was used for another request.", body = Problem,
         content_type = "application/problem+json"),
        (status = 422, description = "A rule says no: closed, on leave, too soon, too far ahead ...", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn book(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<NewBooking>,
) -> Result<Response> {
    let request = BookRequest {
        service_id: new.service_id,
        staff_id: new.staff_id,
        starts_at: new.starts_at,
        customer: customer(new.customer_id, new.customer)?,
        for_name: new.for_name,
        notes: new.notes,
        source: caller.source(),
        certainty: Certainty::Confirmed,
        hold: new.hold_id,
        call: None,
    };
    let done = desk
        .book(caller.by, &request, caller.who(), key.as_ref())
        .await?;
    let at = format!("/api/v1/bookings/{}", done.booking.id);
    Ok(Created {
        at,
        what: answer(done),
    }
    .into_response())
}

fn customer(id: Option<CustomerId>, met: Option<Met>) -> Result<CustomerRef> {
    match (id, met) {
        (Some(id), None) => Ok(CustomerRef::Known(id)),
        (None, Some(Met { phone, name, email })) => Ok(CustomerRef::Met { phone, name, email }),
        (None, None) => Err(Error::field(
            "customer",
            "say who it is for: `customer_id`, or `customer` with a phone and a name",
        )),
        (Some(_), Some(_)) => Err(Error::field(
            "customer",
            "send this or `customer_id`, not both",
        )),
    }
}

/// A booking as it was left by the first request of its key.
fn answer(done: Done) -> Response {
    const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
    let mut response = Tagged(done.booking).into_response();
    if done.repeated {
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
