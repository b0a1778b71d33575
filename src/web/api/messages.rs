//! What callers left for the owner.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    desk::Desk,
    domain::{CallId, Message, MessageId},
    store::messages::Filter,
    web::{
        AppState,
        auth::{CanBook, CanRead},
        error::Result,
        extract::{Json, Path, Query},
        paging::{Cursor, Limit, List},
        version::{IfMatch, Tagged},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(done))
        .routes(routes!(reopen))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Those that are dealt with, or those that are not.
    done: Option<bool>,
    call_id: Option<CallId>,
    /// How many on a page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` of the page before; without it, the first page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Uuid>>,
}

/// List the messages, newest first
#[utoipa::path(
    get, path = "/messages", tag = "messages", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Wanted), responses((status = 200, body = List<Message>))
)]
async fn list(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<List<Message>>> {
    let filter = Filter {
        done: wanted.done,
        call: wanted.call_id,
    };
    let before = wanted.cursor.map(|cursor| MessageId(cursor.0));
    let found = desk
        .messages(caller.by, filter, before, wanted.limit.and_one_more())
        .await?;
    Ok(Json(List::of(found, wanted.limit, |message| message.id)))
}

/// Get a message
#[utoipa::path(
    get, path = "/messages/{message_id}", tag = "messages",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = Message))
)]
async fn get(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(message_id): Path<MessageId>,
) -> Result<Tagged<Message>> {
    Ok(Tagged(desk.message(caller.by, message_id).await?))
}

/// Say that a message was dealt with
///
/// One that was already stays as it is.
#[utoipa::path(
    post, path = "/messages/{message_id}/done", tag = "messages",
    security(("access_token" = ["book"]), ("api_key" = ["book"])), params(IfMatch),
    responses((status = 200, body = Message))
)]
async fn done(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(message_id): Path<MessageId>,
    IfMatch(version): IfMatch,
) -> Result<Tagged<Message>> {
    let settled = desk.settle_message(caller.by, message_id, Some(version), true);
    Ok(Tagged(settled.await?))
}

/// Say that there is something to do about a message after all
#[utoipa::path(
    post, path = "/messages/{message_id}/reopen", tag = "messages",
    security(("access_token" = ["book"]), ("api_key" = ["book"])), params(IfMatch),
    responses((status = 200, body = Message))
)]
async fn reopen(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(message_id): Path<MessageId>,
    IfMatch(version): IfMatch,
) -> Result<Tagged<Message>> {
    let reopened = desk.settle_message(caller.by, message_id, Some(version), false);
    Ok(Tagged(reopened.await?))
}
