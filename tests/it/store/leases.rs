//! Claiming, keeping and settling jobs: who may run what, and whose word counts.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ringbook::{
    domain::{BusinessId, JobId},
    store::{
        Engine,
        jobs::{JobState, NewJob, Payload, retry_dead},
        leases::{Claimed, Lease, Outcome, claim, claim_in, extend, settle},
    },
};

use tokio::time::timeout;

use super::raw;
use crate::{
    jobs::{held_clock, in_order, job, keep, noop, noop_of},
    support::{TestDb, on_each_engine},
};

const LEASE: TimeDelta = TimeDelta::minutes(1);

async fn claim_all(test: &TestDb, now: DateTime<Utc>) -> Vec<Claimed> {
    claim(&test.db, now, LEASE, 100).await.unwrap()
}

fn ids(claimed: &[Claimed]) -> Vec<JobId> {
    claimed.iter().map(|claimed| claimed.job.id).collect()
}

async fn finish(test: &TestDb, lease: Lease, now: DateTime<Utc>, outcome: Outcome) -> bool {
    let mut tx = test.db.write().await.unwrap();
    let settled = settle(&mut tx, lease, now, &outcome).await.unwrap();
    tx.commit().await.unwrap();
    settled
}

#[tokio::test]
async fn a_job_is_claimed_once_its_time_has_come_and_the_longest_due_first() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let now = clock.now();
        let mut kept = Vec::new();
        for seconds in [-10, -30, -20, 1] {
            let run_at = now + TimeDelta::seconds(seconds);
            kept.push(
                keep(
                    &test.db,
                    &clock,
                    NewJob {
                        run_at,
                        ..noop(&clock, 1)
                    },
                )
                .await
                .unwrap(),
            );
        }
        let first = claim(&test.db, now, LEASE, 2).await.unwrap();
        assert_eq!(ids(&first), [kept[1], kept[2]]);
        assert_eq!(ids(&claim_all(test, now).await), [kept[0]]);
        assert_eq!(claim_all(test, now).await, []);
        assert_eq!(
            ids(&claim_all(test, now + TimeDelta::seconds(1)).await),
            [kept[3]]
        );
    })
    .await;
}

#[tokio::test]
async fn jobs_of_one_key_run_one_at_a_time_and_in_order_whenever_they_are_due() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let now = clock.now();
        let first = keep(&test.db, &clock, in_order(&clock, "b/sms", 1))
            .await
            .unwrap();
        // Due before the first, and still after it.
        let second = NewJob {
            run_at: now - TimeDelta::hours(1),
            ..in_order(&clock, "b/sms", 2)
        };
        let second = keep(&test.db, &clock, second).await.unwrap();
        let other = keep(&test.db, &clock, in_order(&clock, "b/mail", 3))
            .await
            .unwrap();

        let claimed = claim_all(test, clock.now()).await;
        assert_eq!(ids(&claimed), [first, other]);
        assert_eq!(claim_all(test, clock.now()).await, []);

        // A retry keeps its place.
        let run_at = clock.now() + TimeDelta::seconds(10);
        let why = "busy".to_owned();
        let retry = Outcome::Retry { run_at, why };
        assert!(finish(test, claimed[0].lease, clock.now(), retry).await);
        assert_eq!(claim_all(test, clock.now()).await, []);
        let again = claim_all(test, run_at).await;
        assert_eq!(ids(&again), [first]);
        assert!(finish(test, again[0].lease, run_at, Outcome::Done).await);
        assert_eq!(ids(&claim_all(test, run_at).await), [second]);
    })
    .await;
}

#[tokio::test]
async fn a_dead_letter_blocks_nobody() {
    on_each_engine(async |test| {
        let clock = held_clock();
        keep(&test.db, &clock, in_order(&clock, "b/sms", 1))
            .await
            .unwrap();
        let second = keep(&test.db, &clock, in_order(&clock, "b/sms", 2))
            .await
            .unwrap();
        let claimed = claim_all(test, clock.now()).await;
        let why = "no such number".to_owned();
        assert!(finish(test, claimed[0].lease, clock.now(), Outcome::Dead { why }).await);
        assert_eq!(ids(&claim_all(test, clock.now()).await), [second]);
    })
    .await;
}

