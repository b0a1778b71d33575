//! A caller books, moves and cancels, and the database has it.

use ringbook::{
    call::{action::Outcome, driver::Ended},
    domain::{BookingStatus, CallState},
};

use super::{CALLER, Exchange};
use crate::support::{house::monday, on_each_engine};

pub(super) const BOOKS: &[&str] = &[
    "Hello, this is Zoe, I would like a cut with Anna today at two in the afternoon",
    "yes, that number is fine",
    "yes please",
    "no thank you, goodbye",
];

#[tokio::test]
async fn a_caller_books_and_the_booking_is_there() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        let (claim, ended) = exchange.rings(CALLER, BOOKS).await;
        let heard = exchange.heard(claim).await;
        assert_eq!(ended, Ended::Finished(Outcome::Booked), "{heard}");
        let bookings = exchange.bookings().await;
        assert_eq!(bookings.len(), 1, "{heard}");
        assert_eq!(bookings[0].starts_at, monday(14, 0), "{heard}");
        assert_eq!(bookings[0].staff_id, exchange.house.anna);
        assert_eq!(bookings[0].call_id, Some(claim.call));
        let desk = &exchange.house.desk;
        let call = desk.call(exchange.house.by, claim.call).await.unwrap();
        assert_eq!(
            (call.state, call.outcome),
            (CallState::Ended, Some(Outcome::Booked))
        );
        exchange.is_clean_after(claim).await;
    })
    .await;
}

#[tokio::test]
async fn the_next_call_moves_what_the_first_has_booked_and_the_one_after_cancels_it() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        exchange.rings(CALLER, BOOKS).await;
        let moves = [
            "I need to move my appointment, my name is Zoe",
            "Today at half past three please",
            "yes",
            "no thanks, bye",
        ];
        let (claim, ended) = exchange.rings(CALLER, &moves).await;
        let heard = exchange.heard(claim).await;
        assert_eq!(ended, Ended::Finished(Outcome::Rescheduled), "{heard}");
        assert_eq!(exchange.bookings().await[0].starts_at, monday(15, 30));
        exchange.is_clean_after(claim).await;

        let cancels = ["I have to cancel, this is Zoe", "yes", "no thanks, bye"];
        let (claim, ended) = exchange.rings(CALLER, &cancels).await;
        let heard = exchange.heard(claim).await;
        assert_eq!(ended, Ended::Finished(Outcome::Cancelled), "{heard}");
        let bookings = exchange.bookings().await;
        assert_eq!(bookings.len(), 1);
        assert_eq!(bookings[0].status, BookingStatus::Cancelled);
        exchange.is_clean_after(claim).await;
    })
    .await;
}

#[tokio::test]
async fn a_booking_can_be_moved_by_less_than_its_length() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        exchange.rings(CALLER, BOOKS).await;
        let moves = [
            "I need to move my appointment, my name is Zoe",
            "Today at quarter past two please",
            "yes",
            "no thanks, bye",
        ];
        let (claim, ended) = exchange.rings(CALLER, &moves).await;
        let heard = exchange.heard(claim).await;
        assert_eq!(ended, Ended::Finished(Outcome::Rescheduled), "{heard}");
        assert_eq!(exchange.bookings().await[0].starts_at, monday(14, 15));
    })
    .await;
}

#[tokio::test]
async fn of_two_calls_for_one_time_one_gets_it_and_the_other_hears_of_others() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        let (first, second) = tokio::join!(
            exchange.rings(CALLER, BOOKS),
            exchange.rings("+442079460002", BOOKS)
        );
        let heard = [
            exchange.heard(first.0).await,
            exchange.heard(second.0).await,
        ];
        let at_two = exchange.bookings().await;
        let at_two = at_two
            .iter()
            .filter(|booking| booking.starts_at == monday(14, 0));
        assert_eq!(at_two.count(), 1, "{heard:?}");
        let offered = heard.iter().filter(|heard| heard.contains("I have "));
        assert_eq!(offered.count(), 1, "{heard:?}");
        exchange.is_clean_after(first.0).await;
        exchange.is_clean_after(second.0).await;
    })
    .await;
}
