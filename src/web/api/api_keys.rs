//! Credentials for programs.

use std::collections::BTreeSet;

use axum::{extract::State, http::StatusCode};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    desk::Desk,
    domain::{ApiKey, ApiKeyId, Name, Scope},
    web::{
        AppState, Problem,
        auth::CanAdmin,
        error::Result,
        extract::{Json, Path, Query},
        paging::{List, Page},
        version::Created,
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(get, revoke))
}

/// List the API keys
///
/// Revoked ones included.
#[utoipa::path(
    get, path = "/api-keys", tag = "api-keys", security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    params(Page), responses((status = 200, body = List<ApiKey>))
)]
async fn list(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Query(page): Query<Page>,
) -> Result<Json<List<ApiKey>>> {
    let keys = desk
        .keys(caller.by, page.after(ApiKeyId), page.limit.and_one_more())
        .await?;
    Ok(Json(List::of(keys, page.limit, |key| key.id)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    /// What it is for.
    name: Name,
    /// What it may do. Each stands for itself: `book` does not bring `read`.
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    scopes: BTreeSet<Scope>,
}

#[derive(Debug, Serialize, ToSchema)]
struct MadeKey {
    #[serde(flatten)]
    api_key: ApiKey,
    /// Send it as `X-API-Key`. It is told this once, and kept nowhere.
    #[schema(example = "rbk_0194f2c07d1e7000a1b2c3d4e5f60718_…")]
    key: String,
}

/// Make an API key
#[utoipa::path(
    post, path = "/api-keys", tag = "api-keys", security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    responses(
        (status = 201, body = MadeKey),
        (status = 422, description = "You don't have one of the scopes yourself.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn make(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Json(new): Json<NewKey>,
) -> Result<Created<Json<MadeKey>>> {
    let (api_key, key) = desk
        .make_key(caller.by, &caller.scopes, new.name, new.scopes)
        .await?;
    Ok(Created {
        at: format!("/api/v1/api-keys/{}", api_key.id),
        what: Json(MadeKey {
            api_key,
            key: key.expose_secret().to_owned(),
        }),
    })
}

/// Get an API key
#[utoipa::path(
    get, path = "/api-keys/{api_key_id}", tag = "api-keys",
    security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    responses((status = 200, body = ApiKey))
)]
async fn get(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Path(api_key_id): Path<ApiKeyId>,
) -> Result<Json<ApiKey>> {
    Ok(Json(desk.key(caller.by, api_key_id).await?))
}

/// Revoke an API key
///
/// It holds from the next request on, and for good.
#[utoipa::path(
    delete, path = "/api-keys/{api_key_id}", tag = "api-keys",
    security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    responses((status = 204, description = "Revoked."))
)]
async fn revoke(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Path(api_key_id): Path<ApiKeyId>,
) -> Result<StatusCode> {
    desk.revoke_key(caller.by, api_key_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
