//! The hourly clean-up.

use chrono::{DateTime, Duration, DurationRound, TimeDelta};
use ringbook::{
    clock::Clock,
    desk::By,
    domain::{JournalEntry, Speaker, Turn},
    jobs::{Settings, Worker, clean_up},
    store::{
        Db,
        jobs::queue,
        leases::{Claimed, claim},
    },
};

use super::{context, held_clock, keep, noop};
use crate::{
    store::raw,
    support::{House, TestDb, on_each_engine},
};

fn worker(test: &TestDb, clock: &Clock) -> Worker {
    Worker::new(context(&test.db, clock), Settings::default())
}

async fn schedule(db: &Db, clock: &Clock) {
    let mut tx = db.write().await.unwrap();
    clean_up::schedule(&mut tx, clock).await.unwrap();
    tx.commit().await.unwrap();
}

async fn waiting(db: &Db, clock: &Clock) -> u64 {
    let queue = queue(&mut db.read().await.unwrap(), clock.now())
        .await
        .unwrap();
    queue.later + queue.due
}

#[tokio::test]
async fn it_runs_once_an_hour_however_many_nodes_start() {
    on_each_engine(async |test| {
        let clock = Clock::held_at(DateTime::from_timestamp(1_800_000_600, 0).unwrap());
        for _ in 0..3 {
            schedule(&test.db, &clock).await;
            clock.advance(Duration::minutes(1));
        }
        assert_eq!(waiting(&test.db, &clock).await, 1);
        let worker = worker(test, &clock);
        let mut runs = 0;
        for _ in 0..24 * 4 {
            clock.advance(Duration::minutes(15));
            schedule(&test.db, &clock).await;
            runs += worker.drain().await.unwrap();
            assert_eq!(waiting(&test.db, &clock).await, 1);
        }
        assert_eq!(runs, 24);
    })
    .await;
}

#[tokio::test]
async fn it_is_due_at_the_next_full_hour() {
    on_each_engine(async |test| {
        let clock = held_clock();
        clock.advance(Duration::minutes(17));
        schedule(&test.db, &clock).await;
        let hour = clock.now().duration_trunc(TimeDelta::hours(1)).unwrap() + TimeDelta::hours(1);
        let lease = Duration::minutes(1);
        let early = hour - TimeDelta::microseconds(1);
        assert_eq!(claim(&test.db, early, lease, 9).await.unwrap(), []);
        let claimed: Vec<Claimed> = claim(&test.db, hour, lease, 9).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].job.kind, "clean_up");
    })
    .await;
}

#[tokio::test]
async fn it_deletes_more_than_one_batch_and_keeps_what_is_still_of_use() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let db = &test.db;
        let mut tx = db.write().await.unwrap();
        for number in 0..1_100 {
            ringbook::store::jobs::enqueue(&mut tx, &clock, noop(&clock, number))
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let done = format!(
            "update jobs set state = 'done', finished_at = '{}'",
            clock.now().to_rfc3339()
        );
        raw::execute(test, done).await;
        clock.advance(Duration::days(7));
        let recent = keep(db, &clock, noop(&clock, 1)).await.unwrap();
        let worker = worker(test, &clock);
        worker.drain().await.unwrap();

        schedule(db, &clock).await;
        clock.advance(Duration::hours(1));
        worker.drain().await.unwrap();
        // The recent one, the clean-up itself and the next.
        assert_eq!(raw::count(test, "jobs").await, 3);
        let recent = raw::literal(test, recent.0);
        assert_eq!(
            raw::count(test, &format!("jobs where id = {recent}")).await,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn it_forgets_what_was_said_when_the_business_wants_it_no_longer() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let desk = &house.desk;
        let claim = house.ring().await;
        let by = By::call(house.by.business_id, claim.call);
        let entry = JournalEntry {
            number: 0,
            at_ms: 0,
            body: "{}".to_owned(),
        };
        desk.write_record(by, claim, &[entry], &[]).await.unwrap();
        let turn = Turn {
            number: 0,
            speaker: Speaker::Agent,
            text: "Hello".to_owned(),
            at_ms: 0,
            timings: serde_json::json!({}),
        };
        desk.write_record(by, claim, &[], &[turn]).await.unwrap();
        let worker = worker(test, &house.clock);
        let clean_up_after = async |days| {
            schedule(&test.db, &house.clock).await;
            house.clock.advance(Duration::days(days));
            worker.drain().await.unwrap();
            let call = desk.call(by, claim.call).await.unwrap();
            let (events, said) = (
                desk.journal(by, claim.call).await.unwrap().len(),
                desk.transcript(by, claim.call).await.unwrap().len(),
            );
            (call.outcome.is_some(), events, said)
        };
        // It lost its node, so it is ended; its journal is what says why.
        assert_eq!(clean_up_after(29).await, (true, 1, 1));
        assert_eq!(clean_up_after(2).await, (true, 0, 1));
        let shorter = serde_json::from_value(serde_json::json!({
            "policies": { "keep_transcripts_days": 31 }
        }));
        let patch = shorter.unwrap();
        desk.update_business(house.by, None, &patch).await.unwrap();
        assert_eq!(clean_up_after(1).await, (true, 0, 0));
    })
    .await;
}
