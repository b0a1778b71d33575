//! Texts to customers: one for each thing that happened, none from next door, and news of them in any order.

use chrono::Duration;
use ringbook::{
    domain::{
        BookingId, BusinessId, IncomingKind, PhoneNumber, Subject, TextId, TextKind, TextMessage,
        TextState, Unreached,
    },
    scheduling::Who,
    store::{
        Tx,
        clean_up::{Leftover, delete},
        text_numbers::{self, Incoming},
        texts::{
            Filter, News, about, insert, known_as, list, outside_ids, senders, still_sending, tell,
        },
    },
};

use crate::support::{House, TestDb, house::monday, on_each_engine};

const TO: &str = "+442079460001";

fn to() -> PhoneNumber {
    TO.parse().unwrap()
}

fn a_text(house: &House, about: Subject) -> TextMessage {
    TextMessage {
        id: TextId(house.clock.id()),
        about,
        kind: TextKind::Confirmation,
        to: to(),
        body: "You're booked".to_owned(),
        segments: 1,
        state: TextState::Sending,
        outside_id: None,
        error: None,
        error_code: None,
        created_at: house.clock.now(),
        sent_at: None,
        updated_at: house.clock.now(),
    }
}

async fn booked(house: &House) -> BookingId {
    let cut = house.cut_at(monday(10, 0));
    let booked = house.desk.book(house.by, &cut, Who::Customer, None).await;
    booked.unwrap().booking.id
}

async fn the_only(tx: &mut Tx, business: BusinessId) -> TextMessage {
    let all = list(tx, business, Filter::default(), None, 10)
        .await
        .unwrap();
    let [text] = &all[..] else {
        panic!("{} texts", all.len());
    };
    text.clone()
}

fn news(house: &House, state: TextState) -> News<'static> {
    News {
        state,
        outside_id: Some("SM1"),
        error: None,
        error_code: None,
        at: house.clock.now(),
    }
}

#[tokio::test]
async fn a_text_comes_back_as_it_was_written_and_only_once() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let business = house.by.business_id;
        let booking = booked(&house).await;
        let text = a_text(&house, Subject::Booking(booking, 1));
        let mut tx = test.db.write().await.unwrap();
        assert!(insert(&mut tx, business, &text).await.unwrap());
        let again = TextMessage {
            id: TextId(house.clock.id()),
            body: "Another".to_owned(),
            ..text.clone()
        };
        assert!(!insert(&mut tx, business, &again).await.unwrap());
        let later = TextMessage {
            about: Subject::Booking(booking, 2),
            ..again
        };
        assert!(insert(&mut tx, business, &later).await.unwrap());
        tx.commit().await.unwrap();

        let mut reader = test.db.read().await.unwrap();
        let both = list(&mut reader, business, Filter::default(), None, 10).await;
        assert_eq!(both.unwrap(), [later.clone(), text.clone()]);
        let older = list(&mut reader, business, Filter::default(), Some(later.id), 10).await;
        assert_eq!(older.unwrap(), std::slice::from_ref(&text));
        let first = about(&mut reader, business, text.about, text.kind).await;
        assert_eq!(first.unwrap(), Some(text.clone()));
        let other = about(&mut reader, business, text.about, TextKind::Change).await;
        assert_eq!(other.unwrap(), None);
        let theirs = BusinessId(house.clock.id());
        let nothing = list(&mut reader, theirs, Filter::default(), None, 10).await;
        assert_eq!(nothing.unwrap(), []);
        assert_eq!(senders(&mut reader, &to()).await.unwrap(), [business]);
    })
    .await;
}

#[tokio::test]
async fn a_call_has_one_text_of_a_kind_and_is_found_by_it() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let business = house.by.business_id;
        let call = house.ring().await.call;
        let text = TextMessage {
            kind: TextKind::CutOff,
            ..a_text(&house, Subject::Call(call))
        };
        let again = TextMessage {
            id: TextId(house.clock.id()),
            ..text.clone()
        };
        let mut tx = test.db.write().await.unwrap();
        assert!(insert(&mut tx, business, &text).await.unwrap());
        assert!(!insert(&mut tx, business, &again).await.unwrap());
        let found = about(&mut tx, business, text.about, text.kind).await;
        assert_eq!(found.unwrap(), Some(text.clone()));
        let filter = Filter {
            call: Some(call),
            state: Some(TextState::Sending),
            ..Filter::default()
        };
        assert_eq!(
            list(&mut tx, business, filter, None, 9).await.unwrap(),
            [text]
        );
        let sent = Filter {
            state: Some(TextState::Sent),
            ..filter
        };
        assert_eq!(list(&mut tx, business, sent, None, 9).await.unwrap(), []);
    })
    .await;
}

