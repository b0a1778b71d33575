//! Claims jobs and runs them: several at once, each under a lease and a time limit. It knows nothing of what they do.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::{error, info, warn};

use super::{Context, JobError, Runner, backoff};
use crate::store::{
    Error, Result,
    jobs::Job,
    leases::{self, Claimed, Lease, Outcome},
};

#[derive(Debug, Clone)]
pub struct Settings {
    /// How many jobs this worker runs at a time.
    pub at_once: usize,
    /// How long it waits before it looks again, when nothing woke it: jobs of other nodes, and those whose time has come.
    pub poll: Duration,
    /// After this long without a sign of life, another worker may run the job.
    pub lease: Duration,
    /// A run that takes longer is ended, and tried again later.
    pub time_limit: Duration,
    /// After this many runs a job is given up.
    pub most_attempts: u32,
    /// How long running jobs may take to finish when the worker stops; then they are handed back.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            at_once: 8,
            poll: Duration::from_secs(1),
            lease: Duration::from_mins(1),
            time_limit: Duration::from_mins(2),
            most_attempts: 12,
            patience: Duration::from_secs(10),
        }
    }
}

#[derive(Debug)]
pub struct Worker<R = Context> {
    context: Context,
    runner: Arc<R>,
    settings: Settings,
}

impl<R> Clone for Worker<R> {
    fn clone(&self) -> Self {
        Self {
            context: self.context.clone(),
            runner: Arc::clone(&self.runner),
            settings: self.settings.clone(),
        }
    }
}

impl Worker {
    pub fn new(context: Context, settings: Settings) -> Self {
        let runner = context.clone();
        Self::with_runner(context, settings, runner)
    }
}

impl<R: Runner> Worker<R> {
    pub fn with_runner(context: Context, settings: Settings, runner: R) -> Self {
        Self {
            context,
            runner: Arc::new(runner),
            settings,
        }
    }

    /// Runs jobs until it is told to stop, and returns when none of them is running any more.
    pub async fn run(&self, stop: CancellationToken) {
        let hand_back = CancellationToken::new();
        let mut running = JoinSet::new();
        while !stop.is_cancelled() {
            while running.try_join_next().is_some() {}
            let free = self.settings.at_once.saturating_sub(running.len());
            let claimed = self.claim(free).await.unwrap_or_else(|error| {
                error!(%error, "could not look for jobs");
                Vec::new()
            });
            if claimed.is_empty() {
                tokio::select! {
                    () = stop.cancelled() => {}
                    // The next job of the same order key may be due now.
                    Some(_) = running.join_next() => {}
                    () = self.context.db.jobs_waiting(), if free > 0 => {}
                    () = sleep(self.settings.poll), if free > 0 => {}
                }
            }
            for claimed in claimed {
                let (worker, hand_back) = (self.clone(), hand_back.clone());
                running.spawn(async move { worker.see_through(claimed, &hand_back).await });
            }
        }
        if timeout(self.settings.patience, all_ended(&mut running))
            .await
            .is_err()
        {
            hand_back.cancel();
            all_ended(&mut running).await;
        }
    }

    /// Runs whatever is due now, one job after another, until nothing is, and says how many runs that took. With a held
    /// clock, a job that is to be tried later is not due.
    pub async fn drain(&self) -> Result<usize> {
        let never = CancellationToken::new();
        let mut runs = 0;
        while let Some(claimed) = self.claim(1).await?.pop() {
            self.see_through(claimed, &never).await;
            runs += 1;
        }
        Ok(runs)
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Claimed>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let Context { db, clock, .. } = &self.context;
        leases::claim(db, clock.now(), self.lease(), limit).await
    }

    fn lease(&self) -> TimeDelta {
        TimeDelta::from_std(self.settings.lease).unwrap_or(TimeDelta::hours(1))
    }

    /// Runs one job and writes down what became of it.
    async fn see_through(&self, claimed: Claimed, hand_back: &CancellationToken) {
        let Claimed { job, mut lease } = claimed;
        let job = Arc::new(job);
        if let Some(outcome) = self.outcome(&job, &mut lease, hand_back).await {
            self.settle(&job, lease, &outcome).await;
        }
    }

