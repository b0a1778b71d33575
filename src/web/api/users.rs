//! The people who work for the business.

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    desk::{Desk, Invitation, Password},
    domain::{Email, Member, Name, Role, UserId},
    web::{
        AppState, Problem,
        auth::CanAdmin,
        error::Result,
        extract::{Json, Path, Query},
        paging::{List, Page},
        version::{Created, IfMatch, Tagged},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(get, change, remove))
        .routes(routes!(reset_password))
}

/// List the users
#[utoipa::path(
    get, path = "/users", tag = "users", security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    params(Page), responses((status = 200, body = List<Member>))
)]
async fn list(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Query(page): Query<Page>,
) -> Result<Json<List<Member>>> {
    let members = desk
        .members(caller.by, page.after(UserId), page.limit.and_one_more())
        .await?;
    Ok(Json(List::of(members, page.limit, |member| member.user_id)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    email: Email,
    name: Name,
    role: Role,
    /// Without it, one is made up and told in the answer.
    #[schema(value_type = Option<String>, format = "password", min_length = 10, max_length = 200)]
    password: Option<Password>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Added {
    #[serde(flatten)]
    user: Member,
    /// The first password, to be passed on; it is told this once. Missing for somebody who had a login here already, and whose
    /// name and password stay as they were.
    initial_password: Option<String>,
}

impl crate::web::version::Versioned for Added {
    fn version(&self) -> i64 {
        self.user.version
    }
}

/// Add a user
#[utoipa::path(
    post, path = "/users", tag = "users", security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    responses(
        (status = 201, body = Added),
        (status = 409, description = "Somebody with this address works here already.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn add(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Json(new): Json<NewUser>,
) -> Result<Created<Tagged<Added>>> {
    let made_up = new.password.is_none();
    let invitation = Invitation {
        email: new.email,
        name: new.name,
        role: new.role,
        password: new.password,
    };
    let invited = desk.invite(caller.by, &invitation).await?;
    Ok(Created {
        at: format!("/api/v1/users/{}", invited.member.user_id),
        what: Tagged(Added {
            user: invited.member,
            initial_password: invited
                .password
                .filter(|_| made_up)
                .map(|password| password.expose().to_owned()),
        }),
    })
}

/// Get a user
#[utoipa::path(
    get, path = "/users/{user_id}", tag = "users", security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    responses((status = 200, body = Member))
)]
async fn get(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Path(user_id): Path<UserId>,
) -> Result<Tagged<Member>> {
    Ok(Tagged(desk.member(caller.by, user_id).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserPatch {
    role: Role,
}

/// Change a user's role
///
/// It holds from the next request on.
#[utoipa::path(
    patch, path = "/users/{user_id}", tag = "users", security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    params(IfMatch),
    responses(
        (status = 200, body = Member),
        (status = 422, description = "They are the last owner.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn change(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Path(user_id): Path<UserId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<UserPatch>,
) -> Result<Tagged<Member>> {
    Ok(Tagged(
        desk.change_role(caller.by, user_id, version, patch.role)
            .await?,
    ))
}

/// Remove a user
///
/// It holds from the next request on. A person who works for no other business is forgotten.
#[utoipa::path(
    delete, path = "/users/{user_id}", tag = "users", security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    responses(
        (status = 204, description = "Removed."),
        (status = 422, description = "They are the last owner.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn remove(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Path(user_id): Path<UserId>,
) -> Result<StatusCode> {
    desk.remove_member(caller.by, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Serialize, ToSchema)]
struct NewPassword {
    /// To be passed on; it is told this once.
    password: String,
}

/// Give a user a new password
///
/// For somebody who forgot theirs. Their sessions end. Refused for a person who works for another business too.
#[utoipa::path(
    post, path = "/users/{user_id}/password", tag = "users",
    security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    responses(
        (status = 200, body = NewPassword),
        (status = 422, description = "They work for another business too.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn reset_password(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Path(user_id): Path<UserId>,
) -> Result<Json<NewPassword>> {
    let password = desk.reset_password(caller.by, user_id).await?;
    Ok(Json(NewPassword {
        password: password.expose().to_owned(),
    }))
}
