//! Closures are found by their days, those of every year by any.

use chrono::NaiveDate;
use ringbook::{
    domain::{Closure, ClosureId, ClosureKind, DayRange, Line},
    store::closures,
};

use crate::support::{TestDb, on_each_engine, tenants::Tenants};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn days(first: &str, last: &str) -> DayRange {
    DayRange::new(day(first), day(last)).unwrap()
}

/// A week in July, Christmas of every year from 2025, and a day long ago.
async fn three(test: &TestDb, tenants: &Tenants) -> [Closure; 3] {
    let closure = |days, every_year, reason: Option<&str>| Closure {
        id: ClosureId(tenants.clock.id()),
        kind: if every_year {
            ClosureKind::Holiday
        } else {
            ClosureKind::Closure
        },
        days,
        every_year,
        reason: reason.map(|text| Line::new(text).unwrap()),
    };
    let all = [
        closure(days("2026-07-06", "2026-07-12"), false, Some("Paint")),
        closure(days("2025-12-25", "2025-12-26"), true, None),
        closure(days("2020-01-01", "2020-01-01"), false, None),
    ];
    let mut tx = test.db.write().await.unwrap();
    for closure in &all {
        closures::insert(&mut tx, tenants.our_id(), closure)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    all
}

#[tokio::test]
async fn those_of_every_year_come_with_any_range_from_their_first_year_on() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let [week, christmas, _] = three(test, &tenants).await;
        let mut reader = test.db.read().await.unwrap();
        let mut within = async |first: &str, last: &str| {
            closures::within(&mut reader, tenants.our_id(), days(first, last))
                .await
                .unwrap()
        };
        assert_eq!(
            within("2026-07-12", "2026-07-20").await,
            [christmas.clone(), week.clone()]
        );
        assert_eq!(
            within("2026-07-01", "2026-07-06").await,
            [christmas.clone(), week]
        );
        assert_eq!(within("2026-07-13", "2026-07-20").await, [christmas]);
        assert_eq!(within("2024-12-25", "2024-12-26").await, []);
    })
    .await;
}

#[tokio::test]
async fn closures_are_listed_page_by_page_and_removed_once() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let [week, christmas, old] = three(test, &tenants).await;
        let ours = tenants.our_id();
        let mut tx = test.db.write().await.unwrap();
        let first = closures::list(&mut tx, ours, None, 2).await.unwrap();
        assert_eq!(first, [week, christmas.clone()]);
        let rest = closures::list(&mut tx, ours, Some(christmas.id), 2)
            .await
            .unwrap();
        assert_eq!(rest, [old]);
        assert!(closures::remove(&mut tx, ours, christmas.id).await.unwrap());
        assert!(!closures::remove(&mut tx, ours, christmas.id).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn another_tenant_neither_sees_nor_removes_a_closure() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let [week, ..] = three(test, &tenants).await;
        let theirs = tenants.their_id();
        let mut tx = test.db.write().await.unwrap();
        assert!(!closures::remove(&mut tx, theirs, week.id).await.unwrap());
        assert_eq!(closures::list(&mut tx, theirs, None, 9).await.unwrap(), []);
        let range = days("2020-01-01", "2022-12-31");
        assert_eq!(closures::within(&mut tx, theirs, range).await.unwrap(), []);
        let ours = closures::list(&mut tx, tenants.our_id(), None, 9)
            .await
            .unwrap();
        assert_eq!(ours.len(), 3);
    })
    .await;
}
