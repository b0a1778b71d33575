//! Keeping a time for somebody who is deciding.

use chrono::Duration;
use ringbook::{
    desk::{BookRequest, Error, HoldRequest},
    domain::BookingStatus,
    scheduling::Who,
    store::{self, bookings::Filter},
};

use crate::support::{House, house::monday, on_each_engine};

#[tokio::test]
async fn a_hold_keeps_others_out_until_it_expires() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        house
            .desk
            .hold(house.by, &house.hold_at(monday(10, 0)), Who::Customer)
            .await
            .unwrap();
        let request = house.cut_at(monday(10, 15));
        let early = house
            .desk
            .book(house.by, &request, Who::Customer, None)
            .await;
        assert!(matches!(early, Err(Error::SlotTaken)));
        house.clock.advance(Duration::seconds(120));
        house
            .desk
            .book(house.by, &request, Who::Customer, None)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_hold_becomes_the_booking_it_was_made_for() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let hold = house
            .desk
            .hold(house.by, &house.hold_at(monday(10, 0)), Who::Customer)
            .await
            .unwrap();
        let request = BookRequest {
            hold: Some(hold.id),
            ..house.cut_at(monday(10, 0))
        };
        let booking = house
            .desk
            .book(house.by, &request, Who::Customer, None)
            .await
            .unwrap()
            .booking;
        assert_eq!(
            (booking.id, booking.status),
            (hold.id, BookingStatus::Booked)
        );
        assert_eq!(booking.hold_expires_at, None);
        assert_eq!(
            house.desk.booking(house.by, booking.id).await.unwrap(),
            booking
        );
    })
    .await;
}

#[tokio::test]
async fn an_expired_hold_is_booked_as_long_as_nobody_else_came() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let hold = house
            .desk
            .hold(house.by, &house.hold_at(monday(10, 0)), Who::Customer)
            .await
            .unwrap();
        house.clock.advance(Duration::minutes(10));
        let other = house.cut_at(monday(10, 15));
        house
            .desk
            .book(house.by, &other, Who::Customer, None)
            .await
            .unwrap();
        let request = BookRequest {
            hold: Some(hold.id),
            ..house.cut_at(monday(10, 0))
        };
        let late = house
            .desk
            .book(house.by, &request, Who::Customer, None)
            .await;
        assert!(matches!(late, Err(Error::SlotTaken)), "{late:?}");
        let elsewhere = BookRequest {
            starts_at: monday(11, 0),
            ..request
        };
        house
            .desk
            .book(house.by, &elsewhere, Who::Customer, None)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_call_holds_one_time_and_is_never_in_its_own_way() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let claim = house.ring().await;
        let hold = |at| HoldRequest {
            call: Some(claim),
            ..house.hold_at(at)
        };
        house
            .desk
            .hold(house.by, &hold(monday(10, 0)), Who::Customer)
            .await
            .unwrap();
        let second = house
            .desk
            .hold(house.by, &hold(monday(10, 15)), Who::Customer)
            .await
            .unwrap();
        let mut reader = test.db.read().await.unwrap();
        let held = store::bookings::of_call(&mut reader, house.by.business_id, claim.call)
            .await
            .unwrap();
        assert_eq!(held, [second]);
    })
    .await;
}

#[tokio::test]
async fn a_released_hold_is_gone_and_a_booking_is_not_released() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let hold = house
            .desk
            .hold(house.by, &house.hold_at(monday(10, 0)), Who::Customer)
            .await
            .unwrap();
        assert!(
            house
                .desk
                .release_hold(house.by, hold.id, None)
                .await
                .unwrap()
        );
        assert!(
            !house
                .desk
                .release_hold(house.by, hold.id, None)
                .await
                .unwrap()
        );
        let request = house.cut_at(monday(10, 0));
        let booking = house
            .desk
            .book(house.by, &request, Who::Customer, None)
            .await
            .unwrap()
            .booking;
        assert!(
            !house
                .desk
                .release_hold(house.by, booking.id, None)
                .await
                .unwrap()
        );
        assert_eq!(
            house.desk.booking(house.by, booking.id).await.unwrap(),
            booking
        );
    })
    .await;
}

#[tokio::test]
async fn a_hold_is_in_no_list_and_can_be_neither_read_nor_changed() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let hold = house
            .desk
            .hold(house.by, &house.hold_at(monday(10, 0)), Who::Customer)
            .await
            .unwrap();
        let page = house
            .desk
            .bookings(house.by, &Filter::default(), None, 10)
            .await
            .unwrap();
        assert_eq!(page.items, []);
        assert!(matches!(
            house.desk.booking(house.by, hold.id).await,
            Err(Error::NotFound("booking"))
        ));
        let target = ringbook::desk::Target {
            id: hold.id,
            version: None,
            call: None,
        };
        let cancelled = house
            .desk
            .cancel(house.by, target, None, Who::Owner, None)
            .await;
        assert!(matches!(cancelled, Err(Error::NotFound("booking"))));
    })
    .await;
}
