//! What is no telephone, or no call of ours: a clear refusal, and nothing left of it.

use std::time::Duration;

use reqwest::StatusCode;
use ringbook::domain::CallState;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

use crate::support::{TestDb, doors::Doors, handset::Telephone, on_each_engine};

const PATHS: [&str; 4] = [
    "/voice/incoming",
    "/voice/status",
    "/voice/stream-status",
    "/voice/after/0194f2c0-7d1e-7000-8000-000000000001",
];

#[tokio::test]
async fn what_twilio_did_not_sign_is_not_looked_at() {
    let test = TestDb::on_sqlite().await;
    let doors = Doors::open(&test.db).await;
    let incoming = format!("/voice/incoming/{}", doors.house.by.business_id);
    for path in PATHS.into_iter().chain([incoming.as_str()]) {
        for forge in ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "nonsense"] {
            let answer = doors
                .asks_signed(path, "CA01", &[], |_| forge.to_owned())
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let calls = doors.house.desk.calls_known_as("CA01").await.unwrap();
    assert!(calls.is_empty());
}

#[tokio::test]
async fn a_signed_webhook_that_says_nothing_of_use_is_refused() {
    let test = TestDb::on_sqlite().await;
    let doors = Doors::open(&test.db).await;
    for path in PATHS {
        let answer = doors.asks(path, "no name of a call", &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
    }
    let unknown = "/voice/incoming/0194f2c0-7d1e-7000-8000-000000000001";
    for path in ["/voice/incoming", "/voice/incoming/nobody", unknown] {
        doors.asks(path, "CA01", &[]).await.says("<Reject");
    }
    let answer = doors.asks(PATHS[3], "CA01", &[]).await;
    answer.only_hangs_up();
}

#[tokio::test]
async fn a_socket_that_twilio_did_not_sign_is_not_opened() {
    let test = TestDb::on_sqlite().await;
    let doors = Doors::open(&test.db).await;
    let answer = doors.rings("CA01").await;
    let refused = doors.opens_with(&answer.stream(), "AAAA").await;
    let Err(SocketError::Http(response)) = refused else {
        panic!("it was opened");
    };
    assert_eq!(response.status().as_u16(), 403);
    // The token is as good as before.
    let mut telephone = doors.connects(&answer, "CA01").await;
    telephone.hears("help").await;
    telephone.stops().await;
    doors.is_clean().await;
}

/// It is closed, and for a reason of ours.
async fn is_refused(telephone: Telephone) {
    let goodbye = telephone.waits_for_hang_up().await.expect("a goodbye");
    assert_eq!(u16::from(goodbye.code), 1008);
}

#[tokio::test]
async fn a_token_opens_one_stream_of_its_own_call() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let first = doors.rings("CA01").await;
        let second = doors.rings("CA02").await;
        assert_ne!(first.stream(), second.stream());

        is_refused(doors.connects(&first, "CA02").await).await;
        let mut unknown = doors.opens("/voice/stream/made-up").await.unwrap();
        unknown.starts("CA01").await;
        is_refused(unknown).await;

        let mut telephone = doors.connects(&first, "CA01").await;
        telephone.hears("help").await;
        is_refused(doors.connects(&first, "CA01").await).await;
        telephone.says("What time is it open on Friday?").await;
        telephone.hears("nine").await;
        telephone.stops().await;
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_is_good_for_a_minute() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let answer = doors.rings("CA01").await;
        doors.house.clock.advance(chrono::TimeDelta::seconds(61));
        is_refused(doors.connects(&answer, "CA01").await).await;
        let again = doors.after(&answer, "CA01", "in-progress").await;
        let mut telephone = doors.connects(&again, "CA01").await;
        telephone.hears("help").await;
        telephone.stops().await;
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_socket_that_does_not_start_as_twilio_does_is_closed() {
    let test = TestDb::on_sqlite().await;
    let doors = Doors::open(&test.db).await;
    let answer = doors.rings("CA01").await;
    let media = r#"{"event":"media","media":{"timestamp":"1","payload":"/w=="}}"#;
    let too_long = format!(r#"{{"event":"connected","x":"{}"}}"#, "x".repeat(40_000));
    let wrong_sound = r#"{"event":"start","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA01",
        "mediaFormat":{"encoding":"audio/opus","sampleRate":48000,"channels":1}}}"#;
    for (first, says) in [
        ("nothing at all", None),
        ("sound", Some(Message::text(media))),
        ("another sound", Some(Message::text(wrong_sound))),
        ("a giant", Some(Message::text(too_long))),
        ("bytes", Some(Message::binary(vec![0; 100]))),
    ] {
        println!("{first}");
        let mut telephone = doors.opens(&answer.stream()).await.unwrap();
        if let Some(message) = says {
            telephone.sends_message(message).await;
        }
        telephone.waits_for_hang_up().await;
    }
    doors.is_clean().await;
    // None of them was the call.
    assert_eq!(doors.call().await.state, CallState::InProgress);
    let mut telephone = doors.connects(&answer, "CA01").await;
    telephone.hears("help").await;
    telephone.stops().await;
    doors.is_clean().await;
}

#[tokio::test]
async fn nonsense_in_the_middle_of_a_call_is_passed_over_and_a_flood_of_it_is_not() {
    let test = TestDb::on_sqlite().await;
    let doors = Doors::open(&test.db).await;
    let (_, mut telephone) = doors.calls("CA01").await;
    telephone.hears("help").await;
    for nonsense in [
        "{",
        r#"{"event":"media"}"#,
        r#"{"event":"media","media":{"timestamp":"1","payload":"%%%"}}"#,
        r#"{"event":"dtmf","dtmf":{"digit":"seven"}}"#,
        r#"{"event":"weather","weather":{"rain":true}}"#,
        r#"{"event":"mark","mark":{"name":"not one of ours"}}"#,
        r#"{"event":"mark","mark":{"name":"9.9.9"}}"#,
    ] {
        telephone.sends(nonsense.to_owned()).await;
    }
    telephone.says("What time is it open on Friday?").await;
    telephone.hears("nine").await;
    for _ in 0..30 {
        telephone.sends("{".to_owned()).await;
    }
    telephone.waits_for_hang_up().await;
    doors.is_clean().await;
}

#[tokio::test]
async fn a_socket_that_floods_us_is_closed_and_other_calls_do_not_notice() {
    let test = TestDb::on_sqlite().await;
    let doors = Doors::open(&test.db).await;
    let (_, mut quiet) = doors.calls("CA01").await;
    let (_, mut loud) = doors.calls("CA02").await;
    quiet.hears("help").await;
    for _ in 0..3_000 {
        loud.sends(r#"{"event":"weather"}"#.to_owned()).await;
    }
    loud.waits_for_hang_up().await;
    quiet.says("What time is it open on Friday?").await;
    quiet.hears("nine").await;
    quiet.stops().await;
    doors.is_clean().await;
}

#[tokio::test]
async fn a_line_that_falls_silent_is_given_up() {
    let test = TestDb::on_sqlite().await;
    let mut patience = Doors::PATIENCE;
    patience.idle = Duration::from_millis(100);
    let doors = Doors::patient(&test.db, patience).await;
    let (_, telephone) = doors.calls("CA01").await;
    telephone.waits_for_hang_up().await;
    doors.is_clean().await;
    assert_eq!(doors.call().await.state, CallState::Ended);
}
