//! The other resources: what goes in comes out, and changes stay within their lines.

use axum::http::StatusCode;
use ringbook::{
    domain::Scope,
    store::jobs::{self, NewJob, Payload},
};
use serde_json::{Value, json};

use super::{TestApp, With, get, patch, post, request};
use crate::support::on_each_engine;

#[tokio::test]
async fn the_business_is_changed_field_by_field() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let change =
            |body: Value, version| patch("/api/v1/business", &body).by(&key).if_match(version);
        let before = app.send(get("/api/v1/business").by(&key)).await;
        let described = app
            .send(change(json!({ "description": "By the river" }), 1))
            .await;
        described.is(StatusCode::OK);
        assert_eq!(described.body["description"], "By the river");
        assert_eq!(described.body["hours"], before.body["hours"]);
        let cleared = app.send(change(json!({ "description": null }), 2)).await;
        assert_eq!(cleared.body["description"], Value::Null);
        app.send(change(json!({ "zone": "Mars/Olympus" }), 3))
            .await
            .names_field("zone");
        app.send(change(json!({ "policies": { "horizon_days": 0 } }), 3))
            .await
            .names_field("policies");
        let config =
            json!({ "ai_config": { "integrations": { "provider": "native" }, "unknown": [1, 2] } });
        let configured = app.send(change(config.clone(), 3)).await;
        assert_eq!(configured.body["ai_config"], config["ai_config"]);
    })
    .await;
}

#[tokio::test]
async fn settings_for_calls_and_integrations_are_refused_by_the_path_of_what_does_not_fit() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let set = |config: Value| {
            let body = json!({ "ai_config": config });
            patch("/api/v1/business", &body).by(&key).if_match(1)
        };
        for (config, field) in [
            (
                json!({ "call": { "transfer": { "number": "1" } } }),
                "call.transfer.number",
            ),
            (json!({ "call": { "colour": 1 } }), "call.colour"),
            (
                json!({ "call": { "lines": { "gretting": ["Hi"] } } }),
                "call.lines.gretting",
            ),
            (
                json!({ "call": { "lines": { "greeting": ["Hi {nam}"] } } }),
                "call.lines.greeting",
            ),
            (
                json!({ "call": { "lines": { "read_back": ["Shall I?"] } } }),
                "call.lines.read_back",
            ),
            (
                json!({ "integrations": { "provider": 1 } }),
                "integrations.provider",
            ),
            (
                json!({ "integrations": { "native": { "on": true } } }),
                "integrations.native.on",
            ),
        ] {
            let refused = app.send(set(config)).await;
            refused.names_field(&format!("ai_config.{field}"));
        }
        let fine = json!({
            "call": { "lines": { "greeting": ["Ahoy from {business}!"] }, "required": ["phone"] },
            "integrations": { "provider": "carrier_pigeon" },
            "theirs": { "call": { "colour": 1 } },
        });
        let kept = app.send(set(fine.clone())).await;
        kept.is(StatusCode::OK);
        assert_eq!(kept.body["ai_config"], fine);

        let provider = "/warnings/0/field";
        assert_eq!(kept.text(provider), "ai_config.integrations.provider");
        let shown = app.send(get("/api/v1/business").by(&key)).await;
        assert_eq!(shown.text(provider), "ai_config.integrations.provider");
        let native = json!({ "ai_config": { "integrations": { "provider": "native" } } });
        let native = patch("/api/v1/business", &native).by(&key).if_match(2);
        assert_eq!(app.send(native).await.body["warnings"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_closure_takes_its_day_out_of_what_is_offered() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let body =
            json!({ "first_day": "2026-03-02", "last_day": "2026-03-02", "reason": "a wedding" });
        let closure = app
            .send(post("/api/v1/business/closures", &body).by(&key))
            .await;
        closure.is(StatusCode::CREATED);
        let free = format!(
            "/api/v1/availability?service_id={}&until=2026-03-03T00:00:00Z",
            app.house.cut
        );
        assert_eq!(app.send(get(&free).by(&key)).await.body["items"], json!([]));
        let listed = app.send(get("/api/v1/business/closures").by(&key)).await;
        assert_eq!(listed.body["items"][0], closure.body);
        app.send(request("DELETE", closure.header("location")).by(&key))
            .await
            .is(StatusCode::NO_CONTENT);
        assert_ne!(app.send(get(&free).by(&key)).await.body["items"], json!([]));
        let upside_down = json!({ "first_day": "2026-03-02", "last_day": "2026-03-01" });
        app.send(post("/api/v1/business/closures", &upside_down).by(&key))
            .await
            .names_field("last_day");
    })
    .await;
}

#[tokio::test]
async fn staff_and_services_are_added_changed_and_listed_in_pages() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let service = json!({ "name": "Beard", "duration_minutes": 15, "price": { "minor": 1500, "currency": "GBP" } });
        let service = app.send(post("/api/v1/services", &service).by(&key)).await;
        service.is(StatusCode::CREATED);
        let staff = json!({ "name": "Cleo", "service_ids": [service.body["id"]] });
        let staff = app.send(post("/api/v1/staff", &staff).by(&key)).await;
        staff.is(StatusCode::CREATED);
        let shown = app.send(get(service.header("location")).by(&key)).await;
        assert_eq!(shown.body["staff_ids"], json!([staff.body["id"]]));
        let gone = patch(staff.header("location"), &json!({ "active": false })).by(&key).if_match(1);
        app.send(gone).await.is(StatusCode::OK);
        let active = app.send(get("/api/v1/staff?active=true&limit=1").by(&key)).await;
        assert_eq!(active.body["items"][0]["name"], "Anna");
        let next = active.text("/next_cursor");
        let last = app.send(get(&format!("/api/v1/staff?active=true&limit=1&cursor={next}")).by(&key)).await;
        assert_eq!(last.body["items"][0]["name"], "Ben");
        assert_eq!(last.body["next_cursor"], Value::Null);
        let short = json!({ "name": "Blink", "duration_minutes": 1 });
        app.send(post("/api/v1/services", &short).by(&key)).await.is(StatusCode::BAD_REQUEST);
    })
    .await;
}

