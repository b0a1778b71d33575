//! What is on disk of a call, and when.

use std::{sync::Arc, time::Duration};

use ringbook::{
    call::{
        action::Action,
        driver::Ended,
        lines::Lines,
        replay::{Step, differences, parse, render, rerun},
        turn::Pauses,
    },
    desk::By,
    domain::{BookingId, BusinessId, CallClaim, CallState, OnUnknown, Speaker},
    providers::{After, Answer, Ask, Availability, BookingIntent, BookingProvider, Native},
};
use tokio::sync::Semaphore;

use super::{CALLER, Exchange, booking::BOOKS, script};
use crate::support::on_each_engine;

impl Exchange {
    /// As it is in the database.
    pub(super) async fn journal(&self, claim: CallClaim) -> Vec<Step> {
        let entries = self
            .house
            .desk
            .journal(self.house.by, claim.call)
            .await
            .unwrap();
        assert!(
            entries
                .iter()
                .zip(1..)
                .all(|(entry, number)| entry.number == number)
        );
        let steps = entries
            .iter()
            .map(|entry| serde_json::from_str(&entry.body).unwrap());
        steps.collect()
    }
}

#[tokio::test]
async fn the_journal_of_a_real_call_replays_strictly_equal() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        let (claim, _) = exchange.rings(CALLER, BOOKS).await;
        let journal = exchange.journal(claim).await;
        assert!(journal.len() > 20);
        let file = render(&journal).unwrap();
        let read = parse(&file).unwrap();
        let lines = Arc::new(Lines::english().unwrap());
        let again = rerun(lines, Pauses::default(), &read);
        assert_eq!(differences(&read, &again), []);
        assert_eq!(render(&again).unwrap(), file);
    })
    .await;
}

#[tokio::test]
async fn the_transcript_has_both_sides_in_order_and_says_how_long_answers_took() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        let (claim, _) = exchange.rings(CALLER, BOOKS).await;
        let by = exchange.house.by;
        let turns = exchange
            .house
            .desk
            .transcript(by, claim.call)
            .await
            .unwrap();
        assert!(
            turns
                .iter()
                .zip(1..)
                .all(|(turn, number)| turn.number == number)
        );
        assert!(turns.is_sorted_by_key(|turn| turn.at_ms));
        let callers: Vec<_> = turns
            .iter()
            .filter(|turn| turn.speaker == Speaker::Caller)
            .collect();
        let said: Vec<_> = callers.iter().map(|turn| turn.text.as_str()).collect();
        assert_eq!(said, BOOKS);
        for turn in callers {
            for step in ["pause", "answer", "sound"] {
                assert!(turn.timings[step].is_u64(), "{step} of {turn:?}");
            }
        }
    })
    .await;
}

/// A provider that stops a booking right before it is written.
#[derive(Debug)]
struct Gate {
    native: Native,
    reached: Semaphore,
    open: Semaphore,
}

impl BookingProvider for Gate {
    fn check_availability<'a>(&'a self, ask: &'a Ask) -> Answer<'a, Availability> {
        self.native.check_availability(ask)
    }

    fn create_booking<'a>(&'a self, ask: &'a Ask) -> Answer<'a, BookingIntent> {
        Box::pin(async {
            self.reached.add_permits(1);
            self.open.acquire().await.unwrap().forget();
            self.native.create_booking(ask).await
        })
    }

    fn after_booking(&self, business: BusinessId, booking: BookingId) -> After<'_> {
        self.native.after_booking(business, booking)
    }

    fn after_change(&self, business: BusinessId, booking: BookingId) -> After<'_> {
        self.native.after_change(business, booking)
    }

    fn after_cancel(&self, business: BusinessId, booking: BookingId) -> After<'_> {
        self.native.after_cancel(business, booking)
    }
}

async fn gated(exchange: Exchange) -> (Exchange, Arc<Gate>) {
    let gate = Arc::new(Gate {
        native: Native::new(exchange.house.desk.clone()),
        reached: Semaphore::new(0),
        open: Semaphore::new(0),
    });
    let provider: Arc<dyn BookingProvider> = gate.clone();
    let minute = Duration::from_mins(1);
    let exchange = exchange
        .with_provider(provider, minute, OnUnknown::Open)
        .await;
    (exchange, gate)
}

#[tokio::test]
async fn a_call_killed_in_the_middle_of_a_booking_has_on_disk_that_it_was_asked_for() {
    on_each_engine(async |test| {
        let (exchange, gate) = gated(Exchange::build(&test.db).await).await;
        let (claim, driver) = exchange.call(CALLER, script(BOOKS)).await;
        tokio::select! {
            ended = Box::pin(driver.run()) => panic!("the call came to an end: {ended:?}"),
            reached = gate.reached.acquire() => reached.unwrap().forget(),
        }
        let journal = exchange.journal(claim).await;
        let books = |step: &Step| step.gave.iter().any(|a| matches!(a, Action::Book { .. }));
        assert!(journal.iter().any(books));
        assert_eq!(exchange.bookings().await, []);
        let by = By::call(exchange.house.by.business_id, claim.call);
        let state = exchange.house.desk.call_state(by, claim).await.unwrap();
        assert_eq!((state.holds.len(), state.done), (1, Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn a_node_that_lost_its_call_to_another_books_nothing_and_leaves_the_call_alone() {
    on_each_engine(async |test| {
        let (exchange, gate) = gated(Exchange::build(&test.db).await).await;
        let (claim, driver) = exchange.call(CALLER, script(BOOKS)).await;
        let desk = exchange.house.desk.clone();
        let (ended, written) = tokio::join!(Box::pin(driver.run()), async {
            gate.reached.acquire().await.unwrap().forget();
            let taken = desk.take_over_call(exchange.house.by, claim.call).await;
            assert_eq!(taken.unwrap().epoch, 2);
            let written = exchange.journal(claim).await.len();
            gate.open.add_permits(1);
            written
        });
        assert_eq!(ended, Ended::Gone);
        assert_eq!(exchange.bookings().await, []);
        assert_eq!(exchange.journal(claim).await.len(), written);
        let call = desk.call(exchange.house.by, claim.call).await.unwrap();
        assert_eq!(call.state, CallState::InProgress);
    })
    .await;
}
