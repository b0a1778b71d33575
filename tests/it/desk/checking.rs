//! Whether one certain time is free, and why not.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use ringbook::{
    desk::{
        BookRequest, Certainty, HoldRequest, Move, NewClosure, NewLeave, StaffWish, Target,
        TimeAnswer, TimeQuestion,
    },
    domain::{BookingStatus, WhyBusy},
    scheduling::Who,
};
use serde_json::json;

use crate::support::{House, house::monday, on_each_engine};

fn about(house: &House, starts_at: DateTime<Utc>) -> TimeQuestion {
    TimeQuestion {
        service_id: house.cut,
        staff_id: Some(house.anna),
        not_staff_ids: Vec::new(),
        starts_at,
        moving: None,
        call: None,
        who: Who::Customer,
    }
}

async fn ask(house: &House, question: &TimeQuestion) -> TimeAnswer {
    house.desk.check_time(house.by, question).await.unwrap()
}

async fn why(house: &House, starts_at: DateTime<Utc>) -> WhyBusy {
    match ask(house, &about(house, starts_at)).await {
        TimeAnswer::Busy { why, .. } => why,
        TimeAnswer::Free(_) => panic!("{starts_at} is free"),
    }
}

#[tokio::test]
async fn every_reason_is_told_by_its_name() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let closure: NewClosure =
            serde_json::from_value(json!({ "first_day": day(4), "last_day": day(4) })).unwrap();
        house.desk.add_closure(house.by, closure).await.unwrap();
        let leave: NewLeave =
            serde_json::from_value(json!({ "first_day": day(3), "last_day": day(3) })).unwrap();
        house
            .desk
            .add_leave(house.by, house.anna, leave)
            .await
            .unwrap();
        let ten = house.cut_at(monday(10, 0));
        house
            .desk
            .book(house.by, &ten, Who::Customer, None)
            .await
            .unwrap();

        let days = |days| monday(10, 0) + Duration::days(days);
        for (at, reason) in [
            (monday(10, 0), WhyBusy::Taken),
            (monday(11, 7), WhyBusy::NotAStart),
            (days(1), WhyBusy::StaffAway),
            (days(2), WhyBusy::ClosedDay),
            (monday(17, 0), WhyBusy::OutsideHours),
            (monday(8, 59), WhyBusy::TooSoon),
            (days(98), WhyBusy::TooFar),
            (monday(7, 0), WhyBusy::Past),
        ] {
            assert_eq!(why(&house, at).await, reason, "{at}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_taken_time_comes_with_the_nearest_free_ones_and_somebody_else_may_have_it() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let ten = house.cut_at(monday(10, 0));
        house
            .desk
            .book(house.by, &ten, Who::Customer, None)
            .await
            .unwrap();
        let taken = ask(&house, &about(&house, monday(10, 0))).await;
        let TimeAnswer::Busy { alternatives, .. } = taken else {
            panic!("{taken:?}");
        };
        let starts: Vec<_> = alternatives.iter().map(|slot| slot.starts_at).collect();
        assert_eq!(starts, [monday(9, 0), monday(9, 30), monday(10, 30)]);
        let anyone = TimeQuestion {
            staff_id: None,
            ..about(&house, monday(10, 0))
        };
        assert_eq!(ask(&house, &anyone).await, TimeAnswer::Free(house.ben));
    })
    .await;
}

#[tokio::test]
async fn neither_the_booking_that_is_moved_nor_the_calls_own_hold_is_in_the_way() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let desk = &house.desk;
        let claim = house.ring().await;
        let request = BookRequest {
            call: Some(claim),
            ..house.cut_at(monday(10, 0))
        };
        let booked = desk.book(house.by, &request, Who::Customer, None).await;
        let booked = booked.unwrap().booking;
        let hold = HoldRequest {
            call: Some(claim),
            ..house.hold_at(monday(10, 30))
        };
        desk.hold(house.by, &hold, Who::Customer).await.unwrap();
        let between = about(&house, monday(10, 15));
        assert!(matches!(
            ask(&house, &between).await,
            TimeAnswer::Busy { .. }
        ));
        let own = TimeQuestion {
            moving: Some(booked.id),
            call: Some(claim.call),
            ..between
        };
        assert_eq!(ask(&house, &own).await, TimeAnswer::Free(house.anna));

        // And the move that was asked about can be made, over the call's own hold.
        let target = Target {
            id: booked.id,
            version: None,
            call: Some(claim),
        };
        let to = Move {
            starts_at: monday(10, 15),
            staff: StaffWish::Same,
            certainty: Some(Certainty::Tentative),
        };
        let moved = desk
            .reschedule(house.by, target, to, Who::Customer, None)
            .await;
        let moved = moved.unwrap().booking;
        assert_eq!(moved.status, BookingStatus::Tentative);
    })
    .await;
}

#[tokio::test]
async fn a_moved_booking_is_as_sure_as_the_new_time() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let booked = house
            .desk
            .book(house.by, &house.cut_at(monday(10, 0)), Who::Customer, None)
            .await
            .unwrap()
            .booking;
        for (hour, certainty, status, unverified) in [
            (11, Some(Certainty::Unverified), BookingStatus::Booked, true),
            (12, None, BookingStatus::Booked, true),
            (
                13,
                Some(Certainty::Tentative),
                BookingStatus::Tentative,
                false,
            ),
            (14, None, BookingStatus::Tentative, false),
            (15, Some(Certainty::Confirmed), BookingStatus::Booked, false),
        ] {
            let target = Target {
                id: booked.id,
                version: None,
                call: None,
            };
            let to = Move {
                starts_at: monday(hour, 0),
                staff: StaffWish::Same,
                certainty,
            };
            let moved = house
                .desk
                .reschedule(house.by, target, to, Who::Customer, None)
                .await
                .unwrap()
                .booking;
            assert_eq!((moved.status, moved.unverified), (status, unverified));
        }
    })
    .await;
}
