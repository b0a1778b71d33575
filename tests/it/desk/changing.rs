//! Moving, cancelling and closing bookings.

use std::sync::Arc;

use chrono::Duration;
use ringbook::{
    desk::{BookRequest, Edit, Error, Key, Move, StaffWish, Target},
    domain::{Action, Booking, BookingStatus, Note, Policies},
    scheduling::Who,
    store,
};

use crate::support::{House, house::monday, on_each_engine};

async fn booked(house: &House, hour: u32) -> Booking {
    let request = house.cut_at(monday(hour, 0));
    house
        .desk
        .book(house.by, &request, Who::Customer, None)
        .await
        .unwrap()
        .booking
}

fn newest(booking: &Booking) -> Target {
    Target {
        id: booking.id,
        version: None,
        call: None,
    }
}

#[tokio::test]
async fn a_booking_moves_within_its_own_time() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let booking = booked(&house, 10).await;
        let to = Move {
            starts_at: monday(10, 15),
            staff: StaffWish::Same,
            certainty: None,
        };
        let moved = house
            .desk
            .reschedule(house.by, newest(&booking), to, Who::Customer, None)
            .await
            .unwrap()
            .booking;
        assert_eq!(
            (moved.starts_at, moved.ends_at),
            (monday(10, 15), monday(10, 45))
        );
        assert_eq!(moved.version, booking.version + 1);
        let actions: Vec<_> = house
            .desk
            .booking_changes(house.by, booking.id)
            .await
            .unwrap()
            .iter()
            .map(|change| change.action)
            .collect();
        assert_eq!(actions, [Action::Booked, Action::Rescheduled]);
    })
    .await;
}

#[tokio::test]
async fn a_booking_that_can_not_move_stays_where_it_is() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let first = booked(&house, 10).await;
        booked(&house, 11).await;
        let to = Move {
            starts_at: monday(11, 0),
            staff: StaffWish::Same,
            certainty: None,
        };
        let refused = house
            .desk
            .reschedule(house.by, newest(&first), to, Who::Customer, None)
            .await;
        assert!(matches!(refused, Err(Error::SlotTaken)), "{refused:?}");
        assert_eq!(house.desk.booking(house.by, first.id).await.unwrap(), first);

        let to = Move {
            starts_at: monday(11, 0),
            staff: StaffWish::Anyone,
            certainty: None,
        };
        let moved = house
            .desk
            .reschedule(house.by, newest(&first), to, Who::Customer, None)
            .await;
        assert_eq!(moved.unwrap().booking.staff_id, house.ben);
    })
    .await;
}

#[tokio::test]
async fn two_bookings_that_change_places_do_not_wait_for_each_other_for_ever() {
    on_each_engine(async |test| {
        let house = Arc::new(House::build(&test.db).await);
        let with_anna = booked(&house, 10).await;
        let request = BookRequest {
            staff_id: Some(house.ben),
            ..house.cut_at(monday(11, 0))
        };
        let with_ben = house
            .desk
            .book(house.by, &request, Who::Customer, None)
            .await
            .unwrap()
            .booking;
        let mut moves = tokio::task::JoinSet::new();
        for round in 0..10_u32 {
            for (booking, there) in [(&with_anna, house.ben), (&with_ben, house.anna)] {
                let (house, target) = (Arc::clone(&house), newest(booking));
                let to = Move {
                    starts_at: monday(12 + round % 3, 0),
                    staff: StaffWish::This(there),
                    certainty: None,
                };
                moves.spawn(async move {
                    match house
                        .desk
                        .reschedule(house.by, target, to, Who::Owner, None)
                        .await
                    {
                        Ok(_) | Err(Error::SlotTaken) => {}
                        Err(other) => panic!("{other:?}"),
                    }
                });
            }
        }
        moves.join_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_time_is_free_again_and_a_cancelled_booking_is_final() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let booking = booked(&house, 10).await;
        let cancelled = house
            .desk
            .cancel(house.by, newest(&booking), None, Who::Customer, None)
            .await
            .unwrap()
            .booking;
        assert_eq!(cancelled.status, BookingStatus::Cancelled);
        booked(&house, 10).await;
        let again = house
            .desk
            .cancel(house.by, newest(&booking), None, Who::Customer, None)
            .await;
        assert!(matches!(
            again,
            Err(Error::Refused {
                code: "wrong_status",
                ..
            })
        ));
        let to = Move {
            starts_at: monday(12, 0),
            staff: StaffWish::Same,
            certainty: None,
        };
        let moved = house
            .desk
            .reschedule(house.by, newest(&booking), to, Who::Owner, None)
            .await;
        assert!(matches!(
            moved,
            Err(Error::Refused {
                code: "wrong_status",
                ..
            })
        ));
    })
    .await;
}

