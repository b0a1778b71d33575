//! Who is asking, as we see it.

use axum::{extract::State, http::StatusCode};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    desk::{Desk, Password},
    domain::{ApiKey, BusinessId, Member, Membership, Name, Scope},
    web::{
        AppState,
        auth::{Caller, CanRead, Holder, Person},
        error::Result,
        extract::Json,
        version::{IfMatch, Tagged},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get, rename))
        .routes(routes!(change_password))
}

#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// The business that the credential belongs to.
    business_id: BusinessId,
    scopes: Vec<Scope>,
    /// A person, with the version to rename them by.
    user: Option<Member>,
    /// All businesses that the person works for.
    memberships: Vec<Membership>,
    /// A program.
    api_key: Option<ApiKey>,
}

/// Who am I?
#[utoipa::path(
    get, path = "/me", tag = "me", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = Me))
)]
async fn get(CanRead(caller): CanRead, State(desk): State<Desk>) -> Result<Json<Me>> {
    let Caller { by, scopes, holder } = caller;
    let (user, memberships, api_key) = match holder {
        Holder::Person { user, .. } => (
            Some(desk.member(by, user).await?),
            desk.memberships(user).await?,
            None,
        ),
        Holder::Key(id) => (None, Vec::new(), Some(desk.key(by, id).await?)),
    };
    Ok(Json(Me {
        business_id: by.business_id,
        scopes: scopes.into_iter().collect(),
        user,
        memberships,
        api_key,
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rename {
    name: Name,
}

/// Change your name
#[utoipa::path(
    patch, path = "/me", tag = "me", security(("access_token" = [])), params(IfMatch),
    responses((status = 200, body = Member))
)]
async fn rename(
    person: Person,
    State(desk): State<Desk>,
    IfMatch(version): IfMatch,
    Json(change): Json<Rename>,
) -> Result<Tagged<Member>> {
    desk.rename_user(person.user, version, &change.name).await?;
    Ok(Tagged(desk.member(person.caller.by, person.user).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    #[schema(value_type = String, format = "password")]
    current_password: SecretString,
    #[schema(value_type = String, format = "password", min_length = 10, max_length = 200)]
    new_password: Password,
}

/// Change your password
///
/// Your other sessions end; this one goes on.
#[utoipa::path(
    post, path = "/me/password", tag = "me", security(("access_token" = [])),
    responses((status = 204, description = "Changed."))
)]
async fn change_password(
    person: Person,
    State(desk): State<Desk>,
    Json(change): Json<PasswordChange>,
) -> Result<StatusCode> {
    desk.change_password(
        person.user,
        person.session,
        &change.current_password,
        &change.new_password,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
