//! What calls leave behind, kept as long as each business wants, and calls that nobody ended.
//!
//! A bounded number of rows in each transaction. A call says of itself what of it is still kept, so that each clean-up looks at
//! nothing that an earlier one has been through.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Result, Tx, on, skipping_locked};
use crate::domain::{BusinessId, CallId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    Journal,
    Transcript,
}

/// Deletes at most `limit` rows of the oldest call that has such a record and started before `before`. Says whether there was
/// such a call: then there may be more to do.
pub async fn forget(
    tx: &mut Tx,
    business: BusinessId,
    record: Record,
    before: DateTime<Utc>,
    limit: u32,
) -> Result<bool> {
    let Some(call) = oldest(tx, business, record, before).await? else {
        return Ok(false);
    };
    let (delete, close) = match record {
        Record::Journal => (
            "delete from call_journal where business_id = $1 and call_id = $2 and number in
                 (select number from call_journal where business_id = $1 and call_id = $2
                  order by number limit $3)",
            "update calls set journal_kept = false where business_id = $1 and id = $2",
        ),
        Record::Transcript => (
            "delete from call_turns where business_id = $1 and call_id = $2 and number in
                 (select number from call_turns where business_id = $1 and call_id = $2
                  order by number limit $3)",
            "update calls set transcript_kept = false where business_id = $1 and id = $2",
        ),
    };
    let deleted = on!(tx, c => sqlx::query(delete)
        .bind(business.0)
        .bind(call.0)
        .bind(i64::from(limit))
        .execute(c).await.map(|done| done.rows_affected()))?;
    if deleted < u64::from(limit) {
        on!(tx, c => sqlx::query(close)
            .bind(business.0).bind(call.0).execute(c).await.map(drop))?;
    }
    Ok(true)
}

async fn oldest(
    tx: &mut Tx,
    business: BusinessId,
    record: Record,
    before: DateTime<Utc>,
) -> Result<Option<CallId>> {
    let sql = match record {
        Record::Journal => skipping_locked!(
            tx,
            "select id from calls where business_id = $1 and started_at < $2 and journal_kept
             order by started_at limit 1",
            ""
        ),
        Record::Transcript => skipping_locked!(
            tx,
            "select id from calls where business_id = $1 and started_at < $2 and transcript_kept
             order by started_at limit 1",
            ""
        ),
    };
    let row: Option<(Uuid,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(business.0).bind(before).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| CallId(id)))
}

/// Deletes at most `limit` messages that were done before `before`, and says how many there were.
pub async fn forget_messages(
    tx: &mut Tx,
    business: BusinessId,
    before: DateTime<Utc>,
    limit: u32,
) -> Result<u64> {
    let sql = skipping_locked!(
        tx,
        "with old (old_id) as materialized (
            select id from messages where business_id = $1 and done_at < $2
            order by done_at limit $3",
        ")
        delete from messages where business_id = $1 and id in (select old_id from old)"
    );
    Ok(on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(before)
        .bind(i64::from(limit))
        .execute(c).await.map(|done| done.rows_affected()))?)
}

/// Ends at most `limit` calls that started before `before` and that no node ended: theirs died, and nobody rang back in.
pub async fn end_lost_calls(
    tx: &mut Tx,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<u64> {
    let sql = skipping_locked!(
        tx,
        "with lost (lost_business, lost_id) as materialized (
            select business_id, id from calls where state = 'in_progress' and started_at < $1
            order by started_at limit $3",
        ")
        update calls set state = 'ended', outcome = 'unsettled', ended_at = $2, updated_at = $2,
            reason = 'The line broke off, and the call was never taken up again.'
        where (business_id, id) in (select lost_business, lost_id from lost)"
    );
    Ok(on!(tx, c => sqlx::query(sql)
        .bind(before)
        .bind(now)
        .bind(i64::from(limit))
        .execute(c).await.map(|done| done.rows_affected()))?)
}
