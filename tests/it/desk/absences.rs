//! Entering and removing absences, and what is refused.

use std::slice::from_ref;

use chrono::{Duration, NaiveDate};
use ringbook::{
    desk::{Error, NewBlock, NewException, NewLeave},
    domain::{Block, BlockId, BlockSource, DayRange, Interval, StaffId},
    store,
};
use serde_json::{Value, json};

use crate::support::{
    on_each_engine,
    tenants::{Tenants, on_monday},
};

fn leave(value: Value) -> NewLeave {
    serde_json::from_value(value).unwrap()
}

fn exception(value: Value) -> NewException {
    serde_json::from_value(value).unwrap()
}

fn a_day_off() -> NewLeave {
    leave(json!({"first_day": "2026-03-02", "last_day": "2026-03-02", "reason": "Ill"}))
}

fn special_hours() -> NewException {
    exception(json!({"date": "2026-03-03", "spans": [
        {"from": "13:00", "until": "14:00"}, {"from": "09:00", "until": "10:00"},
    ]}))
}

fn an_hour() -> NewBlock {
    NewBlock {
        from: on_monday(10, 0),
        until: on_monday(11, 0),
        reason: None,
    }
}

fn march() -> DayRange {
    let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
    DayRange::new(day(1), day(31)).unwrap()
}

fn all_monday() -> Interval {
    Interval::new(on_monday(0, 0), on_monday(23, 59)).unwrap()
}

#[tokio::test]
async fn absences_are_entered_shown_and_removed() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await.id;

        let leave = desk.add_leave(*ours, anna, a_day_off()).await.unwrap();
        assert_eq!(
            desk.leaves(*ours, anna, march()).await.unwrap(),
            from_ref(&leave)
        );
        desk.remove_leave(*ours, anna, leave.id).await.unwrap();
        assert_eq!(desk.leaves(*ours, anna, march()).await.unwrap(), []);

        let special = desk
            .add_exception(*ours, anna, special_hours())
            .await
            .unwrap();
        assert_eq!(special.spans[0].to_string(), "09:00-10:00");
        assert_eq!(
            desk.exceptions(*ours, anna, march()).await.unwrap(),
            from_ref(&special)
        );
        desk.remove_exception(*ours, anna, special.id)
            .await
            .unwrap();
        assert_eq!(desk.exceptions(*ours, anna, march()).await.unwrap(), []);

        let block = desk.add_block(*ours, anna, an_hour()).await.unwrap();
        assert_eq!(block.source, BlockSource::Manual);
        assert_eq!(
            desk.blocks(*ours, anna, all_monday()).await.unwrap(),
            from_ref(&block)
        );
        desk.remove_block(*ours, anna, block.id).await.unwrap();
        assert_eq!(desk.blocks(*ours, anna, all_monday()).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn what_would_make_no_sense_is_refused_by_field() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await.id;
        let mut refusals = Vec::new();

        let backwards = leave(json!({"first_day": "2026-03-02", "last_day": "2026-03-01"}));
        refusals.push((
            "last_day",
            desk.add_leave(*ours, anna, backwards).await.unwrap_err(),
        ));
        let endless = leave(json!({"first_day": "2026-03-02", "last_day": "2036-03-01"}));
        refusals.push((
            "last_day",
            desk.add_leave(*ours, anna, endless).await.unwrap_err(),
        ));
        let ancient = leave(json!({"first_day": "0026-03-02", "last_day": "0026-03-02"}));
        refusals.push((
            "first_day",
            desk.add_leave(*ours, anna, ancient).await.unwrap_err(),
        ));

        let overlapping = exception(json!({"date": "2026-03-03", "spans": [
            {"from": "09:00", "until": "11:00"}, {"from": "10:00", "until": "12:00"},
        ]}));
        refusals.push((
            "spans",
            desk.add_exception(*ours, anna, overlapping)
                .await
                .unwrap_err(),
        ));

        let empty = NewBlock {
            until: on_monday(10, 0) + Duration::nanoseconds(999),
            ..an_hour()
        };
        refusals.push((
            "until",
            desk.add_block(*ours, anna, empty).await.unwrap_err(),
        ));
        let far = NewBlock {
            until: on_monday(10, 0) + Duration::days(100_000),
            ..an_hour()
        };
        refusals.push(("until", desk.add_block(*ours, anna, far).await.unwrap_err()));

        for (field, refused) in refusals {
            assert!(
                matches!(&refused, Error::Invalid { field: named, .. } if named == field),
                "{field}: {refused}"
            );
        }
        assert_eq!(desk.leaves(*ours, anna, march()).await.unwrap(), []);
        assert_eq!(desk.exceptions(*ours, anna, march()).await.unwrap(), []);
        assert_eq!(desk.blocks(*ours, anna, all_monday()).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_date_has_special_hours_once() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await.id;
        let ben = tenants.staff(*ours, "Ben").await.id;
        desk.add_exception(*ours, anna, special_hours())
            .await
            .unwrap();
        desk.add_exception(*ours, ben, special_hours())
            .await
            .unwrap();
        let refused = desk
            .add_exception(*ours, anna, special_hours())
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Duplicate("date")), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn what_is_returned_is_what_is_stored_to_the_microsecond() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await.id;
        let odd = NewBlock {
            from: on_monday(10, 0) + Duration::nanoseconds(1_999),
            ..an_hour()
        };
        let block = desk.add_block(*ours, anna, odd).await.unwrap();
        assert_eq!(
            block.interval.from(),
            on_monday(10, 0) + Duration::microseconds(1)
        );
        assert_eq!(
            desk.blocks(*ours, anna, all_monday()).await.unwrap(),
            [block]
        );
    })
    .await;
}

