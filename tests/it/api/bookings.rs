//! Appointments over the API.

use axum::http::StatusCode;
use chrono::Duration;
use ringbook::domain::{Role, Scope};
use serde_json::{Value, json};

use super::{Answer, Credential, TestApp, With, get, patch, post};
use crate::support::{house::monday, on_each_engine};

fn cut(app: &TestApp, at: &str) -> Value {
    json!({
        "service_id": app.house.cut,
        "staff_id": app.house.anna,
        "starts_at": at,
        "customer": { "phone": "+442079460001", "name": "Zoe" },
    })
}

const TEN: &str = "2026-03-02T10:00:00Z";
const ELEVEN: &str = "2026-03-02T11:00:00Z";

async fn book(app: &TestApp, key: &Credential, at: &str) -> Answer {
    app.send(post("/api/v1/bookings", &cut(app, at)).by(key))
        .await
}

#[tokio::test]
async fn a_booking_is_made_and_found_again() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        let made = book(&app, &key, TEN).await;
        made.is(StatusCode::CREATED);
        assert_eq!(made.body["status"], "booked");
        assert_eq!(made.body["source"], "api");
        assert_eq!(made.header("etag"), "\"1\"");
        let found = app.send(get(made.header("location")).by(&key)).await;
        assert_eq!(found.body, made.body);
        let trail = app
            .send(get(&format!("{}/changes", made.header("location"))).by(&key))
            .await;
        assert_eq!(trail.body[0]["action"], "booked");
        assert_eq!(trail.body[0]["actor"]["kind"], "api_key");
    })
    .await;
}

#[tokio::test]
async fn a_time_that_is_taken_is_a_conflict() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Book]).await;
        book(&app, &key, TEN).await.is(StatusCode::CREATED);
        book(&app, &key, "2026-03-02T10:15:00Z")
            .await
            .is_problem(StatusCode::CONFLICT, "slot_taken");
    })
    .await;
}

#[tokio::test]
async fn a_rule_that_says_no_is_told_by_its_code() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Book]).await;
        for at in [
            "2026-03-02T03:00:00Z",
            "2026-03-01T10:00:00Z",
            "2027-03-01T10:00:00Z",
        ] {
            let refused = book(&app, &key, at).await;
            refused.is(StatusCode::UNPROCESSABLE_ENTITY);
            refused.is_whole_problem();
        }
        let nobody = json!({
            "service_id": "00000000-0000-7000-8000-000000000000",
            "starts_at": TEN,
            "customer": { "phone": "+442079460001", "name": "Zoe" },
        });
        app.send(post("/api/v1/bookings", &nobody).by(&key))
            .await
            .is_problem(StatusCode::NOT_FOUND, "not_found");
    })
    .await;
}

#[tokio::test]
async fn people_may_book_at_short_notice_and_programs_may_not() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        app.house.clock.advance(Duration::minutes(110));
        let key = app.key(&[Scope::Book]).await;
        book(&app, &key, TEN)
            .await
            .is(StatusCode::UNPROCESSABLE_ENTITY);
        let staff = app.person("staff@example.com", Role::Staff).await;
        let made = book(&app, &staff, TEN).await;
        made.is(StatusCode::CREATED);
        assert_eq!(made.body["source"], "admin");
    })
    .await;
}

#[tokio::test]
async fn a_request_under_a_key_is_done_once() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        let send = async |at: &str| {
            let request = post("/api/v1/bookings", &cut(&app, at)).by(&key);
            app.send(request.header("idempotency-key", "order-17"))
                .await
        };
        let first = send(TEN).await;
        first.is(StatusCode::CREATED);
        assert!(!first.headers.contains_key("idempotent-replayed"));
        let second = send(TEN).await;
        second.is(StatusCode::CREATED);
        assert_eq!(second.header("idempotent-replayed"), "true");
        assert_eq!(second.body, first.body);
        send(ELEVEN)
            .await
            .is_problem(StatusCode::CONFLICT, "idempotency_key_reused");
        let all = app.send(get("/api/v1/bookings").by(&key)).await;
        assert_eq!(all.body["items"].as_array().unwrap().len(), 1);
        for name in ["", "two words", "naïve", &"k".repeat(256)] {
            let request = post("/api/v1/bookings", &cut(&app, TEN)).by(&key);
            app.send(request.header("idempotency-key", name))
                .await
                .names_field("Idempotency-Key");
        }
    })
    .await;
}

