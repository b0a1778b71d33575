//! Keys that programs show. Kept as hashes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{Error, Reader, Result, Tx, on, row::Place};
use crate::domain::{ApiKey, ApiKeyId, BusinessId, Scope};

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    scopes: Json<BTreeSet<Scope>>,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for ApiKey {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let place = Place {
            table: "api_keys",
            row: &row.id,
        };
        Ok(Self {
            id: ApiKeyId(row.id),
            name: place.text(&row.name)?,
            scopes: row.scopes.0,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        })
    }
}

/// A key as whoever checks it sees it: whose it is, and what the one shown must hash to.
#[derive(Debug, Clone)]
pub struct Known {
    pub business_id: BusinessId,
    pub key: ApiKey,
    pub hash: String,
}

pub async fn insert(tx: &mut Tx, business: BusinessId, key: &ApiKey, hash: &str) -> Result<()> {
    let sql = "insert into api_keys (business_id, id, name, hash, scopes, created_at) values ($1, $2, $3, $4, $5, $6)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(key.id.0)
        .bind(key.name.as_str())
        .bind(hash)
        .bind(Json(&key.scopes))
        .bind(key.created_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The one query that is not bound to a business: it is what finds out which business it is.
pub async fn known(reader: &mut Reader, id: ApiKeyId) -> Result<Option<Known>> {
    #[derive(FromRow)]
    struct Whole {
        business_id: Uuid,
        hash: String,
        #[sqlx(flatten)]
        row: Row,
    }
    let sql = "select business_id, hash, id, name, scopes, created_at, last_used_at, revoked_at \
               from api_keys where id = $1";
    let found: Option<Whole> =
        on!(reader, c => sqlx::query_as(sql).bind(id.0).fetch_optional(c).await)?;
    found
        .map(|whole| {
            Ok(Known {
                business_id: BusinessId(whole.business_id),
                hash: whole.hash,
                key: whole.row.try_into()?,
            })
        })
        .transpose()
}

pub async fn get(
    reader: &mut Reader,
    business: BusinessId,
    id: ApiKeyId,
) -> Result<Option<ApiKey>> {
    let sql = "select id, name, scopes, created_at, last_used_at, revoked_at from api_keys \
               where business_id = $1 and id = $2";
    let row: Option<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(id.0).fetch_optional(c).await)?;
    row.map(ApiKey::try_from).transpose()
}

/// In the order they were made, revoked ones included.
pub async fn list(
    reader: &mut Reader,
    business: BusinessId,
    after: Option<ApiKeyId>,
    limit: u32,
) -> Result<Vec<ApiKey>> {
    let sql = "select id, name, scopes, created_at, last_used_at, revoked_at from api_keys \
               where business_id = $1 and id > $2 order by id limit $3";
    let rows: Vec<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0)
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .bind(i64::from(limit))
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(ApiKey::try_from).collect()
}

/// False if there is none, or it was revoked before.
pub async fn revoke(
    tx: &mut Tx,
    business: BusinessId,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let sql = "update api_keys set revoked_at = $3 where business_id = $1 and id = $2 and revoked_at is null";
    let changed = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(id.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

pub async fn touch(
    tx: &mut Tx,
    business: BusinessId,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "update api_keys set last_used_at = $3 where business_id = $1 and id = $2";
    on!(tx, c => sqlx::query(sql).bind(business.0).bind(id.0).bind(now).execute(c).await.map(drop))?;
    Ok(())
}