#[tokio::test]
async fn absences_are_entered_listed_and_removed() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        let base = format!("/api/v1/staff/{}", app.house.anna);
        let bodies = [
            ("leaves", json!({ "first_day": "2026-03-02", "last_day": "2026-03-03", "reason": "a course" })),
            ("exceptions", json!({ "date": "2026-03-04", "spans": [{ "from": "10:00", "until": "12:00" }] })),
            ("blocks", json!({ "from": "2026-03-05T10:00:00Z", "until": "2026-03-05T11:00:00Z" })),
        ];
        for (kind, body) in bodies {
            println!("{kind}");
            let path = format!("{base}/{kind}");
            let made = app.send(post(&path, &body).by(&key)).await;
            made.is(StatusCode::CREATED);
            let list = app.send(get(&path).by(&key)).await;
            list.is(StatusCode::OK);
            assert_eq!(list.body, json!([made.body]));
            let remove = || request("DELETE", made.header("location")).by(&key);
            app.send(remove()).await.is(StatusCode::NO_CONTENT);
            app.send(remove()).await.is_problem(StatusCode::NOT_FOUND, "not_found");
            let nobody = path.replace(&app.house.anna.to_string(), "00000000-0000-7000-8000-000000000000");
            app.send(get(&nobody).by(&key)).await.is(StatusCode::NOT_FOUND);
        }
    })
    .await;
}

#[tokio::test]
async fn customers_are_found_by_phone_and_known_by_their_history() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let body =
            json!({ "name": "Zoe", "phone": "+44 20 7946 0001", "email": "zoe@example.com" });
        let made = app.send(post("/api/v1/customers", &body).by(&key)).await;
        made.is(StatusCode::CREATED);
        assert_eq!(made.body["phone"], "+442079460001");
        let found = app
            .send(get("/api/v1/customers/by-phone/+442079460001").by(&key))
            .await;
        assert_eq!(found.body, made.body);
        assert_eq!(found.header("etag"), "\"1\"");
        let again = app.send(post("/api/v1/customers", &body).by(&key)).await;
        again.is_problem(StatusCode::CONFLICT, "duplicate");
        assert_eq!(again.text("/errors/0/field"), "phone");
        for (query, count) in [
            ("name=zo", 1),
            ("phone=%2B442079460001", 1),
            ("name=ann", 0),
        ] {
            let list = app
                .send(get(&format!("/api/v1/customers?{query}")).by(&key))
                .await;
            assert_eq!(
                list.body["items"].as_array().unwrap().len(),
                count,
                "{query}"
            );
        }
        let history = format!("{}/history", made.header("location"));
        let note = json!({ "kind": "allergy", "text": "nickel" });
        let note = app.send(post(&history, &note).by(&key)).await;
        note.is(StatusCode::CREATED);
        assert_eq!(
            app.send(get(&history).by(&key)).await.body["items"][0],
            note.body
        );
        app.send(request("DELETE", note.header("location")).by(&key))
            .await
            .is(StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test]
async fn a_customer_is_erased_once_nobody_waits_for_them() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let body = json!({
            "service_id": app.house.cut, "starts_at": "2026-03-02T10:00:00Z",
            "customer": { "phone": "+442079460001", "name": "Zoe" },
        });
        let booking = app.send(post("/api/v1/bookings", &body).by(&key)).await;
        let path = format!("/api/v1/customers/{}", booking.text("/customer_id"));
        let erase = || request("DELETE", &path).by(&key).if_match(1);
        app.send(erase())
            .await
            .is_problem(StatusCode::UNPROCESSABLE_ENTITY, "has_upcoming_bookings");
        let cancel = post(
            &format!("{}/cancel", booking.header("location")),
            &json!({}),
        )
        .by(&key);
        app.send(cancel.if_match(1)).await.is(StatusCode::OK);
        app.send(erase()).await.is(StatusCode::NO_CONTENT);
        app.send(get(&path).by(&key))
            .await
            .is(StatusCode::NOT_FOUND);
        let left = app.send(get(booking.header("location")).by(&key)).await;
        assert_eq!(left.body["customer_id"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn jobs_are_seen_and_only_dead_ones_are_retried() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let mut tx = test.db.write().await.unwrap();
        let job = NewJob {
            business_id: Some(app.house.by.business_id),
            payload: Payload::Noop { number: 7 },
            order_key: None,
            dedupe_key: None,
            run_at: app.house.clock.now(),
        };
        let id = jobs::enqueue(&mut tx, &app.house.clock, job)
            .await
            .unwrap()
            .unwrap();
        tx.commit().await.unwrap();
        let listed = app.send(get("/api/v1/jobs?state=queued").by(&key)).await;
        assert_eq!(listed.body["items"][0]["id"], json!(id));
        assert_eq!(listed.body["items"][0]["kind"], "noop");
        let retry = request("POST", &format!("/api/v1/jobs/{id}/retry")).by(&key);
        app.send(retry)
            .await
            .is_problem(StatusCode::UNPROCESSABLE_ENTITY, "job_not_dead");
    })
    .await;
}