#[tokio::test]
async fn a_booking_is_moved_and_its_old_time_is_free() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        let made = book(&app, &key, TEN).await;
        let path = format!("{}/reschedule", made.header("location"));
        let to = |at: &str| post(&path, &json!({ "starts_at": at })).by(&key);
        app.send(to(ELEVEN))
            .await
            .is_problem(StatusCode::PRECONDITION_REQUIRED, "if_match_missing");
        let moved = app.send(to("2026-03-02T10:15:00Z").if_match(1)).await;
        moved.is(StatusCode::OK);
        assert_eq!(moved.body["starts_at"], "2026-03-02T10:15:00Z");
        app.send(to(ELEVEN).if_match(1))
            .await
            .is_problem(StatusCode::PRECONDITION_FAILED, "stale");
        app.send(to(ELEVEN).if_match(2)).await.is(StatusCode::OK);
        book(&app, &key, TEN).await.is(StatusCode::CREATED);
        app.send(to(TEN).if_match(3))
            .await
            .is_problem(StatusCode::CONFLICT, "slot_taken");
        let both = post(
            &path,
            &json!({ "starts_at": TEN, "staff_id": app.house.ben, "anyone": true }),
        );
        app.send(both.by(&key).if_match(3))
            .await
            .names_field("anyone");
        let anyone = post(&path, &json!({ "starts_at": TEN, "anyone": true }))
            .by(&key)
            .if_match(3);
        let anyone = app.send(anyone).await;
        anyone.is(StatusCode::OK);
        assert_eq!(anyone.body["staff_id"], json!(app.house.ben));
    })
    .await;
}

#[tokio::test]
async fn a_booking_is_cancelled_once() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        let made = book(&app, &key, TEN).await;
        let path = format!("{}/cancel", made.header("location"));
        let cancel = |version| {
            post(&path, &json!({ "reason": "a cold" }))
                .by(&key)
                .if_match(version)
        };
        let first = app.send(cancel(1).header("idempotency-key", "c1")).await;
        first.is(StatusCode::OK);
        assert_eq!(first.body["status"], "cancelled");
        assert_eq!(first.body["cancel_reason"], "a cold");
        let again = app.send(cancel(1).header("idempotency-key", "c1")).await;
        again.is(StatusCode::OK);
        assert_eq!(again.body, first.body);
        app.send(cancel(2))
            .await
            .is(StatusCode::UNPROCESSABLE_ENTITY);
        book(&app, &key, TEN).await.is(StatusCode::CREATED);
    })
    .await;
}

#[tokio::test]
async fn an_appointment_is_completed_or_missed_only_once_it_has_begun() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        let made = book(&app, &key, TEN).await;
        let act = |what: &str, version| {
            post(&format!("{}/{what}", made.header("location")), &Value::Null)
                .by(&key)
                .if_match(version)
        };
        app.send(act("complete", 1))
            .await
            .is_problem(StatusCode::UNPROCESSABLE_ENTITY, "not_started");
        app.house
            .clock
            .advance(monday(10, 0) - app.house.clock.now());
        let missed = app.send(act("no-show", 1)).await;
        missed.is(StatusCode::OK);
        assert_eq!(missed.body["status"], "no_show");
        let came = app.send(act("complete", 2)).await;
        assert_eq!(came.body["status"], "completed");
        app.send(act("confirm", 3))
            .await
            .is(StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn what_is_written_on_a_booking_is_changed_and_cleared() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        let made = book(&app, &key, TEN).await;
        let write = |body: Value, version| {
            patch(made.header("location"), &body)
                .by(&key)
                .if_match(version)
        };
        let noted = app
            .send(write(
                json!({ "notes": "brings a dog", "for_name": "Kim" }),
                1,
            ))
            .await;
        noted.is(StatusCode::OK);
        let cleared = app.send(write(json!({ "notes": null }), 2)).await;
        assert_eq!(cleared.body["notes"], Value::Null);
        assert_eq!(cleared.body["for_name"], "Kim");
    })
    .await;
}

