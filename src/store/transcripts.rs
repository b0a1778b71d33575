//! The table `call_turns`: what was said in a call. Written under the lock on the call.

use serde_json::Value;
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::{Reader, Result, Tx, journal::signed, on, row::Place};
use crate::domain::{BusinessId, CallId, Turn};

#[derive(FromRow)]
struct Row {
    number: i64,
    speaker: String,
    text: String,
    at_ms: i64,
    timings: Value,
}

impl Row {
    fn turn(self, call: CallId) -> Result<Turn> {
        let place = Place {
            table: "call_turns",
            row: &call,
        };
        Ok(Turn {
            number: place.number(self.number)?,
            speaker: place.parse(&self.speaker)?,
            text: self.text,
            at_ms: place.number(self.at_ms)?,
            timings: self.timings,
        })
    }
}

/// A turn written again replaces what was written, because how much of it was heard is known only later.
pub async fn write(tx: &mut Tx, business: BusinessId, call: CallId, turns: &[Turn]) -> Result<()> {
    const ROWS: usize = 50;
    for rows in turns.chunks(ROWS) {
        on!(tx, c => write_query(business, call, rows).build().execute(c).await.map(drop))?;
    }
    Ok(())
}

fn write_query<DB: Database>(business: BusinessId, call: CallId, turns: &[Turn]) -> QueryBuilder<DB>
where
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    for<'q> &'static str: Encode<'q, DB> + Type<DB>,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> Value: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(
        "insert into call_turns (business_id, call_id, number, speaker, text, at_ms, timings) ",
    );
    query.push_values(turns, |mut row, turn| {
        row.push_bind(business.0)
            .push_bind(call.0)
            .push_bind(i64::from(turn.number))
            .push_bind(turn.speaker.as_str())
            .push_bind(turn.text.clone())
            .push_bind(signed(turn.at_ms))
            .push_bind(turn.timings.clone());
    });
    query.push(
        " on conflict (business_id, call_id, number) do update set speaker = excluded.speaker, \
         text = excluded.text, at_ms = excluded.at_ms, timings = excluded.timings",
    );
    query
}

/// First to last.
pub async fn turns(reader: &mut Reader, business: BusinessId, call: CallId) -> Result<Vec<Turn>> {
    let sql = "select number, speaker, text, at_ms, timings from call_turns
               where business_id = $1 and call_id = $2 order by number";
    let rows: Vec<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(call.0).fetch_all(c).await)?;
    rows.into_iter().map(|row| row.turn(call)).collect()
}
