//! Erasing a person: every place that says something about a customer, in one file, so that a new table finds its place here too.
//!
//! What stays is the business's own book-keeping: that somebody was booked, when, with whom, for which price. A booking goes from
//! nobody to one customer and never to another, so a customer's bookings are all those that have their id.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{Handle, Reader, Result, Tx, on};
use crate::domain::{BusinessId, CustomerId};

/// The parts of a booking that say who comes, or were written about them.
const PERSONAL: &[&str] = &["customer_id", "for_name", "notes", "cancel_reason"];

/// How many of their appointments are still to come, or under way.
pub async fn open_bookings(
    reader: &mut Reader,
    business: BusinessId,
    customer: CustomerId,
    now: DateTime<Utc>,
) -> Result<u64> {
    let sql = "select count(*) from bookings
               where business_id = $1 and customer_id = $2
                 and status in ('tentative', 'booked') and ends_at > $3";
    let (count,): (i64,) = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(customer.0).bind(now).fetch_one(c).await)?;
    Ok(count.unsigned_abs())
}

/// The calls that say something about a customer: theirs, those from their number, those that booked or changed something for
/// them, and those that left their number. What somebody else says about them in a call of their own, nobody can find.
const THEIR_CALLS: &str = "select id from calls where business_id = $1 and customer_id = $2
    union select id from calls where business_id = $1 and caller =
        (select phone from customers where business_id = $1 and id = $2)
    union select call_id from bookings
        where business_id = $1 and customer_id = $2 and call_id is not null
    union select c.actor_id from booking_changes c
        join bookings b on b.business_id = c.business_id and b.id = c.booking_id
        where b.business_id = $1 and b.customer_id = $2 and c.actor_kind = 'call'
    union select call_id from messages where business_id = $1 and call_id is not null and phone =
        (select phone from customers where business_id = $1 and id = $2)";

/// Keeps what is written for these calls out until the transaction ends. Before the lock on the customer, because a call locks
/// itself first, too. On SQLite a writing transaction is alone anyway.
pub async fn lock_calls(tx: &mut Tx, business: BusinessId, customer: CustomerId) -> Result<()> {
    let sql = format!(
        "select id from calls where business_id = $1 and id in ({THEIR_CALLS}) order by id for no key update"
    );
    match tx.handle() {
        Handle::Sqlite(_) => {}
        Handle::Postgres(c) => {
            sqlx::query(AssertSqlSafe(sql))
                .bind(business.0)
                .bind(customer.0)
                .execute(c)
                .await?;
        }
    }
    Ok(())
}

/// How many of their calls go on now. One that began before `since` has lost its node.
pub async fn calls_in_progress(
    reader: &mut Reader,
    business: BusinessId,
    customer: CustomerId,
    since: DateTime<Utc>,
) -> Result<u64> {
    let sql = format!(
        "select count(*) from calls where business_id = $1 and id in ({THEIR_CALLS})
         and state = 'in_progress' and started_at > $3"
    );
    let (count,): (i64,) = on!(reader, c => sqlx::query_as(AssertSqlSafe(sql))
        .bind(business.0).bind(customer.0).bind(since).fetch_one(c).await)?;
    Ok(count.unsigned_abs())
}

/// Takes a customer out of every table. The caller holds the locks on their calls and on the customer.
pub async fn erase(
    tx: &mut Tx,
    business: BusinessId,
    customer: CustomerId,
    now: DateTime<Utc>,
) -> Result<()> {
    // First, because bookings and their changes are what says which calls were theirs.
    scrub_calls(tx, business, customer, now).await?;
    scrub_changes(tx, business, customer).await?;
    forget_answers(tx, business, customer).await?;
    scrub_jobs(tx, business, customer).await?;
    forget_texts(tx, business, customer).await?;
    scrub_bookings(tx, business, customer, now).await?;
    let history = "delete from customer_history where business_id = $1 and customer_id = $2";
    let person = "delete from customers where business_id = $1 and id = $2";
    for sql in [history, person] {
        on!(tx, c => sqlx::query(sql)
            .bind(business.0).bind(customer.0).execute(c).await.map(drop))?;
    }
    Ok(())
}

async fn scrub_changes(tx: &mut Tx, business: BusinessId, customer: CustomerId) -> Result<()> {
    let read = "select id, before, after from booking_changes
                where business_id = $1 and booking_id in
                    (select id from bookings where business_id = $1 and customer_id = $2)";
    let write = "update booking_changes set before = $3, after = $4
                 where business_id = $1 and id = $2";
    let changes: Vec<(Uuid, Option<Value>, Value)> = on!(tx, c => sqlx::query_as(read)
        .bind(business.0).bind(customer.0).fetch_all(c).await)?;
    for (id, before, after) in changes {
        on!(tx, c => sqlx::query(write)
            .bind(business.0)
            .bind(id)
            .bind(before.clone().map(without_the_person))
            .bind(without_the_person(after.clone()))
            .execute(c).await.map(drop))?;
    }
    Ok(())
}

