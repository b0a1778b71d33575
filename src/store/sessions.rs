//! Logins on devices. What a device holds is kept as a hash, with the hashes of what it held before.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{Reader, Result, Tx, on, row::Place};
use crate::domain::{BusinessId, Role, SessionId, UserId};

#[derive(Debug, Clone)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    /// The business it looks at; nothing once that is gone.
    pub business_id: Option<BusinessId>,
    pub token_hash: String,
    /// Hashes of tokens that were replaced, newest first.
    pub used_hashes: Vec<String>,
    pub expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    business_id: Option<Uuid>,
    token_hash: String,
    used_hashes: Json<Vec<String>>,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

pub async fn insert(tx: &mut Tx, session: &Session, now: DateTime<Utc>) -> Result<()> {
    let sql = "insert into sessions (id, user_id, business_id, token_hash, used_hashes, created_at, expires_at) \
               values ($1, $2, $3, $4, $5, $6, $7)";
    on!(tx, c => sqlx::query(sql)
        .bind(session.id.0)
        .bind(session.user_id.0)
        .bind(session.business_id.map(|id| id.0))
        .bind(&session.token_hash)
        .bind(Json(&session.used_hashes))
        .bind(now)
        .bind(session.expires_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub async fn get(reader: &mut Reader, id: SessionId) -> Result<Option<Session>> {
    let sql = "select id, user_id, business_id, token_hash, used_hashes, expires_at, ended_at \
               from sessions where id = $1";
    let row: Option<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(id.0).fetch_optional(c).await)?;
    Ok(row.map(|row| Session {
        id: SessionId(row.id),
        user_id: UserId(row.user_id),
        business_id: row.business_id.map(BusinessId),
        token_hash: row.token_hash,
        used_hashes: row.used_hashes.0,
        expires_at: row.expires_at,
        ended_at: row.ended_at,
    }))
}

/// Replaces the token whose hash is `old`. False if that is not the current one any more: somebody else was faster.
pub async fn rotate(tx: &mut Tx, session: &Session, old: &str) -> Result<bool> {
    let sql = "update sessions set business_id = $3, token_hash = $4, used_hashes = $5, expires_at = $6 \
               where id = $1 and token_hash = $2 and ended_at is null";
    let changed = on!(tx, c => sqlx::query(sql)
        .bind(session.id.0)
        .bind(old)
        .bind(session.business_id.map(|id| id.0))
        .bind(&session.token_hash)
        .bind(Json(&session.used_hashes))
        .bind(session.expires_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

pub async fn end(tx: &mut Tx, id: SessionId, now: DateTime<Utc>) -> Result<()> {
    let sql = "update sessions set ended_at = $2 where id = $1 and ended_at is null";
    on!(tx, c => sqlx::query(sql).bind(id.0).bind(now).execute(c).await.map(drop))?;
    Ok(())
}

/// Ends all sessions of a person, but for the one that asks for it.
pub async fn end_others(
    tx: &mut Tx,
    user: UserId,
    spared: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql =
        "update sessions set ended_at = $3 where user_id = $1 and id <> $2 and ended_at is null";
    on!(tx, c => sqlx::query(sql)
        .bind(user.0)
        .bind(spared.map_or(Uuid::nil(), |id| id.0))
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// What the person of a running session is in a business now. Nothing if the session is over or they don't work there (any more).
pub async fn role_now(
    reader: &mut Reader,
    id: SessionId,
    business: BusinessId,
    now: DateTime<Utc>,
) -> Result<Option<Role>> {
    let sql = "select m.role from sessions s join memberships m on m.user_id = s.user_id \
               where s.id = $1 and m.business_id = $2 and s.ended_at is null and s.expires_at > $3";
    let row: Option<(String,)> = on!(reader, c => sqlx::query_as(sql)
        .bind(id.0)
        .bind(business.0)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    let place = Place {
        table: "memberships",
        row: &business,
    };
    row.map(|(role,)| place.parse(&role)).transpose()
}

/// Removes sessions that nobody can come back to, and says how many.
pub async fn delete_over(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64> {
    let sql = "delete from sessions where expires_at < $1 or ended_at < $1";
    Ok(
        on!(tx, c => sqlx::query(sql).bind(before).execute(c).await.map(|done| done.rows_affected()))?,
    )
}
