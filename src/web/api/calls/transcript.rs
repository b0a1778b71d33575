//! What was said in a call.

use axum::extract::State;

use crate::{
    desk::Desk,
    domain::{CallId, Turn},
    web::{
        auth::CanRead,
        error::Result,
        extract::{Json, Path},
    },
};

/// Read what was said in a call, first to last
///
/// Of a call in progress, what was said so far. Empty once the call's `transcript_kept` is false.
#[utoipa::path(
    get, path = "/calls/{call_id}/transcript", tag = "calls",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = Vec<Turn>))
)]
pub(super) async fn turns(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(call_id): Path<CallId>,
) -> Result<Json<Vec<Turn>>> {
    Ok(Json(desk.transcript(caller.by, call_id).await?))
}