#[tokio::test]
async fn book_cancel_and_book_again_works_under_three_keys() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let key = |text| Key::new(text).unwrap();
        let request = house.cut_at(monday(10, 0));
        let first = house
            .desk
            .book(house.by, &request, Who::Customer, Some(&key("call/1")))
            .await
            .unwrap()
            .booking;
        let cancel = async || {
            house
                .desk
                .cancel(
                    house.by,
                    newest(&first),
                    None,
                    Who::Customer,
                    Some(&key("call/2")),
                )
                .await
                .unwrap()
        };
        assert!(!cancel().await.repeated);
        assert!(cancel().await.repeated);
        let second = house
            .desk
            .book(house.by, &request, Who::Customer, Some(&key("call/3")))
            .await
            .unwrap()
            .booking;
        assert_ne!(second.id, first.id);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_what_somebody_else_changed_is_refused_with_the_version() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let booking = booked(&house, 10).await;
        let seen = Target {
            id: booking.id,
            version: Some(booking.version),
            call: None,
        };
        let edit = Edit {
            notes: Some(Some(Note::new("rings twice").unwrap())),
            ..Edit::default()
        };
        let edited = house
            .desk
            .edit_booking(house.by, seen, &edit)
            .await
            .unwrap();
        assert_eq!(edited.notes.as_deref(), Some("rings twice"));
        let stale = house
            .desk
            .cancel(house.by, seen, None, Who::Owner, None)
            .await;
        assert!(matches!(stale, Err(Error::Stale { current }) if current == edited.version));
    })
    .await;
}

#[tokio::test]
async fn an_appointment_is_closed_only_after_it_began_and_a_mistake_can_be_put_right() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let booking = booked(&house, 10).await;
        let early = house.desk.complete(house.by, newest(&booking), None).await;
        assert!(matches!(
            early,
            Err(Error::Refused {
                code: "not_started",
                ..
            })
        ));
        house.clock.advance(Duration::hours(2));
        let missed = house
            .desk
            .no_show(house.by, newest(&booking), None)
            .await
            .unwrap()
            .booking;
        assert_eq!(missed.status, BookingStatus::NoShow);
        let came = house
            .desk
            .complete(house.by, newest(&booking), None)
            .await
            .unwrap()
            .booking;
        assert_eq!(came.status, BookingStatus::Completed);
    })
    .await;
}

#[tokio::test]
async fn a_tentative_booking_is_confirmed_once() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let request = BookRequest {
            certainty: ringbook::desk::Certainty::Tentative,
            ..house.cut_at(monday(10, 0))
        };
        let booking = house
            .desk
            .book(house.by, &request, Who::Customer, None)
            .await
            .unwrap()
            .booking;
        let confirmed = house
            .desk
            .confirm(house.by, newest(&booking), None)
            .await
            .unwrap()
            .booking;
        assert_eq!(confirmed.status, BookingStatus::Booked);
        let again = house.desk.confirm(house.by, newest(&booking), None).await;
        assert!(matches!(
            again,
            Err(Error::Refused {
                code: "wrong_status",
                ..
            })
        ));
    })
    .await;
}

#[tokio::test]
async fn inside_the_cancellation_window_only_the_business_can_change_a_booking() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let booking = booked(&house, 10).await;
        let mut tx = test.db.write().await.unwrap();
        let mut business = store::businesses::get(&mut tx, house.by.business_id)
            .await
            .unwrap()
            .unwrap();
        let mut policies = (*Policies::default()).clone();
        policies.cancellation_window_minutes = 180;
        business.policies = Policies::try_from(policies).unwrap();
        assert!(store::businesses::update(&mut tx, &business).await.unwrap());
        tx.commit().await.unwrap();

        let late = house
            .desk
            .cancel(house.by, newest(&booking), None, Who::Customer, None)
            .await;
        assert!(matches!(
            late,
            Err(Error::Refused {
                code: "too_late_to_change",
                ..
            })
        ));
        house
            .desk
            .cancel(house.by, newest(&booking), None, Who::Owner, None)
            .await
            .unwrap();
    })
    .await;
}