#[tokio::test]
async fn a_job_retried_by_hand_waits_for_the_later_one_of_its_key_that_runs() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let ours = BusinessId(clock.id());
        raw::business(test, ours).await;
        let (dead, later) = dead_and_later(test, &clock, ours).await;
        let running = claim_all(test, clock.now()).await;
        assert_eq!(ids(&running), [later]);
        let mut tx = test.db.write().await.unwrap();
        assert!(retry_dead(&mut tx, ours, dead, clock.now()).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(claim_all(test, clock.now()).await, []);

        // The worker of the later one dies: that one was begun, so it goes first.
        clock.advance(LEASE);
        let again = claim_all(test, clock.now()).await;
        assert_eq!(ids(&again), [later]);
        assert!(finish(test, again[0].lease, clock.now(), Outcome::Done).await);
        assert_eq!(ids(&claim_all(test, clock.now()).await), [dead]);
    })
    .await;
}

/// Two jobs of one key, of which the first died and the second waits.
async fn dead_and_later(
    test: &TestDb,
    clock: &ringbook::clock::Clock,
    ours: BusinessId,
) -> (JobId, JobId) {
    let of_key = |number| NewJob {
        order_key: Some("b/sms".to_owned()),
        ..noop_of(clock, ours, number)
    };
    let dead = keep(&test.db, clock, of_key(1)).await.unwrap();
    let later = keep(&test.db, clock, of_key(2)).await.unwrap();
    let claimed = claim_all(test, clock.now()).await;
    let why = "no".to_owned();
    assert!(finish(test, claimed[0].lease, clock.now(), Outcome::Dead { why }).await);
    (dead, later)
}

/// On Postgres the second claimer has looked before the first one commits: it sees the dead job dead, and the later one next.
#[tokio::test]
async fn two_claimers_that_look_at_the_same_moment_start_one_job_of_a_key() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let ours = BusinessId(clock.id());
        raw::business(test, ours).await;
        let (dead, _later) = dead_and_later(test, &clock, ours).await;

        let mut first = test.db.write().await.unwrap();
        assert!(
            retry_dead(&mut first, ours, dead, clock.now())
                .await
                .unwrap()
        );
        let claimed = claim_in(&mut first, clock.now(), LEASE, 100).await.unwrap();
        assert_eq!(ids(&claimed), [dead]);

        let (db, now) = (test.db.clone(), clock.now());
        let second = tokio::spawn(async move { claim(&db, now, LEASE, 100).await.unwrap() });
        if test.db.engine() == Engine::Postgres {
            // Both SQLite writers queue for one pen; here the second is stopped by the first one's row.
            timeout(Duration::from_secs(20), somebody_waits(test))
                .await
                .expect("the second claimer is stopped");
        }
        first.commit().await.unwrap();
        assert_eq!(second.await.unwrap(), []);
    })
    .await;
}

async fn somebody_waits(test: &TestDb) {
    let waiting = "pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    while raw::count(test, waiting).await == 0 {}
}

#[tokio::test]
async fn a_job_whose_worker_died_runs_again_when_its_lease_is_over() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let ours = BusinessId(clock.id());
        raw::business(test, ours).await;
        let id = keep(&test.db, &clock, noop_of(&clock, ours, 1))
            .await
            .unwrap();
        let claimed = claim_all(test, clock.now()).await;
        assert_eq!(claimed[0].job.attempts, 1);
        clock.advance(LEASE - TimeDelta::microseconds(1));
        assert_eq!(claim_all(test, clock.now()).await, []);
        clock.advance(TimeDelta::microseconds(1));
        let again = claim_all(test, clock.now()).await;
        assert_eq!(ids(&again), [id]);
        assert_eq!(again[0].job.attempts, 2);
    })
    .await;
}

