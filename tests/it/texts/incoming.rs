//! Texts that come in: words that stop and start texts, and words for the owner.

use chrono::Duration;
use reqwest::StatusCode;

use super::{Office, ZOE};
use crate::support::{TestDb, carrier::CALLER, house::monday, on_each_engine};

const NOTHING: &str = "<Response/>";

#[tokio::test]
async fn who_texts_stop_gets_no_more_texts_until_they_text_start() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.book(ZOE, monday(10, 0)).await;
        office.work().await;
        let answer = office.texted("SM01", " Stop").await;
        assert!(answer.ends_with(NOTHING), "{answer}");
        assert!(office.wants_no_texts(ZOE).await);
        let requests = office.twilio.requests();
        office.book(ZOE, monday(11, 0)).await;
        office.work().await;
        assert_eq!(office.twilio.requests(), requests);

        let answer = office.texted("SM02", "START").await;
        assert!(answer.ends_with(NOTHING), "{answer}");
        assert!(!office.wants_no_texts(ZOE).await);
        office.book(ZOE, monday(12, 0)).await;
        office.work().await;
        assert_eq!(office.at_twilio(ZOE).len(), 2);
        assert!(office.for_the_owner().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_stop_that_is_told_again_after_a_start_stops_nothing() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.book(ZOE, monday(10, 0)).await;
        for (sid, word) in [("SM01", "STOP"), ("SM02", "START"), ("SM01", "STOP")] {
            office.texted(sid, word).await;
        }
        assert!(!office.wants_no_texts(ZOE).await);
    })
    .await;
}

#[tokio::test]
async fn who_stopped_before_being_a_customer_is_left_alone_too() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.texted("SM01", "unsubscribe").await;
        office.book(ZOE, monday(10, 0)).await;
        office.work().await;
        // Nor are they told that they were cut off.
        assert_eq!(ZOE, CALLER);
        let (_, mut telephone) = office.doors.calls("CA01").await;
        telephone.hears("help").await;
        telephone.breaks();
        office.doors.is_clean().await;
        office.work().await;
        assert_eq!(office.twilio.requests(), 0);
        assert!(office.texts().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_twilio_understood_in_another_language_counts() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.book(ZOE, monday(10, 0)).await;
        let stop = [("OptOutType", "STOP")];
        office.texted_with("SM01", ZOE, "ARRET", &stop).await;
        assert!(office.wants_no_texts(ZOE).await);
        let help = [("OptOutType", "HELP")];
        let (_, answer) = office.texted_with("SM02", ZOE, "AIDE", &help).await;
        assert!(answer.ends_with(NOTHING), "Twilio has answered: {answer}");
    })
    .await;
}

#[tokio::test]
async fn help_is_answered_with_who_we_are() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let answer = office.texted("SM01", "help").await;
        assert!(answer.contains("<Message>The Corner Salon: "), "{answer}");
        assert!(answer.contains("+15005550006"), "{answer}");
        assert_eq!(office.texted("SM01", "help").await, answer);
    })
    .await;
}

#[tokio::test]
async fn other_words_wait_for_the_owner_and_their_sender_is_told_so_once() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.book(ZOE, monday(10, 0)).await;
        let thanks = office.texted("SM01", "Can I bring my dog? <3").await;
        assert!(thanks.contains("we will read your text"), "{thanks}");
        assert!(!thanks.contains("dog"), "{thanks}");
        // The same webhook again.
        assert_eq!(
            office.texted("SM01", "Can I bring my dog? <3").await,
            thanks
        );
        let quiet = office
            .texted("SM02", "Thank you! This is an automatic answer.")
            .await;
        assert!(quiet.ends_with(NOTHING), "{quiet}");
        office.doors.house.clock.advance(Duration::hours(13));
        let thanks = office.texted("SM03", "Another day").await;
        assert!(thanks.contains("we will read your text"), "{thanks}");

        let messages = office.for_the_owner().await;
        assert_eq!(messages.len(), 3);
        let first = &messages[2];
        assert_eq!(first.text.as_str(), "Can I bring my dog? <3");
        assert_eq!(first.name.as_ref().unwrap().as_str(), "Zoe");
        assert_eq!(first.phone.as_ref().unwrap().as_str(), ZOE);
        assert_eq!(first.call_id, None);
    })
    .await;
}

#[tokio::test]
async fn who_stopped_texts_is_read_and_not_answered() {
    let test = TestDb::on_sqlite().await;
    let office = Office::open(&test).await;
    office.texted("SM01", "STOP").await;
    for (sid, body) in [("SM02", "where are you?"), ("SM03", "HELP")] {
        let answer = office.texted(sid, body).await;
        assert!(answer.ends_with(NOTHING), "{answer}");
    }
    assert_eq!(office.for_the_owner().await.len(), 1);
}

#[tokio::test]
async fn a_sender_that_is_no_number_is_kept_and_not_answered() {
    let test = TestDb::on_sqlite().await;
    let office = Office::open(&test).await;
    for (sid, from) in [
        ("SM01", "72975"),
        ("SM02", "Parcels"),
        ("SM03", "anonymous"),
    ] {
        for body in ["Your code is 123456", "STOP", "HELP", ""] {
            let (status, answer) = office.texted_with(sid, from, body, &[]).await;
            assert_eq!(status, StatusCode::OK);
            assert!(answer.ends_with(NOTHING), "{from}: {answer}");
        }
    }
    assert_eq!(office.for_the_owner().await.len(), 3);
}

#[tokio::test]
async fn a_stop_to_a_number_that_several_share_reaches_all_who_texted_from_it() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.book(ZOE, monday(10, 0)).await;
        office.work().await;
        let shared = format!("{}/sms/incoming", office.doors.url);
        let text = |sid, body| crate::support::twilio::Texted {
            sid,
            from: ZOE,
            to: "+15005550077",
            body,
        };
        office
            .twilio
            .texted(&shared, text("SM01", "STOP"), &[])
            .await
            .unwrap();
        assert!(office.wants_no_texts(ZOE).await);
        office
            .twilio
            .texted(&shared, text("SM02", "hello"), &[])
            .await
            .unwrap();
        assert_eq!(office.for_the_owner().await.len(), 1);
        // Nobody here has anything to do with this one.
        let stranger = crate::support::twilio::Texted {
            from: "+442079460088",
            ..text("SM03", "hello")
        };
        let (status, answer) = office.twilio.texted(&shared, stranger, &[]).await.unwrap();
        assert_eq!(status, StatusCode::OK);
        assert!(answer.ends_with(NOTHING), "{answer}");
        assert_eq!(office.for_the_owner().await.len(), 1);
    })
    .await;
}
