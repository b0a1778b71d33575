//! Every hour, once for all nodes: delete the rows that nobody needs any more.

use chrono::{DateTime, Duration, DurationRound, Utc};

use super::{Context, JobError};
use crate::{
    clock::Clock,
    store::{
        Result, Tx,
        clean_up::{Leftover, delete},
        jobs::{NewJob, Payload, enqueue},
    },
};

const EVERY: Duration = Duration::hours(1);
/// For how long each is kept after it ended.
const KEPT: [(Leftover, Duration); 5] = [
    // A hold that has just run out may still be confirmed by whoever held it.
    (Leftover::ExpiredHolds, Duration::hours(1)),
    (Leftover::IdempotencyKeys, Duration::days(7)),
    (Leftover::ExpiredSessions, Duration::zero()),
    (Leftover::DoneJobs, Duration::days(7)),
    (Leftover::DeadJobs, Duration::days(90)),
];
/// Rows in one transaction.
const BATCH: u32 = 500;

/// Enqueues the clean-up of the next full hour, unless a node has done so. Called when a node starts and by each clean-up.
pub async fn schedule(tx: &mut Tx, clock: &Clock) -> Result<()> {
    let now = clock.now();
    let hour = now.duration_trunc(EVERY).unwrap_or(now) + EVERY;
    let job = NewJob {
        business_id: None,
        payload: Payload::CleanUp,
        order_key: None,
        dedupe_key: Some(format!("clean_up/{}", hour.format("%Y-%m-%dT%H"))),
        run_at: hour,
    };
    enqueue(tx, clock, job).await?;
    Ok(())
}

pub(super) async fn run(context: &Context) -> Result<(), JobError> {
    // First, so that whatever happens below, the next one comes.
    let mut tx = context.db.write().await?;
    schedule(&mut tx, &context.clock).await?;
    tx.commit().await?;

    let now = context.clock.now();
    for (leftover, kept) in KEPT {
        while delete_batch(context, leftover, now - kept).await? == u64::from(BATCH) {}
    }
    Ok(())
}

async fn delete_batch(context: &Context, leftover: Leftover, before: DateTime<Utc>) -> Result<u64> {
    let mut tx = context.db.write().await?;
    let deleted = delete(&mut tx, leftover, before, BATCH).await?;
    tx.commit().await?;
    Ok(deleted)
}
