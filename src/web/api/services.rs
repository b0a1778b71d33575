//! What is booked. None is deleted, because bookings refer to it: one that is not offered any more is made inactive.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    desk::{Desk, NewService, ServicePatch},
    domain::{Service, ServiceId},
    web::{
        AppState,
        auth::{CanManage, CanRead},
        error::Result,
        extract::{Json, Path, Query},
        paging::{Cursor, Limit, List},
        version::{Created, IfMatch, Tagged},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, change))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only those who are, or only those who are not.
    active: Option<bool>,
    /// How many on a page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` of the page before; without it, the first page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Uuid>>,
}

/// List the services
#[utoipa::path(
    get, path = "/services", tag = "services", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Filter), responses((status = 200, body = List<Service>))
)]
async fn list(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Query(filter): Query<Filter>,
) -> Result<Json<List<Service>>> {
    let after = filter.cursor.map(|cursor| ServiceId(cursor.0));
    let found = desk
        .services(caller.by, filter.active, after, filter.limit.and_one_more())
        .await?;
    Ok(Json(List::of(found, filter.limit, |one| one.id)))
}

/// Add a service
#[utoipa::path(
    post, path = "/services", tag = "services", security(("access_token" = ["manage"]), ("api_key" = ["manage"])),
    responses((status = 201, body = Service))
)]
async fn create(
    CanManage(caller): CanManage,
    State(desk): State<Desk>,
    Json(new): Json<NewService>,
) -> Result<Created<Tagged<Service>>> {
    let made = desk.create_service(caller.by, new).await?;
    Ok(Created {
        at: format!("/api/v1/services/{}", made.id),
        what: Tagged(made),
    })
}

/// Get a service
#[utoipa::path(
    get, path = "/services/{service_id}", tag = "services", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = Service))
)]
async fn get(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(service_id): Path<ServiceId>,
) -> Result<Tagged<Service>> {
    Ok(Tagged(desk.service(caller.by, service_id).await?))
}

/// Change a service
///
/// What is left out stays; `null` clears. Bookings that stand stay as they are.
#[utoipa::path(
    patch, path = "/services/{service_id}", tag = "services", security(("access_token" = ["manage"]), ("api_key" = ["manage"])),
    params(IfMatch), responses((status = 200, body = Service))
)]
async fn change(
    CanManage(caller): CanManage,
    State(desk): State<Desk>,
    Path(service_id): Path<ServiceId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<ServicePatch>,
) -> Result<Tagged<Service>> {
    Ok(Tagged(
        desk.update_service(caller.by, service_id, Some(version), &patch)
            .await?,
    ))
}
