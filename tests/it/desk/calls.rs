//! Calls: who may write for one, and what is left of it.

use ringbook::{
    desk::{BookRequest, Error, HoldRequest, Move, NewCall, StaffWish, Target},
    domain::{BookingStatus, CallChannel, CallClaim, CallId, CallOutcome, PhoneNumber},
    scheduling::Who,
};

use crate::support::{House, house::monday, on_each_engine};

fn phone_call(house: &House, outside_id: &str) -> NewCall {
    NewCall {
        channel: CallChannel::Phone,
        caller: Some(PhoneNumber::new("+442079460001").unwrap()),
        dialled: None,
        outside_id: Some(outside_id.to_owned()),
        started_at: house.clock.now(),
    }
}

fn is_taken_over<T: std::fmt::Debug>(result: &Result<T, Error>) {
    assert!(matches!(result, Err(Error::CallTakenOver)), "{result:?}");
}

#[tokio::test]
async fn a_call_begun_twice_under_one_outside_id_is_one_call() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let business = house.by.business_id;
        let first = house.desk.begin_call(business, phone_call(&house, "CA1"));
        let first = first.await.unwrap();
        let again = house.desk.begin_call(business, phone_call(&house, "CA1"));
        assert_eq!(again.await.unwrap(), first);
        let other = house.desk.begin_call(business, phone_call(&house, "CA2"));
        assert_ne!(other.await.unwrap().call, first.call);

        house
            .desk
            .take_over_call(house.by, first.call)
            .await
            .unwrap();
        let late = house.desk.begin_call(business, phone_call(&house, "CA1"));
        assert_eq!(late.await.unwrap(), first, "gives the new epoch away");
    })
    .await;
}

#[tokio::test]
async fn a_node_that_was_replaced_can_do_nothing_for_the_call() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let old = house.ring().await;
        let hold = |call, at| HoldRequest {
            call: Some(call),
            ..house.hold_at(at)
        };
        let book = |call, at| BookRequest {
            call: Some(call),
            ..house.cut_at(at)
        };
        let who = Who::Customer;
        let desk = &house.desk;
        let ten = hold(old, monday(10, 0));
        let held = desk.hold(house.by, &ten, who).await.unwrap();
        let eleven = book(old, monday(11, 0));
        let booked = desk.book(house.by, &eleven, who, None).await.unwrap();
        let booked = booked.booking;
        assert_eq!(booked.call_id, Some(old.call));

        let new = desk.take_over_call(house.by, old.call).await.unwrap();
        assert_eq!((new.call, new.epoch), (old.call, 2));
        is_taken_over(&desk.hold(house.by, &hold(old, monday(12, 0)), who).await);
        is_taken_over(
            &desk
                .book(house.by, &book(old, monday(12, 0)), who, None)
                .await,
        );
        is_taken_over(&desk.release_hold(house.by, held.id, Some(old)).await);
        let mut target = Target {
            id: booked.id,
            version: None,
            call: Some(old),
        };
        let to = Move {
            starts_at: monday(13, 0),
            staff: StaffWish::Same,
            certainty: None,
        };
        is_taken_over(&desk.reschedule(house.by, target, to, who, None).await);
        is_taken_over(&desk.cancel(house.by, target, None, who, None).await);
        let end = desk.end_call(house.by, old, CallOutcome::GaveUp, None, monday(8, 1));
        is_taken_over(&end.await);

        target.call = Some(new);
        let cancelled = desk
            .cancel(house.by, target, None, who, None)
            .await
            .unwrap();
        assert_eq!(cancelled.booking.status, BookingStatus::Cancelled);
        assert!(
            desk.release_hold(house.by, held.id, Some(new))
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn a_call_of_another_business_is_no_call() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let other = House::with_clock(&test.db, house.clock.clone()).await;
        let claim = other.ring().await;
        let request = HoldRequest {
            call: Some(claim),
            ..house.hold_at(monday(10, 0))
        };
        let held = house.desk.hold(house.by, &request, Who::Customer).await;
        assert!(matches!(held, Err(Error::NotFound("call"))), "{held:?}");
        let taken = house.desk.take_over_call(house.by, claim.call).await;
        assert!(matches!(taken, Err(Error::NotFound("call"))), "{taken:?}");
        let nowhere = CallClaim {
            call: CallId(house.clock.id()),
            epoch: 1,
        };
        let end = house
            .desk
            .end_call(house.by, nowhere, CallOutcome::Silent, None, monday(9, 0));
        assert!(matches!(end.await, Err(Error::NotFound("call"))));
    })
    .await;
}
