//! What stands around every route: problems, limits, headers.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use ringbook::domain::Scope;
use serde_json::{Value, json};

use super::{TestApp, With, get, patch, post, request, with_body};
use crate::support::on_each_engine;

#[tokio::test]
async fn an_address_that_is_none_is_a_problem() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        for path in ["/", "/api/v1/nothing", "/api/v2/me", "/api/v1/me/"] {
            app.send(get(path))
                .await
                .is_problem(StatusCode::NOT_FOUND, "no_such_address");
        }
    })
    .await;
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_a_problem_that_names_those_it_takes() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let answer = app.send(request("PUT", "/api/v1/staff").by(&key)).await;
        answer.is_problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
        assert!(answer.header("allow").contains("POST"));
        app.send(request("DELETE", "/health"))
            .await
            .is_problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_json_is_told_from_one_that_does_not_say_so() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let send = async |kind: Option<&str>, body: &str| {
            let mut request = Request::post("/api/v1/staff");
            if let Some(kind) = kind {
                request = request.header("content-type", kind);
            }
            app.send(request.body(Body::from(body.to_owned())).unwrap().by(&key))
                .await
        };
        for kind in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
        ] {
            send(kind, "{}")
                .await
                .is_problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json");
        }
        for body in ["", "{", "{\"name\": \"Zoe\",}", "nonsense", "{} {}"] {
            let answer = send(Some("application/json"), body).await;
            answer.is(StatusCode::BAD_REQUEST);
            answer.is_whole_problem();
        }
        send(Some("application/json"), "{")
            .await
            .is_problem(StatusCode::BAD_REQUEST, "malformed_json");
        let utf8 = send(
            Some("application/json; charset=utf-8"),
            r#"{"name": "Zoë"}"#,
        )
        .await;
        utf8.is(StatusCode::CREATED);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let body = json!({ "name": "x".repeat(17 * 1024) });
        app.send(post("/api/v1/staff", &body).by(&key))
            .await
            .is_problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
    })
    .await;
}

#[tokio::test]
async fn the_field_that_is_not_valid_is_named_by_its_path() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let staff = [
            (json!({ "name": "" }), "name"),
            (json!({}), "name"),
            (json!({ "name": "Zoe", "nmae": 1 }), "nmae"),
            (json!({ "name": 7 }), "name"),
            (json!({ "name": "Zoe", "hours": { "mon": [{ "from": "9", "until": "17:00" }] } }), "hours.mon[0]"),
            (json!({ "name": "Zoe", "profile": { "email": "nobody" } }), "profile.email"),
        ];
        for (body, field) in staff {
            println!("{body}");
            app.send(post("/api/v1/staff", &body).by(&key)).await.names_field(field);
        }
        let bookings = [
            (json!({ "service_id": "x", "starts_at": "2026-03-02T10:00:00Z" }), "service_id"),
            (json!({ "service_id": app.house.cut, "starts_at": "tomorrow" }), "starts_at"),
            (json!({ "service_id": app.house.cut, "starts_at": "2026-03-02T10:00:00Z" }), "customer"),
            (
                json!({ "service_id": app.house.cut, "starts_at": "2026-03-02T10:00:00Z", "customer": { "phone": "12", "name": "Z" } }),
                "customer.phone",
            ),
            (
                json!({ "service_id": app.house.cut, "starts_at": "2026-03-02T10:00:00Z", "customer": { "phone": "+442079460001" } }),
                "customer.name",
            ),
        ];
        for (body, field) in bookings {
            println!("{body}");
            app.send(post("/api/v1/bookings", &body).by(&key)).await.names_field(field);
        }
    })
    .await;
}

#[tokio::test]
async fn parameters_are_read_as_strictly_as_bodies() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let cases = [
            ("/api/v1/staff/17", "staff_id"),
            ("/api/v1/customers/by-phone/12", "phone"),
            ("/api/v1/staff?limit=0", "limit"),
            ("/api/v1/staff?limit=201", "limit"),
            ("/api/v1/staff?limit=many", "limit"),
            ("/api/v1/staff?cursor=made-up", "cursor"),
            ("/api/v1/staff?activ=true", "activ"),
            ("/api/v1/bookings?status=lost", "status"),
            ("/api/v1/bookings?day=2026-02-30", "day"),
            (
                "/api/v1/bookings?day=2026-03-02&from=2026-03-02T00:00:00Z",
                "day",
            ),
            ("/api/v1/availability", "service_id"),
        ];
        for (path, field) in cases {
            println!("{path}");
            app.send(get(path).by(&key)).await.names_field(field);
        }
        let booking = format!("/api/v1/staff/{}/leaves/x", app.house.anna);
        app.send(request("DELETE", &booking).by(&key))
            .await
            .names_field("leave_id");
    })
    .await;
}

