//! Erasing a customer: nothing of them is left in any column of any table, and nothing of anybody else is gone.

use chrono::Duration;
use ringbook::{
    clock::Clock,
    desk::{
        BookRequest, By, CustomerRef, Done, Edit, Error, Key, NewCall, NewHistoryEntry, Says,
        TakeMessage, Target, TextCame,
    },
    domain::{
        BookingId, CallChannel, CallClaim, CallOutcome, CustomerId, Email, HistoryKind, JobId,
        JournalEntry, Line, Name, Note, Speaker, Subject, TextId, TextKind, TextMessage, TextState,
        Turn,
    },
    scheduling::Who,
    store::{
        Engine,
        jobs::{self, NewJob, Payload},
        texts,
    },
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::{
    store::raw,
    support::{
        House, TestDb,
        house::{met, monday},
        on_each_engine,
    },
};

/// What is known about her, each in words that nothing else says.
const TRACES: [&str; 17] = [
    "Wilhelmina",
    "+442079460077",
    "minna@example.com",
    "lavender",
    "hazelnut",
    "Theodora",
    "wheelchair",
    "fever",
    "number-unreachable",
    "overheard",
    "raw speech",
    "ring me back",
    "hung up on us",
    "outside-number-of-hers",
    "said elsewhere",
    "from her thumbs",
    "outside-name-of-her-text",
];

struct Erasable {
    house: House,
    customer: CustomerId,
    booking: BookingId,
}

/// A customer with a cancelled booking, whose traces are wherever one can be.
async fn wilhelmina(test: &TestDb) -> Erasable {
    let house = House::build(&test.db).await;
    let request = BookRequest {
        customer: CustomerRef::Met {
            phone: TRACES[1].parse().unwrap(),
            name: Name::new(TRACES[0]).unwrap(),
            email: Some(Email::new(TRACES[2]).unwrap()),
        },
        for_name: Some(Name::new(TRACES[5]).unwrap()),
        ..house.cut_at(monday(10, 0))
    };
    let key = Key::new("order-1").unwrap();
    let Done { booking, .. } = house
        .desk
        .book(house.by, &request, Who::Owner, Some(&key))
        .await
        .unwrap();
    let customer = booking.customer_id.unwrap();
    let target = Target {
        id: booking.id,
        version: None,
        call: None,
    };
    let noted = Edit {
        notes: Some(Some(Note::new(TRACES[6]).unwrap())),
        ..Edit::default()
    };
    house
        .desk
        .edit_booking(house.by, target, &noted)
        .await
        .unwrap();
    let reason = Line::new(TRACES[7]).unwrap();
    let key = Key::new("order-2").unwrap();
    house
        .desk
        .cancel(house.by, target, Some(&reason), Who::Owner, Some(&key))
        .await
        .unwrap();

    let likes = serde_json::from_value(serde_json::json!({"preferences": {"scent": TRACES[3]}}));
    house
        .desk
        .update_customer(house.by, customer, None, &likes.unwrap())
        .await
        .unwrap();
    let entry = NewHistoryEntry {
        kind: HistoryKind::Allergy,
        text: Note::new(TRACES[4]).unwrap(),
    };
    house
        .desk
        .add_history(house.by, customer, entry)
        .await
        .unwrap();
    calls(&house, booking.id).await;
    text(test, &house, booking.id).await;
    Erasable {
        house,
        customer,
        booking: booking.id,
    }
}

/// One call from her number, and one from another in which her booking was changed.
async fn calls(house: &House, booking: BookingId) {
    let (desk, business) = (&house.desk, house.by.business_id);
    let mut new = NewCall {
        channel: CallChannel::Phone,
        caller: Some(TRACES[1].parse().unwrap()),
        dialled: None,
        outside_id: Some(TRACES[13].to_owned()),
        started_at: house.clock.now(),
    };
    let hers = desk.begin_call(business, new.clone()).await.unwrap();
    let by = By::call(business, hers.call);
    say(house, hers, TRACES[9]).await;
    let entry = JournalEntry {
        number: 0,
        at_ms: 0,
        body: format!("{{\"heard\": \"{}\"}}", TRACES[10]),
    };
    desk.write_record(by, hers, &[entry], &[]).await.unwrap();
    let message = TakeMessage {
        call: Some(hers),
        name: Some(Name::new(TRACES[0]).unwrap()),
        phone: Some(TRACES[1].parse().unwrap()),
        text: Note::new(TRACES[11]).unwrap(),
    };
    desk.take_message(by, &message, None).await.unwrap();
    let reason = Line::new(TRACES[12]).unwrap();
    end(house, hers, Some(&reason)).await;

    new.caller = None;
    new.outside_id = None;
    let other = desk.begin_call(business, new).await.unwrap();
    say(house, other, TRACES[14]).await;
    let target = Target {
        id: booking,
        version: None,
        call: Some(other),
    };
    let by = By::call(business, other.call);
    desk.edit_booking(by, target, &Edit::default())
        .await
        .unwrap();
    end(house, other, None).await;
}

async fn say(house: &House, claim: CallClaim, text: &str) {
    let turn = Turn {
        number: 0,
        speaker: Speaker::Caller,
        text: text.to_owned(),
        at_ms: 0,
        timings: serde_json::json!({}),
    };
    let by = By::call(house.by.business_id, claim.call);
    house
        .desk
        .write_record(by, claim, &[], &[turn])
        .await
        .unwrap();
}

async fn end(house: &House, claim: CallClaim, reason: Option<&Line>) {
    let now = house.clock.now();
    house
        .desk
        .end_call(house.by, claim, CallOutcome::Answered, reason, now)
        .await
        .unwrap();
}

async fn text(test: &TestDb, house: &House, booking: BookingId) {
    let text = TextMessage {
        id: TextId(house.clock.id()),
        about: Subject::Booking(booking, 1),
        kind: TextKind::Confirmation,
        to: TRACES[1].parse().unwrap(),
        body: format!("See you soon, {}", TRACES[0]),
        segments: 1,
        state: TextState::Sending,
        outside_id: None,
        error: Some(TRACES[8].to_owned()),
        error_code: None,
        created_at: house.clock.now(),
        sent_at: None,
        updated_at: house.clock.now(),
    };
    let mut tx = test.db.write().await.unwrap();
    texts::insert(&mut tx, house.by.business_id, &text)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for says in [Says::Words(Note::new(TRACES[15]).unwrap()), Says::Stop] {
        let came = TextCame {
            outside_id: format!("{}-{says:?}", TRACES[16]),
            from: Some(TRACES[1].parse().unwrap()),
            to: "+442079460000".parse().unwrap(),
            says,
        };
        house.desk.text_came(&came).await.unwrap();
    }
}

async fn enqueue(test: &TestDb, house: &House, order_key: String) -> JobId {
    let clock: &Clock = &house.clock;
    let mut tx = test.db.write().await.unwrap();
    let job = NewJob {
        business_id: Some(house.by.business_id),
        payload: Payload::Noop { number: 1 },
        order_key: Some(order_key),
        dedupe_key: None,
        run_at: clock.now(),
    };
    let id = jobs::enqueue(&mut tx, clock, job).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    id
}

/// Every value of every row of every table, as text in small letters, without dashes.
async fn everything(test: &TestDb) -> String {
    let mut all = String::new();
    match test.db.engine() {
        Engine::Sqlite => {
            let mut connection = SqliteConnection::connect(&test.connect.url).await.unwrap();
            let columns: Vec<(String, String)> = sqlx::query_as(
                "select m.name, group_concat('quote(\"' || c.name || '\")', ' || char(10) || ')
                 from sqlite_master m join pragma_table_info(m.name) c
                 where m.type = 'table' group by m.name",
            )
            .fetch_all(&mut connection)
            .await
            .unwrap();
            for (table, columns) in columns {
                let sql = AssertSqlSafe(format!("select {columns} from \"{table}\""));
                let rows: Vec<String> = sqlx::query_scalar(sql)
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
                all.push_str(&rows.join("\n"));
            }
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(&test.connect.url).await.unwrap();
            let tables: Vec<String> = sqlx::query_scalar(
                "select cast(table_name as text) from information_schema.tables
                 where table_schema = 'public'",
            )
            .fetch_all(&mut connection)
            .await
            .unwrap();
            for table in tables {
                let sql = AssertSqlSafe(format!("select cast(t.* as text) from \"{table}\" as t"));
                let rows: Vec<String> = sqlx::query_scalar(sql)
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
                all.push_str(&rows.join("\n"));
            }
        }
    }
    plain(&all)
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace('-', "")
}

#[tokio::test]
async fn nothing_of_an_erased_customer_is_left_in_any_table() {
    on_each_engine(async |test| {
        let Erasable {
            house,
            customer,
            booking,
        } = wilhelmina(test).await;
        for lane in ["", ":text"] {
            let job = enqueue(test, &house, format!("{booking}{lane}")).await;
            let id = raw::literal(test, job.0);
            let state = if lane.is_empty() { "queued" } else { "dead" };
            raw::execute(
                test,
                format!(
                    "update jobs set state = '{state}', last_error = '{}' where id = {id}",
                    TRACES[8]
                ),
            )
            .await;
        }
        raw::execute(
            test,
            format!(
                "update bookings set sync_status = 'failed', sync_error = '{}'",
                TRACES[0]
            ),
        )
        .await;

        let id = customer.to_string();
        let traces = TRACES.iter().copied().chain([id.as_str()]);
        let before = everything(test).await;
        for trace in traces.clone() {
            assert!(before.contains(&plain(trace)), "{trace} was never there");
        }
        house
            .desk
            .erase_customer(house.by, customer, None)
            .await
            .unwrap();
        let after = everything(test).await;
        for trace in traces {
            assert!(!after.contains(&plain(trace)), "{trace} is still there");
        }
        let gone = house.desk.customer(house.by, customer).await.unwrap_err();
        assert!(matches!(gone, Error::NotFound("customer")), "{gone}");
    })
    .await;
}

#[tokio::test]
async fn the_books_still_say_that_somebody_was_booked() {
    on_each_engine(async |test| {
        let Erasable {
            house,
            customer,
            booking,
        } = wilhelmina(test).await;
        let before = house.desk.booking(house.by, booking).await.unwrap();
        house.clock.advance(Duration::hours(1));
        house
            .desk
            .erase_customer(house.by, customer, None)
            .await
            .unwrap();
        let after = house.desk.booking(house.by, booking).await.unwrap();
        assert_eq!(after.version, before.version + 1);
        assert_eq!(after.updated_at, house.clock.now());
        assert_eq!(
            (after.staff_id, after.service_id, after.busy, after.status),
            (
                before.staff_id,
                before.service_id,
                before.busy,
                before.status
            )
        );
        let mut reader = test.db.read().await.unwrap();
        let trail =
            ringbook::store::changes::of_booking(&mut reader, house.by.business_id, booking);
        let trail = trail.await.unwrap();
        assert_eq!(trail.len(), 4);
        assert!(
            trail
                .iter()
                .all(|change| change.after["starts_at"].is_string())
        );
    })
    .await;
}

#[tokio::test]
async fn erasing_one_customer_leaves_everybody_else_as_they_were() {
    on_each_engine(async |test| {
        let Erasable {
            house, customer, ..
        } = wilhelmina(test).await;
        let request = BookRequest {
            customer: met("+442079460088", "Xanthippe"),
            ..house.cut_at(monday(11, 0))
        };
        let key = Key::new("order-3").unwrap();
        let other = house
            .desk
            .book(house.by, &request, Who::Owner, Some(&key))
            .await
            .unwrap();
        let theirs = house.ring().await;
        say(&house, theirs, "what somebody else said").await;
        let job = enqueue(test, &house, format!("{}:text", other.booking.id)).await;
        let id = raw::literal(test, job.0);
        raw::execute(
            test,
            format!("update jobs set state = 'dead', last_error = 'wrong' where id = {id}"),
        )
        .await;

        house
            .desk
            .erase_customer(house.by, customer, None)
            .await
            .unwrap();

        let booking = house
            .desk
            .booking(house.by, other.booking.id)
            .await
            .unwrap();
        assert_eq!(booking, other.booking);
        let again = house
            .desk
            .book(house.by, &request, Who::Owner, Some(&key))
            .await
            .unwrap();
        assert!(again.repeated);
        let all = everything(test).await;
        for kept in ["xanthippe", "wrong", "what somebody else said"] {
            assert!(all.contains(kept), "{kept}");
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_is_still_expected_is_not_erased() {
    on_each_engine(async |test| {
        let Erasable {
            house, customer, ..
        } = wilhelmina(test).await;
        let request = BookRequest {
            customer: CustomerRef::Known(customer),
            ..house.cut_at(monday(15, 0))
        };
        let coming = house
            .desk
            .book(house.by, &request, Who::Owner, None)
            .await
            .unwrap()
            .booking;
        let before = everything(test).await;

        house
            .clock
            .advance(coming.ends_at - house.clock.now() - Duration::minutes(1));
        let refused = house
            .desk
            .erase_customer(house.by, customer, None)
            .await
            .unwrap_err();
        assert!(
            matches!(
                refused,
                Error::Refused {
                    code: "has_upcoming_bookings",
                    ..
                }
            ),
            "{refused}"
        );
        assert_eq!(everything(test).await, before);

        house.clock.advance(Duration::minutes(1));
        house
            .desk
            .erase_customer(house.by, customer, None)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn whoever_is_on_the_phone_is_erased_when_the_call_has_ended() {
    on_each_engine(async |test| {
        let Erasable {
            house, customer, ..
        } = wilhelmina(test).await;
        let new = NewCall {
            channel: CallChannel::Phone,
            caller: Some(TRACES[1].parse().unwrap()),
            dialled: None,
            outside_id: None,
            started_at: house.clock.now(),
        };
        let claim = house.desk.begin_call(house.by.business_id, new);
        let claim = claim.await.unwrap();
        let refused = house.desk.erase_customer(house.by, customer, None).await;
        assert!(
            matches!(
                refused,
                Err(Error::Refused {
                    code: "is_on_the_phone",
                    ..
                })
            ),
            "{refused:?}"
        );
        end(&house, claim, None).await;
        house
            .desk
            .erase_customer(house.by, customer, None)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn whoever_books_again_after_being_erased_is_a_new_customer() {
    on_each_engine(async |test| {
        let Erasable {
            house, customer, ..
        } = wilhelmina(test).await;
        house
            .desk
            .erase_customer(house.by, customer, None)
            .await
            .unwrap();
        let request = BookRequest {
            customer: met(TRACES[1], "Minna"),
            ..house.cut_at(monday(10, 0))
        };
        let booked = house
            .desk
            .book(house.by, &request, Who::Owner, None)
            .await
            .unwrap()
            .booking;
        let newcomer = house
            .desk
            .customer(house.by, booked.customer_id.unwrap())
            .await
            .unwrap();
        assert_ne!(newcomer.id, customer);
        assert_eq!((newcomer.name.as_str(), newcomer.email), ("Minna", None));
    })
    .await;
}
