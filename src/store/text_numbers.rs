//! The tables `text_numbers` and `incoming_texts`: what the numbers that texts go to have to say, and that what came in was dealt with.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::{Reader, Result, Tx, on};
use crate::domain::{BusinessId, IncomingKind, PhoneNumber, TextNumber, Unreached};

#[derive(FromRow)]
struct Row {
    stopped_at: Option<DateTime<Utc>>,
    unreached_at: Option<DateTime<Utc>>,
}

/// Nothing is known of most numbers.
pub async fn get(
    reader: &mut Reader,
    business: BusinessId,
    phone: &PhoneNumber,
) -> Result<TextNumber> {
    let sql =
        "select stopped_at, unreached_at from text_numbers where business_id = $1 and phone = $2";
    let row: Option<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(phone.as_str()).fetch_optional(c).await)?;
    Ok(row.map_or_else(TextNumber::default, |row| TextNumber {
        stopped_at: row.stopped_at,
        unreached_at: row.unreached_at,
    }))
}

/// Remembers that texts don't get there. Whoever has stopped them before keeps the first time.
pub async fn unreached(
    tx: &mut Tx,
    business: BusinessId,
    phone: &PhoneNumber,
    why: Unreached,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = match why {
        Unreached::Stopped => {
            "insert into text_numbers (business_id, phone, stopped_at) values ($1, $2, $3) \
             on conflict (business_id, phone) do update set stopped_at = coalesce(text_numbers.stopped_at, excluded.stopped_at)"
        }
        Unreached::NoTexts => {
            "insert into text_numbers (business_id, phone, unreached_at) values ($1, $2, $3) \
             on conflict (business_id, phone) do update set unreached_at = excluded.unreached_at"
        }
    };
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(phone.as_str()).bind(at).execute(c).await.map(drop))?;
    match why {
        Unreached::Stopped => show_on_customer(tx, business, phone, true, at).await,
        Unreached::NoTexts => Ok(()),
    }
}

/// They want texts, and have just sent one, so texts reach them.
pub async fn started(
    tx: &mut Tx,
    business: BusinessId,
    phone: &PhoneNumber,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = "delete from text_numbers where business_id = $1 and phone = $2";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(phone.as_str()).execute(c).await.map(drop))?;
    show_on_customer(tx, business, phone, false, at).await
}

/// The customer who has this number, if there is one, is shown as they said.
async fn show_on_customer(
    tx: &mut Tx,
    business: BusinessId,
    phone: &PhoneNumber,
    no_sms: bool,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = "update customers set no_sms = $3, updated_at = $4, version = version + 1 \
               where business_id = $1 and phone = $2 and no_sms <> $3";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(phone.as_str()).bind(no_sms).bind(at).execute(c).await.map(drop))?;
    Ok(())
}

/// A text that came in.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// What the telephone company calls it.
    pub outside_id: &'a str,
    /// Nothing for a sender that is no number.
    pub sender: Option<&'a PhoneNumber>,
    pub kind: IncomingKind,
    pub at: DateTime<Utc>,
}

/// False if it was dealt with before.
pub async fn came(tx: &mut Tx, business: BusinessId, text: Incoming<'_>) -> Result<bool> {
    let sql = "insert into incoming_texts (business_id, outside_id, sender, kind, received_at) values ($1, $2, $3, $4, $5) \
               on conflict (business_id, outside_id) do nothing";
    let inserted = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(text.outside_id)
        .bind(text.sender.map(PhoneNumber::as_str))
        .bind(text.kind.as_str())
        .bind(text.at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// What else came from this number since then: so somebody who gets an answer to everything, and answers everything, is not answered.
pub async fn others_since(
    reader: &mut Reader,
    business: BusinessId,
    text: Incoming<'_>,
    since: DateTime<Utc>,
) -> Result<u64> {
    let sql = "select count(*) from incoming_texts where business_id = $1 and sender = $2 and received_at > $3 \
               and outside_id <> $4 and kind = $5";
    let (count,): (i64,) = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0)
        .bind(text.sender.map(PhoneNumber::as_str))
        .bind(since)
        .bind(text.outside_id)
        .bind(text.kind.as_str())
        .fetch_one(c)
        .await)?;
    Ok(count.unsigned_abs())
}
