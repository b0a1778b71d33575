//! Booking a time.

use std::collections::HashSet;

use chrono::Duration;
use ringbook::{
    clock::Clock,
    desk::{BookRequest, Certainty, CustomerRef, Error, Key},
    domain::{Action, BookingStatus, CustomerId, Name, ServiceId, StaffId},
    scheduling::Who,
    store,
};

use crate::support::{
    House,
    house::{met, monday},
    on_each_engine,
};

#[tokio::test]
async fn a_booking_is_written_whole_with_its_customer_and_its_audit_trail() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let done = house
            .desk
            .book(house.by, &house.cut_at(monday(10, 0)), Who::Customer, None)
            .await
            .unwrap();
        assert!(!done.repeated);
        let booking = house.desk.booking(house.by, done.booking.id).await.unwrap();
        assert_eq!(booking, done.booking);
        assert_eq!(booking.status, BookingStatus::Booked);
        assert_eq!(booking.ends_at, monday(10, 30));

        let mut reader = test.db.read().await.unwrap();
        let customer = store::customers::get(
            &mut reader,
            house.by.business_id,
            booking.customer_id.unwrap(),
        )
        .await
        .unwrap()
        .unwrap();
        assert_eq!(customer.name.as_str(), "Zoe");
        let changes = house
            .desk
            .booking_changes(house.by, booking.id)
            .await
            .unwrap();
        assert_eq!(
            changes.iter().map(|c| c.action).collect::<Vec<_>>(),
            [Action::Booked]
        );
        assert_eq!(changes[0].after["starts_at"], "2026-03-02T10:00:00Z");
    })
    .await;
}

#[tokio::test]
async fn an_overlapping_time_is_refused_and_a_touching_one_is_not() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let book = async |at| {
            house
                .desk
                .book(house.by, &house.cut_at(at), Who::Owner, None)
                .await
        };
        book(monday(10, 0)).await.unwrap();
        for at in [monday(9, 31), monday(10, 0), monday(10, 29)] {
            assert!(matches!(book(at).await, Err(Error::SlotTaken)), "{at}");
        }
        book(monday(9, 30)).await.unwrap();
        book(monday(10, 30)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn buffers_keep_their_time_too() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let colour = BookRequest {
            service_id: house.colour,
            ..house.cut_at(monday(11, 0))
        };
        house
            .desk
            .book(house.by, &colour, Who::Customer, None)
            .await
            .unwrap();
        let book = async |at| {
            house
                .desk
                .book(house.by, &house.cut_at(at), Who::Owner, None)
                .await
        };
        assert!(matches!(book(monday(10, 21)).await, Err(Error::SlotTaken)));
        assert!(matches!(book(monday(12, 19)).await, Err(Error::SlotTaken)));
        book(monday(10, 20)).await.unwrap();
        book(monday(12, 20)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_an_overlap_that_no_rule_has_seen() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let first = house
            .desk
            .book(house.by, &house.cut_at(monday(10, 0)), Who::Customer, None)
            .await
            .unwrap()
            .booking;
        let mut second = first.clone();
        second.id = ringbook::domain::BookingId(house.clock.id());
        let mut tx = test.db.write().await.unwrap();
        let refused = store::bookings::insert(&mut tx, house.by.business_id, &second).await;
        assert!(
            matches!(refused, Err(store::Error::SlotTaken)),
            "{refused:?}"
        );
        drop(tx);

        second.status = BookingStatus::Cancelled;
        let mut tx = test.db.write().await.unwrap();
        store::bookings::insert(&mut tx, house.by.business_id, &second)
            .await
            .unwrap();
        second.status = BookingStatus::Booked;
        let refused = store::bookings::update(&mut tx, house.by.business_id, &second).await;
        assert!(
            matches!(refused, Err(store::Error::SlotTaken)),
            "{refused:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn anyone_means_the_free_one_and_two_bookings_at_once_are_shared_out() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let anyone = |at| BookRequest {
            staff_id: None,
            ..house.cut_at(at)
        };
        let mut chosen = HashSet::new();
        for _ in 0..2 {
            let done = house
                .desk
                .book(house.by, &anyone(monday(10, 0)), Who::Customer, None)
                .await;
            chosen.insert(done.unwrap().booking.staff_id);
        }
        assert_eq!(chosen, HashSet::from([house.anna, house.ben]));
        let third = house
            .desk
            .book(house.by, &anyone(monday(10, 0)), Who::Customer, None)
            .await;
        assert!(matches!(third, Err(Error::SlotTaken)));
    })
    .await;
}

#[tokio::test]
async fn the_rules_bind_a_customer_and_say_which_one_it_was() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let code = async |at| match house
            .desk
            .book(house.by, &house.cut_at(at), Who::Customer, None)
            .await
        {
            Err(Error::Refused { code, .. }) => code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(monday(7, 0)).await, "past");
        assert_eq!(code(monday(8, 30)).await, "too_soon");
        assert_eq!(code(monday(17, 0)).await, "outside_hours");
        assert_eq!(code(monday(16, 45)).await, "outside_hours");
        assert_eq!(code(monday(10, 7)).await, "off_grid");
        assert_eq!(code(monday(10, 0) + Duration::days(400)).await, "too_far");
        assert_eq!(
            code(monday(10, 0) + Duration::days(5)).await,
            "outside_hours"
        );
    })
    .await;
}

