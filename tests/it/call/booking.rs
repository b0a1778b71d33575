//! A caller books, moves and cancels, and the database has it.

use ringbook::{
    call::{action::Outcome, driver::Ended, live::Leftovers},
    domain::{BookingStatus, CallState},
};

use super::{CALLER, Exchange};
use crate::support::{house::monday, on_each_engine};

const BOOKS: &[&str] = &[
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
        assert_eq!(bookings[0].call_id, Some(claim.call));
        let call = exchange
            .house
            .desk
            .call(exchange.house.by, claim.call)
            .await
            .unwrap();
        assert_eq!(
            (call.state, call.outcome),
            (CallState::Ended, Some(Outcome::Booked))
        );
        assert_eq!(exchange.live.leftovers(), Leftovers::default());
    })
    .await;
}
