//! What nobody means to send. Each of these once broke something, or would have: a fuzzer found them.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use ringbook::domain::Scope;
use serde_json::json;

use super::{TestApp, With, get, post};
use crate::support::on_each_engine;

/// The ends of what `chrono` can count, and years that Postgres doesn't know or that don't sort as text.
const FAR: [&str; 5] = [
    "-262143-01-01T00:00:00Z",
    "-4800-01-01T00:00:00Z",
    "1899-12-31T23:59:59Z",
    "9999-12-31T23:59:59Z",
    "+262142-12-31T23:59:59Z",
];

#[tokio::test]
async fn a_question_about_times_that_nobody_lives_in_is_refused_by_its_field() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read]).await;
        let service = format!("service_id={}", app.house.cut);
        let staff = format!("/api/v1/staff/{}", app.house.anna);
        for at in FAR.map(|at| at.replace('+', "%2B")) {
            let day = at
                .trim_end_matches("T00:00:00Z")
                .trim_end_matches("T23:59:59Z");
            let before = "1900-01-02T00:00:00Z";
            let questions = [
                (
                    format!("/api/v1/availability?{service}&from={at}&until={before}"),
                    None,
                ),
                (
                    format!("/api/v1/availability/nearest?{service}&wanted={at}"),
                    Some("wanted"),
                ),
                (format!("/api/v1/bookings?from={at}"), Some("from")),
                (format!("/api/v1/bookings?until={at}"), Some("until")),
                (format!("{staff}/blocks?from={at}"), Some("from")),
                (format!("{staff}/leaves?from={day}"), Some("from")),
                (format!("{staff}/exceptions?from={day}"), Some("from")),
            ];
            for (path, field) in questions {
                println!("{path}");
                let answer = app.send(get(&path).by(&key)).await;
                answer.is(StatusCode::BAD_REQUEST);
                if let Some(field) = field {
                    answer.names_field(field);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_booking_at_a_time_that_nobody_lives_in_is_refused_by_its_field() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Book]).await;
        for at in FAR {
            println!("{at}");
            let hold =
                json!({ "service_id": app.house.cut, "staff_id": app.house.anna, "starts_at": at });
            app.send(post("/api/v1/holds", &hold).by(&key))
                .await
                .names_field("starts_at");
            let mut booking = hold;
            booking["customer"] = json!({ "phone": "+442079460001", "name": "Zoe" });
            app.send(post("/api/v1/bookings", &booking).by(&key))
                .await
                .names_field("starts_at");
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_that_was_made_by_hand_reaches_no_further_than_a_filter() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read]).await;
        // ["-262143-01-01T00:00:00Z","00000000-0000-4000-8000-000000000000"], and the same in the year 9999.
        for cursor in [
            "WyItMjYyMTQzLTAxLTAxVDAwOjAwOjAwWiIsIjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMCJd",
            "WyI5OTk5LTAxLTAxVDAwOjAwOjAwWiIsIjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMCJd",
        ] {
            let path = format!("/api/v1/bookings?cursor={cursor}");
            app.send(get(&path).by(&key)).await.names_field("cursor");
        }
    })
    .await;
}

#[tokio::test]
async fn a_block_is_told_as_it_is_kept_even_within_a_leap_second() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        let path = format!("/api/v1/staff/{}/blocks", app.house.anna);
        let block = json!({ "from": "2026-06-30T23:59:60Z", "until": "2026-07-01T01:00:00Z" });
        let made = app.send(post(&path, &block).by(&key)).await;
        made.is(StatusCode::CREATED);
        assert_eq!(app.send(get(&path).by(&key)).await.body, json!([made.body]));
        let nothing = json!({ "from": "2026-06-30T23:59:60Z", "until": "2026-07-01T00:00:00Z" });
        app.send(post(&path, &nothing).by(&key))
            .await
            .names_field("until");
    })
    .await;
}

#[tokio::test]
async fn a_list_is_not_taken_for_an_object() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let fields_in_order = json!(["2026-03-02", "2026-03-03", null, null]);
        let path = format!("/api/v1/staff/{}/leaves", app.house.anna);
        app.send(post(&path, &fields_in_order).by(&key))
            .await
            .names_field("body");
    })
    .await;
}

#[tokio::test]
async fn a_field_that_comes_twice_is_named() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        app.send(get("/api/v1/staff?limit=5&limit=6").by(&key))
            .await
            .names_field("limit");
        let twice = Request::post("/api/v1/staff")
            .header("content-type", "application/json")
            .body(Body::from(r#"{"name": "Zoe", "name": "Ben"}"#))
            .unwrap();
        app.send(twice.by(&key)).await.names_field("name");
    })
    .await;
}

#[tokio::test]
async fn what_json_can_write_and_text_can_not_hold_is_refused() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let deep = format!("{{\"name\": \"Zoe\", \"hours\": {}", "[".repeat(5000));
        for body in [
            &br#"{"name": "\ud800"}"#[..],
            br#"{"name": "a\u0000b"}"#,
            b"{\"name\": \"\xff\"}",
            b"\xef\xbb\xbf{\"name\": \"Zoe\"}",
            br#"{"name": 1e999}"#,
            deep.as_bytes(),
        ] {
            println!("{}", String::from_utf8_lossy(body));
            let request = Request::post("/api/v1/staff")
                .header("content-type", "application/json")
                .body(Body::from(body.to_vec()))
                .unwrap();
            let answer = app.send(request.by(&key)).await;
            answer.is(StatusCode::BAD_REQUEST);
            answer.is_whole_problem();
        }
    })
    .await;
}
