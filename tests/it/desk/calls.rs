//! Calls: who may write for one, and what is left of it.

use chrono::Duration;
use ringbook::{
    desk::{
        BookRequest, By, Deed, DeedKind, Error, HoldRequest, Key, Move, NewCall, StaffWish,
        TakeMessage, Target,
    },
    domain::{
        BookingStatus, CallChannel, CallClaim, CallId, CallOutcome, CallState, JournalEntry, Note,
        PhoneNumber, Speaker, Turn,
    },
    scheduling::Who,
};
use tokio::task::JoinSet;

use crate::support::{
    House,
    house::{met, monday},
    on_each_engine,
};

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

#[tokio::test]
async fn a_node_that_takes_over_is_told_what_is_held_and_what_was_done() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let (desk, who) = (&house.desk, Who::Customer);
        let claim = house.ring().await;
        let by = By::call(house.by.business_id, claim.call);
        let proposal = |number| Key::of_proposal(claim.call, number).unwrap();
        let request = BookRequest {
            call: Some(claim),
            ..house.cut_at(monday(10, 0))
        };
        let booked = desk.book(by, &request, who, Some(&proposal(1))).await;
        let booked = booked.unwrap().booking;
        let target = |call| Target {
            id: booked.id,
            version: None,
            call: Some(call),
        };
        let to = Move {
            starts_at: monday(11, 0),
            staff: StaffWish::Same,
            certainty: None,
        };
        let key = proposal(2);
        let moved = desk
            .reschedule(by, target(claim), to, who, Some(&key))
            .await;
        let moved = moved.unwrap().booking;
        let message = TakeMessage {
            call: Some(claim),
            name: None,
            phone: None,
            text: Note::new("ring me back").unwrap(),
        };
        let key = proposal(3);
        let taken = desk.take_message(by, &message, Some(&key)).await.unwrap();
        let again = desk.take_message(by, &message, Some(&key)).await.unwrap();
        assert_eq!(again, taken);
        let key = proposal(4);
        let cancelled = desk.cancel(by, target(claim), None, who, Some(&key)).await;
        let cancelled = cancelled.unwrap().booking;
        let hold = HoldRequest {
            call: Some(claim),
            ..house.hold_at(monday(12, 0))
        };
        let hold = desk.hold(by, &hold, who).await.unwrap();

        let new = desk.take_over_call(by, claim.call).await.unwrap();
        let old = desk.call_state(by, claim).await;
        is_taken_over(&old);
        let state = desk.call_state(by, new).await.unwrap();
        assert_eq!(state.holds, std::slice::from_ref(&hold));
        let done = [
            DeedKind::Booked(Box::new(booked.clone())),
            DeedKind::Rescheduled(Box::new(moved)),
            DeedKind::MessageTaken(taken),
            DeedKind::Cancelled(Box::new(cancelled)),
        ];
        let numbered = (1..).zip(done);
        let done: Vec<Deed> = numbered
            .map(|(proposal, what)| Deed { proposal, what })
            .collect();
        assert_eq!(state.done, done);

        let again = BookRequest {
            call: Some(new),
            ..request
        };
        let repeated = desk
            .book(by, &again, who, Some(&proposal(1)))
            .await
            .unwrap();
        assert!(repeated.repeated, "a new epoch made another request of it");
        house.clock.advance(Duration::minutes(10));
        assert_eq!(desk.call_state(by, new).await.unwrap().holds, []);
        let made = desk.bookings_of_call(by, claim.call).await.unwrap();
        assert_eq!(made, [booked.id]);
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_replaced_node_gets_into_the_records() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let desk = &house.desk;
        let old = house.ring().await;
        let by = By::call(house.by.business_id, old.call);
        let entry = JournalEntry {
            number: 0,
            at_ms: 0,
            body: "{}".to_owned(),
        };
        let turn = Turn {
            number: 0,
            speaker: Speaker::Caller,
            // What a recogniser writes may hold what a database can't.
            text: "he\0llo".to_owned(),
            at_ms: 0,
            timings: serde_json::json!({}),
        };
        let new = desk.take_over_call(by, old.call).await.unwrap();
        let (entries, turns) = (std::slice::from_ref(&entry), std::slice::from_ref(&turn));
        is_taken_over(&desk.write_record(by, old, entries, &[]).await);
        is_taken_over(&desk.write_record(by, old, &[], turns).await);
        let message = TakeMessage {
            call: Some(old),
            name: None,
            phone: None,
            text: Note::new("ring me back").unwrap(),
        };
        is_taken_over(&desk.take_message(by, &message, None).await);
        assert_eq!(desk.journal(by, old.call).await.unwrap(), []);
        assert_eq!(desk.transcript(by, old.call).await.unwrap(), []);

        desk.write_record(by, new, entries, &[]).await.unwrap();
        desk.write_record(by, new, &[], turns).await.unwrap();
        assert_eq!(desk.journal(by, old.call).await.unwrap(), entries);
        let said = desk.transcript(by, old.call).await.unwrap();
        assert_eq!(said[0].text, "hello");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_ends_lets_go_of_what_it_held_and_stays_ended() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let desk = &house.desk;
        let claim = house.ring().await;
        let by = By::call(house.by.business_id, claim.call);
        let hold = HoldRequest {
            call: Some(claim),
            ..house.hold_at(monday(10, 0))
        };
        desk.hold(by, &hold, Who::Customer).await.unwrap();
        for (outcome, minute) in [(CallOutcome::GaveUp, 1), (CallOutcome::Booked, 2)] {
            let end = desk.end_call(by, claim, outcome, None, monday(8, minute));
            end.await.unwrap();
        }
        let too_late = desk.hold(by, &hold, Who::Customer).await.unwrap_err();
        assert!(matches!(
            too_late,
            Error::Refused {
                code: "call_ended",
                ..
            }
        ));
        let call = desk.call(by, claim.call).await.unwrap();
        let end = (call.state, call.outcome, call.ended_at);
        let first = Some(CallOutcome::GaveUp);
        assert_eq!(end, (CallState::Ended, first, Some(monday(8, 1))));
        let free = house.cut_at(monday(10, 0));
        desk.book(house.by, &free, Who::Customer, None)
            .await
            .unwrap();
        let late = desk.take_over_call(by, claim.call).await;
        assert!(
            matches!(
                late,
                Err(Error::Refused {
                    code: "call_ended",
                    ..
                })
            ),
            "{late:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_call_is_the_customers_whose_number_it_is_or_who_books_in_it() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let desk = &house.desk;
        let first = house.ring().await;
        let by = By::call(house.by.business_id, first.call);
        assert_eq!(desk.call(by, first.call).await.unwrap().customer_id, None);
        let request = BookRequest {
            call: Some(first),
            ..house.cut_at(monday(10, 0))
        };
        let booked = desk.book(by, &request, Who::Customer, None).await;
        let zoe = booked.unwrap().booking.customer_id;
        assert_eq!(desk.call(by, first.call).await.unwrap().customer_id, zoe);

        let second = house.ring().await;
        let request = BookRequest {
            call: Some(second),
            customer: met("+442079460002", "Max"),
            ..house.cut_at(monday(11, 0))
        };
        assert_eq!(desk.call(by, second.call).await.unwrap().customer_id, zoe);
        desk.book(by, &request, Who::Customer, None).await.unwrap();
        assert_eq!(desk.call(by, second.call).await.unwrap().customer_id, zoe);
    })
    .await;
}

