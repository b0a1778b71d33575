//! Leaves, special hours and blocks are found by their time, their person and their tenant.

use std::slice::from_ref;

use chrono::NaiveDate;
use ringbook::{
    domain::{
        Block, BlockId, BlockSource, DateException, DayRange, ExceptionId, Interval, Leave,
        LeaveId, Line, StaffId,
    },
    store::{Error, absences, staff::Whose, staff_services},
};

use crate::support::{
    TestDb, on_each_engine,
    tenants::{Tenants, on_monday},
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn days(first: &str, last: &str) -> DayRange {
    DayRange::new(day(first), day(last)).unwrap()
}

fn line(text: &str) -> Line {
    Line::new(text).unwrap()
}

struct Absences {
    tenants: Tenants,
    anna: StaffId,
    ben: StaffId,
    leave: Leave,
    exception: DateException,
    block: Block,
}

/// Anna is away in all three ways.
async fn anna_is_away(test: &TestDb) -> Absences {
    let tenants = Tenants::move_in(&test.db).await;
    let anna = tenants.staff(tenants.ours, "Anna").await.id;
    let ben = tenants.staff(tenants.ours, "Ben").await.id;
    let leave = Leave {
        id: LeaveId(tenants.clock.id()),
        staff_id: anna,
        days: days("2026-03-04", "2026-03-06"),
        part: Some("13:00-24:00".parse().unwrap()),
        reason: Some(line("School")),
    };
    let exception = DateException {
        id: ExceptionId(tenants.clock.id()),
        staff_id: anna,
        date: day("2026-03-05"),
        spans: vec![
            "09:00-10:00".parse().unwrap(),
            "22:00-01:00".parse().unwrap(),
        ],
        reason: Some(line("Fair")),
    };
    let block = Block {
        id: BlockId(tenants.clock.id()),
        staff_id: anna,
        interval: Interval::new(on_monday(10, 0), on_monday(11, 0)).unwrap(),
        source: BlockSource::Calendar,
        reason: Some(line("Dentist")),
    };
    let mut tx = test.db.write().await.unwrap();
    let ours = tenants.our_id();
    absences::insert_leave(&mut tx, ours, &leave).await.unwrap();
    absences::insert_exception(&mut tx, ours, &exception)
        .await
        .unwrap();
    absences::insert_block(&mut tx, ours, &block).await.unwrap();
    tx.commit().await.unwrap();
    Absences {
        tenants,
        anna,
        ben,
        leave,
        exception,
        block,
    }
}

#[tokio::test]
async fn a_leave_is_found_by_each_of_its_days_and_by_no_other() {
    on_each_engine(async |test| {
        let Absences {
            tenants,
            anna,
            leave,
            ..
        } = anna_is_away(test).await;
        let mut reader = test.db.read().await.unwrap();
        let mut on = async |range| {
            absences::leaves(&mut reader, tenants.our_id(), Whose::Staff(anna), range)
                .await
                .unwrap()
        };
        assert_eq!(on(days("2026-03-01", "2026-03-04")).await, from_ref(&leave));
        assert_eq!(on(days("2026-03-06", "2026-03-09")).await, [leave]);
        assert_eq!(on(days("2026-03-01", "2026-03-03")).await, []);
        assert_eq!(on(days("2026-03-07", "2026-03-09")).await, []);
    })
    .await;
}

#[tokio::test]
async fn an_exception_is_found_by_its_date_and_there_is_one_for_a_date() {
    on_each_engine(async |test| {
        let Absences {
            tenants,
            anna,
            mut exception,
            ..
        } = anna_is_away(test).await;
        let ours = tenants.our_id();
        let mut tx = test.db.write().await.unwrap();
        let mut on = async |first, last| {
            absences::exceptions(&mut tx, ours, Whose::Staff(anna), days(first, last))
                .await
                .unwrap()
        };
        assert_eq!(on("2026-03-05", "2026-03-05").await, [exception.clone()]);
        assert_eq!(on("2026-03-01", "2026-03-04").await, []);
        assert_eq!(on("2026-03-06", "2026-03-09").await, []);
        exception.id = ExceptionId(tenants.clock.id());
        let refused = absences::insert_exception(&mut tx, ours, &exception)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Duplicate("date")), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_block_that_only_touches_the_time_is_not_in_it() {
    on_each_engine(async |test| {
        let Absences {
            tenants,
            anna,
            block,
            ..
        } = anna_is_away(test).await;
        let ours = tenants.our_id();
        let mut reader = test.db.read().await.unwrap();
        let mut during = async |from, until| {
            let during = Interval::new(from, until).unwrap();
            absences::blocks(&mut reader, ours, Whose::Staff(anna), during)
                .await
                .unwrap()
        };
        assert_eq!(
            during(on_monday(10, 59), on_monday(12, 0)).await,
            from_ref(&block)
        );
        assert_eq!(
            during(on_monday(9, 0), on_monday(10, 1)).await,
            from_ref(&block)
        );
        assert_eq!(during(on_monday(11, 0), on_monday(12, 0)).await, []);
        assert_eq!(during(on_monday(9, 0), on_monday(10, 0)).await, []);
        let found = absences::block(&mut reader, ours, anna, block.id)
            .await
            .unwrap();
        assert_eq!(found, Some(block));
    })
    .await;
}

#[tokio::test]
async fn absences_are_asked_for_by_person_by_service_and_for_everyone() {
    on_each_engine(async |test| {
        let Absences {
            tenants, anna, ben, ..
        } = anna_is_away(test).await;
        let ours = tenants.our_id();
        let cut = tenants.service(tenants.ours, "Cut").await.id;
        let dye = tenants.service(tenants.ours, "Dye").await.id;
        let mut tx = test.db.write().await.unwrap();
        for (person, service) in [(anna, cut), (ben, cut), (ben, dye)] {
            staff_services::link(&mut tx, ours, person, service)
                .await
                .unwrap();
        }
        let expected = [
            (Whose::Staff(anna), 1),
            (Whose::Staff(ben), 0),
            (Whose::Service(cut), 1),
            (Whose::Service(dye), 0),
            (Whose::Everyone, 1),
        ];
        let range = days("2026-03-01", "2026-03-31");
        let during = Interval::new(on_monday(0, 0), on_monday(23, 0)).unwrap();
        for (whose, count) in expected {
            let leaves = absences::leaves(&mut tx, ours, whose, range).await.unwrap();
            let exceptions = absences::exceptions(&mut tx, ours, whose, range)
                .await
                .unwrap();
            let blocks = absences::blocks(&mut tx, ours, whose, during)
                .await
                .unwrap();
            assert_eq!(
                [leaves.len(), exceptions.len(), blocks.len()],
                [count; 3],
                "{whose:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn absences_are_removed_once_and_only_from_the_person_they_belong_to() {
    on_each_engine(async |test| {
        let Absences {
            tenants,
            anna,
            ben,
            leave,
            exception,
            block,
        } = anna_is_away(test).await;
        let ours = tenants.our_id();
        let mut tx = test.db.write().await.unwrap();
        let mut remove = async |who| {
            [
                absences::remove_leave(&mut tx, ours, who, leave.id)
                    .await
                    .unwrap(),
                absences::remove_exception(&mut tx, ours, who, exception.id)
                    .await
                    .unwrap(),
                absences::remove_block(&mut tx, ours, who, block.id)
                    .await
                    .unwrap(),
            ]
        };
        assert_eq!(remove(ben).await, [false; 3]);
        assert_eq!(remove(anna).await, [true; 3]);
        assert_eq!(remove(anna).await, [false; 3]);
    })
    .await;
}

#[tokio::test]
async fn another_tenant_neither_sees_nor_removes_nor_adds_an_absence() {
    on_each_engine(async |test| {
        let Absences {
            tenants,
            anna,
            leave,
            exception,
            block,
            ..
        } = anna_is_away(test).await;
        let theirs = tenants.their_id();
        let range = days("2026-03-01", "2026-03-31");
        let during = Interval::new(on_monday(0, 0), on_monday(23, 0)).unwrap();
        let mut tx = test.db.write().await.unwrap();
        for whose in [Whose::Staff(anna), Whose::Everyone] {
            assert_eq!(
                absences::leaves(&mut tx, theirs, whose, range)
                    .await
                    .unwrap(),
                []
            );
            assert_eq!(
                absences::exceptions(&mut tx, theirs, whose, range)
                    .await
                    .unwrap(),
                []
            );
            assert_eq!(
                absences::blocks(&mut tx, theirs, whose, during)
                    .await
                    .unwrap(),
                []
            );
        }
        assert_eq!(
            absences::block(&mut tx, theirs, anna, block.id)
                .await
                .unwrap(),
            None
        );
        assert!(
            !absences::remove_leave(&mut tx, theirs, anna, leave.id)
                .await
                .unwrap()
        );
        assert!(
            !absences::remove_exception(&mut tx, theirs, anna, exception.id)
                .await
                .unwrap()
        );
        assert!(
            !absences::remove_block(&mut tx, theirs, anna, block.id)
                .await
                .unwrap()
        );
        drop(tx);

        let mut tx = test.db.write().await.unwrap();
        let refused = absences::insert_leave(&mut tx, theirs, &leave)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Dangling), "{refused}");
        drop(tx);
        let mut tx = test.db.write().await.unwrap();
        let refused = absences::insert_exception(&mut tx, theirs, &exception)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Dangling), "{refused}");
        drop(tx);
        let mut tx = test.db.write().await.unwrap();
        let refused = absences::insert_block(&mut tx, theirs, &block)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Dangling), "{refused}");
    })
    .await;
}
