//! How long the question "what is free" takes, query and rules together, on both engines; and how that grows with the rows in the
//! database, with the staff asked about and with the days; and how long the question takes that a caller waits for, whether one time
//! is free, asked through the registry of providers. It makes its own databases with `ringbook seed`; a million rows take a few
//! minutes, so `BENCH_ROWS=100000` is for a first look, and
//! `BENCH_URL` names a database that is seeded already. It prints a table in Markdown.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a bench prints, may stop on nonsense of its own making, and borrows the tests' Postgres"
)]

#[path = "../tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "only the tests ask for an empty database")]
mod postgres;

use std::{
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use ringbook::{
    clock::Clock,
    desk::{By, Desk, SlotQuery},
    domain::{Actor, Business, BusinessId, Interval, ServiceId},
    providers::{Ask, Availability, Registry},
    scheduling::Who,
    store::{Connect, Db, businesses, services},
};

const SAMPLES: usize = 300;

#[tokio::main]
async fn main() {
    let rows: u64 = std::env::var("BENCH_ROWS").map_or(1_000_000, |rows| rows.parse().unwrap());
    println!(
        "| engine | rows in the database | of this business | staff | days | free starts | p50 ms | p99 ms |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    let mut checks = Vec::new();
    if let Ok(url) = std::env::var("BENCH_URL") {
        checks.extend(measure(&url, rows, 20, &[1, 7, 14, 28]).await);
        return print_checks(&checks);
    }
    for engine in ["sqlite", "postgres"] {
        for (share, staff) in [(100, 20), (10, 20), (1, 20), (10, 5), (10, 1)] {
            let folder = tempfile::tempdir().unwrap();
            let url = match engine {
                "sqlite" => format!("sqlite://{}/bench.db", folder.path().display()),
                _ => match postgres::fresh_database().await {
                    Some(url) => url,
                    None => return,
                },
            };
            let rows = (rows / share).max(1000);
            seed(&url, rows, staff);
            let days: &[i64] = if staff == 20 && share == 1 {
                &[1, 7, 14, 28]
            } else {
                &[14]
            };
            checks.extend(measure(&url, rows, staff, days).await);
            if engine == "postgres" {
                postgres::drop_database(&url).await;
            }
        }
    }
    print_checks(&checks);
}

fn print_checks(checks: &[String]) {
    println!("\n`check_availability` of one time, with `native`:\n");
    println!("| engine | rows in the database | staff | answer | asked | p50 ms | p99 ms |");
    println!("|---|--:|--:|---|--:|--:|--:|");
    for row in checks {
        println!("{row}");
    }
}

fn seed(url: &str, rows: u64, staff: u32) {
    let businesses = rows.div_ceil(u64::from(staff) * 10_000);
    let done = Command::new(env!("CARGO_BIN_EXE_ringbook"))
        .args(["seed", "--database-url", url])
        .args(["--bookings", &rows.to_string()])
        .args(["--staff", &staff.to_string()])
        .args(["--businesses", &businesses.to_string()])
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Prints how long it takes to find what is free, and gives the rows about checking one time.
async fn measure(url: &str, rows: u64, staff: u32, days: &[i64]) -> Vec<String> {
    let db = Connect::new(url).open().await.unwrap();
    let clock = Clock::system();
    let desk = Desk::new(db.clone(), clock.clone());
    let (business, service) = somewhere(&db).await;
    let by = By {
        business_id: business,
        actor: Actor::SYSTEM,
    };
    let engine = db.engine();
    let own = rows / rows.div_ceil(u64::from(staff) * 10_000);
    for &days in days {
        let now = clock.now();
        let query = SlotQuery {
            service_id: service,
            staff_id: None,
            not_staff_ids: Vec::new(),
            starts: Interval::new(now, now + TimeDelta::days(days)).unwrap(),
            but_not: None,
        };
        let mut free = 0;
        let mut times = Vec::with_capacity(SAMPLES);
        for warming in [true, false] {
            for _ in 0..if warming { 20 } else { SAMPLES } {
                let begun = Instant::now();
                free = desk.find_slots(by, &query).await.unwrap().len();
                if !warming {
                    times.push(begun.elapsed());
                }
            }
        }
        times.sort_unstable();
        let at = |share: usize| milliseconds(times[SAMPLES * share / 100]);
        println!(
            "| {engine:?} | {rows} | {own} | {staff} | {days} | {free} | {:.2} | {:.2} |",
            at(50),
            at(99)
        );
    }
    let registry = Registry::new(desk.clone());
    let business = Arc::new(desk.business(by).await.unwrap());
    let checks = check(&registry, &business, service, clock.now()).await;
    db.close().await;
    checks
        .into_iter()
        .map(|(answer, p50, p99, asked)| {
            format!("| {engine:?} | {rows} | {staff} | {answer} | {asked} | {p50:.2} | {p99:.2} |")
        })
        .collect()
}

/// Asks about times over a fortnight, as callers do: by day, anybody will do. What is taken comes with other times.
async fn check(
    registry: &Registry,
    business: &Arc<Business>,
    service: ServiceId,
    now: DateTime<Utc>,
) -> Vec<(&'static str, f64, f64, usize)> {
    const APART: TimeDelta = TimeDelta::minutes(15);
    let first = now.duration_trunc(APART).unwrap() + APART;
    let mut free = Vec::new();
    let mut busy = Vec::new();
    for number in -20_i32..14 * 24 * 4 {
        let ask = Ask {
            business: Arc::clone(business),
            service,
            staff: None,
            starts_at: first + APART * number.abs(),
            not_staff: Vec::new(),
            moving: None,
            call: None,
            who: Who::Customer,
        };
        let begun = Instant::now();
        let answer = registry.check(&ask).await;
        let took = begun.elapsed();
        if number < 0 {
            continue;
        }
        match answer {
            Availability::Free { .. } => free.push(took),
            Availability::Busy { .. } => busy.push(took),
            Availability::Unknown { why, .. } => panic!("{why:?}"),
        }
    }
    [("free", free), ("busy, with others", busy)]
        .into_iter()
        .filter(|(_, times)| !times.is_empty())
        .map(|(answer, mut times)| {
            times.sort_unstable();
            let at = |share: usize| milliseconds(times[times.len() * share / 100]);
            (answer, at(50), at(99), times.len())
        })
        .collect()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

async fn somewhere(db: &Db) -> (BusinessId, ServiceId) {
    let mut reader = db.read().await.unwrap();
    let business = businesses::ids(&mut reader, None, 1).await.unwrap()[0];
    let service = services::list(&mut reader, business, Some(true), None, 1)
        .await
        .unwrap();
    (business, service[0].id)
}