#[tokio::test]
async fn a_refused_booking_leaves_nothing_behind() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        house
            .desk
            .book(house.by, &house.cut_at(monday(10, 0)), Who::Customer, None)
            .await
            .unwrap();
        let key = Key::new("k").unwrap();
        let late = BookRequest {
            customer: met("+442079460002", "Max"),
            ..house.cut_at(monday(10, 0))
        };
        house
            .desk
            .book(house.by, &late, Who::Customer, Some(&key))
            .await
            .unwrap_err();
        let mut reader = test.db.read().await.unwrap();
        let phone = ringbook::domain::PhoneNumber::new("+442079460002").unwrap();
        let customer = store::customers::by_phone(&mut reader, house.by.business_id, &phone)
            .await
            .unwrap();
        assert_eq!(customer, None);
        let remembered = store::idempotency::recall(&mut reader, house.by.business_id, "k")
            .await
            .unwrap();
        assert_eq!(remembered, None);
    })
    .await;
}

#[tokio::test]
async fn a_shared_phone_books_for_others_and_renames_nobody() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let first = house
            .desk
            .book(house.by, &house.cut_at(monday(10, 0)), Who::Customer, None)
            .await
            .unwrap()
            .booking;
        let second = BookRequest {
            customer: met("+442079460001", "Ida"),
            ..house.cut_at(monday(11, 0))
        };
        let second = house
            .desk
            .book(house.by, &second, Who::Customer, None)
            .await
            .unwrap()
            .booking;
        assert_eq!(second.customer_id, first.customer_id);
        assert_eq!(first.for_name, None);
        assert_eq!(second.for_name, Some(Name::new("Ida").unwrap()));
    })
    .await;
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let other = House::with_clock(&test.db, Clock::held_at(monday(8, 1))).await;
        let good = house.cut_at(monday(10, 0));
        let attempts = [
            (
                "service",
                BookRequest {
                    service_id: other.cut,
                    ..good.clone()
                },
            ),
            (
                "service",
                BookRequest {
                    service_id: ServiceId(house.clock.id()),
                    ..good.clone()
                },
            ),
            (
                "staff member",
                BookRequest {
                    staff_id: Some(other.anna),
                    ..good.clone()
                },
            ),
            (
                "staff member",
                BookRequest {
                    staff_id: Some(StaffId(house.clock.id())),
                    ..good.clone()
                },
            ),
            (
                "customer",
                BookRequest {
                    customer: CustomerRef::Known(CustomerId(house.clock.id())),
                    ..good.clone()
                },
            ),
        ];
        for (missing, request) in attempts {
            let refused = house.desk.book(house.by, &request, Who::Owner, None).await;
            assert!(
                matches!(refused, Err(Error::NotFound(what)) if what == missing),
                "{refused:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_key_gives_the_first_success_again_and_books_once() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let key = Key::new("order-1").unwrap();
        let request = house.cut_at(monday(10, 0));
        let first = house
            .desk
            .book(house.by, &request, Who::Customer, Some(&key))
            .await
            .unwrap();
        let again = house
            .desk
            .book(house.by, &request, Who::Customer, Some(&key))
            .await
            .unwrap();
        assert!(again.repeated);
        assert_eq!(again.booking, first.booking);

        let other = house.cut_at(monday(11, 0));
        let reused = house
            .desk
            .book(house.by, &other, Who::Customer, Some(&key))
            .await;
        assert!(matches!(reused, Err(Error::KeyReused)), "{reused:?}");
    })
    .await;
}

#[tokio::test]
async fn one_key_sent_many_times_at_once_books_once() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let key = Key::new("order-1").unwrap();
        let request = house.cut_at(monday(10, 0));
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (desk, by, request, key) =
                (house.desk.clone(), house.by, request.clone(), key.clone());
            tries.spawn(async move { desk.book(by, &request, Who::Customer, Some(&key)).await });
        }
        let done: Vec<_> = tries
            .join_all()
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert_eq!(done.iter().filter(|done| !done.repeated).count(), 1);
        assert!(done.iter().all(|one| one.booking == done[0].booking));
    })
    .await;
}

#[tokio::test]
async fn what_the_calendar_did_not_confirm_says_so() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let unverified = BookRequest {
            certainty: Certainty::Unverified,
            ..house.cut_at(monday(10, 0))
        };
        let booking = house
            .desk
            .book(house.by, &unverified, Who::Customer, None)
            .await
            .unwrap()
            .booking;
        assert!(booking.unverified);
        let tentative = BookRequest {
            certainty: Certainty::Tentative,
            ..house.cut_at(monday(11, 0))
        };
        let booking = house
            .desk
            .book(house.by, &tentative, Who::Customer, None)
            .await
            .unwrap()
            .booking;
        assert_eq!(booking.status, BookingStatus::Tentative);
        house.clock.advance(Duration::days(2));
        let next = house
            .desk
            .book(house.by, &house.cut_at(monday(11, 0)), Who::Owner, None)
            .await;
        assert!(matches!(next, Err(Error::Refused { code: "past", .. })));
        let mut reader = test.db.read().await.unwrap();
        let kept = store::bookings::get(&mut reader, house.by.business_id, booking.id)
            .await
            .unwrap();
        assert_eq!(kept.unwrap().status, BookingStatus::Tentative);
    })
    .await;
}
