//! The audit trail of bookings: only added to, never changed, but for the erasing of a person.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Error, Reader, Result, Tx, on, row::Place};
use crate::domain::{Actor, BookingId, BusinessId, Change, ChangeId};

#[derive(FromRow)]
struct Row {
    id: Uuid,
    booking_id: Uuid,
    at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    action: String,
    before: Option<Value>,
    after: Value,
}

impl TryFrom<Row> for Change {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let place = Place {
            table: "booking_changes",
            row: &row.id,
        };
        Ok(Self {
            id: ChangeId(row.id),
            booking_id: BookingId(row.booking_id),
            at: row.at,
            actor: Actor {
                kind: place.parse(&row.actor_kind)?,
                id: row.actor_id,
            },
            action: place.parse(&row.action)?,
            before: row.before,
            after: row.after,
        })
    }
}

pub async fn insert(tx: &mut Tx, business: BusinessId, change: &Change) -> Result<()> {
    let sql = "insert into booking_changes (business_id, id, booking_id, at, actor_kind, actor_id, action, before, after) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(change.id.0)
        .bind(change.booking_id.0)
        .bind(change.at)
        .bind(change.actor.kind.as_str())
        .bind(change.actor.id)
        .bind(change.action.as_str())
        .bind(&change.before)
        .bind(&change.after)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// What happened to a booking, in order.
pub async fn of_booking(
    reader: &mut Reader,
    business: BusinessId,
    booking: BookingId,
) -> Result<Vec<Change>> {
    let sql = "select id, booking_id, at, actor_kind, actor_id, action, before, after from booking_changes \
               where business_id = $1 and booking_id = $2 order by id";
    let rows: Vec<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(booking.0).fetch_all(c).await)?;
    rows.into_iter().map(Change::try_from).collect()
}
