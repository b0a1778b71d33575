//! The outbox's worker.

mod afterwards;
mod clean_up;
mod many_workers;
mod worker;

use chrono::{DateTime, Duration};
use ringbook::{
    clock::Clock,
    desk::Desk,
    domain::{BusinessId, JobId},
    jobs::{Context, JobError, Runner},
    providers::Registry,
    store::{
        Db,
        jobs::{Job, NewJob, Payload, enqueue, get},
    },
};

use crate::support::telephone::Telephone;

/// Runs no-op jobs as a test tells it to: with the job, and the number in it.
struct Script<F>(F);

impl<F, Ran> Runner for Script<F>
where
    F: Fn(Job, u32) -> Ran + Send + Sync + 'static,
    Ran: Future<Output = Result<(), JobError>> + Send + 'static,
{
    async fn run(&self, job: &Job, payload: Payload) -> Result<(), JobError> {
        let Payload::Noop { number } = payload else {
            panic!("a script runs no-op jobs only");
        };
        (self.0)(job.clone(), number).await
    }
}

/// For jobs that have nothing to do with bookings.
pub(crate) fn context(db: &Db, clock: &Clock) -> Context {
    Context {
        db: db.clone(),
        clock: clock.clone(),
        providers: Registry::new(Desk::new(db.clone(), clock.clone())),
        post: Telephone::default().post(),
    }
}

pub(crate) fn held_clock() -> Clock {
    Clock::held_at(DateTime::from_timestamp(1_800_000_000, 0).unwrap())
}

pub(crate) fn noop(clock: &Clock, number: u32) -> NewJob {
    NewJob {
        business_id: None,
        payload: Payload::Noop { number },
        order_key: None,
        dedupe_key: None,
        run_at: clock.now(),
    }
}

pub(crate) fn noop_of(clock: &Clock, business: BusinessId, number: u32) -> NewJob {
    NewJob {
        business_id: Some(business),
        ..noop(clock, number)
    }
}

pub(crate) fn in_order(clock: &Clock, key: &str, number: u32) -> NewJob {
    NewJob {
        order_key: Some(key.to_owned()),
        ..noop(clock, number)
    }
}

/// In a transaction of its own. `None` says that an equal one waits already.
pub(crate) async fn keep(db: &Db, clock: &Clock, job: NewJob) -> Option<JobId> {
    let mut tx = db.write().await.unwrap();
    let id = enqueue(&mut tx, clock, job).await.unwrap();
    tx.commit().await.unwrap();
    // Held clocks stand still; ids of one instant are in order all the same, but times are nicer to read apart.
    clock.advance(Duration::milliseconds(1));
    id
}

pub(crate) async fn job(db: &Db, business: BusinessId, id: JobId) -> Job {
    let mut reader = db.read().await.unwrap();
    get(&mut reader, business, id).await.unwrap().unwrap()
}
