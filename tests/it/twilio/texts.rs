//! Texts: what is sent, what is refused, and what is told about them later.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use ringbook::{
    domain::PhoneNumber,
    twilio::{
        Params,
        forms::{TextState, TextStatus},
        rest::{Client, Code, Error, MessageFilter, NewMessage, Sender},
        signature::{Body, HEADER, Keys, Request},
    },
};
use tokio::net::TcpListener;

use crate::support::twilio::{FakeTwilio, OWN, TOKEN};

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::new(text).unwrap()
}

fn own() -> Sender {
    Sender::Number(number(OWN))
}

async fn send(client: &Client, to: &str, body: &str) -> Result<String, Error> {
    let sent = client
        .send_message(&NewMessage {
            to: &number(to),
            from: &own(),
            body,
            status_callback: None,
            worth_seconds: Some(3600),
        })
        .await?;
    Ok(sent.sid.to_string())
}

#[tokio::test]
async fn a_text_is_sent_and_can_be_looked_up() {
    let twilio = FakeTwilio::start().await;
    let client = twilio.client();
    let sid = send(&client, "+14155550134", "Tuesday at 2:30 & a “treat”")
        .await
        .unwrap();
    let kept = &twilio.messages()[0];
    assert_eq!((&kept.sid, kept.to.as_str()), (&sid, "+14155550134"));
    assert_eq!(kept.body, "Tuesday at 2:30 & a “treat”");

    let found = client.message(&sid.parse().unwrap()).await.unwrap();
    assert_eq!(found.status, TextState::Queued);
    assert_eq!(found.num_segments, Some(1));
    assert_eq!(found.date_created, Some(twilio.clock().now()));
    assert_eq!(found.date_sent, None);
    let shown = format!("{found:?}");
    assert!(
        !shown.contains("555") && !shown.contains("treat"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_token_and_a_key_both_open_the_account_and_nothing_else_does() {
    let twilio = FakeTwilio::start().await;
    let mut wrong = FakeTwilio::with_token();
    if let ringbook::twilio::rest::Credentials::Token { token, .. } = &mut wrong {
        *token = "guessed".to_owned().into();
    }
    let of = |credentials| Client::new(&twilio.base, credentials).unwrap();
    for good in [FakeTwilio::with_token(), FakeTwilio::with_key()] {
        assert!(send(&of(good), "+14155550134", "x").await.is_ok());
    }
    let refused = send(&of(wrong.clone()), "+14155550134", "x")
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some(Code::BadCredentials));
    assert!(!format!("{wrong:?}").contains("guessed"));
}

#[tokio::test]
async fn what_twilio_refuses_is_refused_by_name() {
    let twilio = FakeTwilio::start().await;
    let client = twilio.client();
    twilio.opt_out("+14155550199");
    for (to, code) in [
        ("+15005550001", Code::BadNumber),
        ("+15005550002", Code::NoRoute),
        ("+15005550003", Code::RegionOff),
        ("+15005550004", Code::OptedOut),
        ("+14155550199", Code::OptedOut),
        ("+15005550009", Code::NotMobile),
    ] {
        let refused = send(&client, to, "x").await.unwrap_err();
        assert_eq!(refused.code(), Some(code), "{to}");
    }
    let long = send(&client, "+14155550134", &"x".repeat(1601)).await;
    assert_eq!(long.unwrap_err().code(), Some(Code::BodyTooLong));
    let empty = send(&client, "+14155550134", "").await;
    assert_eq!(empty.unwrap_err().code(), Some(Code::BodyMissing));
    let foreign = client
        .send_message(&NewMessage {
            to: &number("+14155550134"),
            from: &Sender::Number(number("+14155550111")),
            body: "x",
            status_callback: Some("https://under_score.example.com/sms/status"),
            worth_seconds: None,
        })
        .await;
    assert_eq!(foreign.unwrap_err().code(), Some(Code::CannotSend));
    let unknown = client.message(&"SM0".parse().unwrap()).await;
    assert_eq!(unknown.unwrap_err().code(), Some(Code::NotFound));
    assert!(twilio.messages().is_empty());
}

#[tokio::test]
async fn a_service_picks_the_number() {
    let twilio = FakeTwilio::start().await;
    let sent = twilio
        .client()
        .send_message(&NewMessage {
            to: &number("+14155550134"),
            from: &Sender::Service("MG00000000000000000000000000000001".to_owned()),
            body: "x",
            status_callback: None,
            worth_seconds: None,
        })
        .await
        .unwrap();
    assert_eq!(sent.from.as_deref(), Some(OWN));
}

#[tokio::test]
async fn texts_are_listed_page_by_page_the_newest_first() {
    let twilio = FakeTwilio::start().await;
    let client = twilio.client();
    for count in 0..201 {
        send(&client, "+14155550134", &format!("number {count}"))
            .await
            .unwrap();
    }
    send(&client, "+14155550135", "to somebody else")
        .await
        .unwrap();
    let to = number("+14155550134");
    let filter = MessageFilter {
        to: Some(&to),
        from: None,
        sent_since: Some(twilio.clock().now().date_naive()),
    };
    let first = client.messages(&filter).await.unwrap();
    assert_eq!(first.messages.len(), 200);
    assert_eq!(first.messages[0].body, "number 200");
    let next = first.next.expect("one more page");
    let second = client.more_messages(&next).await.unwrap();
    assert_eq!(second.messages.len(), 1);
    assert_eq!(second.messages[0].body, "number 0");
    assert_eq!(second.next, None);
}

#[tokio::test]
async fn a_text_of_another_day_is_not_listed() {
    let twilio = FakeTwilio::start().await;
    let client = twilio.client();
    let sid = send(&client, "+14155550134", "old").await.unwrap();
    twilio.deliver(&sid, &[("sent", None)], &[]).await.unwrap();
    let today = twilio.clock().now().date_naive();
    for (day, count) in [(today, 1), (today.succ_opt().unwrap(), 0)] {
        let filter = MessageFilter {
            sent_since: Some(day),
            ..MessageFilter::default()
        };
        let page = client.messages(&filter).await.unwrap();
        assert_eq!(page.messages.len(), count, "{day}");
    }
}

/// A door for status callbacks: what it was told, and whether it was Twilio that told it.
#[derive(Clone)]
struct Door {
    url: String,
    told: Arc<Mutex<Vec<(TextStatus, bool)>>>,
}

async fn door() -> Door {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = Door {
        url: format!("http://{}/sms/status?m=17", listener.local_addr().unwrap()),
        told: Arc::default(),
    };
    let app = Router::new()
        .route("/sms/status", post(hear))
        .with_state(door.clone());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    door
}

async fn hear(State(door): State<Door>, headers: HeaderMap, body: String) {
    let params = Params::parse(body.as_bytes()).unwrap();
    let keys = Keys::default().token(TOKEN.to_owned().into());
    let signed = keys.check(&Request {
        url: &door.url,
        body: Body::Form(&params),
        signature: headers.get(HEADER).and_then(|text| text.to_str().ok()),
        settings: None,
    });
    let status = TextStatus::read(&params).unwrap();
    door.told.lock().unwrap().push((status, signed.is_ok()));
}

#[tokio::test]
async fn delivery_is_told_signed_and_in_any_order() {
    let twilio = FakeTwilio::start().await;
    let door = door().await;
    let sent = twilio
        .client()
        .send_message(&NewMessage {
            to: &number("+14155550134"),
            from: &own(),
            body: "x",
            status_callback: Some(&door.url),
            worth_seconds: None,
        })
        .await
        .unwrap();
    let steps = [("sent", None), ("undelivered", Some(30006))];
    let answers = twilio
        .deliver(sent.sid.as_str(), &steps, &[1, 0])
        .await
        .unwrap();
    assert!(answers.iter().all(axum::http::StatusCode::is_success));

    let told = door.told.lock().unwrap().clone();
    assert!(told.iter().all(|(_, signed)| *signed));
    let newest = told
        .iter()
        .max_by_key(|(status, _)| status.state.rank())
        .unwrap();
    assert_eq!(newest.0.state, TextState::Undelivered);
    assert_eq!(newest.0.error.map(Code::from), Some(Code::Landline));
    assert!(Code::Landline.means_no_texts());
}
