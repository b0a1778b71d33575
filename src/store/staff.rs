//! The table `staff`. Which services a person does stands in `staff_services`, and is read here with the person.
//!
//! A staff row is also the lock of that person's diary: whoever writes bookings or absences takes it first.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{AssertSqlSafe, types::Json};
use uuid::Uuid;

use super::{Handle, Reader, Result, Tx, on, row::Place, staff_services};
use crate::domain::{BusinessId, ServiceId, Staff, StaffId};

/// Whose rows are asked for, in the tables that belong to staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Staff(StaffId),
    /// Of everyone who does this service.
    Service(ServiceId),
    Everyone,
}

impl Whose {
    /// The condition on the column that holds a staff id, with `business_id` bound as `$1` and [`Whose::id`] as `$2`. It is
    /// made of our own words, so it is safe to put into a query.
    pub(super) fn condition(self, column: &'static str) -> String {
        match self {
            Self::Staff(_) => format!("{column} = $2"),
            Self::Service(_) => format!(
                "{column} in (select staff_id from staff_services where business_id = $1 and service_id = $2)"
            ),
            Self::Everyone => "business_id = $2".to_owned(),
        }
    }

    pub(super) fn id(self, business: BusinessId) -> Uuid {
        match self {
            Self::Staff(id) => id.0,
            Self::Service(id) => id.0,
            Self::Everyone => business.0,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    hours: Option<Value>,
    active: bool,
    profile: Value,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn staff(self, service_ids: Vec<ServiceId>) -> Result<Staff> {
        let place = Place {
            table: "staff",
            row: &self.id,
        };
        Ok(Staff {
            id: StaffId(self.id),
            name: place.text(&self.name)?,
            hours: self.hours.map(|hours| place.json(hours)).transpose()?,
            service_ids,
            active: self.active,
            profile: place.json(self.profile)?,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// Keeps every other writer out of these people's diaries until the transaction ends. In the order of their ids, so that two
/// writers can't wait for each other. On SQLite a writing transaction is alone anyway.
pub async fn lock(tx: &mut Tx, business: BusinessId, staff_ids: &[StaffId]) -> Result<()> {
    let sql = "select id from staff where business_id = $1 and id = any($2) order by id \
               for no key update";
    match tx.handle() {
        Handle::Sqlite(_) => {}
        Handle::Postgres(c) => {
            let ids: Vec<Uuid> = staff_ids.iter().map(|id| id.0).collect();
            sqlx::query(sql)
                .bind(business.0)
                .bind(ids)
                .execute(c)
                .await?;
        }
    }
    Ok(())
}

/// [`lock`] for all of a business's people.
pub async fn lock_everyone(tx: &mut Tx, business: BusinessId) -> Result<()> {
    let sql = "select id from staff where business_id = $1 order by id for no key update";
    match tx.handle() {
        Handle::Sqlite(_) => {}
        Handle::Postgres(c) => {
            sqlx::query(sql).bind(business.0).execute(c).await?;
        }
    }
    Ok(())
}

/// The services of the person are written by [`staff_services`].
pub async fn insert(tx: &mut Tx, business: BusinessId, staff: &Staff) -> Result<()> {
    let sql = "insert into staff
               (business_id, id, name, hours, active, profile, version, created_at, updated_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(staff.id.0)
        .bind(staff.name.as_str())
        .bind(staff.hours.as_ref().map(Json))
        .bind(staff.active)
        .bind(Json(&staff.profile))
        .bind(staff.version)
        .bind(staff.created_at)
        .bind(staff.updated_at)
        .execute(c).await.map(drop))?;
    Ok(())
}

pub async fn get(reader: &mut Reader, business: BusinessId, id: StaffId) -> Result<Option<Staff>> {
    let sql = "select id, name, hours, active, profile, version, created_at, updated_at
               from staff where business_id = $1 and id = $2";
    let row: Option<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(id.0).fetch_optional(c).await)?;
    let Some(row) = row else {
        return Ok(None);
    };
    let services = staff_services::services_of(reader, business, id).await?;
    row.staff(services).map(Some)
}

/// At most `limit` people whose ids come after `after`, in the order of their ids.
pub async fn list(
    reader: &mut Reader,
    business: BusinessId,
    active: Option<bool>,
    after: Option<StaffId>,
    limit: u32,
) -> Result<Vec<Staff>> {
    let sql = "select id, name, hours, active, profile, version, created_at, updated_at
               from staff where business_id = $1 and id > $2 and ($3 is null or active = $3)
               order by id limit $4";
    let rows: Vec<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0)
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .bind(active)
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    with_services(reader, business, rows).await
}

/// The active people among `whose`, in the order of their ids.
pub async fn active(reader: &mut Reader, business: BusinessId, whose: Whose) -> Result<Vec<Staff>> {
    let condition = whose.condition("id");
    let sql = format!(
        "select id, name, hours, active, profile, version, created_at, updated_at
         from staff where business_id = $1 and {condition} and active order by id"
    );
    let rows: Vec<Row> = on!(reader, c => sqlx::query_as(AssertSqlSafe(sql))
        .bind(business.0).bind(whose.id(business)).fetch_all(c).await)?;
    with_services(reader, business, rows).await
}

async fn with_services(
    reader: &mut Reader,
    business: BusinessId,
    rows: Vec<Row>,
) -> Result<Vec<Staff>> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(Vec::new());
    };
    let range = StaffId(first.id)..=StaffId(last.id);
    let mut services: HashMap<StaffId, Vec<ServiceId>> = HashMap::new();
    for (staff_id, service_id) in staff_services::of_staff(reader, business, range).await? {
        services.entry(staff_id).or_default().push(service_id);
    }
    rows.into_iter()
        .map(|row| {
            let services = services.remove(&StaffId(row.id)).unwrap_or_default();
            row.staff(services)
        })
        .collect()
}

/// Writes a person over the row that is at its version, which then is one higher. False if the row is at another version.
pub async fn update(tx: &mut Tx, business: BusinessId, staff: &Staff) -> Result<bool> {
    let sql = "update staff set name = $3, hours = $4, active = $5, profile = $6,
                                version = version + 1, updated_at = $8
               where business_id = $1 and id = $2 and version = $7";
    let written = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(staff.id.0)
        .bind(staff.name.as_str())
        .bind(staff.hours.as_ref().map(Json))
        .bind(staff.active)
        .bind(Json(&staff.profile))
        .bind(staff.version)
        .bind(staff.updated_at)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(written == 1)
}

/// A new version without a change of the row itself: what is read with it changed.
pub async fn touch(
    tx: &mut Tx,
    business: BusinessId,
    id: StaffId,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = "update staff set version = version + 1, updated_at = $3
               where business_id = $1 and id = $2";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(id.0).bind(at).execute(c).await.map(drop))?;
    Ok(())
}
