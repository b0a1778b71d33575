//! Several nodes over one database.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use ringbook::{
    clock::Clock,
    jobs::{JobError, Settings, Worker},
    store::jobs::Job,
};
use tokio::{sync::Notify, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{Script, context, in_order, noop};
use crate::support::on_each_engine;

const JOBS: u32 = 500;
const KEYS: u32 = 40;
const WORKERS: usize = 4;

#[derive(Default)]
struct Log {
    /// What ran, in the order in which it began, by order key.
    began: BTreeMap<Option<String>, Vec<u32>>,
    running: HashSet<String>,
    ended: u32,
    /// Keys that had two jobs running at once.
    doubled: Vec<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_workers_run_each_of_500_jobs_once_and_in_order_per_key() {
    on_each_engine(async |test| {
        let clock = Clock::system();
        let mut tx = test.db.write().await.unwrap();
        for number in 0..JOBS {
            // Every fifth has no key, and may run whenever it likes.
            let job = match number % 5 {
                0 => noop(&clock, number),
                _ => in_order(&clock, &format!("booking-{}/sms", number % KEYS), number),
            };
            ringbook::store::jobs::enqueue(&mut tx, &clock, job)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();

        let log = Arc::new(Mutex::new(Log::default()));
        let all_ended = Arc::new(Notify::new());
        let stop = CancellationToken::new();
        let mut workers = Vec::new();
        for _ in 0..WORKERS {
            // A pool of its own, as another process has.
            let context = context(&test.connect.open().await.unwrap(), &clock);
            let (log, all_ended) = (Arc::clone(&log), Arc::clone(&all_ended));
            let script =
                move |job, number| run(job, number, Arc::clone(&log), Arc::clone(&all_ended));
            let worker = Worker::with_runner(context, Settings::default(), Script(script));
            let stop = stop.clone();
            workers.push(tokio::spawn(async move { worker.run(stop).await }));
        }
        timeout(Duration::from_mins(2), all_ended.notified())
            .await
            .expect("500 jobs end");
        stop.cancel();
        for worker in workers {
            worker.await.unwrap();
        }

        let log = log.lock().unwrap();
        assert_eq!(log.doubled, Vec::<String>::new());
        assert_eq!(log.ended, JOBS);
        let mut all: Vec<u32> = log.began.values().flatten().copied().collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..JOBS), "each once");
        for (key, numbers) in &log.began {
            assert!(key.is_none() || numbers.is_sorted(), "{key:?}: {numbers:?}");
        }
    })
    .await;
}

async fn run(
    job: Job,
    number: u32,
    log: Arc<Mutex<Log>>,
    all_ended: Arc<Notify>,
) -> Result<(), JobError> {
    {
        let mut log = log.lock().unwrap();
        log.began
            .entry(job.order_key.clone())
            .or_default()
            .push(number);
        if let Some(key) = &job.order_key
            && !log.running.insert(key.clone())
        {
            log.doubled.push(key.clone());
        }
    }
    tokio::task::yield_now().await;
    let mut log = log.lock().unwrap();
    if let Some(key) = &job.order_key {
        log.running.remove(key);
    }
    log.ended += 1;
    if log.ended == JOBS {
        all_ended.notify_one();
    }
    Ok(())
}
