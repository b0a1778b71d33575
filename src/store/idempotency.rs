//! Committed successes by the caller's own key.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Reader, Result, Tx, on};
use crate::domain::{BookingId, BusinessId};

/// What was done the first time a key was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Remembered {
    /// Of the request; another request with the same key is a mistake.
    pub fingerprint: String,
    pub booking_id: BookingId,
    pub outcome: Value,
}

pub async fn recall(
    reader: &mut Reader,
    business: BusinessId,
    key: &str,
) -> Result<Option<Remembered>> {
    let sql = "select fingerprint, booking_id, outcome from idempotency_keys where business_id = $1 and key = $2";
    let row: Option<(String, uuid::Uuid, Value)> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(key).fetch_optional(c).await)?;
    Ok(row.map(|(fingerprint, booking_id, outcome)| Remembered {
        fingerprint,
        booking_id: BookingId(booking_id),
        outcome,
    }))
}

pub async fn remember(
    tx: &mut Tx,
    business: BusinessId,
    key: &str,
    success: &Remembered,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "insert into idempotency_keys (business_id, key, fingerprint, booking_id, outcome, created_at) \
               values ($1, $2, $3, $4, $5, $6)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(key)
        .bind(&success.fingerprint)
        .bind(success.booking_id.0)
        .bind(&success.outcome)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
