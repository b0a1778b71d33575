//! Logging in, staying logged in, logging out.

use std::net::IpAddr;

use axum::{
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    desk::LoggedIn,
    domain::{BusinessId, Email, Membership, Role, UserId},
    web::{AppState, Problem, error::Result, extract::Json, token},
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(log_in))
        .routes(routes!(refresh))
        .routes(routes!(log_out))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    email: Email,
    #[schema(value_type = String, format = "password")]
    password: SecretString,
    /// The business to look at; without it, the first one you came to work for.
    business_id: Option<BusinessId>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    #[schema(value_type = String)]
    refresh_token: SecretString,
    /// Another business to look at from now on.
    business_id: Option<BusinessId>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Logout {
    #[schema(value_type = String)]
    refresh_token: SecretString,
}

#[derive(Debug, Serialize, ToSchema)]
struct Session {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`
    token_type: &'static str,
    /// In seconds.
    expires_in: i64,
    /// Good for one use, which gives the next one.
    refresh_token: String,
    /// When the session ends if it is not used.
    refresh_expires_at: DateTime<Utc>,
    user_id: UserId,
    /// The business that this session looks at.
    business_id: BusinessId,
    role: Role,
    /// All businesses that it could look at.
    memberships: Vec<Membership>,
}

impl Session {
    fn of(app: &AppState, session: LoggedIn) -> Self {
        let now = app.clock.now();
        let access_token = app.tokens.issue(
            session.user_id,
            session.session_id,
            session.business_id,
            now,
        );
        Self {
            access_token: access_token.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in: token::LIFE.num_seconds(),
            refresh_token: session.refresh_token.expose_secret().to_owned(),
            refresh_expires_at: session.refresh_expires_at,
            user_id: session.user_id,
            business_id: session.business_id,
            role: session.role,
            memberships: session.memberships,
        }
    }
}

/// Where a guess at a password comes from.
struct Address(IpAddr);

impl FromRequestParts<AppState> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &AppState,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self(app.address(&parts.headers, &parts.extensions)))
    }
}

/// Log in
///
/// An unknown address and a wrong password get the same answer after the same time. Too many guesses at one address: 429.
#[utoipa::path(
    post, path = "/auth/login", tag = "auth", security(()),
    responses(
        (status = 200, body = Session),
        (status = 401, description = "The e-mail address or the password is wrong.", body = Problem,
         content_type = "application/problem+json"),
        (status = 403, description = "You don't work for that business.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn log_in(
    State(app): State<AppState>,
    Address(address): Address,
    Json(login): Json<Login>,
) -> Result<Json<Session>> {
    app.limits.login(address, &login.email)?;
    let session = app
        .desk
        .log_in(&login.email, &login.password, login.business_id)
        .await?;
    Ok(Json(Session::of(&app, session)))
}

/// Get the next access token, or look at another business
///
/// A refresh token is good for one use. One that is shown a second time was copied: its session ends, for everybody.
#[utoipa::path(
    post, path = "/auth/refresh", tag = "auth", security(()),
    responses(
        (status = 200, body = Session),
        (status = 401, description = "The session is over.", body = Problem,
         content_type = "application/problem+json"),
        (status = 403, description = "You don't work for that business.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn refresh(
    State(app): State<AppState>,
    Json(refresh): Json<Refresh>,
) -> Result<Json<Session>> {
    let session = app
        .desk
        .refresh(&refresh.refresh_token, refresh.business_id)
        .await?;
    Ok(Json(Session::of(&app, session)))
}

/// Log out
///
/// Ends the session of a refresh token, its access token included. One that opens nothing is as good as logged out: 204 as well.
#[utoipa::path(
    post, path = "/auth/logout", tag = "auth", security(()),
    responses((status = 204, description = "Logged out."))
)]
async fn log_out(State(app): State<AppState>, Json(logout): Json<Logout>) -> Result<StatusCode> {
    app.desk.log_out(&logout.refresh_token).await?;
    Ok(StatusCode::NO_CONTENT)
}
