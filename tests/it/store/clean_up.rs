//! What is old goes, the oldest first and no more than asked for; what is not stays.

use chrono::{DateTime, Duration, Utc};
use ringbook::{
    domain::BusinessId,
    store::clean_up::{Leftover, delete},
};

use super::raw;
use crate::{
    jobs::held_clock,
    support::{TestDb, on_each_engine},
};

async fn deleted(test: &TestDb, leftover: Leftover, before: DateTime<Utc>, limit: u32) -> u64 {
    let mut tx = test.db.write().await.unwrap();
    let deleted = delete(&mut tx, leftover, before, limit).await.unwrap();
    tx.commit().await.unwrap();
    deleted
}

/// As both engines read it.
fn at(time: DateTime<Utc>) -> String {
    format!("'{}'", time.to_rfc3339())
}

#[tokio::test]
async fn done_and_dead_jobs_go_by_their_own_age_and_unfinished_ones_never() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let now = clock.now();
        for (state, days_ago) in [
            ("done", 1),
            ("done", 2),
            ("done", 3),
            ("dead", 2),
            ("dead", 3),
            ("queued", 3),
        ] {
            let finished = match state {
                "queued" => "null".to_owned(),
                _ => at(now - Duration::days(days_ago)),
            };
            let (id, then) = (raw::literal(test, clock.id()), at(now - Duration::days(9)));
            let sql = format!(
                "insert into jobs (id, kind, payload, state, run_at, created_at, finished_at)
                 values ({id}, 'noop', '{{}}', '{state}', {then}, {then}, {finished})"
            );
            raw::execute(test, sql).await;
        }
        let two_days = now - Duration::days(2);
        // Exactly two days is not yet over two days.
        assert_eq!(deleted(test, Leftover::DoneJobs, two_days, 9).await, 1);
        assert_eq!(deleted(test, Leftover::DeadJobs, now, 1).await, 1);
        let left = "jobs where state = 'dead' and finished_at = ";
        assert_eq!(
            raw::count(test, &format!("{left}{}", at(two_days))).await,
            1
        );
        assert_eq!(deleted(test, Leftover::DeadJobs, now, 9).await, 1);
        assert_eq!(deleted(test, Leftover::DoneJobs, now, 9).await, 2);
        assert_eq!(raw::count(test, "jobs where state = 'queued'").await, 1);
        assert_eq!(raw::count(test, "jobs").await, 1);
    })
    .await;
}

#[tokio::test]
async fn expired_holds_go_with_their_trail_and_every_other_booking_stays() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let now = clock.now();
        let business = BusinessId(clock.id());
        raw::business(test, business).await;
        let business = raw::literal(test, business.0);
        let (staff, service) = (
            raw::literal(test, clock.id()),
            raw::literal(test, clock.id()),
        );
        let then = at(now - Duration::days(9));
        let truth = match test.db.engine() {
            ringbook::store::Engine::Sqlite => "1",
            ringbook::store::Engine::Postgres => "true",
        };
        let set_up = format!(
            "insert into staff (business_id, id, name, active, profile, created_at, updated_at)
             values ({business}, {staff}, 'Kim', {truth}, '{{}}', {then}, {then});
             insert into services (business_id, id, name, aliases, duration_minutes,
                buffer_before_minutes, buffer_after_minutes, active, created_at, updated_at)
             values ({business}, {service}, 'Cut', '[]', 30, 0, 0, {truth}, {then}, {then});"
        );
        raw::execute(test, set_up).await;
        for (hour, status, expires) in [
            (1, "held", at(now - Duration::hours(2))),
            (2, "held", at(now - Duration::minutes(1))),
            (3, "held", at(now + Duration::minutes(1))),
            (4, "tentative", "null".to_owned()),
            (5, "booked", "null".to_owned()),
        ] {
            let (id, change) = (
                raw::literal(test, clock.id()),
                raw::literal(test, clock.id()),
            );
            let (from, until) = (now + Duration::hours(hour), now + Duration::hours(hour + 1));
            let (from, until) = (at(from), at(until));
            let sql = format!(
                "insert into bookings (business_id, id, staff_id, service_id, starts_at, ends_at,
                    busy_from, busy_until, status, source, hold_expires_at, unverified, created_at,
                    updated_at)
                 values ({business}, {id}, {staff}, {service}, {from}, {until}, {from}, {until},
                    '{status}', 'phone', {expires}, not {truth}, {then}, {then});
                 insert into booking_changes
                    (business_id, id, booking_id, at, actor_kind, action, after)
                 values ({business}, {change}, {id}, {then}, 'call', 'held', '{{}}');"
            );
            raw::execute(test, sql).await;
        }
        assert_eq!(deleted(test, Leftover::ExpiredHolds, now, 1).await, 1);
        let oldest = format!(
            "bookings where hold_expires_at = {}",
            at(now - Duration::hours(2))
        );
        assert_eq!(raw::count(test, &oldest).await, 0);
        assert_eq!(deleted(test, Leftover::ExpiredHolds, now, 9).await, 1);
        assert_eq!(deleted(test, Leftover::ExpiredHolds, now, 9).await, 0);
        assert_eq!(raw::count(test, "bookings").await, 3);
        assert_eq!(raw::count(test, "booking_changes").await, 3);
    })
    .await;
}

#[tokio::test]
async fn idempotency_keys_go_by_their_first_use_and_sessions_by_their_end() {
    on_each_engine(async |test| {
        let clock = held_clock();
        let now = clock.now();
        let business = BusinessId(clock.id());
        raw::business(test, business).await;
        let business = raw::literal(test, business.0);
        let user = raw::literal(test, clock.id());
        let sql = format!(
            "insert into users (id, email, name, password_hash, created_at, updated_at)
             values ({user}, 'kim@example.com', 'Kim', '', {now}, {now})",
            now = at(now)
        );
        raw::execute(test, sql).await;
        for days in [-2, -1, 1] {
            let (id, when) = (
                raw::literal(test, clock.id()),
                at(now + Duration::days(days)),
            );
            let sql = format!(
                "insert into idempotency_keys
                    (business_id, key, fingerprint, booking_id, outcome, created_at)
                 values ({business}, 'key {days}', '', {id}, '{{}}', {when});
                 insert into sessions
                    (id, user_id, token_hash, used_hashes, created_at, expires_at)
                 values ({id}, {user}, '', '[]', {when}, {when});"
            );
            raw::execute(test, sql).await;
        }
        for leftover in [Leftover::IdempotencyKeys, Leftover::ExpiredSessions] {
            assert_eq!(deleted(test, leftover, now, 1).await, 1);
            assert_eq!(deleted(test, leftover, now, 9).await, 1);
            assert_eq!(deleted(test, leftover, now, 9).await, 0);
        }
        assert_eq!(
            raw::count(test, "idempotency_keys where key = 'key 1'").await,
            1
        );
        assert_eq!(raw::count(test, "sessions").await, 1);
    })
    .await;
}
