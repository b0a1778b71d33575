//! One worker: what it does with a job that works, fails, panics, hangs, or is taken from it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use ringbook::{
    clock::Clock,
    domain::{BusinessId, JobId},
    jobs::{Context, JobError, Settings, Worker},
    store::{
        jobs::{Job, JobState, NewJob, retry_dead},
        leases::{Outcome, claim, settle},
    },
};
use tokio::{
    sync::{Notify, mpsc},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{Script, context, held_clock, in_order, job, keep, noop_of};
use crate::{
    store::raw,
    support::{TestDb, on_each_engine},
};

/// Longer than anything here takes; it only turns a hang into a failure.
const HANGS: Duration = Duration::from_secs(20);

struct Bench<'a> {
    test: &'a TestDb,
    clock: Clock,
    business: BusinessId,
}

impl<'a> Bench<'a> {
    async fn over(test: &'a TestDb) -> Self {
        let clock = held_clock();
        let business = BusinessId(clock.id());
        raw::business(test, business).await;
        Self {
            test,
            clock,
            business,
        }
    }

    fn context(&self) -> Context {
        context(&self.test.db, &self.clock)
    }

    fn worker<F, Ran>(&self, settings: Settings, script: F) -> Worker<Script<F>>
    where
        F: Fn(Job, u32) -> Ran + Send + Sync + 'static,
        Ran: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        Worker::with_runner(self.context(), settings, Script(script))
    }

    async fn keep(&self, number: u32) -> JobId {
        self.keep_job(noop_of(&self.clock, self.business, number))
            .await
    }

    async fn keep_job(&self, job: NewJob) -> JobId {
        keep(&self.test.db, &self.clock, job).await.unwrap()
    }

    async fn job(&self, id: JobId) -> Job {
        job(&self.test.db, self.business, id).await
    }
}

/// A worker that looks once, and then only when it is woken.
fn no_polling() -> Settings {
    Settings {
        poll: Duration::from_hours(1),
        ..Settings::default()
    }
}

#[tokio::test]
async fn draining_runs_what_is_due_and_leaves_nothing_due() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let mut ids = Vec::new();
        for number in 0..5 {
            ids.push(bench.keep(number).await);
        }
        let later = NewJob {
            run_at: bench.clock.now() + TimeDelta::minutes(1),
            ..noop_of(&bench.clock, bench.business, 9)
        };
        let later = bench.keep_job(later).await;
        let worker = Worker::new(bench.context(), Settings::default());
        assert_eq!(worker.drain().await.unwrap(), 5);
        assert_eq!(worker.drain().await.unwrap(), 0);
        for id in ids {
            assert_eq!(bench.job(id).await.state, JobState::Done);
        }
        assert_eq!(bench.job(later).await.state, JobState::Queued);
        bench.clock.advance(TimeDelta::minutes(1));
        assert_eq!(worker.drain().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_failing_job_is_tried_again_later_and_later_until_it_is_given_up() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let id = bench.keep(1).await;
        let worker = bench.worker(Settings::default(), async |_, _| {
            Err(JobError::retry("the line is busy"))
        });
        let mut waits = Vec::new();
        for attempt in 1..=11 {
            assert_eq!(worker.drain().await.unwrap(), 1);
            let job = bench.job(id).await;
            assert_eq!((job.state, job.attempts), (JobState::Queued, attempt));
            assert_eq!(job.last_error.as_deref(), Some("the line is busy"));
            waits.push(job.run_at - bench.clock.now());
            bench.clock.advance(job.run_at - bench.clock.now());
        }
        assert!(waits[0] >= TimeDelta::seconds(5), "{waits:?}");
        assert!(waits[..9].is_sorted(), "{waits:?}");
        assert!(
            waits.iter().all(|wait| *wait <= TimeDelta::hours(1)),
            "{waits:?}"
        );

        assert_eq!(worker.drain().await.unwrap(), 1);
        let job = bench.job(id).await;
        assert_eq!((job.state, job.attempts), (JobState::Dead, 12));
        let why = "given up after 12 attempts: the line is busy";
        assert_eq!(job.last_error.as_deref(), Some(why));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_can_never_work_is_given_up_at_once_and_works_when_retried_by_hand() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let id = bench.keep(1).await;
        let mended = Arc::new(AtomicU32::new(0));
        let looks = Arc::clone(&mended);
        let worker = bench.worker(Settings::default(), move |_, _| {
            let mended = looks.load(Ordering::SeqCst) == 1;
            async move {
                if mended {
                    Ok(())
                } else {
                    Err(JobError::fail("no such number"))
                }
            }
        });
        worker.drain().await.unwrap();
        let dead = bench.job(id).await;
        assert_eq!((dead.state, dead.attempts), (JobState::Dead, 1));
        assert_eq!(dead.last_error.as_deref(), Some("no such number"));

        mended.store(1, Ordering::SeqCst);
        assert_eq!(
            worker.drain().await.unwrap(),
            0,
            "nobody retries it by itself"
        );
        let mut tx = test.db.write().await.unwrap();
        assert!(
            retry_dead(&mut tx, bench.business, id, bench.clock.now())
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        worker.drain().await.unwrap();
        assert_eq!(bench.job(id).await.state, JobState::Done);
    })
    .await;
}