#[tokio::test]
async fn a_change_without_its_version_is_refused_before_it_is_tried() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let path = format!("/api/v1/staff/{}", app.house.anna);
        let rename = || patch(&path, &json!({ "name": "Anne" })).by(&key);
        app.send(rename())
            .await
            .is_problem(StatusCode::PRECONDITION_REQUIRED, "if_match_missing");
        for tag in ["*", "W/\"1\"", "\"1\", \"2\"", "1"] {
            app.send(rename().header("if-match", tag))
                .await
                .names_field("If-Match");
        }
        app.send(rename().header("if-match", "\"another\""))
            .await
            .is_problem(StatusCode::PRECONDITION_FAILED, "stale");
        app.send(rename().if_match(2))
            .await
            .is_problem(StatusCode::PRECONDITION_FAILED, "stale");
        let seen = app.send(get(&path).by(&key)).await;
        assert_eq!(seen.header("etag"), "\"1\"");
        let renamed = app.send(rename().if_match(1)).await;
        renamed.is(StatusCode::OK);
        assert_eq!(renamed.header("etag"), "\"2\"");
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_too_often_waits_and_others_do_not() {
    on_each_engine(async |test| {
        let app = TestApp::with_limit(&test.db, 3).await;
        let (one, other) = (app.key(&[Scope::Read]).await, app.key(&[Scope::Read]).await);
        for left in ["2", "1", "0"] {
            let answer = app.send(get("/api/v1/me").by(&one)).await;
            answer.is(StatusCode::OK);
            assert_eq!(answer.header("ratelimit"), format!("\"default\";r={left}"));
            assert_eq!(answer.header("ratelimit-policy"), "\"default\";q=3;w=60");
        }
        let refused = app.send(get("/api/v1/me").by(&one)).await;
        refused.is_problem(StatusCode::TOO_MANY_REQUESTS, "too_many_requests");
        assert!((1..=21).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
        app.send(get("/api/v1/me").by(&other))
            .await
            .is(StatusCode::OK);
        for _ in 0..3 {
            app.send(get("/api/v1/me"))
                .await
                .is(StatusCode::UNAUTHORIZED);
        }
        app.send(get("/api/v1/me"))
            .await
            .is(StatusCode::TOO_MANY_REQUESTS);
        app.send(get("/health")).await.is(StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn every_answer_has_an_id_and_keeps_browsers_in_their_place() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        for path in ["/health", "/api/v1/me", "/nowhere"] {
            let answer = app.send(get(path)).await;
            assert_eq!(answer.header("x-request-id").len(), 32);
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("x-frame-options"), "DENY");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
            assert!(
                answer
                    .header("content-security-policy")
                    .starts_with("default-src 'none'")
            );
        }
        let given = get("/health").header("x-request-id", "from-a-proxy-17");
        assert_eq!(
            app.send(given).await.header("x-request-id"),
            "from-a-proxy-17"
        );
        let odd = get("/health").header("x-request-id", "not an id; at all");
        assert_eq!(app.send(odd).await.header("x-request-id").len(), 32);
    })
    .await;
}

#[tokio::test]
async fn only_pages_on_the_list_may_call_from_a_browser() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let ask = async |origin: &str| {
            let preflight = with_body("OPTIONS", "/api/v1/bookings", &Value::Null)
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header(
                    "access-control-request-headers",
                    "x-api-key,content-type,idempotency-key",
                );
            app.send(preflight).await
        };
        let known = ask("https://shop.example.com").await;
        known.is(StatusCode::OK);
        assert_eq!(
            known.header("access-control-allow-origin"),
            "https://shop.example.com"
        );
        assert!(
            known
                .header("access-control-allow-headers")
                .contains("x-api-key")
        );
        let unknown = ask("https://elsewhere.example.com").await;
        assert!(!unknown.headers.contains_key("access-control-allow-origin"));
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_away_makes_the_server_not_ready_but_alive() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        app.send(get("/ready")).await.is(StatusCode::OK);
        let key = app.key(&[Scope::Read]).await;
        test.db.close().await;
        app.send(get("/ready"))
            .await
            .is_problem(StatusCode::SERVICE_UNAVAILABLE, "not_ready");
        app.send(get("/health")).await.is(StatusCode::OK);
        let broken = app.send(get("/api/v1/me").by(&key)).await;
        broken.is_problem(StatusCode::INTERNAL_SERVER_ERROR, "internal");
        assert!(!broken.body.to_string().to_lowercase().contains("pool"));
    })
    .await;
}
