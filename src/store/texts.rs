//! The table `texts`: what was sent to customers, what may have been, and how far it came.

use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::{Error, Reader, Result, Tx, on, row::Place};
use crate::domain::{
    BookingId, BusinessId, CallId, Invalid, PhoneNumber, Subject, TextId, TextKind, TextMessage,
    TextState,
};

macro_rules! select_text {
    ($rest:literal) => {
        concat!(
            "select id, booking_id, booking_version, call_id, kind, recipient, body, segments, state, outside_id, error, ",
            "error_code, created_at, sent_at, coalesce(updated_at, created_at) as updated_at from texts ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    booking_id: Option<Uuid>,
    booking_version: Option<i64>,
    call_id: Option<Uuid>,
    kind: String,
    recipient: String,
    body: String,
    segments: i64,
    state: String,
    outside_id: Option<String>,
    error: Option<String>,
    error_code: Option<i64>,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for TextMessage {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let place = Place {
            table: "texts",
            row: &row.id,
        };
        let about = match (row.booking_id, row.booking_version, row.call_id) {
            (Some(booking), Some(version), None) => {
                Ok(Subject::Booking(BookingId(booking), version))
            }
            (None, None, Some(call)) => Ok(Subject::Call(CallId(call))),
            _ => Err(Invalid::new("it is about a booking or about a call")),
        };
        Ok(Self {
            id: TextId(row.id),
            about: place.check(about)?,
            kind: place.parse(&row.kind)?,
            to: place.check(PhoneNumber::new(&row.recipient))?,
            segments: place.number(row.segments)?,
            state: place.parse(&row.state)?,
            error_code: row.error_code.map(|code| place.number(code)).transpose()?,
            body: row.body,
            outside_id: row.outside_id,
            error: row.error,
            created_at: row.created_at,
            sent_at: row.sent_at,
            updated_at: row.updated_at,
        })
    }
}

/// The booking, its version, and the call.
fn parts(about: Subject) -> (Option<Uuid>, Option<i64>, Option<Uuid>) {
    match about {
        Subject::Booking(booking, version) => (Some(booking.0), Some(version), None),
        Subject::Call(call) => (None, None, Some(call.0)),
    }
}

/// False if there is a text about the same thing already; then nothing is written.
pub async fn insert(tx: &mut Tx, business: BusinessId, text: &TextMessage) -> Result<bool> {
    let sql = "insert into texts (business_id, id, booking_id, booking_version, call_id, kind, recipient, body, \
                                  segments, state, outside_id, error, error_code, created_at, sent_at, updated_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
               on conflict do nothing";
    let (booking, version, call) = parts(text.about);
    let inserted = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(text.id.0)
        .bind(booking)
        .bind(version)
        .bind(call)
        .bind(text.kind.as_str())
        .bind(text.to.as_str())
        .bind(&text.body)
        .bind(i64::from(text.segments))
        .bind(text.state.as_str())
        .bind(text.outside_id.as_deref())
        .bind(text.error.as_deref())
        .bind(text.error_code.map(i64::from))
        .bind(text.created_at)
        .bind(text.sent_at)
        .bind(text.updated_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// The text that says this about it.
pub async fn about(
    reader: &mut Reader,
    business: BusinessId,
    about: Subject,
    kind: TextKind,
) -> Result<Option<TextMessage>> {
    let sql = select_text!(
        "where business_id = $1 and kind = $2 and \
         ((booking_id = $3 and booking_version = $4) or call_id = $5)"
    );
    let (booking, version, call) = parts(about);
    let row: Option<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0)
        .bind(kind.as_str())
        .bind(booking)
        .bind(version)
        .bind(call)
        .fetch_optional(c)
        .await)?;
    row.map(TextMessage::try_from).transpose()
}

pub async fn get(
    reader: &mut Reader,
    business: BusinessId,
    id: TextId,
) -> Result<Option<TextMessage>> {
    let sql = select_text!("where business_id = $1 and id = $2");
    let row: Option<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(id.0).fetch_optional(c).await)?;
    row.map(TextMessage::try_from).transpose()
}

/// Whose text the telephone company knows by this name.
pub async fn known_as(
    reader: &mut Reader,
    outside_id: &str,
) -> Result<Option<(BusinessId, TextId)>> {
    let sql = "select business_id, id from texts where outside_id = $1";
    let row: Option<(Uuid, Uuid)> =
        on!(reader, c => sqlx::query_as(sql).bind(outside_id).fetch_optional(c).await)?;
    Ok(row.map(|(business, id)| (BusinessId(business), TextId(id))))
}

/// What the telephone company calls the texts that this number was sent, whoever sent them.
pub async fn outside_ids(reader: &mut Reader, to: &PhoneNumber) -> Result<Vec<String>> {
    let sql = "select outside_id from texts where recipient = $1 and outside_id is not null";
    let rows: Vec<(String,)> =
        on!(reader, c => sqlx::query_as(sql).bind(to.as_str()).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The businesses that have texted this number, whoever did last first.
pub async fn senders(reader: &mut Reader, to: &PhoneNumber) -> Result<Vec<BusinessId>> {
    let sql = "select business_id from texts where recipient = $1 \
               group by business_id order by max(created_at) desc, business_id";
    let rows: Vec<(Uuid,)> =
        on!(reader, c => sqlx::query_as(sql).bind(to.as_str()).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| BusinessId(id)).collect())
}

/// Which texts a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    pub booking: Option<BookingId>,
    pub call: Option<CallId>,
    pub state: Option<TextState>,
}

/// The newest first.
pub async fn list(
    reader: &mut Reader,
    business: BusinessId,
    filter: Filter,
    before: Option<TextId>,
    limit: u32,
) -> Result<Vec<TextMessage>> {
    let rows: Vec<Row> = on!(reader, c => list_query(business, filter, before, limit)
        .build_query_as()
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(TextMessage::try_from).collect()
}

fn list_query<DB: Database>(
    business: BusinessId,
    filter: Filter,
    before: Option<TextId>,
    limit: u32,
) -> QueryBuilder<DB>
where
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    for<'q> &'static str: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(select_text!("where business_id = "));
    query.push_bind(business.0);
    if let Some(booking) = filter.booking {
        query.push(" and booking_id = ").push_bind(booking.0);
    }
    if let Some(call) = filter.call {
        query.push(" and call_id = ").push_bind(call.0);
    }
    if let Some(state) = filter.state {
        query.push(" and state = ").push_bind(state.as_str());
    }
    if let Some(before) = before {
        query.push(" and id < ").push_bind(before.0);
    }
    query
        .push(" order by id desc limit ")
        .push_bind(i64::from(limit));
    query
}

/// How far a text has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News<'a> {
    pub state: TextState,
    pub outside_id: Option<&'a str>,
    pub error: Option<&'a str>,
    pub error_code: Option<u32>,
    pub at: DateTime<Utc>,
}