/// Every order in which the news of one text can come ends in the same.
#[tokio::test]
async fn late_news_of_a_text_change_nothing() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let business = house.by.business_id;
        let booking = booked(&house).await;
        let steps = [TextState::Queued, TextState::Sent, TextState::Delivered];
        let orders = [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ];
        for (version, order) in (1..).zip(orders) {
            let text = a_text(&house, Subject::Booking(booking, version));
            let mut tx = test.db.write().await.unwrap();
            insert(&mut tx, business, &text).await.unwrap();
            let mut highest = -1;
            for place in order {
                let state = steps[place];
                let told = tell(&mut tx, business, text.id, news(&house, state)).await;
                assert_eq!(told.unwrap(), state.rank() > highest, "{order:?}");
                highest = highest.max(state.rank());
            }
            let text = about(&mut tx, business, text.about, text.kind).await;
            let text = text.unwrap().unwrap();
            assert_eq!(text.state, TextState::Delivered, "{order:?}");
            assert_eq!(text.sent_at, Some(house.clock.now()));
            tx.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn what_became_of_a_text_is_written_on_it_and_on_nobody_elses() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let business = house.by.business_id;
        let booking = booked(&house).await;
        let text = a_text(&house, Subject::Booking(booking, 1));
        let theirs = BusinessId(house.clock.id());
        let mut tx = test.db.write().await.unwrap();
        insert(&mut tx, business, &text).await.unwrap();
        assert_eq!(known_as(&mut tx, "SM1").await.unwrap(), None);
        let sent = news(&house, TextState::Sent);
        assert!(!tell(&mut tx, theirs, text.id, sent).await.unwrap());
        let at = house.clock.now();
        let why = Some("the line is down");
        still_sending(&mut tx, theirs, text.id, why, at)
            .await
            .unwrap();
        assert_eq!(the_only(&mut tx, business).await, text);

        still_sending(&mut tx, business, text.id, why, at)
            .await
            .unwrap();
        assert_eq!(the_only(&mut tx, business).await.error.as_deref(), why);
        let failed = News {
            outside_id: None,
            error: Some("no"),
            error_code: Some(21606),
            ..news(&house, TextState::Failed)
        };
        assert!(tell(&mut tx, business, text.id, failed).await.unwrap());
        let now = the_only(&mut tx, business).await;
        assert_eq!(
            (now.state, now.error_code),
            (TextState::Failed, Some(21606))
        );
        assert_eq!((now.sent_at, now.error.as_deref()), (None, Some("no")));

        // A person has it tried again.
        still_sending(&mut tx, business, text.id, None, at)
            .await
            .unwrap();
        assert!(tell(&mut tx, business, text.id, sent).await.unwrap());
        let now = the_only(&mut tx, business).await;
        assert_eq!(
            (now.state, now.error, now.error_code),
            (TextState::Sent, None, None)
        );
        assert_eq!(now.outside_id.as_deref(), Some("SM1"));
        assert_eq!(outside_ids(&mut tx, &to()).await.unwrap(), ["SM1"]);
        assert_eq!(
            known_as(&mut tx, "SM1").await.unwrap(),
            Some((business, text.id))
        );
        still_sending(&mut tx, business, text.id, why, at)
            .await
            .unwrap();
        assert_eq!(the_only(&mut tx, business).await.state, TextState::Sent);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_stopped_texts_keeps_its_first_word_until_it_starts_again() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let business = house.by.business_id;
        let (first, second) = (monday(8, 1), monday(8, 2));
        let mut tx = test.db.write().await.unwrap();
        for at in [first, second] {
            for why in [Unreached::Stopped, Unreached::NoTexts] {
                text_numbers::unreached(&mut tx, business, &to(), why, at)
                    .await
                    .unwrap();
            }
        }
        let number = text_numbers::get(&mut tx, business, &to()).await.unwrap();
        assert_eq!(number.stopped_at, Some(first));
        assert_eq!(number.unreached_at, Some(second));
        text_numbers::started(&mut tx, business, &to(), second)
            .await
            .unwrap();
        let number = text_numbers::get(&mut tx, business, &to()).await.unwrap();
        assert_eq!((number.stopped_at, number.unreached_at), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_text_that_comes_in_twice_is_new_once() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let business = house.by.business_id;
        let (sender, at) = (to(), house.clock.now());
        let text = Incoming {
            outside_id: "SM1",
            sender: Some(&sender),
            kind: IncomingKind::Message,
            at,
        };
        let other = Incoming {
            outside_id: "SM2",
            ..text
        };
        let since = at - Duration::hours(1);
        let mut tx = test.db.write().await.unwrap();
        assert!(text_numbers::came(&mut tx, business, text).await.unwrap());
        assert!(!text_numbers::came(&mut tx, business, text).await.unwrap());
        let others = text_numbers::others_since(&mut tx, business, text, since).await;
        assert_eq!(others.unwrap(), 0);
        assert!(text_numbers::came(&mut tx, business, other).await.unwrap());
        for (since, count) in [(since, 1), (at, 0)] {
            let others = text_numbers::others_since(&mut tx, business, other, since).await;
            assert_eq!(others.unwrap(), count);
        }
    })
    .await;
}

#[tokio::test]
async fn old_texts_are_cleaned_up() {
    on_each_engine(async |test: &TestDb| {
        let house = House::build(&test.db).await;
        let business = house.by.business_id;
        let booking = booked(&house).await;
        let text = a_text(&house, Subject::Booking(booking, 1));
        let (sender, at) = (to(), text.created_at);
        let incoming = Incoming {
            outside_id: "SM1",
            sender: Some(&sender),
            kind: IncomingKind::Help,
            at,
        };
        let mut tx = test.db.write().await.unwrap();
        insert(&mut tx, business, &text).await.unwrap();
        text_numbers::came(&mut tx, business, incoming)
            .await
            .unwrap();
        for leftover in [Leftover::Texts, Leftover::IncomingTexts] {
            for (age, deleted) in [(0, 0), (1, 1), (1, 0)] {
                let before = at + Duration::microseconds(age);
                let gone = delete(&mut tx, leftover, before, 10).await.unwrap();
                assert_eq!(gone, deleted);
            }
        }
    })
    .await;
}
