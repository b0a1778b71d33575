//! The business itself, and when all of it is closed.

use axum::{extract::State, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    call::lines::{LineFault, Lines},
    desk::{self, BusinessPatch, Desk, NewClosure},
    domain::{AiConfig, Business, Closure, ClosureId},
    providers::Warning,
    web::{
        AppState, Problem,
        auth::{CanManage, CanRead},
        error::{Error, Result},
        extract::{Json, Path, Query},
        paging::{List, Page},
        version::{Created, IfMatch, Tagged, Versioned},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get, change))
        .routes(routes!(closures, add_closure))
        .routes(routes!(remove_closure))
}

/// Get the business
#[utoipa::path(
    get, path = "/business", tag = "business", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = ShownBusiness))
)]
async fn get(
    CanRead(caller): CanRead,
    State(app): State<AppState>,
) -> Result<Tagged<ShownBusiness>> {
    let business = app.desk.business(caller.by).await?;
    Ok(Tagged(ShownBusiness::of(business, &app)))
}

/// The business, and what its owner should know about its settings.
#[derive(Debug, Serialize, ToSchema)]
struct ShownBusiness {
    #[serde(flatten)]
    business: Business,
    /// Settings that work otherwise than one may think. Found when asked for, and never sent.
    warnings: Vec<Warning>,
}

impl ShownBusiness {
    fn of(business: Business, app: &AppState) -> Self {
        let warnings = app.providers.warnings(&business);
        Self { business, warnings }
    }
}

impl Versioned for ShownBusiness {
    fn version(&self) -> i64 {
        self.business.version
    }
}

/// Change the business
///
/// What is left out stays; `null` clears. New hours and policies hold for new bookings.
#[utoipa::path(
    patch, path = "/business", tag = "business", security(("access_token" = ["manage"]), ("api_key" = ["manage"])),
    params(IfMatch),
    responses(
        (status = 200, body = ShownBusiness),
        (status = 409, description = "A phone number belongs to another business.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn change(
    CanManage(caller): CanManage,
    State(app): State<AppState>,
    IfMatch(version): IfMatch,
    Json(patch): Json<BusinessPatch>,
) -> Result<Tagged<ShownBusiness>> {
    if let Some(config) = &patch.ai_config {
        wordings_fit(config)?;
    }
    let business = app
        .desk
        .update_business(caller.by, Some(version), &patch)
        .await?;
    Ok(Tagged(ShownBusiness::of(business, &app)))
}

/// What a line may say is known to `call`, which the desk does not know.
fn wordings_fit(config: &AiConfig) -> Result<()> {
    let switches = config.call_switches().map_err(desk::Error::from)?;
    let fault = |LineFault { file, problem, .. }| {
        Error::field(format!("ai_config.call.lines.{file}"), problem)
    };
    let lines = Lines::english().map_err(|_| desk::Error::Broken("our own lines don't fit"))?;
    lines.with_wordings(&switches.lines).map_err(fault)?;
    Ok(())
}

/// List the closures and holidays
#[utoipa::path(
    get, path = "/business/closures", tag = "business",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Page), responses((status = 200, body = List<Closure>))
)]
async fn closures(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Query(page): Query<Page>,
) -> Result<Json<List<Closure>>> {
    let closures = desk
        .closures(caller.by, page.after(ClosureId), page.limit.and_one_more())
        .await?;
    Ok(Json(List::of(closures, page.limit, |closure| closure.id)))
}

/// Close for a day or more
///
/// Bookings that stand stay; no new ones are taken.
#[utoipa::path(
    post, path = "/business/closures", tag = "business",
    security(("access_token" = ["manage"]), ("api_key" = ["manage"])),
    responses((status = 201, body = Closure))
)]
async fn add_closure(
    CanManage(caller): CanManage,
    State(desk): State<Desk>,
    Json(new): Json<NewClosure>,
) -> Result<Created<Json<Closure>>> {
    let closure = desk.add_closure(caller.by, new).await?;
    Ok(Created {
        at: format!("/api/v1/business/closures/{}", closure.id),
        what: Json(closure),
    })
}

/// Remove a closure
#[utoipa::path(
    delete, path = "/business/closures/{closure_id}", tag = "business",
    security(("access_token" = ["manage"]), ("api_key" = ["manage"])),
    responses((status = 204, description = "Removed."))
)]
async fn remove_closure(
    CanManage(caller): CanManage,
    State(desk): State<Desk>,
    Path(closure_id): Path<ClosureId>,
) -> Result<StatusCode> {
    desk.remove_closure(caller.by, closure_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
