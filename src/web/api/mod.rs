//! The API, one file per resource.

mod api_keys;
mod auth;
mod me;
mod users;

use utoipa_axum::router::OpenApiRouter;

use super::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(auth::routes())
        .merge(me::routes())
        .merge(users::routes())
        .merge(api_keys::routes())
}
