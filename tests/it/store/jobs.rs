//! What is enqueued, what is kept once, and what people see of it.

use chrono::Duration;
use ringbook::{
    clock::Clock,
    domain::{BusinessId, JobId},
    store::{
        Error, Tx,
        jobs::{JobState, NewJob, Payload, Queue, enqueue, get, list, queue, retry_dead},
        leases::{Claimed, Outcome, claim, settle},
    },
};

use super::raw;
use crate::{
    jobs::{held_clock, job, keep, noop, noop_of},
    support::{TestDb, on_each_engine},
};

const LEASE: Duration = Duration::minutes(1);

/// Starts the one job that is due and lets it die.
async fn kill_next(test: &TestDb, now: chrono::DateTime<chrono::Utc>) -> JobId {
    let Claimed { job, lease } = claim(&test.db, now, LEASE, 1).await.unwrap().pop().unwrap();
    let mut tx = test.db.write().await.unwrap();
    let why = "the other side said no".to_owned();
    assert!(
        settle(&mut tx, lease, now, &Outcome::Dead { why })
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    job.id
}

async fn write(test: &TestDb) -> Tx {
    test.db.write().await.unwrap()
}

#[tokio::test]
async fn a_job_is_there_if_and_only_if_its_cause_is() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let mut undone = write(test).await;
        enqueue(&mut undone, &clock, noop(&clock, 1)).await.unwrap();
        drop(undone);
        assert_eq!(claim(&test.db, clock.now(), LEASE, 9).await.unwrap(), []);

        let mut kept = write(test).await;
        let id = enqueue(&mut kept, &clock, noop(&clock, 2))
            .await
            .unwrap()
            .unwrap();
        kept.commit().await.unwrap();
        let claimed = claim(&test.db, clock.now(), LEASE, 9).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].job.id, id);
        assert_eq!(
            claimed[0].job.payload().unwrap(),
            Payload::Noop { number: 2 }
        );
    })
    .await;
}

fn sync(clock: &Clock) -> NewJob {
    NewJob {
        dedupe_key: Some("sync/7".to_owned()),
        ..noop(clock, 7)
    }
}

#[tokio::test]
async fn an_equal_job_is_not_enqueued_while_the_first_waits() {
    on_each_engine(async |test| {
        let clock = held_clock();
        assert!(keep(&test.db, &clock, sync(&clock)).await.is_some());
        assert!(keep(&test.db, &clock, sync(&clock)).await.is_none());
    })
    .await;
}

