//! However and whenever a call ends, nothing of it is left.

use ringbook::{
    call::{
        action::{Action, Outcome},
        driver::{Ended, NotBegun},
        live::{Leftovers, Live, NoRoom},
        rehearsal::{Act, Turn, When},
        timer::Ms,
    },
    desk::By,
    domain::CallState,
    store::calls::Filter,
};

use super::{CALLER, Exchange, Tapped, booking::BOOKS, says};
use crate::support::on_each_engine;

#[tokio::test]
async fn a_caller_who_hangs_up_at_any_step_leaves_no_hold_and_no_task() {
    on_each_engine(async |test| {
        for said in 0..=BOOKS.len() {
            for when in [
                When::AgentListensFor(Ms(300)),
                When::AgentTalksFor(Ms(200)),
                When::SinceLast(Ms(0)),
                When::SinceLast(Ms(260)),
                When::SinceLast(Ms(1_000)),
            ] {
                let exchange = Exchange::build(&test.db).await;
                let mut turns: Vec<Turn> = BOOKS[..said].iter().map(|line| says(line)).collect();
                turns.push(Turn {
                    caller: Act::HangsUp,
                    when,
                });
                let (claim, driver) = exchange.call(CALLER, turns).await;
                let ended = driver.run().await;
                let booked = exchange.bookings().await.len();
                let step = format!("{said} lines, then {when:?}: {ended:?}");
                assert_eq!(
                    booked == 1,
                    ended == Ended::Finished(Outcome::Booked),
                    "{step}"
                );
                exchange.is_clean_after(claim).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_full_node_takes_no_call_and_the_owner_sees_who_rang() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        let full = Live::new(0);
        let business = exchange.house.by.business_id;
        let new = exchange.incoming(CALLER);
        let refused = exchange.ground.begin(&full, business, new).await;
        assert!(matches!(refused, Err(NotBegun::NoRoom(NoRoom::Full))));
        let desk = &exchange.house.desk;
        let all = Filter::default();
        let calls = desk.calls(exchange.house.by, &all, None, 10).await;
        let calls = calls.unwrap().items;
        assert_eq!(calls[0].outcome, Some(Outcome::NeverStarted));
        assert_eq!(calls[0].state, CallState::Ended);
    })
    .await;
}

#[tokio::test]
async fn a_call_that_its_node_lets_go_of_stays_open_and_keeps_its_time() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        let beginning = exchange.begin(CALLER).await;
        let claim = beginning.claim;
        let live = exchange.live.clone();
        let line = Tapped::new(vec![says(BOOKS[0])], move |action| {
            if matches!(action, Action::Say { text, .. } if text.contains("number")) {
                assert!(live.cut_off(claim.call));
            }
        });
        assert_eq!(exchange.drive(beginning, line).run().await, Ended::Gone);
        assert_eq!(exchange.live.leftovers(), Leftovers::default());
        let desk = &exchange.house.desk;
        let call = desk.call(exchange.house.by, claim.call).await.unwrap();
        assert_eq!(call.state, CallState::InProgress);
        let by = By::call(exchange.house.by.business_id, claim.call);
        let state = desk.call_state(by, claim).await.unwrap();
        assert_eq!(state.holds.len(), 1);
    })
    .await;
}
