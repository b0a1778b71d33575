//! Texts to customers: one for each thing that happened, and none from next door.

use chrono::Duration;
use ringbook::{
    domain::{BusinessId, TextId, TextKind, TextMessage, TextState},
    scheduling::Who,
    store::{
        clean_up::{Leftover, delete},
        texts::{about, insert, not_sent, of_booking, sent},
    },
};

use crate::support::{House, house::monday, on_each_engine};

async fn a_text(house: &House) -> TextMessage {
    let booked = house
        .desk
        .book(house.by, &house.cut_at(monday(10, 0)), Who::Customer, None)
        .await
        .unwrap();
    TextMessage {
        id: TextId(house.clock.id()),
        booking_id: booked.booking.id,
        booking_version: 1,
        kind: TextKind::Confirmation,
        to: "+442079460001".parse().unwrap(),
        body: "You're booked".to_owned(),
        state: TextState::Sending,
        outside_id: None,
        error: None,
        created_at: house.clock.now(),
        sent_at: None,
    }
}

#[tokio::test]
async fn a_text_comes_back_as_it_was_written_and_only_once() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let business = house.by.business_id;
        let text = a_text(&house).await;
        let mut tx = test.db.write().await.unwrap();
        assert!(insert(&mut tx, business, &text).await.unwrap());
        let again = TextMessage {
            id: TextId(house.clock.id()),
            body: "Another".to_owned(),
            ..text.clone()
        };
        assert!(!insert(&mut tx, business, &again).await.unwrap());
        let later = TextMessage {
            booking_version: 2,
            ..again
        };
        assert!(insert(&mut tx, business, &later).await.unwrap());
        tx.commit().await.unwrap();

        let mut reader = test.db.read().await.unwrap();
        let both = of_booking(&mut reader, business, text.booking_id);
        assert_eq!(both.await.unwrap(), [text.clone(), later]);
        let first = about(&mut reader, business, text.booking_id, text.kind, 1);
        assert_eq!(first.await.unwrap(), Some(text.clone()));
        let other = about(&mut reader, business, text.booking_id, TextKind::Change, 1);
        assert_eq!(other.await.unwrap(), None);
        let theirs = BusinessId(house.clock.id());
        let nothing = of_booking(&mut reader, theirs, text.booking_id);
        assert_eq!(nothing.await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn what_became_of_a_text_is_written_on_it() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let business = house.by.business_id;
        let text = a_text(&house).await;
        let (id, booking) = (text.id, text.booking_id);
        let theirs = BusinessId(house.clock.id());
        let at = monday(8, 1);
        let mut tx = test.db.write().await.unwrap();
        insert(&mut tx, business, &text).await.unwrap();
        sent(&mut tx, theirs, id, None, at).await.unwrap();
        let state = TextState::Failed;
        not_sent(&mut tx, theirs, id, state, "no").await.unwrap();
        let now = of_booking(&mut tx, business, booking).await.unwrap();
        assert_eq!(now, [text]);

        not_sent(&mut tx, business, id, state, "no").await.unwrap();
        let now = of_booking(&mut tx, business, booking).await.unwrap();
        assert_eq!((now[0].state, now[0].error.as_deref()), (state, Some("no")));
        sent(&mut tx, business, id, Some("SM1"), at).await.unwrap();
        let now = of_booking(&mut tx, business, booking).await.unwrap();
        assert_eq!((now[0].state, now[0].sent_at), (TextState::Sent, Some(at)));
        assert_eq!(
            (now[0].outside_id.as_deref(), &now[0].error),
            (Some("SM1"), &None)
        );
    })
    .await;
}

#[tokio::test]
async fn old_texts_are_cleaned_up() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let text = a_text(&house).await;
        let mut tx = test.db.write().await.unwrap();
        insert(&mut tx, house.by.business_id, &text).await.unwrap();
        for (age, deleted) in [(0, 0), (1, 1), (1, 0)] {
            let before = text.created_at + Duration::microseconds(age);
            let gone = delete(&mut tx, Leftover::Texts, before, 10).await.unwrap();
            assert_eq!(gone, deleted);
        }
    })
    .await;
}
