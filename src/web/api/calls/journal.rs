//! Every event of a call, for whoever looks into what went wrong.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::{
    desk::Desk,
    domain::{CallId, Invalid, JournalEntry},
    store,
    web::{
        auth::CanAdmin,
        error::{Error, Result},
        extract::{Json, Path, Query},
        paging::{Cursor, Limit, List},
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// How many on a page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` of the page before; without it, the first page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<u64>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JournalEntry)]
pub(super) struct Entry {
    /// Counted from the start of the call.
    number: u64,
    /// Milliseconds since the call began.
    at_ms: u64,
    /// What happened, as the machine was told it.
    #[schema(value_type = Object)]
    body: Box<RawValue>,
}

/// List every event of a call, first to last
///
/// Raw speech is among them, so this is for owners. Empty once the call's `journal_kept` is false.
#[utoipa::path(
    get, path = "/calls/{call_id}/journal", tag = "calls",
    security(("access_token" = ["admin"]), ("api_key" = ["admin"])),
    params(Wanted), responses((status = 200, body = List<Entry>))
)]
pub(super) async fn entries(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Path(call_id): Path<CallId>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<List<Entry>>> {
    let after = wanted.cursor.map(|cursor| cursor.0);
    let entries = desk
        .journal_page(caller.by, call_id, after, wanted.limit.and_one_more())
        .await?;
    let entries = entries
        .into_iter()
        .map(|entry| shown(call_id, entry))
        .collect::<Result<_>>()?;
    Ok(Json(List::of(entries, wanted.limit, |entry: &Entry| {
        entry.number
    })))
}

fn shown(call: CallId, entry: JournalEntry) -> Result<Entry> {
    let body = RawValue::from_string(entry.body).map_err(|why| {
        Error::from(store::Error::Inconsistent {
            table: "call_journal",
            row: format!("{call}, entry {}", entry.number),
            why: Invalid::new(why.to_string()),
        })
    })?;
    Ok(Entry {
        number: entry.number,
        at_ms: entry.at_ms,
        body,
    })
}
