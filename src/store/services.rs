//! The table `services`. Who does a service stands in `staff_services`, and is read here with the service.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Reader, Result, Tx, on, row::Place, staff_services};
use crate::domain::{BusinessId, Money, Service, ServiceId, StaffId};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    aliases: Value,
    duration_minutes: i64,
    buffer_before_minutes: i64,
    buffer_after_minutes: i64,
    price_minor: Option<i64>,
    price_currency: Option<String>,
    active: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn service(self, staff_ids: Vec<StaffId>) -> Result<Service> {
        let place = Place {
            table: "services",
            row: &self.id,
        };
        Ok(Service {
            id: ServiceId(self.id),
            name: place.text(&self.name)?,
            aliases: place.json(self.aliases)?,
            duration_minutes: place.number(self.duration_minutes)?,
            buffer_before_minutes: place.number(self.buffer_before_minutes)?,
            buffer_after_minutes: place.number(self.buffer_after_minutes)?,
            price: place.money(self.price_minor, self.price_currency.as_deref())?,
            staff_ids,
            active: self.active,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// The people who do it are written by [`staff_services`].
pub async fn insert(tx: &mut Tx, business: BusinessId, service: &Service) -> Result<()> {
    let sql = "insert into services
               (business_id, id, name, aliases, duration_minutes, buffer_before_minutes,
                buffer_after_minutes, price_minor, price_currency, active, version, created_at,
                updated_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(service.id.0)
        .bind(service.name.as_str())
        .bind(Json(&service.aliases))
        .bind(i64::from(service.duration_minutes))
        .bind(i64::from(service.buffer_before_minutes))
        .bind(i64::from(service.buffer_after_minutes))
        .bind(service.price.as_ref().map(Money::minor))
        .bind(service.price.as_ref().map(Money::currency))
        .bind(service.active)
        .bind(service.version)
        .bind(service.created_at)
        .bind(service.updated_at)
        .execute(c).await.map(drop))?;
    Ok(())
}

pub async fn get(
    reader: &mut Reader,
    business: BusinessId,
    id: ServiceId,
) -> Result<Option<Service>> {
    let sql = "select id, name, aliases, duration_minutes, buffer_before_minutes,
                      buffer_after_minutes, price_minor, price_currency, active, version,
                      created_at, updated_at
               from services where business_id = $1 and id = $2";
    let row: Option<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(id.0).fetch_optional(c).await)?;
    let Some(row) = row else {
        return Ok(None);
    };
    let staff = staff_services::staff_of(reader, business, id).await?;
    row.service(staff).map(Some)
}

/// At most `limit` services whose ids come after `after`, in the order of their ids.
pub async fn list(
    reader: &mut Reader,
    business: BusinessId,
    active: Option<bool>,
    after: Option<ServiceId>,
    limit: u32,
) -> Result<Vec<Service>> {
    let sql = "select id, name, aliases, duration_minutes, buffer_before_minutes,
                      buffer_after_minutes, price_minor, price_currency, active, version,
                      created_at, updated_at
               from services where business_id = $1 and id > $2 and ($3 is null or active = $3)
               order by id limit $4";
    let rows: Vec<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0)
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .bind(active)
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(Vec::new());
    };
    let range = ServiceId(first.id)..=ServiceId(last.id);
    let mut staff: HashMap<ServiceId, Vec<StaffId>> = HashMap::new();
    for (service_id, staff_id) in staff_services::of_services(reader, business, range).await? {
        staff.entry(service_id).or_default().push(staff_id);
    }
    rows.into_iter()
        .map(|row| {
            let staff = staff.remove(&ServiceId(row.id)).unwrap_or_default();
            row.service(staff)
        })
        .collect()
}

/// Writes a service over the row that is at its version, which then is one higher. False if the row is at another version.
pub async fn update(tx: &mut Tx, business: BusinessId, service: &Service) -> Result<bool> {
    let sql = "update services set name = $3, aliases = $4, duration_minutes = $5,
                   buffer_before_minutes = $6, buffer_after_minutes = $7, price_minor = $8,
                   price_currency = $9, active = $10, version = version + 1, updated_at = $12
               where business_id = $1 and id = $2 and version = $11";
    let written = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(service.id.0)
        .bind(service.name.as_str())
        .bind(Json(&service.aliases))
        .bind(i64::from(service.duration_minutes))
        .bind(i64::from(service.buffer_before_minutes))
        .bind(i64::from(service.buffer_after_minutes))
        .bind(service.price.as_ref().map(Money::minor))
        .bind(service.price.as_ref().map(Money::currency))
        .bind(service.active)
        .bind(service.version)
        .bind(service.updated_at)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(written == 1)
}

/// A new version without a change of the row itself: what is read with it changed.
pub async fn touch(
    tx: &mut Tx,
    business: BusinessId,
    id: ServiceId,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = "update services set version = version + 1, updated_at = $3
               where business_id = $1 and id = $2";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(id.0).bind(at).execute(c).await.map(drop))?;
    Ok(())
}
