//! What a caller hears, and what is written, when the world around a call breaks.

use std::{sync::Arc, time::Duration};

use ringbook::{
    call::{
        action::{Action, Outcome},
        driver::Ended,
    },
    desk::BusinessPatch,
    domain::{BookingStatus, OnUnknown},
    providers::{BookingProvider, Native, Registry, Script, Scripted},
};
use serde_json::json;

use super::{CALLER, Exchange, Tapped, booking::BOOKS, ear, script};
use crate::support::on_each_engine;

impl Exchange {
    /// The house asks this provider, and waits so long for its answers.
    pub(super) async fn with_provider(
        mut self,
        provider: Arc<dyn BookingProvider>,
        budget: Duration,
        on_unknown: OnUnknown,
    ) -> Self {
        self.ground.providers = Registry::new(self.house.desk.clone())
            .with("other", provider)
            .with_budget(budget);
        let patch: BusinessPatch = serde_json::from_value(json!({
            "ai_config": { "integrations": { "provider": "other" } },
            "policies": { "on_unknown": on_unknown },
        }))
        .unwrap();
        let by = self.house.by;
        let updated = self.house.desk.update_business(by, None, &patch).await;
        updated.unwrap();
        self
    }

    async fn with_script(self, script: Script, on_unknown: OnUnknown) -> Self {
        // What never answers is waited for in full; what answers is never too late, however busy the machine is.
        let budget = match script {
            Script::Slow => Duration::from_millis(250),
            _ => Duration::from_mins(1),
        };
        let provider = Scripted::new(Native::new(self.house.desk.clone()), script);
        self.with_provider(Arc::new(provider), budget, on_unknown)
            .await
    }
}

#[tokio::test]
async fn a_provider_that_never_answers_costs_the_caller_its_deadline_and_no_more() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        let exchange = exchange.with_script(Script::Slow, OnUnknown::Closed).await;
        let (claim, _) = exchange.rings(CALLER, BOOKS).await;
        let heard = exchange.heard(claim).await;
        assert!(heard.contains("calendar"), "{heard}");
        assert_eq!(exchange.bookings().await, []);
        exchange.is_clean_after(claim).await;

        let exchange = exchange.with_script(Script::Slow, OnUnknown::Hold).await;
        let (claim, ended) = exchange.rings(CALLER, BOOKS).await;
        let heard = exchange.heard(claim).await;
        assert_eq!(ended, Ended::Finished(Outcome::Booked), "{heard}");
        let bookings = exchange.bookings().await;
        assert_eq!(bookings[0].status, BookingStatus::Tentative, "{heard}");
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_lies_books_nothing_over_somebody_else() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        exchange.rings("+442079460002", BOOKS).await;
        let liar = Script::Lying(exchange.house.anna);
        let exchange = exchange.with_script(liar, OnUnknown::Open).await;
        let (claim, _) = exchange.rings(CALLER, BOOKS).await;
        let heard = exchange.heard(claim).await;
        assert_eq!(exchange.bookings().await.len(), 1, "{heard}");
        assert!(heard.contains("I have "), "{heard}");
    })
    .await;
}

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
