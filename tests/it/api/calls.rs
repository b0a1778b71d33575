//! Calls and messages over the API.

use axum::http::StatusCode;
use chrono::Duration;
use ringbook::{
    desk::{BookRequest, By, NewCall, TakeMessage},
    domain::{
        CallChannel, CallClaim, CallOutcome, JournalEntry, Line, Name, Note, Role, Scope, Source,
        Speaker, Turn,
    },
    scheduling::Who,
};
use serde_json::{Value, json};

use super::{Credential, TestApp, With, get, request};
use crate::support::{house::monday, on_each_engine};

/// Zoe's call, in which she books and leaves a message.
async fn zoe_calls(app: &TestApp) -> CallClaim {
    let (house, desk) = (&app.house, &app.house.desk);
    let claim = house.ring().await;
    let by = By::call(house.by.business_id, claim.call);
    let turn = |number, speaker, text: &str| Turn {
        number,
        speaker,
        text: text.to_owned(),
        at_ms: u64::from(number) * 1_000,
        timings: json!({ "understood_ms": 3 }),
    };
    let turns = [
        turn(0, Speaker::Agent, "The Corner Salon, hello."),
        turn(1, Speaker::Caller, "A cut at ten, please."),
    ];
    desk.write_record(by, claim, &[], &turns).await.unwrap();
    let entries = [0_u64, 1, 2].map(|number| JournalEntry {
        number,
        at_ms: number * 20,
        body: json!({ "event": "heard", "text": format!("word {number}") }).to_string(),
    });
    desk.write_record(by, claim, &entries, &[]).await.unwrap();
    let request = BookRequest {
        source: Source::Phone,
        call: Some(claim),
        ..house.cut_at(monday(10, 0))
    };
    desk.book(by, &request, Who::Customer, None).await.unwrap();
    let message = TakeMessage {
        call: Some(claim),
        name: Some(Name::new("Zoe").unwrap()),
        phone: None,
        text: Note::new("I may be late").unwrap(),
    };
    desk.take_message(by, &message, None).await.unwrap();
    claim
}

async fn ids(app: &TestApp, key: &Credential, question: &str) -> Vec<String> {
    let answer = app
        .send(get(&format!("/api/v1/calls?{question}")).by(key))
        .await;
    answer.is(StatusCode::OK);
    let items = answer.body["items"].as_array().unwrap().iter();
    items
        .map(|call| call["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_call_is_shown_with_what_was_said_and_what_came_of_it() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read]).await;
        let claim = zoe_calls(&app).await;
        let reason = Line::new("the caller said goodbye").unwrap();
        let end = monday(8, 2);
        let (desk, by) = (&app.house.desk, app.house.by);
        desk.end_call(by, claim, CallOutcome::Booked, Some(&reason), end)
            .await
            .unwrap();

        let path = format!("/api/v1/calls/{}", claim.call);
        let call = app.send(get(&path).by(&key)).await;
        call.is(StatusCode::OK);
        let bookings = app.send(get("/api/v1/bookings?source=phone").by(&key)).await;
        let booking = &bookings.body["items"][0];
        assert_eq!(call.body["booking_ids"], json!([booking["id"]]));
        assert_eq!(call.body["customer_id"], booking["customer_id"]);
        for (field, value) in [
            ("state", "ended"),
            ("outcome", "booked"),
            ("channel", "phone"),
            ("caller", "+442079460001"),
            ("reason", "the caller said goodbye"),
            ("ended_at", "2026-03-02T08:02:00Z"),
        ] {
            assert_eq!(call.body[field], value, "{field}");
        }
        let said = app.send(get(&format!("{path}/transcript")).by(&key)).await;
        assert_eq!(
            said.body[1],
            json!({ "number": 1, "speaker": "caller", "text": "A cut at ten, please.", "at_ms": 1000,
                    "timings": { "understood_ms": 3 } })
        );
    })
    .await;
}

