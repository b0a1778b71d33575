//! What Twilio tells of texts: in any order, more than once, and before its own answer.

use reqwest::StatusCode;
use ringbook::domain::TextState;

use super::{Office, ZOE};
use crate::support::{TestDb, house::monday, on_each_engine, twilio::Trouble};

const DELIVERED: [(&str, Option<u32>); 3] =
    [("sending", None), ("sent", None), ("delivered", None)];

#[tokio::test]
async fn news_in_every_order_end_in_the_same() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        for (hour, told) in (9..).zip([
            &[0, 1, 2][..],
            &[0, 2, 1],
            &[1, 0, 2],
            &[1, 2, 0],
            &[2, 0, 1],
            &[2, 1, 0],
            &[2, 2, 1, 1],
        ]) {
            office.book(ZOE, monday(hour, 0)).await;
            office.work().await;
            let sid = office.twilio.messages().pop().unwrap().sid;
            let answers = office.twilio.deliver(&sid, &DELIVERED, told).await.unwrap();
            assert!(answers.iter().all(|answer| *answer == StatusCode::OK));
            let text = office.texts().await.remove(0);
            assert_eq!(text.state, TextState::Delivered, "{told:?}");
            assert_eq!(text.error, None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_that_did_not_arrive_says_why_and_a_late_sent_does_not_hide_it() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.book(ZOE, monday(10, 0)).await;
        office.work().await;
        let sid = office.twilio.messages().pop().unwrap().sid;
        let steps = [("sent", None), ("undelivered", Some(30003))];
        office.twilio.deliver(&sid, &steps, &[1, 0]).await.unwrap();
        let text = office.the_text().await;
        assert_eq!(
            (text.state, text.error_code),
            (TextState::Undelivered, Some(30003))
        );
        assert!(text.error.unwrap().contains("switched off"));
        // That they could not be reached today is nothing against tomorrow.
        office.book(ZOE, monday(11, 0)).await;
        office.work().await;
        assert_eq!(office.at_twilio(ZOE).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_landline_that_was_found_out_later_is_not_texted_again() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.book(ZOE, monday(10, 0)).await;
        office.work().await;
        let sid = office.twilio.messages().pop().unwrap().sid;
        let steps = [("undelivered", Some(30006))];
        office.twilio.deliver(&sid, &steps, &[0]).await.unwrap();
        office.book(ZOE, monday(11, 0)).await;
        office.work().await;
        assert_eq!(office.at_twilio(ZOE).len(), 1);
        let text = office.texts().await.remove(0);
        assert_eq!(text.state, TextState::Failed);
        assert!(text.error.unwrap().contains("did not reach this number"));
    })
    .await;
}

#[tokio::test]
async fn news_that_overtake_the_lost_answer_tell_that_the_text_went() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.book(ZOE, monday(10, 0)).await;
        office.twilio.trouble(Trouble::DoneThenDown);
        office.work().await;
        assert_eq!(office.the_text().await.state, TextState::Sending);
        let sid = office.twilio.messages().pop().unwrap().sid;
        office.twilio.deliver(&sid, &DELIVERED, &[1]).await.unwrap();
        let text = office.the_text().await;
        assert_eq!((text.state, text.outside_id), (TextState::Sent, Some(sid)));
        let asked = office.twilio.requests();
        office.work_on().await;
        assert_eq!(
            office.twilio.requests(),
            asked,
            "there is nothing to find out"
        );
        assert_eq!(office.at_twilio(ZOE).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn news_of_nothing_of_ours_are_taken_without_harm() {
    let test = TestDb::on_sqlite().await;
    let office = Office::open(&test).await;
    office.book(ZOE, monday(10, 0)).await;
    office.work().await;
    let text = office.the_text().await;
    let business = office.doors.house.by.business_id;
    let mine = format!("/sms/status?business={business}&text={}", text.id);
    for (path, sid) in [
        ("/sms/status", "SM99"),
        ("/sms/status?business=1&text=2", "SM99"),
        ("/sms/status?%00=%ff&business", "SM99"),
        // Another text's news under this one's name.
        (mine.as_str(), "SM99"),
    ] {
        let news = [("MessageSid", sid), ("MessageStatus", "delivered")];
        let answer = office.doors.asks(path, "CA01", &news).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        answer.says("<Response/>");
        assert_eq!(office.the_text().await.state, TextState::Queued, "{path}");
    }
    let sid = text.outside_id.unwrap();
    let odd = [
        ("MessageSid", sid.as_str()),
        ("MessageStatus", "teleported"),
    ];
    office
        .doors
        .asks("/sms/status", "CA01", &odd)
        .await
        .says("<Response/>");
    assert_eq!(office.the_text().await.state, TextState::Queued);
    // Whoever set the address up by hand has no name of ours in it.
    let plain = [("MessageSid", sid.as_str()), ("MessageStatus", "delivered")];
    office
        .doors
        .asks("/sms/status", "CA01", &plain)
        .await
        .says("<Response/>");
    assert_eq!(office.the_text().await.state, TextState::Delivered);
}

#[tokio::test]
async fn news_that_twilio_did_not_sign_are_none() {
    let test = TestDb::on_sqlite().await;
    let office = Office::open(&test).await;
    office.book(ZOE, monday(10, 0)).await;
    office.work().await;
    let sid = office.the_text().await.outside_id.unwrap();
    let news = [("MessageSid", sid.as_str()), ("MessageStatus", "failed")];
    for path in ["/sms/status", "/sms/incoming"] {
        let forged = office
            .doors
            .asks_signed(path, "CA01", &news, |_| "nonsense".to_owned())
            .await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(office.the_text().await.state, TextState::Queued);
}
