//! Texts over the API.

use axum::http::StatusCode;
use ringbook::{
    desk::TextNews,
    domain::{Scope, Subject, TextId, TextKind, TextMessage, TextState},
    notify::text_error,
    scheduling::Who,
    store::texts,
};
use serde_json::json;

use super::{TestApp, With, get, key_of};
use crate::support::{TestDb, house::monday, on_each_engine};

/// About a booking that is made for it, and not heard of since.
async fn a_text(test: &TestDb, app: &TestApp, hour: u32) -> TextMessage {
    let house = &app.house;
    let cut = house.cut_at(monday(hour, 0));
    let booked = house.desk.book(house.by, &cut, Who::Customer, None).await;
    let text = TextMessage {
        id: TextId(house.clock.id()),
        about: Subject::Booking(booked.unwrap().booking.id, 1),
        kind: TextKind::Confirmation,
        to: "+442079460001".parse().unwrap(),
        body: "The Corner Salon: you're booked.".to_owned(),
        segments: 1,
        state: TextState::Sending,
        outside_id: None,
        error: None,
        error_code: None,
        created_at: house.clock.now(),
        sent_at: None,
        updated_at: house.clock.now(),
    };
    let mut tx = test.db.write().await.unwrap();
    let business = house.by.business_id;
    assert!(texts::insert(&mut tx, business, &text).await.unwrap());
    tx.commit().await.unwrap();
    text
}

#[tokio::test]
async fn a_text_is_shown_with_how_far_it_came() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read]).await;
        let text = a_text(test, &app, 10).await;
        let news = TextNews {
            text: Some((app.house.by.business_id, text.id)),
            outside_id: "SM01".to_owned(),
            state: TextState::Undelivered,
            error: Some(text_error(30003)),
        };
        assert!(app.house.desk.text_status(&news).await.unwrap());
        let answer = app.send(get("/api/v1/texts").by(&key)).await;
        answer.is(StatusCode::OK);
        let Subject::Booking(booking, _) = text.about else {
            unreachable!()
        };
        let shown = &answer.body["items"][0];
        assert_eq!(
            *shown,
            json!({
                "id": text.id, "booking_id": booking, "call_id": null, "kind": "confirmation", "to": "+442079460001",
                "body": "The Corner Salon: you're booked.", "segments": 1, "state": "undelivered", "outside_id": "SM01",
                "error": "error 30003: the telephone is switched off or out of reach", "error_code": 30003,
                "created_at": "2026-03-02T08:00:00Z", "sent_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
            })
        );
    })
    .await;
}

#[tokio::test]
async fn texts_are_listed_by_what_they_are_about_and_page_by_page() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(&[Scope::Read]).await;
        let ids = async |question: &str| -> Vec<String> {
            let answer = app
                .send(get(&format!("/api/v1/texts?{question}")).by(&key))
                .await;
            answer.is(StatusCode::OK);
            let items = answer.body["items"].as_array().unwrap().iter();
            items
                .map(|text| text["id"].as_str().unwrap().to_owned())
                .collect()
        };
        let (first, second) = (a_text(test, &app, 10).await, a_text(test, &app, 11).await);
        let Subject::Booking(booking, _) = first.about else {
            unreachable!()
        };
        let [first, second] = [first.id.to_string(), second.id.to_string()];
        assert_eq!(ids("").await, [second.clone(), first.clone()]);
        assert_eq!(
            ids(&format!("booking_id={booking}")).await,
            [first.as_str()]
        );
        assert_eq!(ids("state=sending").await.len(), 2);
        assert_eq!(ids("state=delivered").await, Vec::<String>::new());
        let call = "0194f2c0-7d1e-7000-8000-000000000001";
        assert_eq!(ids(&format!("call_id={call}")).await, Vec::<String>::new());

        let page = app.send(get("/api/v1/texts?limit=1").by(&key)).await;
        let next = page.text("/next_cursor");
        assert_eq!(ids(&format!("limit=1&cursor={next}")).await, [first]);

        let neighbour = app.neighbour(&test.db).await;
        let theirs = key_of(&neighbour, &[Scope::Read]).await;
        let answer = app.send(get("/api/v1/texts").by(&theirs)).await;
        assert_eq!(answer.body["items"], json!([]));
    })
    .await;
}
