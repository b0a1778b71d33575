//! The outbox: work that must happen outside the transaction that caused it, kept in the same transaction.
//!
//! What a job is, how one is enqueued, and how people look at them. Running them is in [`super::leases`]. This file must not know
//! what a job does.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Error, Reader, Result, Tx, on, row::Place};
use crate::{
    clock::Clock,
    domain::{BookingId, BusinessId, CallId, Invalid, JobId, TextKind, words},
};

/// What is to be done. A kind is a variant here and a file in `src/jobs`.
///
/// It holds ids, never the data itself: the job reads things as they are when it runs, and an erased customer leaves nothing here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Payload {
    /// Does nothing. Only tests enqueue it.
    Noop {
        number: u32,
    },
    /// Deletes rows that nobody needs any more.
    CleanUp,
    /// Tells the business's provider of a booking that is sure.
    AfterBooking {
        booking_id: BookingId,
    },
    /// Tells it that the booking was moved, or what is written on it changed.
    AfterChange {
        booking_id: BookingId,
    },
    AfterCancel {
        booking_id: BookingId,
    },
    /// Texts the customer about what made the booking's version this one.
    SendSms {
        booking_id: BookingId,
        text: TextKind,
        version: i64,
    },
    /// Texts a caller whose line broke before anything was settled.
    TextCaller {
        call_id: CallId,
    },
    /// Asks the provider again whether a tentative booking can stand.
    ConfirmTentative {
        booking_id: BookingId,
    },
}

impl Payload {
    /// The same word as in the stored payload.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Noop { .. } => "noop",
            Self::CleanUp => "clean_up",
            Self::AfterBooking { .. } => "after_booking",
            Self::AfterChange { .. } => "after_change",
            Self::AfterCancel { .. } => "after_cancel",
            Self::SendSms { .. } => "send_sms",
            Self::TextCaller { .. } => "text_caller",
            Self::ConfirmTentative { .. } => "confirm_tentative",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    pub business_id: Option<BusinessId>,
    pub payload: Payload,
    /// Jobs that share it run one at a time, in the order they were enqueued: a booking's id and a lane. The order is that of
    /// their ids, so enqueue after taking the locks that put the causes in order.
    pub order_key: Option<String>,
    /// At most one queued job has it. One that is running does not count, because it may have looked already: what changes while it
    /// runs needs another look. Together with an order key, that look waits until the first is over.
    pub dedupe_key: Option<String>,
    pub run_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Queued,
    Running,
    Done,
    /// Given up; somebody should look, and can retry it.
    Dead,
}

words!(JobState {
    Queued = "queued",
    Running = "running",
    Done = "done",
    Dead = "dead",
});

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub business_id: Option<BusinessId>,
    pub kind: String,
    pub order_key: Option<String>,
    pub state: JobState,
    pub run_at: DateTime<Utc>,
    /// How often it was started, since it was enqueued or last retried by hand.
    pub attempts: u32,
    /// Why its last run did not do its work.
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    payload: String,
}

impl Job {
    /// Fails for a job that a newer program enqueued, or that was damaged: one such row must not stand in the way of the others.
    pub fn payload(&self) -> Result<Payload, Invalid> {
        serde_json::from_str(&self.payload).map_err(|_| {
            Invalid::new(format!(
                "this version of the program can't read a `{}` job",
                self.kind
            ))
        })
    }
}

/// How the outbox stands, over all businesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Waiting for their time.
    pub later: u64,
    /// Waiting for a worker, or for an earlier job of the same order key.
    pub due: u64,
    pub running: u64,
    pub dead: u64,
    /// Since when the oldest of the due jobs has been due.
    pub oldest_due: Option<DateTime<Utc>>,
}

/// Part of the caller's transaction: the job is there if and only if its cause is. `None` says that an equal one waits already.
pub async fn enqueue(tx: &mut Tx, clock: &Clock, job: NewJob) -> Result<Option<JobId>> {
    let sql = "
        insert into jobs
            (id, business_id, kind, payload, order_key, dedupe_key, state, run_at, created_at)
        values ($1, $2, $3, $4, $5, $6, 'queued', $7, $8)
        on conflict (dedupe_key) where state = 'queued' do nothing";
    let id = JobId(clock.id());
    let kind = job.payload.kind();
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(id.0)
        .bind(job.business_id.map(|id| id.0))
        .bind(kind)
        .bind(Json(job.payload))
        .bind(job.order_key)
        .bind(job.dedupe_key)
        .bind(job.run_at)
        .bind(clock.now())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if rows == 0 {
        return Ok(None);
    }
    tx.ring_for_jobs();
    Ok(Some(id))
}

