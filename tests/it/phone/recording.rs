//! Calls that are recorded: after the caller has heard so, and where the house wants it.

use ringbook::desk::BusinessPatch;
use serde_json::{Value, json};

use crate::support::{
    TestDb,
    doors::{Doors, until},
    on_each_engine,
    twilio::{FakeTwilio, Trouble},
};

const WORDS: &str = "This call is recorded.";

async fn switched(doors: &Doors, call: Value) {
    let patch = BusinessPatch {
        ai_config: Some(serde_json::from_value(json!({ "call": call })).unwrap()),
        ..Default::default()
    };
    let desk = &doors.house.desk;
    desk.update_business(doors.house.by, None, &patch)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_call_is_recorded_once_the_caller_has_heard_so() {
    on_each_engine(async |test| {
        let twilio = FakeTwilio::start().await;
        let doors = Doors::with_twilio(&test.db, twilio.client()).await;
        switched(&doors, json!({ "consent": WORDS, "record": true })).await;
        let sid = twilio.call_comes_in("in-progress");
        // Twilio is busy for a moment, which is no reason not to record.
        twilio.trouble(Trouble::TooMany(0));
        let (_, mut telephone) = doors.calls(&sid).await;
        assert!(!twilio.call_at(&sid).recorded);
        telephone.hears("help").await;
        assert!(telephone.heard.contains(WORDS), "{}", telephone.heard);
        until("it is recorded", async || twilio.call_at(&sid).recorded).await;
        telephone.stops().await;
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn who_hangs_up_over_the_words_was_not_recorded() {
    let test = TestDb::on_sqlite().await;
    let twilio = FakeTwilio::start().await;
    let doors = Doors::with_twilio(&test.db, twilio.client()).await;
    switched(&doors, json!({ "consent": WORDS, "record": true })).await;
    let sid = twilio.call_comes_in("in-progress");
    let (_, telephone) = doors.calls(&sid).await;
    telephone.stops().await;
    doors.is_clean().await;
    assert_eq!(twilio.requests(), 0);
}

#[tokio::test]
async fn a_house_that_only_says_so_records_nothing_and_one_that_does_not_say_so_may_not() {
    let test = TestDb::on_sqlite().await;
    let twilio = FakeTwilio::start().await;
    let doors = Doors::with_twilio(&test.db, twilio.client()).await;
    switched(&doors, json!({ "consent": WORDS })).await;
    let sid = twilio.call_comes_in("in-progress");
    let (_, mut telephone) = doors.calls(&sid).await;
    telephone.hears("help").await;
    telephone.stops().await;
    doors.is_clean().await;
    assert_eq!(twilio.requests(), 0);

    let patch = json!({ "ai_config": { "call": { "record": true } } });
    let patch: BusinessPatch = serde_json::from_value(patch).unwrap();
    let refused = doors
        .house
        .desk
        .update_business(doors.house.by, None, &patch)
        .await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("consent"), "{refused}");
}