/// What the new node is told must be all there is: nothing of the old one may be written after it looked.
#[tokio::test]
async fn once_a_call_is_taken_over_what_it_did_is_settled() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let old = house.ring().await;
        let by = By::call(house.by.business_id, old.call);
        let mut booking = JoinSet::new();
        for number in 1..=12 {
            let desk = house.desk.clone();
            let request = BookRequest {
                call: Some(old),
                ..house.cut_at(monday(9 + number / 2, number % 2 * 30))
            };
            let key = Key::of_proposal(old.call, number).unwrap();
            booking.spawn(async move {
                let booked = desk.book(by, &request, Who::Customer, Some(&key)).await;
                booked.is_ok()
            });
        }
        booking.join_next().await.unwrap().unwrap();
        let new = house.desk.take_over_call(by, old.call).await.unwrap();
        let told = house.desk.call_state(by, new).await.unwrap();
        let first = 1;
        let made = first
            + booking
                .join_all()
                .await
                .iter()
                .filter(|made| **made)
                .count();
        assert_eq!(told.done.len(), made);
        assert_eq!(house.desk.call_state(by, new).await.unwrap(), told);
    })
    .await;
}

#[tokio::test]
async fn what_a_call_keeps_does_not_stand_in_the_way_of_its_move() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let call = house.ring().await;
        let (desk, who) = (&house.desk, Who::Customer);
        let ten = house.cut_at(monday(10, 0));
        let booked = desk.book(house.by, &ten, who, None).await.unwrap();
        let booked = booked.booking;
        let kept = HoldRequest {
            call: Some(call),
            ..house.hold_at(monday(14, 0))
        };
        let kept = desk.hold(house.by, &kept, who).await.unwrap();
        let target = Target {
            id: booked.id,
            version: None,
            call: Some(call),
        };
        let to = Move {
            starts_at: kept.starts_at,
            staff: StaffWish::Same,
            certainty: None,
        };
        let moved = desk.reschedule(house.by, target, to, who, None).await;
        assert_eq!(moved.unwrap().booking.starts_at, monday(14, 0));
        assert!(!desk.release_hold(house.by, kept.id, None).await.unwrap());
    })
    .await;
}
