//! Between businesses there is a wall on every route: what belongs to one is not there for another, to read or to write.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use ringbook::{
    desk::{By, TakeMessage},
    domain::{Note, Scope},
    store::jobs::{self, NewJob, Payload},
};
use serde_json::{Value, json};

use super::{
    Answer, Credential, TestApp, With,
    document::{Operation, operations},
    get, key_of, post, with_body,
};
use crate::support::{TestDb, on_each_engine};

/// One of everything that the first business has, by the name of its parameter.
struct Belongings(BTreeMap<&'static str, String>);

impl Belongings {
    async fn of(app: &TestApp, test: &TestDb, owner: &Credential) -> Self {
        let make = async |path: &str, body: Value| -> Answer {
            let made = app.send(post(path, &body).by(owner)).await;
            made.is(StatusCode::CREATED);
            made
        };
        let staff = app.house.anna;
        let at = |kind: &str| format!("/api/v1/staff/{staff}/{kind}");
        let leave = make(
            &at("leaves"),
            json!({ "first_day": "2026-04-01", "last_day": "2026-04-01" }),
        )
        .await;
        let exception = make(&at("exceptions"), json!({ "date": "2026-04-02" })).await;
        let block = json!({ "from": "2026-04-03T10:00:00Z", "until": "2026-04-03T11:00:00Z" });
        let block = make(&at("blocks"), block).await;
        let closure = json!({ "first_day": "2026-12-25", "last_day": "2026-12-25" });
        let closure = make("/api/v1/business/closures", closure).await;
        let booking = json!({
            "service_id": app.house.cut, "staff_id": staff, "starts_at": "2026-03-02T10:00:00Z",
            "customer": { "phone": "+442079460001", "name": "Zoe" },
        });
        let booking = make("/api/v1/bookings", booking).await;
        let customer = booking.text("/customer_id");
        let note = json!({ "kind": "note", "text": "likes tea" });
        let entry = make(&format!("/api/v1/customers/{customer}/history"), note).await;
        let hold = json!({ "service_id": app.house.cut, "staff_id": staff, "starts_at": "2026-03-02T12:00:00Z" });
        let hold = make("/api/v1/holds", hold).await;
        let user = json!({ "email": "sam@example.com", "name": "Sam", "role": "staff" });
        let user = make("/api/v1/users", user).await;
        let key = make(
            "/api/v1/api-keys",
            json!({ "name": "a key", "scopes": ["read"] }),
        )
        .await;
        let call = app.house.ring().await;
        let by = By::call(app.house.by.business_id, call.call);
        let message = TakeMessage {
            call: Some(call),
            name: None,
            phone: None,
            text: Note::new("ring me back").unwrap(),
        };
        let message = app.house.desk.take_message(by, &message, None);
        let message = message.await.unwrap();
        Self(BTreeMap::from([
            ("staff_id", staff.to_string()),
            ("service_id", app.house.cut.to_string()),
            ("customer_id", customer),
            ("booking_id", booking.text("/id")),
            ("leave_id", leave.text("/id")),
            ("exception_id", exception.text("/id")),
            ("block_id", block.text("/id")),
            ("closure_id", closure.text("/id")),
            ("entry_id", entry.text("/id")),
            ("hold_id", hold.text("/id")),
            ("user_id", user.text("/user_id")),
            ("api_key_id", key.text("/id")),
            ("job_id", a_job(app, test).await),
            ("call_id", call.call.to_string()),
            ("message_id", message.to_string()),
            ("phone", "+442079460001".to_owned()),
        ]))
    }

    fn address(&self, path: &str) -> String {
        let mut address = path.to_owned();
        for (name, id) in &self.0 {
            address = address.replace(&format!("{{{name}}}"), id);
        }
        assert!(
            !address.contains('{'),
            "nobody has one of these yet: {address}"
        );
        address
    }
}

async fn a_job(app: &TestApp, test: &TestDb) -> String {
    let mut tx = test.db.write().await.unwrap();
    let job = NewJob {
        business_id: Some(app.house.by.business_id),
        payload: Payload::Noop { number: 1 },
        order_key: None,
        dedupe_key: None,
        run_at: app.house.clock.now(),
    };
    let id = jobs::enqueue(&mut tx, &app.house.clock, job)
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
    id.to_string()
}

/// A body that is good in itself, so that nothing but the wall can refuse it.
fn body_for(operation: &Operation) -> Value {
    match (
        operation.method.as_str(),
        operation.path.trim_start_matches("/api/v1"),
    ) {
        ("patch", "/users/{user_id}") => json!({ "role": "viewer" }),
        ("patch", _) | ("post", "/bookings/{booking_id}/cancel") => json!({}),
        ("post", "/staff/{staff_id}/leaves") => {
            json!({ "first_day": "2026-05-01", "last_day": "2026-05-01" })
        }
        ("post", "/staff/{staff_id}/exceptions") => json!({ "date": "2026-05-02" }),
        ("post", "/staff/{staff_id}/blocks") => {
            json!({ "from": "2026-05-03T10:00:00Z", "until": "2026-05-03T11:00:00Z" })
        }
        ("post", "/customers/{customer_id}/history") => json!({ "kind": "note", "text": "hello" }),
        ("post", "/bookings/{booking_id}/reschedule") => {
            json!({ "starts_at": "2026-03-02T14:00:00Z" })
        }
        _ => panic!("say what a good body of `{operation}` is"),
    }
}

/// Everything that the first business can see of itself.
async fn picture(
    app: &TestApp,
    belongings: &Belongings,
    owner: &Credential,
) -> BTreeMap<String, Value> {
    let mut seen = BTreeMap::new();
    for operation in operations() {
        let needs_a_question = operation.path.contains("/availability");
        if operation.method != "get" || operation.is_public() || needs_a_question {
            continue;
        }
        let address = belongings.address(&operation.path);
        let answer = app.send(get(&address).by(owner)).await;
        answer.is(StatusCode::OK);
        seen.insert(address, answer.body);
    }
    seen
}

#[tokio::test]
async fn an_id_of_another_business_is_not_there_on_any_route() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.key(Scope::ALL).await;
        let belongings = Belongings::of(&app, test, &owner).await;
        let stranger = key_of(&app.neighbour(&test.db).await, Scope::ALL).await;
        let before = picture(&app, &belongings, &owner).await;

        let mut tried = 0;
        for operation in operations()
            .iter()
            .filter(|operation| operation.path.contains('{'))
        {
            let method = operation.method.to_uppercase();
            let address = belongings.address(&operation.path);
            let asked = if operation.has_body() {
                with_body(&method, &address, &body_for(operation))
            } else {
                super::request(&method, &address)
            };
            let answer = app.send(asked.by(&stranger).if_match(1)).await;
            println!("{operation}");
            answer.is_problem(StatusCode::NOT_FOUND, "not_found");
            tried += 1;
        }
        assert!(tried > 30, "{tried} are too few to be all");
        assert_eq!(picture(&app, &belongings, &owner).await, before);
    })
    .await;
}

