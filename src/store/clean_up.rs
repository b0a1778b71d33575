//! Deleting rows that nobody needs any more, a bounded number in each transaction, so that no booking waits long for it. How old
//! is old is for the caller to say.

use chrono::{DateTime, Utc};

use super::{Result, Tx, on, skipping_locked};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftover {
    /// The desk clears those in its way by itself; these are in nobody's.
    ExpiredHolds,
    DoneJobs,
    /// Jobs that were given up, and that nobody retried.
    DeadJobs,
    /// By when they were first used.
    IdempotencyKeys,
    ExpiredSessions,
    /// By when they were written.
    Texts,
    /// By when they came.
    IncomingTexts,
    StreamTokens,
}

/// Deletes at most `limit` of those that ended before `before`, the oldest first, and says how many there were.
pub async fn delete(
    tx: &mut Tx,
    leftover: Leftover,
    before: DateTime<Utc>,
    limit: u32,
) -> Result<u64> {
    let sql = match leftover {
        Leftover::ExpiredHolds => skipping_locked!(
            tx,
            "with old (old_business, old_id) as materialized (
                select business_id, id from bookings
                where status = 'held' and hold_expires_at < $1
                order by hold_expires_at limit $2",
            ")
            delete from bookings
            where (business_id, id) in (select old_business, old_id from old)"
        ),
        Leftover::DoneJobs => skipping_locked!(
            tx,
            "with old (old_id) as materialized (
                select id from jobs
                where state in ('done', 'dead') and state = 'done' and finished_at < $1
                order by finished_at limit $2",
            ")
            delete from jobs where id in (select old_id from old)"
        ),
        Leftover::DeadJobs => skipping_locked!(
            tx,
            "with old (old_id) as materialized (
                select id from jobs
                where state in ('done', 'dead') and state = 'dead' and finished_at < $1
                order by finished_at limit $2",
            ")
            delete from jobs where id in (select old_id from old)"
        ),
        Leftover::IdempotencyKeys => skipping_locked!(
            tx,
            "with old (old_business, old_key) as materialized (
                select business_id, key from idempotency_keys
                where created_at < $1
                order by created_at limit $2",
            ")
            delete from idempotency_keys
            where (business_id, key) in (select old_business, old_key from old)"
        ),
        Leftover::ExpiredSessions => skipping_locked!(
            tx,
            "with old (old_id) as materialized (
                select id from sessions
                where expires_at < $1
                order by expires_at limit $2",
            ")
            delete from sessions where id in (select old_id from old)"
        ),
        Leftover::Texts => skipping_locked!(
            tx,
            "with old (old_business, old_id) as materialized (
                select business_id, id from texts
                where created_at < $1
                order by created_at limit $2",
            ")
            delete from texts
            where (business_id, id) in (select old_business, old_id from old)"
        ),
        Leftover::IncomingTexts => skipping_locked!(
            tx,
            "with old (old_business, old_id) as materialized (
                select business_id, outside_id from incoming_texts
                where received_at < $1
                order by received_at limit $2",
            ")
            delete from incoming_texts
            where (business_id, outside_id) in (select old_business, old_id from old)"
        ),
        Leftover::StreamTokens => skipping_locked!(
            tx,
            "with old (old_hash) as materialized (
                select hash from stream_tokens
                where expires_at < $1
                order by expires_at limit $2",
            ")
            delete from stream_tokens where hash in (select old_hash from old)"
        ),
    };
    Ok(on!(tx, c => sqlx::query(sql)
        .bind(before)
        .bind(i64::from(limit))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}
