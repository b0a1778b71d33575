//! Every hour, once for all nodes: delete the rows that nobody needs any more, and what calls left behind where its business wants
//! it kept no longer.

use chrono::{DateTime, Duration, DurationRound, Utc};

use super::{Context, JobError};
use crate::{
    clock::Clock,
    domain::{BusinessId, Call, Policies},
    store::{
        Result, Tx, businesses,
        clean_up::{Leftover, delete},
        jobs::{NewJob, Payload, enqueue},
        retention::{self, Record},
    },
};

const EVERY: Duration = Duration::hours(1);
/// For how long each is kept after it ended.
const KEPT: [(Leftover, Duration); 8] = [
    // A hold that has just run out may still be confirmed by whoever held it.
    (Leftover::ExpiredHolds, Duration::hours(1)),
    (Leftover::IdempotencyKeys, Duration::days(7)),
    (Leftover::ExpiredSessions, Duration::zero()),
    // As long as a call may last, it is known how often its line broke.
    (Leftover::StreamTokens, Call::LOST_AFTER),
    (Leftover::DoneJobs, Duration::days(7)),
    (Leftover::DeadJobs, Duration::days(90)),
    // Not before the jobs that sent them, or one retried by hand would send it again.
    (Leftover::Texts, Duration::days(91)),
    (Leftover::IncomingTexts, Duration::days(91)),
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
    while end_lost_calls(context, now).await? == u64::from(BATCH) {}
    let mut last = None;
    loop {
        let mut reader = context.db.read().await?;
        let page = businesses::policies(&mut reader, last, BATCH).await?;
        drop(reader);
        for (business, policies) in &page {
            forget_calls(context, *business, policies, now).await?;
        }
        match page.last() {
            Some((business, _)) => last = Some(*business),
            None => return Ok(()),
        }
    }
}

async fn end_lost_calls(context: &Context, now: DateTime<Utc>) -> Result<u64> {
    let mut tx = context.db.write().await?;
    let ended = retention::end_lost_calls(&mut tx, now - Call::LOST_AFTER, now, BATCH).await?;
    tx.commit().await?;
    Ok(ended)
}

async fn forget_calls(
    context: &Context,
    business: BusinessId,
    policies: &Policies,
    now: DateTime<Utc>,
) -> Result<()> {
    let days = |days: u32| now - Duration::days(days.into());
    let transcripts = days(policies.keep_transcripts_days);
    for (record, before) in [
        (Record::Journal, days(policies.keep_journals_days)),
        (Record::Transcript, transcripts),
    ] {
        let mut more = true;
        while more {
            let mut tx = context.db.write().await?;
            more = retention::forget(&mut tx, business, record, before, BATCH).await?;
            tx.commit().await?;
        }
    }
    let mut forgotten = u64::from(BATCH);
    while forgotten == u64::from(BATCH) {
        let mut tx = context.db.write().await?;
        forgotten = retention::forget_messages(&mut tx, business, transcripts, BATCH).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn delete_batch(context: &Context, leftover: Leftover, before: DateTime<Utc>) -> Result<u64> {
    let mut tx = context.db.write().await?;
    let deleted = delete(&mut tx, leftover, before, BATCH).await?;
    tx.commit().await?;
    Ok(deleted)
}