    /// What became of the job; nothing if it is another worker's by now.
    async fn outcome(
        &self,
        job: &Arc<Job>,
        lease: &mut Lease,
        hand_back: &CancellationToken,
    ) -> Option<Outcome> {
        // A job that takes its process down with it never gets to say that it failed.
        if job.attempts > self.settings.most_attempts {
            return Some(Outcome::Dead {
                why: format!(
                    "given up after {} attempts; the last one ended without a word, as when a process dies",
                    self.settings.most_attempts
                ),
            });
        }
        let payload = match job.payload() {
            Ok(payload) => payload,
            // While nodes are replaced one by one, an old one meets what a new one enqueued.
            Err(why) => return Some(self.retry_or_give_up(job, &why.to_string(), Duration::ZERO)),
        };
        // A task of its own, so that a panic ends there.
        let (runner, running_job) = (Arc::clone(&self.runner), Arc::clone(job));
        let mut run = AbortOnDropHandle::new(tokio::spawn(async move {
            runner.run(&running_job, payload).await
        }));
        let time_limit = sleep(self.settings.time_limit);
        tokio::pin!(time_limit);
        let mut sign_of_life = Instant::now() + self.settings.lease / 3;
        let ended = loop {
            tokio::select! {
                ended = &mut run => break ended.unwrap_or_else(|_| {
                    Err(JobError::retry("it panicked; the log says where"))
                }),
                () = &mut time_limit => {
                    end(run).await;
                    break Err(JobError::Retry(format!(
                        "it took longer than {:?} and was ended", self.settings.time_limit
                    )));
                }
                () = hand_back.cancelled() => {
                    end(run).await;
                    return Some(Outcome::Released);
                }
                () = sleep_until(sign_of_life) => {
                    if !self.keep(job, lease).await {
                        end(run).await;
                        return None;
                    }
                    sign_of_life = Instant::now() + self.settings.lease / 3;
                }
            }
        };
        Some(match ended {
            Ok(()) => Outcome::Done,
            Err(JobError::Fail(why)) => Outcome::Dead { why },
            Err(JobError::Retry(why)) => self.retry_or_give_up(job, &why, Duration::ZERO),
            Err(JobError::RetryAfter { why, wait }) => self.retry_or_give_up(job, &why, wait),
        })
    }

    fn retry_or_give_up(&self, job: &Job, why: &str, wait: Duration) -> Outcome {
        if job.attempts >= self.settings.most_attempts {
            return Outcome::Dead {
                why: format!("given up after {} attempts: {why}", job.attempts),
            };
        }
        let clock = &self.context.clock;
        let backoff = backoff::before_next(job.attempts, |bound| clock.below(bound));
        let wait = TimeDelta::from_std(wait).unwrap_or(backoff::LONGEST);
        Outcome::Retry {
            run_at: clock.now() + backoff.max(wait.min(backoff::LONGEST)),
            why: why.to_owned(),
        }
    }

    /// Makes the lease longer. False if it is lost, or may be.
    async fn keep(&self, job: &Job, lease: &mut Lease) -> bool {
        match self.extend(*lease).await {
            Ok(Some(extended)) => {
                *lease = extended;
                true
            }
            Ok(None) => {
                warn!(job.id = %job.id, job.kind, "another worker has taken the job over; this run is ended");
                false
            }
            Err(error) => {
                warn!(job.id = %job.id, job.kind, %error, "could not extend the lease");
                self.context.clock.now() < lease.until
            }
        }
    }

    async fn extend(&self, lease: Lease) -> Result<Option<Lease>> {
        let Context { db, clock, .. } = &self.context;
        let mut tx = db.write().await?;
        let extended = leases::extend(&mut tx, lease, clock.now() + self.lease()).await?;
        tx.commit().await?;
        Ok(extended)
    }

    /// If it can't be written down, the lease runs out and the job is run again.
    async fn settle(&self, job: &Job, lease: Lease, outcome: &Outcome) {
        const TRIES: u32 = 3;
        for _ in 0..TRIES {
            match self.write_down(lease, outcome).await {
                Ok(true) => return tell(job, outcome),
                Ok(false) => {
                    warn!(job.id = %job.id, job.kind, "the job was run again meanwhile; this run's result is dropped");
                    return;
                }
                // An equal job was enqueued this very moment: the next try sees it.
                Err(Error::Duplicate(_)) => {}
                Err(error) => {
                    error!(job.id = %job.id, job.kind, %error, "could not write down what became of a job");
                }
            }
        }
    }

    async fn write_down(&self, lease: Lease, outcome: &Outcome) -> Result<bool> {
        let Context { db, clock, .. } = &self.context;
        let mut tx = db.write().await?;
        let settled = leases::settle(&mut tx, lease, clock.now(), outcome).await?;
        tx.commit().await?;
        Ok(settled)
    }
}

async fn all_ended(running: &mut JoinSet<()>) {
    while running.join_next().await.is_some() {}
}

/// Ends a run, and waits until it has: whoever claims the job next must not meet it.
async fn end<T>(run: AbortOnDropHandle<T>) {
    run.abort();
    drop(run.await);
}

fn tell(job: &Job, outcome: &Outcome) {
    let (id, kind, attempts) = (job.id, &job.kind, job.attempts);
    match outcome {
        Outcome::Done => info!(job.id = %id, job.kind = kind, attempts, "job done"),
        Outcome::Released => info!(job.id = %id, job.kind = kind, "job handed back"),
        Outcome::Retry { run_at, why } => {
            warn!(job.id = %id, job.kind = kind, attempts, %run_at, why, "job will be tried again");
        }
        Outcome::Dead { why } => {
            error!(job.id = %id, job.kind = kind, attempts, why, "job given up");
        }
    }
}