#[tokio::test]
async fn only_owners_read_the_journal_page_by_page() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let claim = zoe_calls(&app).await;
        let path = format!("/api/v1/calls/{}/journal?limit=2", claim.call);
        for (email, role) in [
            ("s@example.com", Role::Staff),
            ("v@example.com", Role::Viewer),
        ] {
            let person = app.person(email, role).await;
            let transcript = format!("/api/v1/calls/{}/transcript", claim.call);
            app.send(get(&transcript).by(&person))
                .await
                .is(StatusCode::OK);
            app.send(get(&path).by(&person))
                .await
                .is_problem(StatusCode::FORBIDDEN, "scope_missing");
        }
        let owner = app.person("owner@example.com", Role::Owner).await;
        let first = app.send(get(&path).by(&owner)).await;
        assert_eq!(first.body["items"][1]["body"]["text"], "word 1");
        let next = first.text("/next_cursor");
        let last = app
            .send(get(&format!("{path}&cursor={next}")).by(&owner))
            .await;
        assert_eq!(last.body["items"][0]["number"], 2);
        assert_eq!(last.body["next_cursor"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn calls_are_found_by_what_is_known_of_them_the_newest_first() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read]).await;
        let zoe = zoe_calls(&app).await.call.to_string();
        app.house.clock.advance(Duration::days(1));
        let new = NewCall {
            channel: CallChannel::Browser,
            caller: None,
            dialled: None,
            outside_id: None,
            started_at: app.house.clock.now(),
        };
        let business = app.house.by.business_id;
        let other = app.house.desk.begin_call(business, new).await.unwrap();
        let now = app.house.clock.now();
        let end = app
            .house
            .desk
            .end_call(app.house.by, other, CallOutcome::Silent, None, now);
        end.await.unwrap();
        let other = other.call.to_string();

        assert_eq!(ids(&app, &key, "").await, [other.clone(), zoe.clone()]);
        let bookings = app.send(get("/api/v1/bookings").by(&key)).await;
        let booking = bookings.text("/items/0/id");
        let customer = bookings.text("/items/0/customer_id");
        for (question, found) in [
            ("state=in_progress".to_owned(), &zoe),
            ("outcome=silent".to_owned(), &other),
            ("channel=browser".to_owned(), &other),
            ("day=2026-03-02".to_owned(), &zoe),
            ("from=2026-03-03T00:00:00Z".to_owned(), &other),
            ("until=2026-03-03T00:00:00Z".to_owned(), &zoe),
            ("caller=%2B442079460001".to_owned(), &zoe),
            (format!("customer_id={customer}"), &zoe),
            (format!("booking_id={booking}"), &zoe),
        ] {
            assert_eq!(
                ids(&app, &key, &question).await,
                [found.as_str()],
                "{question}"
            );
        }
        let first = app.send(get("/api/v1/calls?limit=1").by(&key)).await;
        let next = first.text("/next_cursor");
        assert_eq!(
            ids(&app, &key, &format!("limit=1&cursor={next}")).await,
            [zoe]
        );
    })
    .await;
}

#[tokio::test]
async fn a_message_is_dealt_with_and_opened_again() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read, Scope::Book]).await;
        zoe_calls(&app).await;
        let open = app.send(get("/api/v1/messages?done=false").by(&key)).await;
        assert_eq!(open.body["items"][0]["text"], "I may be late");
        let path = format!("/api/v1/messages/{}", open.text("/items/0/id"));
        let send = async |what: &str, version| {
            let asked = request("POST", &format!("{path}/{what}")).by(&key);
            app.send(asked.if_match(version)).await
        };
        let done = send("done", 1).await;
        done.is(StatusCode::OK);
        assert_eq!(done.text("/done_at"), "2026-03-02T08:00:00Z");
        assert_eq!(done.header("etag"), "\"2\"");
        send("reopen", 1)
            .await
            .is_problem(StatusCode::PRECONDITION_FAILED, "stale");
        app.house.clock.advance(Duration::minutes(1));
        let again = send("done", 2).await;
        assert_eq!(again.body, done.body, "done twice is done once");
        let none = app.send(get("/api/v1/messages?done=false").by(&key)).await;
        assert_eq!(none.body["items"], json!([]));
        let reopened = send("reopen", 2).await;
        assert_eq!(reopened.body["done_at"], Value::Null);
    })
    .await;
}