#[tokio::test]
async fn what_a_paused_worker_says_late_no_longer_counts() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let ours = BusinessId(clock.id());
        raw::business(test, ours).await;
        let id = keep(&test.db, &clock, noop_of(&clock, ours, 1))
            .await
            .unwrap();
        let paused = claim_all(test, clock.now()).await[0].lease;
        clock.advance(LEASE);
        let current = claim_all(test, clock.now()).await[0].lease;

        let why = "late".to_owned();
        for late in [
            Outcome::Done,
            Outcome::Released,
            Outcome::Dead { why: why.clone() },
            Outcome::Retry {
                run_at: clock.now(),
                why,
            },
        ] {
            assert!(!finish(test, paused, clock.now(), late).await);
        }
        let mut tx = test.db.write().await.unwrap();
        let until = clock.now() + LEASE;
        assert_eq!(extend(&mut tx, paused, until).await.unwrap(), None);
        drop(tx);
        assert_eq!(job(&test.db, ours, id).await.state, JobState::Running);
        assert!(finish(test, current, clock.now(), Outcome::Done).await);
        assert_eq!(job(&test.db, ours, id).await.state, JobState::Done);
        assert!(
            !finish(test, current, clock.now(), Outcome::Done).await,
            "once is enough"
        );
    })
    .await;
}

#[tokio::test]
async fn the_lease_of_a_run_before_a_retry_by_hand_no_longer_counts() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let ours = BusinessId(clock.id());
        raw::business(test, ours).await;
        let id = keep(&test.db, &clock, noop_of(&clock, ours, 1))
            .await
            .unwrap();
        let paused = claim_all(test, clock.now()).await[0].lease;
        clock.advance(LEASE);
        let second = claim_all(test, clock.now()).await[0].lease;
        let why = "no".to_owned();
        assert!(finish(test, second, clock.now(), Outcome::Dead { why }).await);
        let mut tx = test.db.write().await.unwrap();
        assert!(retry_dead(&mut tx, ours, id, clock.now()).await.unwrap());
        tx.commit().await.unwrap();
        // The same number of attempts as when the paused worker claimed it.
        let third = claim_all(test, clock.now()).await;
        assert_eq!(third[0].job.attempts, 1);
        assert!(!finish(test, paused, clock.now(), Outcome::Done).await);
    })
    .await;
}

#[tokio::test]
async fn an_extended_lease_lives_longer_and_is_the_only_one_that_counts() {
    on_each_engine(async |test| {
        let clock = held_clock();
        keep(&test.db, &clock, noop(&clock, 1)).await.unwrap();
        let lease = claim_all(test, clock.now()).await[0].lease;
        clock.advance(TimeDelta::seconds(40));
        let mut tx = test.db.write().await.unwrap();
        let longer = extend(&mut tx, lease, clock.now() + LEASE)
            .await
            .unwrap()
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(longer.until, clock.now() + LEASE);
        clock.advance(TimeDelta::seconds(40));
        assert_eq!(claim_all(test, clock.now()).await, []);
        assert!(!finish(test, lease, clock.now(), Outcome::Done).await);
        assert!(finish(test, longer, clock.now(), Outcome::Done).await);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_handed_back_is_due_at_once_and_the_run_does_not_count() {
    on_each_engine(async |test| {
        let clock = held_clock();
        keep(&test.db, &clock, noop(&clock, 1)).await.unwrap();
        for _ in 0..3 {
            let claimed = claim_all(test, clock.now()).await;
            assert_eq!(claimed[0].job.attempts, 1);
            assert!(finish(test, claimed[0].lease, clock.now(), Outcome::Released).await);
        }
    })
    .await;
}

#[tokio::test]
async fn an_unreadable_job_does_not_keep_the_others_from_being_claimed() {
    on_each_engine(async |test| {
        let clock = held_clock();
        keep(&test.db, &clock, noop(&clock, 1)).await.unwrap();
        raw::execute(
            test,
            r#"update jobs set kind = 'from_tomorrow', payload = '{"kind": "from_tomorrow"}'"#
                .to_owned(),
        )
        .await;
        keep(&test.db, &clock, noop(&clock, 2)).await.unwrap();
        let claimed = claim_all(test, clock.now()).await;
        let why = claimed[0].job.payload().unwrap_err().to_string();
        assert_eq!(
            why,
            "this version of the program can't read a `from_tomorrow` job"
        );
        assert_eq!(
            claimed[1].job.payload().unwrap(),
            Payload::Noop { number: 2 }
        );
    })
    .await;
}