/// The running one may have looked before the change that asks for another look.
#[tokio::test]
async fn an_equal_job_is_enqueued_once_while_the_first_runs() {
    on_each_engine(async |test| {
        let clock = held_clock();
        keep(&test.db, &clock, sync(&clock)).await.unwrap();
        claim(&test.db, clock.now(), LEASE, 9).await.unwrap();
        let next = keep(&test.db, &clock, sync(&clock)).await;
        assert!(next.is_some());
        assert!(keep(&test.db, &clock, sync(&clock)).await.is_none());
        let claimed = claim(&test.db, clock.now(), LEASE, 9).await.unwrap();
        assert_eq!(Some(claimed[0].job.id), next);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_would_wait_beside_an_equal_one_leaves_the_work_to_it() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let ours = BusinessId(clock.id());
        raw::business(test, ours).await;
        let same = || NewJob {
            business_id: Some(ours),
            ..sync(&clock)
        };
        let why = "the line is busy".to_owned();
        let run_at = clock.now() + Duration::hours(1);
        for outcome in [Outcome::Retry { run_at, why }, Outcome::Released] {
            let first = keep(&test.db, &clock, same()).await.unwrap();
            let running = claim(&test.db, clock.now(), LEASE, 9).await.unwrap();
            assert_eq!(running[0].job.id, first);
            let second = keep(&test.db, &clock, same()).await.unwrap();
            let mut tx = write(test).await;
            let settled = settle(&mut tx, running[0].lease, clock.now(), &outcome).await;
            assert!(settled.unwrap());
            tx.commit().await.unwrap();

            let left = job(&test.db, ours, first).await;
            assert_eq!(left.state, JobState::Done);
            assert_eq!(left.finished_at, Some(clock.now()));
            let next = claim(&test.db, clock.now(), LEASE, 9).await.unwrap();
            assert_eq!(next.len(), 1);
            assert_eq!(next[0].job.id, second);
            let mut tx = write(test).await;
            settle(&mut tx, next[0].lease, clock.now(), &Outcome::Done)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_tried_again_counts_as_waiting() {
    on_each_engine(async |test| {
        let clock = held_clock();
        keep(&test.db, &clock, sync(&clock)).await.unwrap();
        let running = claim(&test.db, clock.now(), LEASE, 9).await.unwrap();
        let retry = Outcome::Retry {
            run_at: clock.now() + Duration::hours(1),
            why: "the line is busy".to_owned(),
        };
        let mut tx = write(test).await;
        settle(&mut tx, running[0].lease, clock.now(), &retry)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(keep(&test.db, &clock, sync(&clock)).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn an_equal_job_leaves_the_rest_of_its_transaction_alone() {
    on_each_engine(async |test| {
        let clock = held_clock();
        keep(&test.db, &clock, sync(&clock)).await;
        let mut tx = write(test).await;
        assert_eq!(enqueue(&mut tx, &clock, sync(&clock)).await.unwrap(), None);
        enqueue(&mut tx, &clock, noop(&clock, 8))
            .await
            .unwrap()
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            claim(&test.db, clock.now(), LEASE, 9).await.unwrap().len(),
            2
        );
    })
    .await;
}

#[tokio::test]
async fn a_business_sees_its_own_jobs_newest_first_page_by_page() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let (ours, theirs) = (BusinessId(clock.id()), BusinessId(clock.id()));
        raw::business(test, ours).await;
        raw::business(test, theirs).await;
        let mut ids = Vec::new();
        for number in 0..5 {
            ids.push(
                keep(&test.db, &clock, noop_of(&clock, ours, number))
                    .await
                    .unwrap(),
            );
        }
        let foreign = keep(&test.db, &clock, noop_of(&clock, theirs, 9))
            .await
            .unwrap();
        keep(&test.db, &clock, noop(&clock, 10)).await;

        let mut reader = test.db.read().await.unwrap();
        let first = list(&mut reader, ours, None, None, 3).await.unwrap();
        let first: Vec<JobId> = first.iter().map(|job| job.id).collect();
        assert_eq!(first, [ids[4], ids[3], ids[2]]);
        let rest = list(&mut reader, ours, None, Some(ids[2]), 3)
            .await
            .unwrap();
        let rest: Vec<JobId> = rest.iter().map(|job| job.id).collect();
        assert_eq!(rest, [ids[1], ids[0]]);
        assert_eq!(get(&mut reader, ours, foreign).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_dead_job_is_listed_with_its_reason_and_can_be_retried() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let ours = BusinessId(clock.id());
        raw::business(test, ours).await;
        let id = keep(&test.db, &clock, noop_of(&clock, ours, 1))
            .await
            .unwrap();
        assert_eq!(kill_next(test, clock.now()).await, id);

        let mut reader = test.db.read().await.unwrap();
        let dead = list(&mut reader, ours, Some(JobState::Dead), None, 9)
            .await
            .unwrap();
        assert_eq!(dead.len(), 1);
        assert_eq!(
            dead[0].last_error.as_deref(),
            Some("the other side said no")
        );
        assert_eq!(dead[0].attempts, 1);
        assert_eq!(dead[0].finished_at, Some(clock.now()));
        let queued = list(&mut reader, ours, Some(JobState::Queued), None, 9)
            .await
            .unwrap();
        assert_eq!(queued, []);
        drop(reader);

        clock.advance(Duration::hours(1));
        let mut tx = write(test).await;
        assert!(retry_dead(&mut tx, ours, id, clock.now()).await.unwrap());
        tx.commit().await.unwrap();
        let retried = job(&test.db, ours, id).await;
        assert_eq!((retried.state, retried.attempts), (JobState::Queued, 0));
        assert_eq!((retried.run_at, retried.finished_at), (clock.now(), None));

        let mut tx = write(test).await;
        assert!(!retry_dead(&mut tx, ours, id, clock.now()).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_business_can_not_retry_the_job_of_another() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let (ours, theirs) = (BusinessId(clock.id()), BusinessId(clock.id()));
        raw::business(test, ours).await;
        raw::business(test, theirs).await;
        let id = keep(&test.db, &clock, noop_of(&clock, theirs, 1))
            .await
            .unwrap();
        kill_next(test, clock.now()).await;
        let mut tx = write(test).await;
        assert!(!retry_dead(&mut tx, ours, id, clock.now()).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(job(&test.db, theirs, id).await.state, JobState::Dead);
    })
    .await;
}

#[tokio::test]
async fn a_dead_job_is_not_retried_beside_an_equal_one_that_waits() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let ours = BusinessId(clock.id());
        raw::business(test, ours).await;
        let same = || NewJob {
            business_id: Some(ours),
            ..sync(&clock)
        };
        let dead = keep(&test.db, &clock, same()).await.unwrap();
        kill_next(test, clock.now()).await;
        keep(&test.db, &clock, same()).await.unwrap();
        let mut tx = write(test).await;
        let refused = retry_dead(&mut tx, ours, dead, clock.now()).await;
        assert!(
            matches!(refused, Err(Error::Duplicate("dedupe_key"))),
            "{refused:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_queue_counts_what_waits_runs_and_died_and_since_when() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let now = clock.now();
        let count = async |now| {
            queue(&mut test.db.read().await.unwrap(), now)
                .await
                .unwrap()
        };
        assert_eq!(
            count(now).await,
            Queue {
                later: 0,
                due: 0,
                running: 0,
                dead: 0,
                oldest_due: None
            }
        );
        keep(&test.db, &clock, noop(&clock, 1)).await;
        kill_next(test, now).await;
        keep(&test.db, &clock, noop(&clock, 2)).await;
        claim(&test.db, clock.now(), LEASE, 1).await.unwrap();
        for minutes in [-5, -3, 3] {
            let run_at = now + Duration::minutes(minutes);
            keep(
                &test.db,
                &clock,
                NewJob {
                    run_at,
                    ..noop(&clock, 3)
                },
            )
            .await;
        }
        let oldest_due = Some(now - Duration::minutes(5));
        assert_eq!(
            count(clock.now()).await,
            Queue {
                later: 1,
                due: 2,
                running: 1,
                dead: 1,
                oldest_due
            }
        );
    })
    .await;
}
