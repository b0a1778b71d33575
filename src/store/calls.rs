//! The table `calls`. A call's row is also the lock under which anything is written for it.

use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::{Error, Handle, Reader, Result, Tx, journal, on, row::Place};
use crate::domain::{
    BookingId, BusinessId, Call, CallChannel, CallId, CallOutcome, CallState, CustomerId, Line,
    PhoneNumber,
};

macro_rules! select_call {
    ($rest:literal) => {
        concat!(
            "select id, business_id, channel, state, caller, dialled, customer_id, outside_id, epoch, reconnects, ",
            "started_at, ended_at, outcome, reason, transcript_kept, journal_kept, created_at, updated_at from calls ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    business_id: Uuid,
    channel: String,
    state: String,
    caller: Option<String>,
    dialled: Option<String>,
    customer_id: Option<Uuid>,
    outside_id: Option<String>,
    epoch: i64,
    reconnects: i64,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
    reason: Option<String>,
    transcript_kept: bool,
    journal_kept: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Call {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let place = Place {
            table: "calls",
            row: &row.id,
        };
        Ok(Self {
            id: CallId(row.id),
            business_id: BusinessId(row.business_id),
            channel: place.parse(&row.channel)?,
            state: place.parse(&row.state)?,
            caller: place.parse_some(row.caller.as_deref())?,
            dialled: place.parse_some(row.dialled.as_deref())?,
            customer_id: row.customer_id.map(CustomerId),
            outside_id: row.outside_id,
            epoch: place.number(row.epoch)?,
            reconnects: place.number(row.reconnects)?,
            started_at: row.started_at,
            ended_at: row.ended_at,
            outcome: place.parse_some(row.outcome.as_deref())?,
            reason: place.text_some(row.reason.as_deref())?,
            transcript_kept: row.transcript_kept,
            journal_kept: row.journal_kept,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// False if a call with this `outside_id` is there already.
pub async fn insert(tx: &mut Tx, call: &Call) -> Result<bool> {
    let sql = "insert into calls (business_id, id, channel, state, caller, dialled, customer_id, outside_id, epoch, \
               reconnects, started_at, ended_at, outcome, reason, transcript_kept, journal_kept, created_at, updated_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
               on conflict (business_id, outside_id) do nothing";
    let inserted = on!(tx, c => sqlx::query(sql)
        .bind(call.business_id.0)
        .bind(call.id.0)
        .bind(call.channel.as_str())
        .bind(call.state.as_str())
        .bind(call.caller.as_ref().map(PhoneNumber::as_str))
        .bind(call.dialled.as_ref().map(PhoneNumber::as_str))
        .bind(call.customer_id.map(|id| id.0))
        .bind(call.outside_id.as_deref())
        .bind(i64::from(call.epoch))
        .bind(i64::from(call.reconnects))
        .bind(call.started_at)
        .bind(call.ended_at)
        .bind(call.outcome.map(CallOutcome::as_str))
        .bind(call.reason.as_deref())
        .bind(call.transcript_kept)
        .bind(call.journal_kept)
        .bind(call.created_at)
        .bind(call.updated_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

pub async fn get(reader: &mut Reader, business: BusinessId, id: CallId) -> Result<Option<Call>> {
    let sql = select_call!("where business_id = $1 and id = $2");
    let row: Option<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(id.0).fetch_optional(c).await)?;
    row.map(Call::try_from).transpose()
}

pub async fn by_outside_id(
    reader: &mut Reader,
    business: BusinessId,
    outside_id: &str,
) -> Result<Option<Call>> {
    let sql = select_call!("where business_id = $1 and outside_id = $2");
    let row: Option<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(outside_id).fetch_optional(c).await)?;
    row.map(Call::try_from).transpose()
}

/// The calls that the telephone company knows by this name, whoever they are for: one, but where a call was passed on between two
/// businesses.
pub async fn known_as(reader: &mut Reader, outside_id: &str) -> Result<Vec<Call>> {
    let sql = select_call!("where outside_id = $1 and channel = 'phone' order by id desc limit 10");
    let rows: Vec<Row> = on!(reader, c => sqlx::query_as(sql).bind(outside_id).fetch_all(c).await)?;
    rows.into_iter().map(Call::try_from).collect()
}

/// Telephone calls in progress that started before `before`, the oldest first, each with the milliseconds of its last journal entry.
pub async fn in_progress(
    reader: &mut Reader,
    before: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<(Call, u64)>> {
    let sql = select_call!(
        "where state = 'in_progress' and channel = 'phone' and started_at < $1
         order by started_at limit $2"
    );
    let rows: Vec<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(before).bind(i64::from(limit)).fetch_all(c).await)?;
    let mut calls = Vec::new();
    for row in rows {
        let call = Call::try_from(row)?;
        let last = journal::last_at(reader, call.business_id, call.id).await?;
        calls.push((call, last));
    }
    Ok(calls)
}

/// The epoch at which the call is, and stays until the transaction ends; nothing if there is no such call. Before every other
/// lock. On SQLite a writing transaction is alone anyway.
pub async fn lock(tx: &mut Tx, business: BusinessId, id: CallId) -> Result<Option<u32>> {
    let sql = match tx.handle() {
        Handle::Sqlite(_) => "select epoch from calls where business_id = $1 and id = $2",
        Handle::Postgres(_) => {
            "select epoch from calls where business_id = $1 and id = $2 for no key update"
        }
    };
    let row: Option<(i64,)> =
        on!(tx, c => sqlx::query_as(sql).bind(business.0).bind(id.0).fetch_optional(c).await)?;
    let place = Place {
        table: "calls",
        row: &id,
    };
    row.map(|(epoch,)| place.number(epoch)).transpose()
}

/// Moves a call in progress on to its next epoch, and says which that is.
pub async fn take_over(
    tx: &mut Tx,
    business: BusinessId,
    id: CallId,
    now: DateTime<Utc>,
) -> Result<Option<u32>> {
    let sql = "update calls set epoch = epoch + 1, reconnects = reconnects + 1, updated_at = $3 \
               where business_id = $1 and id = $2 and state = 'in_progress' returning epoch";
    let row: Option<(i64,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(business.0).bind(id.0).bind(now).fetch_optional(c).await)?;
    let place = Place {
        table: "calls",
        row: &id,
    };
    row.map(|(epoch,)| place.number(epoch)).transpose()
}

/// What came of a call.
#[derive(Debug, Clone, Copy)]
pub struct End<'a> {
    pub outcome: CallOutcome,
    pub reason: Option<&'a Line>,
    pub at: DateTime<Utc>,
}

/// A call ends once: false if it has.
pub async fn end(
    tx: &mut Tx,
    business: BusinessId,
    id: CallId,
    end: End<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let sql = "update calls set state = 'ended', outcome = $3, reason = $4, ended_at = $5, updated_at = $6 \
               where business_id = $1 and id = $2 and state = 'in_progress'";
    let ended = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(id.0)
        .bind(end.outcome.as_str())
        .bind(end.reason.map(Line::as_str))
        .bind(end.at)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(ended == 1)
}

/// Says whose call it is, unless that is known.
pub async fn set_customer(
    tx: &mut Tx,
    business: BusinessId,
    id: CallId,
    customer: CustomerId,
) -> Result<()> {
    let sql = "update calls set customer_id = $3 where business_id = $1 and id = $2 and customer_id is null";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(id.0).bind(customer.0).execute(c).await.map(drop))?;
    Ok(())
}

/// Which calls a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub state: Option<CallState>,
    pub outcome: Option<CallOutcome>,
    pub channel: Option<CallChannel>,
    pub from: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    pub caller: Option<PhoneNumber>,
    pub customer: Option<CustomerId>,
    /// Those that made this booking, or changed it.
    pub booking: Option<BookingId>,
}

/// The place in a list after which a page begins: the start and id of the last call seen.
pub type After = (DateTime<Utc>, CallId);

/// The newest first.
pub async fn list(
    reader: &mut Reader,
    business: BusinessId,
    filter: &Filter,
    after: Option<After>,
    limit: u32,
) -> Result<Vec<Call>> {
    let rows: Vec<Row> = on!(reader, c => list_query(business, filter, after, limit)
        .build_query_as()
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Call::try_from).collect()
}

fn list_query<DB: Database>(
    business: BusinessId,
    filter: &Filter,
    after: Option<After>,
    limit: u32,
) -> QueryBuilder<DB>
where
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    for<'q> DateTime<Utc>: Encode<'q, DB> + Type<DB>,
    for<'q> &'static str: Encode<'q, DB> + Type<DB>,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(select_call!("where business_id = "));
    query.push_bind(business.0);
    let words = [
        (" and state = ", filter.state.map(CallState::as_str)),
        (" and outcome = ", filter.outcome.map(CallOutcome::as_str)),
        (" and channel = ", filter.channel.map(CallChannel::as_str)),
    ];
    for (condition, word) in words {
        if let Some(word) = word {
            query.push(condition).push_bind(word);
        }
    }
    if let Some(from) = filter.from {
        query.push(" and started_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        query.push(" and started_at < ").push_bind(until);
    }
    if let Some(caller) = &filter.caller {
        query
            .push(" and caller = ")
            .push_bind(caller.as_str().to_owned());
    }
    if let Some(customer) = filter.customer {
        query.push(" and customer_id = ").push_bind(customer.0);
    }
    if let Some(booking) = filter.booking {
        query
            .push(" and id in (select call_id from bookings where status <> 'held' and business_id = ")
            .push_bind(business.0)
            .push(" and id = ")
            .push_bind(booking.0)
            .push(" union all select actor_id from booking_changes where actor_kind = 'call' and business_id = ")
            .push_bind(business.0)
            .push(" and booking_id = ")
            .push_bind(booking.0)
            .push(")");
    }
    if let Some((started_at, id)) = after {
        query
            .push(" and (started_at, id) < (")
            .push_bind(started_at);
        query.push(", ").push_bind(id.0).push(")");
    }
    query
        .push(" order by started_at desc, id desc limit ")
        .push_bind(i64::from(limit));
    query
}

/// The bookings that a call made or changed, oldest first.
pub async fn booking_ids(
    reader: &mut Reader,
    business: BusinessId,
    id: CallId,
) -> Result<Vec<BookingId>> {
    let sql = "select id from bookings where business_id = $1 and call_id = $2 and status <> 'held' \
               union select booking_id from booking_changes \
               where business_id = $1 and actor_id = $2 and actor_kind = 'call' order by id";
    let rows: Vec<(Uuid,)> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(id.0).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| BookingId(id)).collect())
}
