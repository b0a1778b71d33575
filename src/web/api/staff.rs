//! The people who are booked. Nobody is deleted, because bookings refer to them: someone who leaves is made inactive.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    desk::{Desk, NewStaff, StaffPatch},
    domain::{Staff, StaffId},
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

/// List the staff
#[utoipa::path(
    get, path = "/staff", tag = "staff", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Filter), responses((status = 200, body = List<Staff>))
)]
async fn list(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Query(filter): Query<Filter>,
) -> Result<Json<List<Staff>>> {
    let after = filter.cursor.map(|cursor| StaffId(cursor.0));
    let found = desk
        .staff(caller.by, filter.active, after, filter.limit.and_one_more())
        .await?;
    Ok(Json(List::of(found, filter.limit, |one| one.id)))
}

/// Add a staff member
#[utoipa::path(
    post, path = "/staff", tag = "staff", security(("access_token" = ["manage"]), ("api_key" = ["manage"])),
    responses((status = 201, body = Staff))
)]
async fn create(
    CanManage(caller): CanManage,
    State(desk): State<Desk>,
    Json(new): Json<NewStaff>,
) -> Result<Created<Tagged<Staff>>> {
    let made = desk.create_staff(caller.by, new).await?;
    Ok(Created {
        at: format!("/api/v1/staff/{}", made.id),
        what: Tagged(made),
    })
}

/// Get a staff member
#[utoipa::path(
    get, path = "/staff/{staff_id}", tag = "staff", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = Staff))
)]
async fn get(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(staff_id): Path<StaffId>,
) -> Result<Tagged<Staff>> {
    Ok(Tagged(desk.staff_member(caller.by, staff_id).await?))
}

/// Change a staff member
///
/// What is left out stays; `null` clears. Bookings that stand stay as they are.
#[utoipa::path(
    patch, path = "/staff/{staff_id}", tag = "staff", security(("access_token" = ["manage"]), ("api_key" = ["manage"])),
    params(IfMatch), responses((status = 200, body = Staff))
)]
async fn change(
    CanManage(caller): CanManage,
    State(desk): State<Desk>,
    Path(staff_id): Path<StaffId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<StaffPatch>,
) -> Result<Tagged<Staff>> {
    Ok(Tagged(
        desk.update_staff(caller.by, staff_id, Some(version), &patch)
            .await?,
    ))
}