#[tokio::test]
async fn a_block_from_a_calendar_is_removed_in_the_calendar() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants {
            desk, ours, clock, ..
        } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await.id;
        let pulled = Block {
            id: BlockId(clock.id()),
            staff_id: anna,
            interval: all_monday(),
            source: BlockSource::Calendar,
            reason: None,
        };
        let mut tx = test.db.write().await.unwrap();
        store::absences::insert_block(&mut tx, ours.business_id, &pulled)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let refused = desk.remove_block(*ours, anna, pulled.id).await.unwrap_err();
        assert!(
            matches!(
                refused,
                Error::Refused {
                    code: "block_from_calendar",
                    ..
                }
            ),
            "{refused}"
        );
        assert_eq!(
            desk.blocks(*ours, anna, all_monday()).await.unwrap(),
            [pulled]
        );
    })
    .await;
}

#[tokio::test]
async fn absences_of_nobody_and_of_other_peoples_staff_are_not_there() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants {
            desk,
            ours,
            theirs,
            clock,
            ..
        } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await.id;
        let ben = tenants.staff(*ours, "Ben").await.id;
        let leave = desk.add_leave(*ours, anna, a_day_off()).await.unwrap();
        let special = desk
            .add_exception(*ours, anna, special_hours())
            .await
            .unwrap();
        let block = desk.add_block(*ours, anna, an_hour()).await.unwrap();

        for (by, id) in [(ours, StaffId(clock.id())), (theirs, anna)] {
            let refusals = [
                desk.add_leave(*by, id, a_day_off()).await.unwrap_err(),
                desk.add_exception(*by, id, special_hours())
                    .await
                    .unwrap_err(),
                desk.add_block(*by, id, an_hour()).await.unwrap_err(),
                desk.leaves(*by, id, march()).await.unwrap_err(),
                desk.exceptions(*by, id, march()).await.unwrap_err(),
                desk.blocks(*by, id, all_monday()).await.unwrap_err(),
            ];
            for refused in refusals {
                assert!(
                    matches!(refused, Error::NotFound("staff member")),
                    "{refused}"
                );
            }
        }
        for (by, id) in [(ours, ben), (theirs, anna)] {
            let refusals = [
                (
                    "leave",
                    desk.remove_leave(*by, id, leave.id).await.unwrap_err(),
                ),
                (
                    "exception",
                    desk.remove_exception(*by, id, special.id)
                        .await
                        .unwrap_err(),
                ),
                (
                    "block",
                    desk.remove_block(*by, id, block.id).await.unwrap_err(),
                ),
            ];
            for (what, refused) in refusals {
                assert!(
                    matches!(refused, Error::NotFound(noun) if noun == what),
                    "{refused}"
                );
            }
        }
        assert_eq!(desk.leaves(*ours, anna, march()).await.unwrap(), [leave]);
        assert_eq!(
            desk.exceptions(*ours, anna, march()).await.unwrap(),
            [special]
        );
        assert_eq!(
            desk.blocks(*ours, anna, all_monday()).await.unwrap(),
            [block]
        );
    })
    .await;
}
