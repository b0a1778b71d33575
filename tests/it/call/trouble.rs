//! What a caller hears, and what is written, when the world around a call breaks.

use ringbook::call::{action::Action, driver::Ended};

use super::{CALLER, Exchange, Tapped, booking::BOOKS, ear, script};
use crate::support::on_each_engine;

#[tokio::test]
async fn when_the_database_goes_away_the_call_goes_on_and_nothing_is_said_to_be_booked() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        let beginning = exchange.begin(CALLER).await;
        let (said, mut hear) = ear();
        let mut gone = Some(test.db.clone());
        let line = Tapped::new(script(BOOKS), move |action| {
            hear(action);
            let is_read_back =
                matches!(action, Action::Say { text, .. } if text.contains("Shall I"));
            if let Some(db) = gone.take_if(|_| is_read_back) {
                tokio::spawn(async move { db.close().await });
            }
        });
        let ended = exchange.drive(beginning, line).run().await;
        let said = said.lock().unwrap();
        assert!(matches!(ended, Ended::Finished(_)), "{said}");
        assert!(!said.contains("You're booked"), "{said}");
        assert!(said.contains("Goodbye"), "{said}");
    })
    .await;
}
