//! The table `texts`: what was sent to customers, and what may have been.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Error, Reader, Result, Tx, on, row::Place};
use crate::domain::{BookingId, BusinessId, PhoneNumber, TextId, TextKind, TextMessage, TextState};

#[derive(FromRow)]
struct Row {
    id: Uuid,
    booking_id: Uuid,
    booking_version: i64,
    kind: String,
    recipient: String,
    body: String,
    state: String,
    outside_id: Option<String>,
    error: Option<String>,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for TextMessage {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let place = Place {
            table: "texts",
            row: &row.id,
        };
        Ok(Self {
            id: TextId(row.id),
            booking_id: BookingId(row.booking_id),
            booking_version: row.booking_version,
            kind: place.parse(&row.kind)?,
            to: place.check(PhoneNumber::new(&row.recipient))?,
            state: place.parse(&row.state)?,
            body: row.body,
            outside_id: row.outside_id,
            error: row.error,
            created_at: row.created_at,
            sent_at: row.sent_at,
        })
    }
}

/// False if there is a text about the same thing already; then nothing is written.
pub async fn insert(tx: &mut Tx, business: BusinessId, text: &TextMessage) -> Result<bool> {
    let sql = "insert into texts (business_id, id, booking_id, booking_version, kind, recipient, body, state, \
                                  outside_id, error, created_at, sent_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
               on conflict (business_id, booking_id, kind, booking_version) do nothing";
    let inserted = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(text.id.0)
        .bind(text.booking_id.0)
        .bind(text.booking_version)
        .bind(text.kind.as_str())
        .bind(text.to.as_str())
        .bind(&text.body)
        .bind(text.state.as_str())
        .bind(text.outside_id.as_deref())
        .bind(text.error.as_deref())
        .bind(text.created_at)
        .bind(text.sent_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// The text about this thing that happened to a booking.
pub async fn about(
    reader: &mut Reader,
    business: BusinessId,
    booking: BookingId,
    kind: TextKind,
    version: i64,
) -> Result<Option<TextMessage>> {
    let texts = of_booking(reader, business, booking).await?;
    let about = |text: &TextMessage| text.kind == kind && text.booking_version == version;
    Ok(texts.into_iter().find(about))
}

/// In the order in which they were written.
pub async fn of_booking(
    reader: &mut Reader,
    business: BusinessId,
    booking: BookingId,
) -> Result<Vec<TextMessage>> {
    let sql = "select id, booking_id, booking_version, kind, recipient, body, state, outside_id, error, created_at, sent_at \
               from texts where business_id = $1 and booking_id = $2 order by id";
    let rows: Vec<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(booking.0).fetch_all(c).await)?;
    rows.into_iter().map(TextMessage::try_from).collect()
}

/// Says that a text went out. One that was erased meanwhile stays erased.
pub async fn sent(
    tx: &mut Tx,
    business: BusinessId,
    id: TextId,
    outside_id: Option<&str>,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = "update texts set state = 'sent', outside_id = $3, sent_at = $4, error = null \
               where business_id = $1 and id = $2";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(id.0).bind(outside_id).bind(at).execute(c).await.map(drop))?;
    Ok(())
}

/// Says why a text did not go out; `state` says whether it is tried again.
pub async fn not_sent(
    tx: &mut Tx,
    business: BusinessId,
    id: TextId,
    state: TextState,
    why: &str,
) -> Result<()> {
    let sql = "update texts set state = $3, error = $4 where business_id = $1 and id = $2";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(id.0).bind(state.as_str()).bind(why).execute(c).await.map(drop))?;
    Ok(())
}
