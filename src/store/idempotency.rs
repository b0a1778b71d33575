//! Committed successes by the caller's own key.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Reader, Result, Tx, on};
use crate::domain::{BookingId, BusinessId, CallId};

/// What was done the first time a key was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Remembered {
    /// Of the request; another request with the same key is a mistake.
    pub fingerprint: String,
    /// The sort of request it was.
    pub request: String,
    /// The call that asked, if one did.
    pub call_id: Option<CallId>,
    pub booking_id: BookingId,
    pub outcome: Value,
}

#[derive(FromRow)]
struct Row {
    key: String,
    fingerprint: String,
    request: String,
    call_id: Option<Uuid>,
    booking_id: Uuid,
    outcome: Value,
}

impl Row {
    fn remembered(self) -> (String, Remembered) {
        let success = Remembered {
            fingerprint: self.fingerprint,
            request: self.request,
            call_id: self.call_id.map(CallId),
            booking_id: BookingId(self.booking_id),
            outcome: self.outcome,
        };
        (self.key, success)
    }
}

pub async fn recall(
    reader: &mut Reader,
    business: BusinessId,
    key: &str,
) -> Result<Option<Remembered>> {
    let sql = "select key, fingerprint, request, call_id, booking_id, outcome from idempotency_keys \
               where business_id = $1 and key = $2";
    let row: Option<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(key).fetch_optional(c).await)?;
    Ok(row.map(|row| row.remembered().1))
}

/// What a call has done, each with its key.
pub async fn of_call(
    reader: &mut Reader,
    business: BusinessId,
    call: CallId,
) -> Result<Vec<(String, Remembered)>> {
    let sql = "select key, fingerprint, request, call_id, booking_id, outcome from idempotency_keys \
               where business_id = $1 and call_id = $2";
    let rows: Vec<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(call.0).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Row::remembered).collect())
}

pub async fn remember(
    tx: &mut Tx,
    business: BusinessId,
    key: &str,
    success: &Remembered,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "insert into idempotency_keys \
               (business_id, key, fingerprint, request, call_id, booking_id, outcome, created_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(key)
        .bind(&success.fingerprint)
        .bind(&success.request)
        .bind(success.call_id.map(|id| id.0))
        .bind(success.booking_id.0)
        .bind(&success.outcome)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