#[tokio::test]
async fn a_panic_ends_the_run_and_not_the_worker_and_is_not_quoted() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let panicking = bench.keep(1).await;
        let next = bench.keep(2).await;
        let worker = bench.worker(Settings::default(), async |_, number| {
            assert_ne!(number, 1, "the caller's name is Anna");
            Ok(())
        });
        assert_eq!(worker.drain().await.unwrap(), 2);
        let job = bench.job(panicking).await;
        assert_eq!((job.state, job.attempts), (JobState::Queued, 1));
        assert_eq!(
            job.last_error.as_deref(),
            Some("it panicked; the log says where")
        );
        assert_eq!(bench.job(next).await.state, JobState::Done);
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_newer_program_waits_for_one_that_can_read_it() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let id = bench.keep(1).await;
        let known = r#"update jobs set kind = 'noop', payload = '{"kind": "noop", "number": 1}'"#;
        let unknown =
            r#"update jobs set kind = 'from_tomorrow', payload = '{"kind": "from_tomorrow"}'"#;
        raw::execute(test, unknown.to_owned()).await;
        let worker = Worker::new(bench.context(), Settings::default());
        assert_eq!(worker.drain().await.unwrap(), 1);
        let waiting = bench.job(id).await;
        assert_eq!((waiting.state, waiting.attempts), (JobState::Queued, 1));
        assert!(waiting.run_at > bench.clock.now());

        // To the newer program it is a kind like any other.
        raw::execute(test, known.to_owned()).await;
        bench.clock.advance(waiting.run_at - bench.clock.now());
        assert_eq!(worker.drain().await.unwrap(), 1);
        assert_eq!(bench.job(id).await.state, JobState::Done);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_nobody_can_read_is_given_up_in_the_end_with_a_clear_text() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let id = bench.keep(1).await;
        let unknown = r#"update jobs set kind = 'from_tomorrow', payload = '{"kind": "from_tomorrow"}'"#;
        raw::execute(test, unknown.to_owned()).await;
        let worker = Worker::new(bench.context(), Settings::default());
        for _ in 0..12 {
            assert_eq!(worker.drain().await.unwrap(), 1);
            bench.clock.advance(TimeDelta::hours(1));
        }
        assert_eq!(worker.drain().await.unwrap(), 0);
        let dead = bench.job(id).await;
        assert_eq!((dead.state, dead.attempts), (JobState::Dead, 12));
        let why = "given up after 12 attempts: this version of the program can't read a `from_tomorrow` job";
        assert_eq!(dead.last_error.as_deref(), Some(why));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_takes_its_process_down_each_time_is_given_up() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let id = bench.keep(1).await;
        for _ in 0..12 {
            let lease = TimeDelta::minutes(1);
            let claimed = claim(&test.db, bench.clock.now(), lease, 1).await.unwrap();
            assert_eq!(claimed.len(), 1);
            bench.clock.advance(lease);
        }
        let worker = bench.worker(Settings::default(), async |_, _| panic!("must not run"));
        worker.drain().await.unwrap();
        let dead = bench.job(id).await;
        assert_eq!(dead.state, JobState::Dead);
        assert!(
            dead.last_error
                .unwrap()
                .starts_with("given up after 12 attempts")
        );
    })
    .await;
}

