//! The table `closures`: days on which the whole business is closed.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Reader, Result, Tx, on, row::Place};
use crate::domain::{BusinessId, Closure, ClosureId, DayRange};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    first_day: NaiveDate,
    last_day: NaiveDate,
    every_year: bool,
    reason: Option<String>,
}

impl Row {
    fn closure(self) -> Result<Closure> {
        let place = Place {
            table: "closures",
            row: &self.id,
        };
        Ok(Closure {
            id: ClosureId(self.id),
            kind: place.parse(&self.kind)?,
            days: place.check(DayRange::new(self.first_day, self.last_day))?,
            every_year: self.every_year,
            reason: place.text_some(self.reason.as_deref())?,
        })
    }
}

pub async fn insert(tx: &mut Tx, business: BusinessId, closure: &Closure) -> Result<()> {
    let sql = "insert into closures
               (business_id, id, kind, first_day, last_day, every_year, reason)
               values ($1, $2, $3, $4, $5, $6, $7)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(closure.id.0)
        .bind(closure.kind.as_str())
        .bind(closure.days.first_day())
        .bind(closure.days.last_day())
        .bind(closure.every_year)
        .bind(closure.reason.as_deref())
        .execute(c).await.map(drop))?;
    Ok(())
}

pub async fn list(
    reader: &mut Reader,
    business: BusinessId,
    after: Option<ClosureId>,
    limit: u32,
) -> Result<Vec<Closure>> {
    let sql = "select id, kind, first_day, last_day, every_year, reason
               from closures where business_id = $1 and id > $2 order by id limit $3";
    let rows: Vec<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0)
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    rows.into_iter().map(Row::closure).collect()
}

/// Every closure that may hold on one of these days: those of each year come along, whatever their dates.
pub async fn within(
    reader: &mut Reader,
    business: BusinessId,
    days: DayRange,
) -> Result<Vec<Closure>> {
    let sql = "select id, kind, first_day, last_day, every_year, reason
               from closures
               where business_id = $1 and first_day <= $3 and (every_year or last_day >= $2)
               order by first_day, id";
    let rows: Vec<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(days.first_day()).bind(days.last_day()).fetch_all(c).await)?;
    rows.into_iter().map(Row::closure).collect()
}

/// Whether there was one to remove.
pub async fn remove(tx: &mut Tx, business: BusinessId, id: ClosureId) -> Result<bool> {
    let sql = "delete from closures where business_id = $1 and id = $2";
    let removed = on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(id.0).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(removed > 0)
}
