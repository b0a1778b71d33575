//! The API, one file per resource.
#![expect(
    unused_qualifications,
    reason = "what `utoipa::path` writes for parameters names types by a longer path than it needs"
)]

mod absences;
mod api_keys;
mod auth;
mod availability;
mod bookings;
mod business;
mod calls;
mod customers;
mod jobs;
mod me;
mod messages;
mod period;
mod services;
mod staff;
mod texts;
mod users;

use utoipa_axum::router::OpenApiRouter;

use super::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(auth::routes())
        .merge(me::routes())
        .merge(users::routes())
        .merge(api_keys::routes())
        .merge(business::routes())
        .merge(staff::routes())
        .merge(absences::routes())
        .merge(services::routes())
        .merge(customers::routes())
        .merge(availability::routes())
        .merge(bookings::routes())
        .merge(calls::routes())
        .merge(messages::routes())
        .merge(texts::routes())
        .merge(jobs::routes())
}
