//! The table `call_journal`: every event of a call, in order. Written in batches, under the lock on the call.

use sqlx::{Database, Encode, QueryBuilder, Type};
use uuid::Uuid;

use super::{Reader, Result, Tx, on, row::Place};
use crate::domain::{BusinessId, CallId, JournalEntry};

/// SQLite looks for each value by walking past those before it, so that a long statement costs more than two short ones.
const ROWS: usize = 100;

/// When the last entry happened, in milliseconds of the call; 0 where there is none.
pub async fn last_at(reader: &mut Reader, business: BusinessId, call: CallId) -> Result<u64> {
    let sql = "select at_ms from call_journal where business_id = $1 and call_id = $2 \
               order by number desc limit 1";
    let row: Option<(i64,)> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(call.0).fetch_optional(c).await)?;
    let place = Place {
        table: "call_journal",
        row: &call,
    };
    row.map_or(Ok(0), |(at,)| place.number(at))
}

/// Entries that are there already stay as they are: a batch whose answer was lost may be written again.
pub async fn append(
    tx: &mut Tx,
    business: BusinessId,
    call: CallId,
    entries: &[JournalEntry],
) -> Result<()> {
    for rows in entries.chunks(ROWS) {
        on!(tx, c => append_query(business, call, rows)
            .build()
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

fn append_query<DB: Database>(
    business: BusinessId,
    call: CallId,
    entries: &[JournalEntry],
) -> QueryBuilder<DB>
where
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    let mut query =
        QueryBuilder::new("insert into call_journal (business_id, call_id, number, at_ms, body) ");
    query.push_values(entries, |mut row, entry| {
        row.push_bind(business.0)
            .push_bind(call.0)
            .push_bind(signed(entry.number))
            .push_bind(signed(entry.at_ms))
            .push_bind(entry.body.clone());
    });
    query.push(" on conflict (business_id, call_id, number) do nothing");
    query
}

/// At most `limit` entries that come after `after`, in their order.
pub async fn entries(
    reader: &mut Reader,
    business: BusinessId,
    call: CallId,
    after: Option<u64>,
    limit: u32,
) -> Result<Vec<JournalEntry>> {
    let sql = "select number, at_ms, body from call_journal
               where business_id = $1 and call_id = $2 and number > $3 order by number limit $4";
    let rows: Vec<(i64, i64, String)> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0)
        .bind(call.0)
        .bind(after.map_or(-1, signed))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let place = Place {
        table: "call_journal",
        row: &call,
    };
    rows.into_iter()
        .map(|(number, at_ms, body)| {
            Ok(JournalEntry {
                number: place.number(number)?,
                at_ms: place.number(at_ms)?,
                body,
            })
        })
        .collect()
}

/// Both databases count to 2⁶³ only, which no call reaches.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