#[tokio::test]
async fn an_id_of_another_business_in_a_body_or_a_question_is_nobody() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.key(Scope::ALL).await;
        let belongings = Belongings::of(&app, test, &owner).await;
        let id = |name: &str| belongings.0[name].clone();
        let neighbour = app.neighbour(&test.db).await;
        let stranger = key_of(&neighbour, Scope::ALL).await;
        let before = picture(&app, &belongings, &owner).await;

        let booking = |service: String, staff: Option<String>, customer: String| {
            let body = json!({
                "service_id": service, "staff_id": staff, "starts_at": "2026-03-02T14:00:00Z",
                "customer_id": customer,
            });
            post("/api/v1/bookings", &body).by(&stranger)
        };
        let own = neighbour.cut.to_string();
        let known = json!({ "phone": "+442079460002", "name": "Max" });
        let known = app.send(post("/api/v1/customers", &known).by(&stranger)).await.text("/id");
        for request in [
            booking(id("service_id"), None, known.clone()),
            booking(own.clone(), Some(id("staff_id")), known.clone()),
            booking(own.clone(), None, id("customer_id")),
        ] {
            app.send(request).await.is_problem(StatusCode::NOT_FOUND, "not_found");
        }
        let hold = json!({ "service_id": own, "staff_id": id("staff_id"), "starts_at": "2026-03-02T14:00:00Z" });
        app.send(post("/api/v1/holds", &hold).by(&stranger)).await.is(StatusCode::NOT_FOUND);

        // Its hold is not ours to book: the booking is made beside it, and the hold stays.
        let mut with_hold = json!({ "service_id": own, "starts_at": "2026-03-02T12:00:00Z", "customer_id": known });
        with_hold["hold_id"] = json!(id("hold_id"));
        let made = app.send(post("/api/v1/bookings", &with_hold).by(&stranger)).await;
        made.is(StatusCode::CREATED);
        assert_ne!(made.text("/id"), id("hold_id"));

        for (path, body) in [
            ("/api/v1/staff", json!({ "name": "Cleo", "service_ids": [id("service_id")] })),
            ("/api/v1/services", json!({ "name": "Shave", "duration_minutes": 15, "staff_ids": [id("staff_id")] })),
        ] {
            app.send(post(path, &body).by(&stranger)).await.is_problem(StatusCode::BAD_REQUEST, "invalid_fields");
        }
        for question in [
            format!("/api/v1/availability?service_id={}", id("service_id")),
            format!("/api/v1/availability?service_id={own}&staff_id={}", id("staff_id")),
            format!("/api/v1/availability/nearest?service_id={}&wanted=2026-03-02T14:00:00Z", id("service_id")),
        ] {
            app.send(get(&question).by(&stranger)).await.is_problem(StatusCode::NOT_FOUND, "not_found");
        }
        for list in [
            format!("/api/v1/bookings?staff_id={}", id("staff_id")),
            format!("/api/v1/bookings?customer_id={}", id("customer_id")),
            "/api/v1/customers?phone=%2B442079460001".to_owned(),
            "/api/v1/calls?caller=%2B442079460001".to_owned(),
            format!("/api/v1/calls?customer_id={}", id("customer_id")),
            format!("/api/v1/calls?booking_id={}", id("booking_id")),
            format!("/api/v1/messages?call_id={}", id("call_id")),
        ] {
            assert_eq!(app.send(get(&list).by(&stranger)).await.body["items"], json!([]), "{list}");
        }
        assert_eq!(picture(&app, &belongings, &owner).await, before);
    })
    .await;
}

