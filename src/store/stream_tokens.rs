//! The table `stream_tokens`: what opens a call's media stream, kept as a hash. Whether one was used is written under the lock on
//! its call.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Reader, Result, Tx, on};
use crate::domain::{BusinessId, CallId};

#[derive(Debug, Clone, Copy)]
pub struct StreamToken<'a> {
    pub hash: &'a str,
    pub business_id: BusinessId,
    pub call_id: CallId,
    pub outside_id: &'a str,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(tx: &mut Tx, token: StreamToken<'_>, now: DateTime<Utc>) -> Result<()> {
    let sql = "insert into stream_tokens (hash, business_id, call_id, outside_id, created_at, expires_at) \
               values ($1, $2, $3, $4, $5, $6)";
    on!(tx, c => sqlx::query(sql)
        .bind(token.hash)
        .bind(token.business_id.0)
        .bind(token.call_id.0)
        .bind(token.outside_id)
        .bind(now)
        .bind(token.expires_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Whose it is, if it can still be used for the call of this name.
pub async fn find(
    reader: &mut Reader,
    hash: &str,
    outside_id: &str,
    now: DateTime<Utc>,
) -> Result<Option<(BusinessId, CallId)>> {
    let sql = "select business_id, call_id from stream_tokens \
               where hash = $1 and outside_id = $2 and used_at is null and expires_at > $3";
    let row: Option<(Uuid, Uuid)> = on!(reader, c => sqlx::query_as(sql)
        .bind(hash).bind(outside_id).bind(now).fetch_optional(c).await)?;
    Ok(row.map(|(business, call)| (BusinessId(business), CallId(call))))
}

/// False if it was used before, or is too old by now.
pub async fn consume(tx: &mut Tx, hash: &str, now: DateTime<Utc>) -> Result<bool> {
    let sql = "update stream_tokens set used_at = $2 \
               where hash = $1 and used_at is null and expires_at > $2";
    let used = on!(tx, c => sqlx::query(sql)
        .bind(hash).bind(now).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(used == 1)
}

/// How many a call was given, and how many of them opened a stream.
pub async fn count(reader: &mut Reader, business: BusinessId, call: CallId) -> Result<(i64, i64)> {
    let sql = "select count(*), count(used_at) from stream_tokens \
               where business_id = $1 and call_id = $2";
    Ok(on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(call.0).fetch_one(c).await)?)
}