#[tokio::test]
async fn a_job_that_hangs_is_ended_and_tried_again() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let id = bench.keep(1).await;
        let settings = Settings {
            time_limit: Duration::from_millis(1),
            ..Settings::default()
        };
        let ended = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&ended);
        let worker = bench.worker(settings, move |_, _| {
            let dropped = CountsItsDrop(Arc::clone(&counter));
            async move {
                std::future::pending::<()>().await;
                drop(dropped);
                Ok(())
            }
        });
        timeout(HANGS, worker.drain()).await.unwrap().unwrap();
        assert_eq!(ended.load(Ordering::SeqCst), 1, "it ran on after its time");
        let job = bench.job(id).await;
        assert_eq!((job.state, job.attempts), (JobState::Queued, 1));
        assert_eq!(
            job.last_error.as_deref(),
            Some("it took longer than 1ms and was ended")
        );
    })
    .await;
}

struct CountsItsDrop(Arc<AtomicU32>);

impl Drop for CountsItsDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn the_late_result_of_a_paused_worker_is_dropped() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let id = bench.keep(1).await;
        let (started, mut starts) = mpsc::unbounded_channel();
        let unpaused = Arc::new(Notify::new());
        let pause = Arc::clone(&unpaused);
        let paused = bench.worker(Settings::default(), move |_, _| {
            let (started, pause) = (started.clone(), Arc::clone(&pause));
            async move {
                started.send(()).unwrap();
                pause.notified().await;
                Err(JobError::fail("an old opinion"))
            }
        });
        let late = tokio::spawn(async move { paused.drain().await });
        starts.recv().await.unwrap();
        bench.clock.advance(TimeDelta::minutes(1));
        let current = Worker::new(bench.context(), Settings::default());
        assert_eq!(current.drain().await.unwrap(), 1);

        unpaused.notify_one();
        late.await.unwrap().unwrap();
        let job = bench.job(id).await;
        assert_eq!(
            (job.state, job.attempts, job.last_error),
            (JobState::Done, 2, None)
        );
    })
    .await;
}

#[tokio::test]
async fn a_long_run_keeps_its_lease_and_ends_when_it_has_lost_it() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let id = bench.keep(1).await;
        let settings = Settings {
            lease: Duration::from_millis(30),
            ..Settings::default()
        };
        let lease = TimeDelta::milliseconds(30);
        let (started, mut starts) = mpsc::unbounded_channel();
        let worker = bench.worker(settings, move |_, _| {
            started.send(()).unwrap();
            std::future::pending()
        });
        let run = tokio::spawn(async move { worker.drain().await });
        starts.recv().await.unwrap();

        // Each sign of life makes the lease last from then on, so that nobody else can claim the job.
        bench.clock.advance(TimeDelta::milliseconds(20));
        let kept = bench.clock.now() + lease;
        timeout(HANGS, lease_reaches(test, id, kept)).await.unwrap();
        bench.clock.advance(TimeDelta::milliseconds(20));
        assert_eq!(
            claim(&test.db, bench.clock.now(), lease, 9).await.unwrap(),
            []
        );

        // Somebody else gets it after all, as if this worker had been cut off.
        let end = bench.clock.now() + lease * 100;
        let taken = timeout(HANGS, async {
            loop {
                if let Some(taken) = claim(&test.db, end, lease, 1).await.unwrap().pop() {
                    return taken;
                }
            }
        });
        let taken = taken.await.unwrap();
        let runs = timeout(HANGS, run)
            .await
            .expect("the run that lost its lease ends");
        assert_eq!(runs.unwrap().unwrap(), 1);
        let mut tx = test.db.write().await.unwrap();
        assert!(
            settle(&mut tx, taken.lease, end, &Outcome::Done)
                .await
                .unwrap()
        );
    })
    .await;
}

