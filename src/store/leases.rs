//! Who runs which job. A worker claims a job for a while (a lease) and then says what became of it. If it dies, the lease runs out
//! and somebody else claims the job; if it was only paused, what it says then no longer counts.

use std::cmp::Ordering;

use chrono::{DateTime, Duration, Utc};

use super::{
    Db, Error, Result, Tx,
    jobs::{Job, JobRow, JobState},
    on, skipping_locked,
};
use crate::domain::JobId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub job: Job,
    pub lease: Lease,
}

/// The right to say what became of a job. A later lease on the same job always ends later, so the end tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub job_id: JobId,
    pub until: DateTime<Utc>,
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Retry {
        run_at: DateTime<Utc>,
        why: String,
    },
    Dead {
        why: String,
    },
    /// It was not finished, through no fault of its own: this run does not count.
    Released,
}

/// Starts up to `limit` jobs that are due, the longest due first.
///
/// Of the jobs with one order key only one runs at a time, and the earliest first. Two claimers that look at the same moment may
/// both think a job of that key is next; the database lets one of them in, and the other looks again.
pub async fn claim(
    db: &Db,
    now: DateTime<Utc>,
    lease: Duration,
    limit: usize,
) -> Result<Vec<Claimed>> {
    const TRIES: u32 = 5;
    for _ in 1..TRIES {
        match claim_once(db, now, lease, limit).await {
            Err(Error::Duplicate(_) | Error::Contention) => {}
            settled => return settled,
        }
    }
    claim_once(db, now, lease, limit).await
}

async fn claim_once(
    db: &Db,
    now: DateTime<Utc>,
    lease: Duration,
    limit: usize,
) -> Result<Vec<Claimed>> {
    let mut tx = db.write().await?;
    let claimed = claim_in(&mut tx, now, lease, limit).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// [`claim`] as a part of a transaction, which fails with `Duplicate` if another claimer was faster.
pub async fn claim_in(
    tx: &mut Tx,
    now: DateTime<Utc>,
    lease: Duration,
    limit: usize,
) -> Result<Vec<Claimed>> {
    let sql = skipping_locked!(
        tx,
        "with next (next_id) as materialized (
            select job.id from jobs job
            where job.state in ('queued', 'running') and job.run_at <= $1
              and case job.state
                when 'running' then job.lease_until <= $1
                else job.order_key is null or not exists (
                    select 1 from jobs other
                    where other.order_key = job.order_key and other.id <> job.id
                      and other.state in ('queued', 'running')
                      and (other.id < job.id or other.state = 'running'))
                end
            order by job.run_at, job.id limit $3",
        ")
        update jobs set state = 'running', attempts = attempts + 1, lease_until = $2
        from next where jobs.id = next_id
        returning id, business_id, kind, cast(payload as text) as payload, order_key, state, run_at,
                  attempts, last_error, created_at, finished_at"
    );
    let until = now + lease;
    let rows: Vec<JobRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(now)
        .bind(until)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(c)
        .await)?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        let job = Job::try_from(row)?;
        let lease = Lease {
            job_id: job.id,
            until,
        };
        claimed.push(Claimed { job, lease });
    }
    claimed.sort_by(longest_due_first);
    Ok(claimed)
}

fn longest_due_first(one: &Claimed, other: &Claimed) -> Ordering {
    (one.job.run_at, one.job.id).cmp(&(other.job.run_at, other.job.id))
}

/// The lease, made longer; nothing if it is no longer the claimer's.
pub async fn extend(tx: &mut Tx, lease: Lease, until: DateTime<Utc>) -> Result<Option<Lease>> {
    let sql = "
        update jobs set lease_until = $3
        where id = $1 and state = 'running' and lease_until = $2";
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(lease.job_id.0)
        .bind(lease.until)
        .bind(until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok((rows > 0).then_some(Lease { until, ..lease }))
}

/// False if the lease is no longer the claimer's; then nothing is written.
///
/// A job that would wait again beside an equal one that waits already is done instead: the other one does its work. If that one was
/// enqueued this very moment, this fails with `Duplicate`, and is right when done again.
pub async fn settle(
    tx: &mut Tx,
    lease: Lease,
    now: DateTime<Utc>,
    outcome: &Outcome,
) -> Result<bool> {
    let sql = "
        with outcome (next_state) as (
            select case
                when $3 = 'queued' and exists (
                    select 1 from jobs job join jobs other on other.dedupe_key = job.dedupe_key
                    where job.id = $1 and other.state = 'queued')
                then 'done' else $3 end)
        update jobs
        set state = next_state, run_at = coalesce($4, run_at), last_error = $5,
            finished_at = case when next_state = 'queued' then null else $6 end,
            attempts = attempts - $7, lease_until = null
        from outcome
        where id = $1 and state = 'running' and lease_until = $2";
    let (state, run_at, why, uncounted) = match outcome {
        Outcome::Done => (JobState::Done, None, None, 0_i64),
        Outcome::Retry { run_at, why } => (JobState::Queued, Some(run_at), Some(why), 0),
        Outcome::Dead { why } => (JobState::Dead, None, Some(why), 0),
        Outcome::Released => (JobState::Queued, None, None, 1),
    };
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(lease.job_id.0)
        .bind(lease.until)
        .bind(state.as_str())
        .bind(run_at)
        .bind(why)
        .bind(now)
        .bind(uncounted)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}
