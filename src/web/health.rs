//! For whoever keeps the server running: is it alive, and can it work?

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{AppState, Error};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(ready))
}

#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok`
    status: &'static str,
}

/// Whether the process is alive
///
/// Says nothing about the database, so that a database that is away doesn't make anybody restart us.
#[utoipa::path(get, path = "/health", tag = "health", security(()), responses((status = 200, body = Health)))]
async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether it can do its work: the database answers
#[utoipa::path(
    get,
    path = "/ready",
    tag = "health",
    security(()),
    responses(
        (status = 200, body = Health),
        (status = 503, description = "The database does not answer.", body = super::error::Problem,
         content_type = "application/problem+json"),
    )
)]
async fn ready(State(app): State<AppState>) -> Result<Json<Health>, Error> {
    app.desk.ping().await.map_err(|error| {
        tracing::error!(?error, "the database does not answer");
        Error::NotReady
    })?;
    Ok(Json(Health { status: "ok" }))
}