#[tokio::test]
async fn a_hold_keeps_its_time_until_it_is_booked_or_let_go() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        let wish = |at: &str| {
            let body =
                json!({ "service_id": app.house.cut, "staff_id": app.house.anna, "starts_at": at });
            post("/api/v1/holds", &body).by(&key)
        };
        let hold = app.send(wish(TEN)).await;
        hold.is(StatusCode::CREATED);
        book(&app, &key, TEN)
            .await
            .is_problem(StatusCode::CONFLICT, "slot_taken");
        let mut body = cut(&app, TEN);
        body["hold_id"] = hold.body["id"].clone();
        app.send(post("/api/v1/bookings", &body).by(&key))
            .await
            .is(StatusCode::CREATED);

        let second = app.send(wish(ELEVEN)).await;
        let release = || super::request("DELETE", second.header("location")).by(&key);
        app.send(release()).await.is(StatusCode::NO_CONTENT);
        app.send(release())
            .await
            .is_problem(StatusCode::NOT_FOUND, "not_found");
        book(&app, &key, ELEVEN).await.is(StatusCode::CREATED);
    })
    .await;
}

#[tokio::test]
async fn lists_are_filtered_and_come_in_pages() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        for hour in 9..14 {
            book(&app, &key, &format!("2026-03-02T{hour:02}:30:00Z"))
                .await
                .is(StatusCode::CREATED);
        }
        let tuesday = book(&app, &key, "2026-03-03T09:00:00Z").await;
        let list = async |query: &str| {
            let answer = app
                .send(get(&format!("/api/v1/bookings?{query}")).by(&key))
                .await;
            answer.is(StatusCode::OK);
            answer
        };
        let count = |answer: &Answer| answer.body["items"].as_array().unwrap().len();
        assert_eq!(count(&list("day=2026-03-02").await), 5);
        assert_eq!(
            count(&list("from=2026-03-02T10:00:00Z&until=2026-03-02T12:00:00Z").await),
            2
        );
        assert_eq!(
            count(&list(&format!("staff_id={}", app.house.ben)).await),
            0
        );
        let customer = tuesday.text("/customer_id");
        assert_eq!(
            count(&list(&format!("customer_id={customer}&status=booked")).await),
            6
        );
        assert_eq!(count(&list("status=cancelled").await), 0);
        assert_eq!(count(&list("source=phone").await), 0);
        assert_eq!(
            count(&list("source=api").await),
            count(&list("limit=50").await)
        );

        let mut seen = Vec::new();
        let mut query = "limit=4".to_owned();
        loop {
            let page = list(&query).await;
            seen.extend(
                page.body["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|b| b["starts_at"].clone()),
            );
            let Some(next) = page.body["next_cursor"].as_str() else {
                break;
            };
            query = format!("limit=4&cursor={next}");
        }
        assert_eq!(seen.len(), 6);
        assert!(seen.is_sorted_by_key(|at| at.as_str().unwrap().to_owned()));
    })
    .await;
}

#[tokio::test]
async fn what_is_offered_can_be_booked() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        let service = app.house.cut;
        let free = app
            .send(
                get(&format!(
                    "/api/v1/availability?service_id={service}&until=2026-03-03T00:00:00Z"
                ))
                .by(&key),
            )
            .await;
        free.is(StatusCode::OK);
        let at = free.text("/items/0/starts_at");
        assert_eq!(
            free.body["items"][0]["staff_ids"].as_array().unwrap().len(),
            2
        );
        book(&app, &key, &at).await.is(StatusCode::CREATED);
        let near = app
            .send(
                get(&format!(
                    "/api/v1/availability/nearest?service_id={service}&staff_id={}&wanted={at}",
                    app.house.anna
                ))
                .by(&key),
            )
            .await;
        near.is(StatusCode::OK);
        assert_eq!(near.body["items"].as_array().unwrap().len(), 3);
        assert_ne!(near.text("/items/0/starts_at"), at);
    })
    .await;
}