async fn lease_reaches(test: &TestDb, id: JobId, until: chrono::DateTime<chrono::Utc>) {
    let table = format!(
        "jobs where id = {} and lease_until >= '{}'",
        raw::literal(test, id.0),
        until.to_rfc3339()
    );
    while raw::count(test, &table).await == 0 {}
}

#[tokio::test]
async fn a_commit_wakes_the_worker() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let (ran, mut runs) = mpsc::unbounded_channel();
        let worker = bench.worker(no_polling(), move |_, number| {
            ran.send(number).unwrap();
            async { Ok(()) }
        });
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let running = tokio::spawn(async move { worker.run(stopped).await });
        for number in 0..3 {
            bench.keep(number).await;
            let ran = timeout(HANGS, runs.recv())
                .await
                .expect("nothing woke the worker");
            assert_eq!(ran, Some(number));
        }
        stop.cancel();
        timeout(HANGS, running).await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_next_job_of_a_key_follows_without_waiting_for_a_poll() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        for number in 0..5 {
            bench
                .keep_job(in_order(&bench.clock, "b/sms", number))
                .await;
        }
        let (ran, mut runs) = mpsc::unbounded_channel();
        let worker = bench.worker(no_polling(), move |_, number| {
            ran.send(number).unwrap();
            async { Ok(()) }
        });
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let running = tokio::spawn(async move { worker.run(stopped).await });
        for number in 0..5 {
            let ran = timeout(HANGS, runs.recv())
                .await
                .expect("the worker waits for a poll");
            assert_eq!(ran, Some(number));
        }
        stop.cancel();
        timeout(HANGS, running).await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_worker_runs_only_so_many_jobs_at_once() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        for number in 0..20 {
            bench.keep(number).await;
        }
        let settings = Settings {
            at_once: 3,
            ..no_polling()
        };
        let (running, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let (ran, mut runs) = mpsc::unbounded_channel();
        let (counter, record) = (Arc::clone(&running), Arc::clone(&most));
        let worker = bench.worker(settings, move |_, _| {
            let (running, most, ran) = (Arc::clone(&counter), Arc::clone(&record), ran.clone());
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                running.fetch_sub(1, Ordering::SeqCst);
                ran.send(()).unwrap();
                Ok(())
            }
        });
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let worker = tokio::spawn(async move { worker.run(stopped).await });
        for _ in 0..20 {
            timeout(HANGS, runs.recv()).await.unwrap().unwrap();
        }
        stop.cancel();
        timeout(HANGS, worker).await.unwrap().unwrap();
        assert_eq!(most.load(Ordering::SeqCst), 3);
    })
    .await;
}

#[tokio::test]
async fn a_stopping_worker_lets_jobs_finish_and_hands_back_those_that_do_not() {
    on_each_engine(async |test| {
        let bench = Bench::over(test).await;
        let quick = bench.keep(1).await;
        let endless = bench.keep(2).await;
        let settings = Settings {
            patience: Duration::from_millis(200),
            ..no_polling()
        };
        let (started, mut starts) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let stopping = stop.clone();
        let order = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&order);
        let worker = bench.worker(settings, move |_, number| {
            let (started, stopping, log) = (started.clone(), stopping.clone(), Arc::clone(&log));
            async move {
                started.send(()).unwrap();
                stopping.cancelled().await;
                if number == 2 {
                    std::future::pending::<()>().await;
                }
                log.lock().unwrap().push(number);
                Ok(())
            }
        });
        let stopped = stop.clone();
        let running = tokio::spawn(async move { worker.run(stopped).await });
        starts.recv().await.unwrap();
        starts.recv().await.unwrap();
        stop.cancel();
        timeout(HANGS, running).await.unwrap().unwrap();
        assert_eq!(*order.lock().unwrap(), [1]);
        assert_eq!(bench.job(quick).await.state, JobState::Done);
        let back = bench.job(endless).await;
        assert_eq!((back.state, back.attempts), (JobState::Queued, 0));
        // Another node has it at once.
        let other = Worker::new(bench.context(), Settings::default());
        assert_eq!(other.drain().await.unwrap(), 1);
    })
    .await;
}