/// Writes news of a text, if it is any: what is known to be further on stays so. False for what is no news, and for a text that was
/// erased meanwhile.
pub async fn tell(tx: &mut Tx, business: BusinessId, id: TextId, news: News<'_>) -> Result<bool> {
    let sql = "update texts set state = $3, outside_id = coalesce(outside_id, $4), error = $5, error_code = $6, \
                   sent_at = coalesce(sent_at, case when $7 then $8 end), updated_at = $8 \
               where business_id = $1 and id = $2 \
                 and case state when 'sending' then 0 when 'queued' then 1 when 'sent' then 2 else 3 end < $9";
    let is_out = news.outside_id.is_some() || !matches!(news.state, TextState::Failed);
    let told = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(id.0)
        .bind(news.state.as_str())
        .bind(news.outside_id)
        .bind(news.error)
        .bind(news.error_code.map(i64::from))
        .bind(is_out)
        .bind(news.at)
        .bind(news.state.rank())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(told == 1)
}

/// Says why a text is still on its way, or that one which was given up is on its way again.
pub async fn still_sending(
    tx: &mut Tx,
    business: BusinessId,
    id: TextId,
    why: Option<&str>,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = "update texts set state = 'sending', error = $3, error_code = null, updated_at = $4 \
               where business_id = $1 and id = $2 \
                 and (state = 'sending' or (state = 'failed' and outside_id is null))";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(id.0).bind(why).bind(at).execute(c).await.map(drop))?;
    Ok(())
}
