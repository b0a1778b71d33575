//! The tables `businesses` and `business_numbers`.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Reader, Result, Tx, on, row::Place};
use crate::domain::{Business, BusinessId, PhoneNumber, Policies};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    zone: String,
    hours: Value,
    languages: Value,
    description: Option<String>,
    policies: Value,
    ai_config: Value,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn business(self, phone_numbers: Vec<PhoneNumber>) -> Result<Business> {
        let place = Place {
            table: "businesses",
            row: &self.id,
        };
        Ok(Business {
            id: BusinessId(self.id),
            name: place.text(&self.name)?,
            phone_numbers,
            zone: place.parse(&self.zone)?,
            hours: place.json(self.hours)?,
            languages: place.json(self.languages)?,
            description: place.text_some(self.description.as_deref())?,
            policies: place.json(self.policies)?,
            ai_config: place.json(self.ai_config)?,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

pub async fn insert(tx: &mut Tx, business: &Business) -> Result<()> {
    let sql = "insert into businesses
               (id, name, zone, hours, languages, description, policies, ai_config, version,
                created_at, updated_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.id.0)
        .bind(business.name.as_str())
        .bind(business.zone.name())
        .bind(Json(&business.hours))
        .bind(Json(&business.languages))
        .bind(business.description.as_deref())
        .bind(Json(&business.policies))
        .bind(Json(&business.ai_config))
        .bind(business.version)
        .bind(business.created_at)
        .bind(business.updated_at)
        .execute(c).await.map(drop))?;
    insert_numbers(tx, business).await
}

pub async fn get(reader: &mut Reader, id: BusinessId) -> Result<Option<Business>> {
    let sql = "select id, name, zone, hours, languages, description, policies, ai_config, version,
                      created_at, updated_at
               from businesses where id = $1";
    let row: Option<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(id.0).fetch_optional(c).await)?;
    let Some(row) = row else {
        return Ok(None);
    };
    let numbers = numbers(reader, id).await?;
    row.business(numbers).map(Some)
}

async fn numbers(reader: &mut Reader, id: BusinessId) -> Result<Vec<PhoneNumber>> {
    let sql = "select phone from business_numbers where business_id = $1 order by position";
    let rows: Vec<(String,)> = on!(reader, c => sqlx::query_as(sql).bind(id.0).fetch_all(c).await)?;
    let place = Place {
        table: "business_numbers",
        row: &id,
    };
    rows.iter().map(|(phone,)| place.parse(phone)).collect()
}

/// Whose number this is.
pub async fn by_number(reader: &mut Reader, phone: &PhoneNumber) -> Result<Option<BusinessId>> {
    let sql = "select business_id from business_numbers where phone = $1";
    let row: Option<(Uuid,)> = on!(reader, c => sqlx::query_as(sql)
        .bind(phone.as_str()).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| BusinessId(id)))
}

/// At most `limit` tenants whose ids come after `after`, in the order of their ids. For the program's own housekeeping: no
/// credential reaches it.
pub async fn ids(
    reader: &mut Reader,
    after: Option<BusinessId>,
    limit: u32,
) -> Result<Vec<BusinessId>> {
    let sql = "select id from businesses where id > $1 order by id limit $2";
    let rows: Vec<(Uuid,)> = on!(reader, c => sqlx::query_as(sql)
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| BusinessId(id)).collect())
}

/// As [`ids`], with what each wants.
pub async fn policies(
    reader: &mut Reader,
    after: Option<BusinessId>,
    limit: u32,
) -> Result<Vec<(BusinessId, Policies)>> {
    let sql = "select id, policies from businesses where id > $1 order by id limit $2";
    let rows: Vec<(Uuid, Value)> = on!(reader, c => sqlx::query_as(sql)
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let read = |(id, policies): (Uuid, Value)| {
        let place = Place {
            table: "businesses",
            row: &id,
        };
        Ok((BusinessId(id), place.json(policies)?))
    };
    rows.into_iter().map(read).collect()
}

/// Writes a business and its numbers over the row that is at its version, which then is one higher. False if the row is at
/// another version.
pub async fn update(tx: &mut Tx, business: &Business) -> Result<bool> {
    let sql = "update businesses set name = $2, zone = $3, hours = $4, languages = $5,
                   description = $6, policies = $7, ai_config = $8, version = version + 1, updated_at = $10
               where id = $1 and version = $9";
    let written = on!(tx, c => sqlx::query(sql)
        .bind(business.id.0)
        .bind(business.name.as_str())
        .bind(business.zone.name())
        .bind(Json(&business.hours))
        .bind(Json(&business.languages))
        .bind(business.description.as_deref())
        .bind(Json(&business.policies))
        .bind(Json(&business.ai_config))
        .bind(business.version)
        .bind(business.updated_at)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if written == 0 {
        return Ok(false);
    }
    let sql = "delete from business_numbers where business_id = $1";
    on!(tx, c => sqlx::query(sql).bind(business.id.0).execute(c).await.map(drop))?;
    insert_numbers(tx, business).await?;
    Ok(true)
}

async fn insert_numbers(tx: &mut Tx, business: &Business) -> Result<()> {
    let sql = "insert into business_numbers (business_id, phone, position) values ($1, $2, $3)";
    for (position, phone) in (0_i64..).zip(&business.phone_numbers) {
        on!(tx, c => sqlx::query(sql)
            .bind(business.id.0).bind(phone.as_str()).bind(position)
            .execute(c).await.map(drop))?;
    }
    Ok(())
}
