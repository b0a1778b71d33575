//! The table `messages`: what callers left for the owner.

use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::{Error, Reader, Result, Tx, on, row::Place};
use crate::domain::{BusinessId, CallId, Message, MessageId, PhoneNumber};

macro_rules! select_message {
    ($rest:literal) => {
        concat!(
            "select id, call_id, name, phone, text, done_at, version, created_at, updated_at from messages ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    call_id: Option<Uuid>,
    name: Option<String>,
    phone: Option<String>,
    text: String,
    done_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Message {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let place = Place {
            table: "messages",
            row: &row.id,
        };
        Ok(Self {
            id: MessageId(row.id),
            call_id: row.call_id.map(CallId),
            name: place.text_some(row.name.as_deref())?,
            phone: place.parse_some(row.phone.as_deref())?,
            text: place.text(&row.text)?,
            done_at: row.done_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// False if the request with this key has left one already.
pub async fn insert(
    tx: &mut Tx,
    business: BusinessId,
    message: &Message,
    request_key: Option<&str>,
) -> Result<bool> {
    let sql = "insert into messages (business_id, id, call_id, request_key, name, phone, text, done_at, version, \
               created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
               on conflict (business_id, request_key) do nothing";
    let inserted = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(message.id.0)
        .bind(message.call_id.map(|id| id.0))
        .bind(request_key)
        .bind(message.name.as_deref())
        .bind(message.phone.as_ref().map(PhoneNumber::as_str))
        .bind(message.text.as_str())
        .bind(message.done_at)
        .bind(message.version)
        .bind(message.created_at)
        .bind(message.updated_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// Whether it was at the version it is said to have; if so it is at the next one now.
pub async fn update(tx: &mut Tx, business: BusinessId, message: &Message) -> Result<bool> {
    let sql = "update messages set done_at = $4, updated_at = $5, version = version + 1 \
               where business_id = $1 and id = $2 and version = $3";
    let changed = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(message.id.0)
        .bind(message.version)
        .bind(message.done_at)
        .bind(message.updated_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

pub async fn get(
    reader: &mut Reader,
    business: BusinessId,
    id: MessageId,
) -> Result<Option<Message>> {
    let sql = select_message!("where business_id = $1 and id = $2");
    let row: Option<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(id.0).fetch_optional(c).await)?;
    row.map(Message::try_from).transpose()
}

pub async fn by_request(
    reader: &mut Reader,
    business: BusinessId,
    request_key: &str,
) -> Result<Option<Message>> {
    let sql = select_message!("where business_id = $1 and request_key = $2");
    let row: Option<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(request_key).fetch_optional(c).await)?;
    row.map(Message::try_from).transpose()
}

/// Which messages a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that are dealt with, or those that are not.
    pub done: Option<bool>,
    pub call: Option<CallId>,
}

/// The newest first.
pub async fn list(
    reader: &mut Reader,
    business: BusinessId,
    filter: Filter,
    before: Option<MessageId>,
    limit: u32,
) -> Result<Vec<Message>> {
    let rows: Vec<Row> = on!(reader, c => list_query(business, filter, before, limit)
        .build_query_as()
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Message::try_from).collect()
}

fn list_query<DB: Database>(
    business: BusinessId,
    filter: Filter,
    before: Option<MessageId>,
    limit: u32,
) -> QueryBuilder<DB>
where
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(select_message!("where business_id = "));
    query.push_bind(business.0);
    match filter.done {
        Some(true) => query.push(" and done_at is not null"),
        Some(false) => query.push(" and done_at is null"),
        None => &mut query,
    };
    if let Some(call) = filter.call {
        query.push(" and call_id = ").push_bind(call.0);
    }
    if let Some(before) = before {
        query.push(" and id < ").push_bind(before.0);
    }
    query
        .push(" order by id desc limit ")
        .push_bind(i64::from(limit));
    query
}

/// The messages that a call left, each with the key of its request.
pub async fn of_call(
    reader: &mut Reader,
    business: BusinessId,
    call: CallId,
) -> Result<Vec<(MessageId, Option<String>)>> {
    let sql =
        "select id, request_key from messages where business_id = $1 and call_id = $2 order by id";
    let rows: Vec<(Uuid, Option<String>)> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(call.0).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .map(|(id, key)| (MessageId(id), key))
        .collect())
}
