//! Texts to customers, and how far they have come.

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    desk::Desk,
    domain::{BookingId, CallId, PhoneNumber, Subject, TextId, TextKind, TextMessage, TextState},
    store::texts::Filter,
    web::{
        AppState,
        auth::CanRead,
        error::Result,
        extract::{Json, Query},
        paging::{Cursor, Limit, List},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A text to a customer or a caller.
#[derive(Debug, Serialize, ToSchema)]
struct SentText {
    id: TextId,
    /// The booking that it tells of.
    booking_id: Option<BookingId>,
    /// The call that it tells of, where that came to no booking.
    call_id: Option<CallId>,
    kind: TextKind,
    to: PhoneNumber,
    body: String,
    /// How many texts it is sent, and paid, as.
    segments: u32,
    state: TextState,
    /// What the telephone company calls it.
    outside_id: Option<String>,
    /// Why it did not arrive, or not yet.
    error: Option<String>,
    /// The telephone company's number for that.
    error_code: Option<u32>,
    created_at: DateTime<Utc>,
    /// Since when the telephone company has it.
    sent_at: Option<DateTime<Utc>>,
    /// When something was last heard of it.
    updated_at: DateTime<Utc>,
}

impl From<TextMessage> for SentText {
    fn from(text: TextMessage) -> Self {
        let (booking_id, call_id) = match text.about {
            Subject::Booking(booking, _) => (Some(booking), None),
            Subject::Call(call) => (None, Some(call)),
        };
        Self {
            id: text.id,
            booking_id,
            call_id,
            kind: text.kind,
            to: text.to,
            body: text.body,
            segments: text.segments,
            state: text.state,
            outside_id: text.outside_id,
            error: text.error,
            error_code: text.error_code,
            created_at: text.created_at,
            sent_at: text.sent_at,
            updated_at: text.updated_at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    booking_id: Option<BookingId>,
    call_id: Option<CallId>,
    state: Option<TextState>,
    /// How many on a page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` of the page before; without it, the first page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Uuid>>,
}

/// List the texts, newest first
///
/// They are kept for 91 days.
#[utoipa::path(
    get, path = "/texts", tag = "texts", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Wanted), responses((status = 200, body = List<SentText>))
)]
async fn list(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<List<SentText>>> {
    let filter = Filter {
        booking: wanted.booking_id,
        call: wanted.call_id,
        state: wanted.state,
    };
    let before = wanted.cursor.map(|cursor| TextId(cursor.0));
    let found = desk
        .texts(caller.by, filter, before, wanted.limit.and_one_more())
        .await?;
    let found = found.into_iter().map(SentText::from).collect();
    Ok(Json(List::of(found, wanted.limit, |text| text.id)))
}