#[tokio::test]
async fn no_list_shows_what_belongs_to_another_business() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.key(Scope::ALL).await;
        let belongings = Belongings::of(&app, test, &owner).await;
        let stranger = key_of(&app.neighbour(&test.db).await, Scope::ALL).await;
        for operation in operations().iter().filter(|operation| {
            operation.method == "get"
                && operation.path.starts_with("/api/")
                && !operation.path.contains('{')
                && !operation.path.contains("/availability")
        }) {
            println!("{operation}");
            let answer = app.send(get(&operation.path).by(&stranger)).await;
            answer.is(StatusCode::OK);
            let shown = answer.body.to_string();
            for id in belongings.0.values() {
                assert!(!shown.contains(id), "{id}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_phone_and_the_same_idempotency_key_are_others_in_another_business() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let neighbour = app.neighbour(&test.db).await;
        let mut made = Vec::new();
        for house in [&app.house, &neighbour] {
            let key = key_of(house, Scope::ALL).await;
            let body = json!({
                "service_id": house.cut, "starts_at": "2026-03-02T10:00:00Z",
                "customer": { "phone": "+442079460001", "name": "Zoe" },
            });
            let request = post("/api/v1/bookings", &body).by(&key);
            let answer = app
                .send(request.header("idempotency-key", "the-same"))
                .await;
            answer.is(StatusCode::CREATED);
            assert!(!answer.headers.contains_key("idempotent-replayed"));
            made.push((answer.text("/id"), answer.text("/customer_id")));
        }
        assert_ne!(made[0], made[1]);
    })
    .await;
}
