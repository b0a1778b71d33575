//! Calls in progress are told to follow another document, to end, or to be recorded.

use ringbook::{
    domain::PhoneNumber,
    twilio::{
        CallSid,
        forms::CallStatus,
        rest::{CallUpdate, Code, LONGEST_UPDATE, NewCall},
        twiml::{Dial, Draft, Say, Webhook},
    },
};

use crate::support::twilio::{FakeTwilio, OWN};

fn sid(text: &str) -> CallSid {
    CallSid::new(text).unwrap()
}

#[tokio::test]
async fn a_call_is_transferred_by_a_new_document() {
    let twilio = FakeTwilio::start().await;
    let call = twilio.call_comes_in("in-progress");
    let desk = PhoneNumber::new("+14155550177").unwrap();
    let dial = Dial::new(desk, Webhook::new("https://book.example.com/voice/after/1"));
    let document = Draft::new().dial(&dial).hang_up();
    let update = CallUpdate::Follow(&document);
    let answer = twilio
        .client()
        .update_call(&sid(&call), update)
        .await
        .unwrap();
    assert_eq!(answer.status, CallStatus::InProgress);
    assert_eq!(twilio.call_at(&call).follows, Some(document.to_string()));
}

#[tokio::test]
async fn a_call_is_hung_up_once() {
    let twilio = FakeTwilio::start().await;
    let client = twilio.client();
    let call = sid(&twilio.call_comes_in("in-progress"));
    let answer = client.update_call(&call, CallUpdate::HangUp).await.unwrap();
    assert_eq!(answer.status, CallStatus::Completed);
    let again = client
        .update_call(&call, CallUpdate::HangUp)
        .await
        .unwrap_err();
    assert_eq!(again.code(), Some(Code::CallNotInProgress));
    assert_eq!(
        client.call(&call).await.unwrap().status,
        CallStatus::Completed
    );
}

#[tokio::test]
async fn a_call_that_only_rings_is_cancelled() {
    let twilio = FakeTwilio::start().await;
    let call = sid(&twilio.call_comes_in("ringing"));
    let answer = twilio
        .client()
        .update_call(&call, CallUpdate::Cancel)
        .await
        .unwrap();
    assert_eq!(answer.status, CallStatus::Canceled);
}

#[tokio::test]
async fn a_call_asks_another_url() {
    let twilio = FakeTwilio::start().await;
    let call = twilio.call_comes_in("in-progress");
    let webhook = Webhook::new("https://book.example.com/voice/after/1");
    let update = CallUpdate::Ask(&webhook);
    twilio
        .client()
        .update_call(&sid(&call), update)
        .await
        .unwrap();
    assert_eq!(twilio.call_at(&call).follows, Some(webhook.to_string()));
}

#[tokio::test]
async fn a_document_too_long_to_send_along_is_refused() {
    let twilio = FakeTwilio::start().await;
    let call = sid(&twilio.call_comes_in("in-progress"));
    let document = Draft::new()
        .say(&Say::new(&"x".repeat(LONGEST_UPDATE)))
        .hang_up();
    let update = CallUpdate::Follow(&document);
    let refused = twilio
        .client()
        .update_call(&call, update)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some(Code::DocumentTooLong));
}

#[tokio::test]
async fn a_call_nobody_made_is_not_found() {
    let twilio = FakeTwilio::start().await;
    let client = twilio.client();
    let refused = client
        .update_call(&sid("CA0"), CallUpdate::HangUp)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some(Code::NotFound));
    assert_eq!(
        client.call(&sid("CA0")).await.unwrap_err().code(),
        Some(Code::NotFound)
    );
}

#[tokio::test]
async fn a_call_is_recorded_while_it_lasts() {
    let twilio = FakeTwilio::start().await;
    let client = twilio.client();
    let call = twilio.call_comes_in("in-progress");
    client.record_call(&sid(&call)).await.unwrap();
    assert!(twilio.call_at(&call).recorded);
    let over = sid(&twilio.call_comes_in("completed"));
    let refused = client.record_call(&over).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::CallNotInProgress));
}

#[tokio::test]
async fn a_call_is_started() {
    let twilio = FakeTwilio::start().await;
    let document = Draft::new().say(&Say::new("Hello.")).hang_up();
    let own = PhoneNumber::new(OWN).unwrap();
    let to = PhoneNumber::new("+14155550134").unwrap();
    let call = NewCall {
        to: &to,
        from: &own,
        document: &document,
        status_callback: Some("https://book.example.com/voice/status"),
    };
    let started = twilio.client().start_call(&call).await.unwrap();
    assert_eq!(started.status, CallStatus::Queued);
    let wrong = NewCall {
        from: &to,
        to: &own,
        ..call
    };
    assert!(twilio.client().start_call(&wrong).await.is_err());
}
