//! Who is answered, and as whom: several businesses and numbers, callers without a number, hours, keys.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{StatusCode, header};
use ringbook::{
    desk::{BusinessPatch, By},
    domain::{CallOutcome, PhoneNumber},
    store::messages::Filter,
};
use serde_json::{Value, json};
use sha2::Sha256;

use super::calling::says_yes_and_goodbye;
use crate::support::{
    House, TestDb,
    carrier::CALLER,
    doors::{Doors, SHARED},
    house::monday,
    on_each_engine,
    server::client,
    twilio::ACCOUNT,
};

async fn has_numbers(house: &House, numbers: &[&str]) {
    let numbers = numbers
        .iter()
        .map(|number| PhoneNumber::new(number).unwrap());
    let patch = BusinessPatch {
        phone_numbers: Some(numbers.collect()),
        ..BusinessPatch::default()
    };
    house
        .desk
        .update_business(house.by, None, &patch)
        .await
        .unwrap();
}

async fn switches(doors: &Doors, call: Value) {
    let patch = BusinessPatch {
        ai_config: Some(serde_json::from_value(json!({ "call": call })).unwrap()),
        ..BusinessPatch::default()
    };
    let (desk, by): (_, By) = (&doors.house.desk, doors.house.by);
    desk.update_business(by, None, &patch).await.unwrap();
}

#[tokio::test]
async fn each_number_is_answered_for_its_own_business() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let next_door = House::with_clock(&test.db, doors.house.clock.clone()).await;
        has_numbers(&doors.house, &["+442079460010", "+442079460011"]).await;
        has_numbers(&next_door, &["+442079460012"]).await;
        let (ours, theirs) = (doors.house.by.business_id, next_door.by.business_id);
        for (dialled, business) in [
            ("+442079460010", ours),
            ("+442079460011", ours),
            ("+442079460012", theirs),
        ] {
            let sid = format!("CA{dialled}").replace('+', "");
            let answer = doors
                .asks("/voice/incoming", &sid, &[("To", dialled)])
                .await;
            let mut telephone = doors.connects(&answer, &sid).await;
            telephone.hears("help").await;
            telephone.stops().await;
            let calls = doors.house.desk.calls_known_as(&sid).await.unwrap();
            let found = (
                calls[0].business_id,
                calls[0].dialled.as_ref().unwrap().as_str(),
            );
            assert_eq!(found, (business, dialled));
        }
        let nobodys = [("To", "+442079460013")];
        doors
            .asks("/voice/incoming", "CA04", &nobodys)
            .await
            .says("<Reject");
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_withholds_their_number_is_asked_for_one() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let path = format!("/voice/incoming/{}", doors.house.by.business_id);
        let answer = doors.asks(&path, "CA01", &[("From", "anonymous")]).await;
        let mut telephone = doors.connects(&answer, "CA01").await;
        telephone.hears("help").await;
        telephone
            .says("this is Zoe, I would like a cut with Anna today at two in the afternoon")
            .await;
        telephone.hears("number").await;
        telephone.presses("02079460777#").await;
        telephone.hears("?").await;
        telephone.says("yes").await;
        telephone.hears("?").await;
        says_yes_and_goodbye(telephone).await;
        let call = doors.call().await;
        assert_eq!(
            (call.outcome, call.caller),
            (Some(CallOutcome::Booked), None)
        );
        assert_eq!(doors.bookings().await[0].starts_at, monday(14, 0));
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn after_hours_a_message_is_taken_where_the_owner_wants_that() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        switches(&doors, json!({ "after_hours": "message" })).await;
        let (_, mut telephone) = doors.calls("CA01").await;
        telephone.hears("message").await;
        telephone
            .says("please tell Anna that I found her scarf")
            .await;
        telephone.hears("name").await;
        telephone.says("Zoe").await;
        telephone.hears("else").await;
        telephone.says("no thank you, goodbye").await;
        telephone.waits_for_hang_up().await.unwrap();
        assert_eq!(doors.call().await.outcome, Some(CallOutcome::MessageTaken));
        let (desk, by) = (&doors.house.desk, doors.house.by);
        let messages = desk
            .messages(by, Filter::default(), None, 10)
            .await
            .unwrap();
        assert!(messages[0].text.contains("scarf"));
        assert_eq!(messages[0].phone.as_ref().unwrap().as_str(), CALLER);
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_webhook_may_be_signed_with_a_shared_key_and_sha_256() {
    let test = TestDb::on_sqlite().await;
    let doors = Doors::open(&test.db).await;
    let url = format!(
        "{}/voice/incoming/{}",
        doors.url, doors.house.by.business_id
    );
    let form = [
        ("AccountSid", ACCOUNT),
        ("CallSid", "CA01"),
        ("CallStatus", "ringing"),
        ("From", CALLER),
        ("To", "+442079460000"),
    ];
    let text: String = form
        .iter()
        .flat_map(|(name, value)| [*name, *value])
        .collect();
    for (key, settings, status) in [
        (SHARED, "key=SK01,algorithm=HMAC_SHA256", StatusCode::OK),
        (
            "another key",
            "key=SK01,algorithm=HMAC_SHA256",
            StatusCode::FORBIDDEN,
        ),
        (
            SHARED,
            "key=SK02,algorithm=HMAC_SHA256",
            StatusCode::FORBIDDEN,
        ),
        (SHARED, "key=SK01,algorithm=HMAC_MD5", StatusCode::FORBIDDEN),
    ] {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(format!("{url}{text}").as_bytes());
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&form);
        let answer = client()
            .post(&url)
            .header(
                "x-twilio-signature",
                BASE64_STANDARD.encode(mac.finalize().into_bytes()),
            )
            .header("x-twilio-webhooks-signature-settings", settings)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.finish())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{settings}");
    }
    doors.is_clean().await;
}

#[tokio::test]
async fn whoever_asks_the_fallback_hears_a_kind_word() {
    let test = TestDb::on_sqlite().await;
    let doors = Doors::open(&test.db).await;
    for forge in ["", "nonsense"] {
        let path = ringbook::phone::FALLBACK;
        let answer = doors
            .asks_signed(path, "CA01", &[], |_| forge.to_owned())
            .await;
        answer.says("<Say>I'm sorry, we can't take your call right now.");
        answer.says("<Hangup/>");
    }
}
