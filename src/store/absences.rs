//! The tables `leaves`, `date_exceptions` and `blocks`: when a person who would be at work is not.
//!
//! Whoever writes here has the person's row locked ([`super::staff::lock`]), so that no booking is checked against a diary that is
//! just being changed.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::{AssertSqlSafe, types::Json};
use uuid::Uuid;

use super::{Reader, Result, Tx, on, row::Place, staff::Whose};
use crate::domain::{
    Block, BlockId, BusinessId, DateException, DayRange, ExceptionId, Interval, Leave, LeaveId,
    StaffId,
};

#[derive(sqlx::FromRow)]
struct LeaveRow {
    id: Uuid,
    staff_id: Uuid,
    first_day: NaiveDate,
    last_day: NaiveDate,
    part: Option<String>,
    reason: Option<String>,
}

impl LeaveRow {
    fn leave(self) -> Result<Leave> {
        let place = Place {
            table: "leaves",
            row: &self.id,
        };
        Ok(Leave {
            id: LeaveId(self.id),
            staff_id: StaffId(self.staff_id),
            days: place.check(DayRange::new(self.first_day, self.last_day))?,
            part: place.parse_some(self.part.as_deref())?,
            reason: place.text_some(self.reason.as_deref())?,
        })
    }
}

pub async fn insert_leave(tx: &mut Tx, business: BusinessId, leave: &Leave) -> Result<()> {
    let sql = "insert into leaves (business_id, id, staff_id, first_day, last_day, part, reason)
               values ($1, $2, $3, $4, $5, $6, $7)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(leave.id.0)
        .bind(leave.staff_id.0)
        .bind(leave.days.first_day())
        .bind(leave.days.last_day())
        .bind(leave.part.map(|part| part.to_string()))
        .bind(leave.reason.as_deref())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The leaves that have one of these days in them.
pub async fn leaves(
    reader: &mut Reader,
    business: BusinessId,
    whose: Whose,
    days: DayRange,
) -> Result<Vec<Leave>> {
    let condition = whose.condition("staff_id");
    let sql = format!(
        "select id, staff_id, first_day, last_day, part, reason from leaves
         where business_id = $1 and {condition} and last_day >= $3 and first_day <= $4
         order by first_day, id"
    );
    let rows: Vec<LeaveRow> = on!(reader, c => sqlx::query_as(AssertSqlSafe(sql))
        .bind(business.0)
        .bind(whose.id(business))
        .bind(days.first_day())
        .bind(days.last_day())
        .fetch_all(c).await)?;
    rows.into_iter().map(LeaveRow::leave).collect()
}

/// Whether there was one to remove.
pub async fn remove_leave(
    tx: &mut Tx,
    business: BusinessId,
    staff_id: StaffId,
    id: LeaveId,
) -> Result<bool> {
    let sql = "delete from leaves where business_id = $1 and staff_id = $2 and id = $3";
    let removed = on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(staff_id.0).bind(id.0)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(removed > 0)
}

#[derive(sqlx::FromRow)]
struct ExceptionRow {
    id: Uuid,
    staff_id: Uuid,
    date: NaiveDate,
    spans: Value,
    reason: Option<String>,
}

impl ExceptionRow {
    fn exception(self) -> Result<DateException> {
        let place = Place {
            table: "date_exceptions",
            row: &self.id,
        };
        Ok(DateException {
            id: ExceptionId(self.id),
            staff_id: StaffId(self.staff_id),
            date: self.date,
            spans: place.json(self.spans)?,
            reason: place.text_some(self.reason.as_deref())?,
        })
    }
}

/// [`super::Error::Duplicate`] when the person has special hours on that date already.
pub async fn insert_exception(
    tx: &mut Tx,
    business: BusinessId,
    exception: &DateException,
) -> Result<()> {
    let sql = "insert into date_exceptions (business_id, id, staff_id, date, spans, reason)
               values ($1, $2, $3, $4, $5, $6)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(exception.id.0)
        .bind(exception.staff_id.0)
        .bind(exception.date)
        .bind(Json(&exception.spans))
        .bind(exception.reason.as_deref())
        .execute(c).await.map(drop))?;
    Ok(())
}