pub async fn get(reader: &mut Reader, business_id: BusinessId, id: JobId) -> Result<Option<Job>> {
    let sql = "
        select id, business_id, kind, cast(payload as text) as payload, order_key, state, run_at,
               attempts, last_error, created_at, finished_at
        from jobs where business_id = $1 and id = $2";
    let row: Option<JobRow> = on!(reader, c => sqlx::query_as(sql)
        .bind(business_id.0)
        .bind(id.0)
        .fetch_optional(c)
        .await)?;
    row.map(Job::try_from).transpose()
}

/// The newest first; the next page begins before the last id of this one.
pub async fn list(
    reader: &mut Reader,
    business_id: BusinessId,
    state: Option<JobState>,
    before: Option<JobId>,
    limit: u32,
) -> Result<Vec<Job>> {
    let sql = "
        select id, business_id, kind, cast(payload as text) as payload, order_key, state, run_at,
               attempts, last_error, created_at, finished_at
        from jobs
        where business_id = $1 and ($2 is null or state = $2) and id < $3
        order by id desc limit $4";
    let rows: Vec<JobRow> = on!(reader, c => sqlx::query_as(sql)
        .bind(business_id.0)
        .bind(state.map(JobState::as_str))
        .bind(before.map_or(Uuid::max(), |id| id.0))
        .bind(i64::from(limit))
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Job::try_from).collect()
}

/// Queues a dead job again, as if it had never run. False if it is not dead (or not there); `Duplicate` if an equal job waits.
pub async fn retry_dead(
    tx: &mut Tx,
    business_id: BusinessId,
    id: JobId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let sql = "
        update jobs set state = 'queued', attempts = 0, run_at = $3, finished_at = null
        where business_id = $1 and id = $2 and state = 'dead'";
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(business_id.0)
        .bind(id.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if rows > 0 {
        tx.ring_for_jobs();
    }
    Ok(rows > 0)
}

pub async fn queue(reader: &mut Reader, now: DateTime<Utc>) -> Result<Queue> {
    let sql = "
        select count(case when state = 'queued' and run_at > $1 then 1 end),
               count(case when state = 'queued' and run_at <= $1 then 1 end),
               count(case when state = 'running' then 1 end),
               min(case when state = 'queued' and run_at <= $1 then run_at end)
        from jobs where state in ('queued', 'running')";
    let (later, due, running, oldest_due): (i64, i64, i64, Option<DateTime<Utc>>) =
        on!(reader, c => sqlx::query_as(sql).bind(now).fetch_one(c).await)?;
    let sql = "select count(*) from jobs where state = 'dead'";
    let (dead,): (i64,) = on!(reader, c => sqlx::query_as(sql).fetch_one(c).await)?;
    Ok(Queue {
        later: later.unsigned_abs(),
        due: due.unsigned_abs(),
        running: running.unsigned_abs(),
        dead: dead.unsigned_abs(),
        oldest_due,
    })
}

#[derive(FromRow)]
pub(super) struct JobRow {
    id: Uuid,
    business_id: Option<Uuid>,
    kind: String,
    payload: String,
    order_key: Option<String>,
    state: String,
    run_at: DateTime<Utc>,
    attempts: i64,
    last_error: Option<String>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<JobRow> for Job {
    type Error = Error;

    fn try_from(row: JobRow) -> Result<Self> {
        let place = Place {
            table: "jobs",
            row: &row.id,
        };
        Ok(Self {
            id: JobId(row.id),
            business_id: row.business_id.map(BusinessId),
            state: place.parse(&row.state)?,
            attempts: place.number(row.attempts)?,
            kind: row.kind,
            order_key: row.order_key,
            run_at: row.run_at,
            last_error: row.last_error,
            created_at: row.created_at,
            finished_at: row.finished_at,
            payload: row.payload,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_in_its_column_is_the_kind_in_the_payload() {
        let booking_id = BookingId(Uuid::nil());
        for payload in [
            Payload::Noop { number: 7 },
            Payload::CleanUp,
            Payload::AfterBooking { booking_id },
            Payload::AfterChange { booking_id },
            Payload::AfterCancel { booking_id },
            Payload::SendSms {
                booking_id,
                text: TextKind::Change,
                version: 2,
            },
            Payload::ConfirmTentative { booking_id },
        ] {
            let json = serde_json::to_value(&payload).unwrap();
            assert_eq!(json["kind"], payload.kind());
        }
    }
}
