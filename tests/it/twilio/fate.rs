//! What may be repeated, what may not, and what must be looked up first.

use std::time::Duration;

use ringbook::{
    domain::PhoneNumber,
    twilio::rest::{Client, Error, MessageFilter, NewMessage, Sender},
};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::support::twilio::{FakeTwilio, OWN, Trouble};

const TO: &str = "+14155550134";

async fn send(client: &Client) -> Error {
    let own = Sender::Number(PhoneNumber::new(OWN).unwrap());
    let text = NewMessage {
        to: &PhoneNumber::new(TO).unwrap(),
        from: &own,
        body: "x",
        status_callback: None,
        worth_seconds: None,
    };
    client.send_message(&text).await.expect_err("trouble")
}

fn hasty(base: &str) -> Client {
    crate::support::http::client();
    let limit = Duration::from_millis(150);
    Client::with_limits(base, FakeTwilio::with_key(), limit, limit).unwrap()
}

#[tokio::test]
async fn too_many_requests_can_be_repeated_after_a_while() {
    let twilio = FakeTwilio::start().await;
    twilio.trouble(Trouble::TooMany(7));
    let error = send(&twilio.client()).await;
    let Error::Retryable { wait, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(wait, Some(Duration::from_secs(7)));
    twilio.trouble(Trouble::DownAsTooMany);
    assert!(matches!(
        send(&twilio.client()).await,
        Error::Retryable { .. }
    ));
    assert!(twilio.messages().is_empty());
}

#[tokio::test]
async fn a_failure_behind_the_door_leaves_the_fate_unknown() {
    let twilio = FakeTwilio::start().await;
    for (trouble, kept) in [
        (Trouble::Down, 0),
        (Trouble::DoneThenDown, 1),
        (Trouble::DoneThenGarbled, 2),
    ] {
        twilio.trouble(trouble);
        let error = send(&twilio.client()).await;
        assert!(
            matches!(error, Error::UnknownFate { .. }),
            "{trouble:?}: {error}"
        );
        assert_eq!(twilio.messages().len(), kept, "{trouble:?}");
    }
}

#[tokio::test]
async fn silence_leaves_the_fate_unknown_and_the_list_tells_it() {
    let twilio = FakeTwilio::start().await;
    twilio.trouble(Trouble::DoneThenSilent);
    let error = send(&hasty(&twilio.base)).await;
    assert!(matches!(error, Error::UnknownFate { .. }), "{error}");
    let to = PhoneNumber::new(TO).unwrap();
    let filter = MessageFilter {
        to: Some(&to),
        ..MessageFilter::default()
    };
    let page = twilio.client().messages(&filter).await.unwrap();
    assert_eq!(page.messages.len(), 1);
}

#[tokio::test]
async fn a_question_that_failed_can_always_be_asked_again() {
    let twilio = FakeTwilio::start().await;
    let filter = MessageFilter::default();
    for trouble in [
        Trouble::Down,
        Trouble::DoneThenDown,
        Trouble::DoneThenGarbled,
    ] {
        twilio.trouble(trouble);
        let error = twilio.client().messages(&filter).await.unwrap_err();
        assert!(
            matches!(error, Error::Retryable { .. }),
            "{trouble:?}: {error}"
        );
    }
    twilio.trouble(Trouble::DoneThenSilent);
    let error = hasty(&twilio.base).messages(&filter).await.unwrap_err();
    assert!(matches!(error, Error::Retryable { .. }), "{error}");
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = send(&hasty(&base)).await;
    assert!(matches!(error, Error::Retryable { .. }), "{error}");
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_the_fate_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let breaking = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let read = socket.read(&mut request).await.unwrap();
        assert!(read > 0);
    });
    let error = send(&hasty(&base)).await;
    breaking.await.unwrap();
    assert!(matches!(error, Error::UnknownFate { .. }), "{error}");
}

#[tokio::test]
async fn nothing_is_tried_twice_and_no_error_tells_a_number() {
    let twilio = FakeTwilio::start().await;
    let client = twilio.client();
    let to = PhoneNumber::new(TO).unwrap();
    let filter = MessageFilter {
        to: Some(&to),
        ..MessageFilter::default()
    };
    twilio.trouble(Trouble::Down);
    let down = client.messages(&filter).await.unwrap_err();
    assert_eq!(twilio.requests(), 1);
    twilio.trouble(Trouble::DoneThenSilent);
    let silent = hasty(&twilio.base).messages(&filter).await.unwrap_err();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let nobody = hasty(&nowhere).messages(&filter).await.unwrap_err();
    for error in [down, silent, nobody] {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("4155550134"), "{shown}");
    }
}

#[tokio::test]
async fn an_address_that_can_be_none_is_refused_at_the_start() {
    for base in [
        "",
        "api.twilio.com",
        "ftp://api.twilio.com",
        "mailto:x@example.com",
    ] {
        assert!(Client::new(base, FakeTwilio::with_key()).is_err(), "{base}");
    }
}