pub async fn exceptions(
    reader: &mut Reader,
    business: BusinessId,
    whose: Whose,
    days: DayRange,
) -> Result<Vec<DateException>> {
    let condition = whose.condition("staff_id");
    let sql = format!(
        "select id, staff_id, date, spans, reason from date_exceptions
         where business_id = $1 and {condition} and date >= $3 and date <= $4
         order by date, id"
    );
    let rows: Vec<ExceptionRow> = on!(reader, c => sqlx::query_as(AssertSqlSafe(sql))
        .bind(business.0)
        .bind(whose.id(business))
        .bind(days.first_day())
        .bind(days.last_day())
        .fetch_all(c).await)?;
    rows.into_iter().map(ExceptionRow::exception).collect()
}

/// Whether there was one to remove.
pub async fn remove_exception(
    tx: &mut Tx,
    business: BusinessId,
    staff_id: StaffId,
    id: ExceptionId,
) -> Result<bool> {
    let sql = "delete from date_exceptions where business_id = $1 and staff_id = $2 and id = $3";
    let removed = on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(staff_id.0).bind(id.0)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(removed > 0)
}

#[derive(sqlx::FromRow)]
struct BlockRow {
    id: Uuid,
    staff_id: Uuid,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    source: String,
    reason: Option<String>,
}

impl BlockRow {
    fn block(self) -> Result<Block> {
        let place = Place {
            table: "blocks",
            row: &self.id,
        };
        Ok(Block {
            id: BlockId(self.id),
            staff_id: StaffId(self.staff_id),
            interval: place.check(Interval::new(self.starts_at, self.ends_at))?,
            source: place.parse(&self.source)?,
            reason: place.text_some(self.reason.as_deref())?,
        })
    }
}

pub async fn insert_block(tx: &mut Tx, business: BusinessId, block: &Block) -> Result<()> {
    let sql = "insert into blocks (business_id, id, staff_id, starts_at, ends_at, source, reason)
               values ($1, $2, $3, $4, $5, $6, $7)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(block.id.0)
        .bind(block.staff_id.0)
        .bind(block.interval.from())
        .bind(block.interval.until())
        .bind(block.source.as_str())
        .bind(block.reason.as_deref())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The blocks that take some of this time.
pub async fn blocks(
    reader: &mut Reader,
    business: BusinessId,
    whose: Whose,
    during: Interval,
) -> Result<Vec<Block>> {
    let condition = whose.condition("staff_id");
    let sql = format!(
        "select id, staff_id, starts_at, ends_at, source, reason from blocks
         where business_id = $1 and {condition} and ends_at > $3 and starts_at < $4
         order by starts_at, id"
    );
    let rows: Vec<BlockRow> = on!(reader, c => sqlx::query_as(AssertSqlSafe(sql))
        .bind(business.0)
        .bind(whose.id(business))
        .bind(during.from())
        .bind(during.until())
        .fetch_all(c).await)?;
    rows.into_iter().map(BlockRow::block).collect()
}

pub async fn block(
    reader: &mut Reader,
    business: BusinessId,
    staff_id: StaffId,
    id: BlockId,
) -> Result<Option<Block>> {
    let sql = "select id, staff_id, starts_at, ends_at, source, reason from blocks
               where business_id = $1 and staff_id = $2 and id = $3";
    let row: Option<BlockRow> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(staff_id.0).bind(id.0).fetch_optional(c).await)?;
    row.map(BlockRow::block).transpose()
}

/// Whether there was one to remove.
pub async fn remove_block(
    tx: &mut Tx,
    business: BusinessId,
    staff_id: StaffId,
    id: BlockId,
) -> Result<bool> {
    let sql = "delete from blocks where business_id = $1 and staff_id = $2 and id = $3";
    let removed = on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(staff_id.0).bind(id.0)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(removed > 0)
}