/// A booking as the audit trail keeps it, with nobody in it.
fn without_the_person(mut booking: Value) -> Value {
    if let Value::Object(fields) = &mut booking {
        blank(fields, PERSONAL);
        if let Some(Value::Object(sync)) = fields.get_mut("sync") {
            blank(sync, &["error"]);
        }
    }
    booking
}

fn blank(fields: &mut Map<String, Value>, names: &[&str]) {
    for name in names {
        if let Some(value) = fields.get_mut(*name) {
            *value = Value::Null;
        }
    }
}

/// The remembered answers to whoever booked with a key of their own.
async fn forget_answers(tx: &mut Tx, business: BusinessId, customer: CustomerId) -> Result<()> {
    let sql = "delete from idempotency_keys
               where business_id = $1 and booking_id in
                   (select id from bookings where business_id = $1 and customer_id = $2)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(customer.0).execute(c).await.map(drop))?;
    Ok(())
}

/// What was texted to them or about them, and what their number had to say to texts. That they stopped them is forgotten too: the
/// telephone company still knows it, and says so when somebody texts them.
async fn forget_texts(tx: &mut Tx, business: BusinessId, customer: CustomerId) -> Result<()> {
    let sent = "delete from texts
                where business_id = $1
                  and (booking_id in (select id from bookings where business_id = $1 and customer_id = $2)
                       or recipient = (select phone from customers where business_id = $1 and id = $2))";
    let came = "delete from incoming_texts where business_id = $1 and sender =
                    (select phone from customers where business_id = $1 and id = $2)";
    let number = "delete from text_numbers where business_id = $1 and phone =
                      (select phone from customers where business_id = $1 and id = $2)";
    for sql in [sent, came, number] {
        on!(tx, c => sqlx::query(sql)
            .bind(business.0).bind(customer.0).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// A job holds ids, and reads the rest when it runs; only what a failed one was told may quote a number or an address. Those that
/// are finished go. Those that are not still have to tell a calendar something, and stay until they did.
async fn scrub_jobs(tx: &mut Tx, business: BusinessId, customer: CustomerId) -> Result<()> {
    let id_in_hex = match tx.handle() {
        Handle::Sqlite(_) => "lower(hex(id))",
        Handle::Postgres(_) => "replace(cast(id as text), '-', '')",
    };
    let theirs = format!(
        "business_id = $1 and replace(substr(order_key, 1, 36), '-', '') in
             (select {id_in_hex} from bookings where business_id = $1 and customer_id = $2)"
    );
    let delete = format!("delete from jobs where state in ('done', 'dead') and {theirs}");
    let scrub = format!("update jobs set last_error = null where {theirs}");
    for sql in [delete, scrub] {
        on!(tx, c => sqlx::query(AssertSqlSafe(sql))
            .bind(business.0).bind(customer.0).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// What stays of a call is that there was one, when, and what came of it.
async fn scrub_calls(
    tx: &mut Tx,
    business: BusinessId,
    customer: CustomerId,
    now: DateTime<Utc>,
) -> Result<()> {
    // All of them at once: each statement below would take away what leads to some.
    let calls: Vec<(Uuid,)> = on!(tx, c => sqlx::query_as(THEIR_CALLS)
        .bind(business.0).bind(customer.0).fetch_all(c).await)?;
    let turns = "delete from call_turns where business_id = $1 and call_id = $2";
    let journal = "delete from call_journal where business_id = $1 and call_id = $2";
    let left_in_it = "delete from messages where business_id = $1 and call_id = $2";
    let texted = "delete from texts where business_id = $1 and call_id = $2";
    let row =
        "update calls set caller = null, customer_id = null, outside_id = null, reason = null,
                   transcript_kept = false, journal_kept = false, updated_at = $3
               where business_id = $1 and id = $2";
    for (call,) in calls {
        for sql in [turns, journal, left_in_it, texted] {
            on!(tx, c => sqlx::query(sql)
                .bind(business.0).bind(call).execute(c).await.map(drop))?;
        }
        on!(tx, c => sqlx::query(row)
            .bind(business.0).bind(call).bind(now).execute(c).await.map(drop))?;
    }
    let from_their_number = "delete from messages where business_id = $1 and phone =
                                 (select phone from customers where business_id = $1 and id = $2)";
    on!(tx, c => sqlx::query(from_their_number)
        .bind(business.0).bind(customer.0).execute(c).await.map(drop))?;
    Ok(())
}

async fn scrub_bookings(
    tx: &mut Tx,
    business: BusinessId,
    customer: CustomerId,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "update bookings set customer_id = null, for_name = null, notes = null,
                   cancel_reason = null, sync_error = null, updated_at = $3, version = version + 1
               where business_id = $1 and customer_id = $2";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(customer.0).bind(now).execute(c).await.map(drop))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_keeps_the_booking_and_loses_the_person() {
        let change = json!({
            "id": "b", "customer_id": "c", "for_name": "Ann", "notes": "knee", "cancel_reason": null,
            "status": "booked", "sync": {"status": "failed", "error": "Ann is busy"},
        });
        assert_eq!(
            without_the_person(change),
            json!({
                "id": "b", "customer_id": null, "for_name": null, "notes": null, "cancel_reason": null,
                "status": "booked", "sync": {"status": "failed", "error": null},
            })
        );
    }
}
