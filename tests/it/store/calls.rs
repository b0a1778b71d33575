//! Calls, what is written of them, and how long it is kept.

use chrono::{DateTime, Duration, Utc};
use ringbook::{
    domain::{
        BusinessId, Call, CallChannel, CallId, CallOutcome, CallState, JournalEntry, Line, Message,
        MessageId, Note, Speaker, Turn,
    },
    store::{
        Tx,
        calls::{self, End, Filter},
        journal, messages,
        retention::{self, Record},
        transcripts,
    },
};
use serde_json::json;

use crate::support::{
    TestDb, on_each_engine,
    tenants::{Tenants, name, on_monday, phone},
};

/// With something in every column that a call has from its start.
fn ringing(tenants: &Tenants, business: BusinessId, outside_id: &str) -> Call {
    Call {
        id: CallId(tenants.clock.id()),
        business_id: business,
        channel: CallChannel::Browser,
        state: CallState::InProgress,
        caller: Some(phone("+442079460001")),
        dialled: Some(phone("+442079460002")),
        customer_id: None,
        outside_id: Some(outside_id.to_owned()),
        epoch: 1,
        reconnects: 0,
        started_at: tenants.clock.now(),
        ended_at: None,
        outcome: None,
        reason: None,
        transcript_kept: true,
        journal_kept: true,
        created_at: tenants.clock.now(),
        updated_at: tenants.clock.now(),
    }
}

async fn kept(test: &TestDb, tenants: &Tenants, outside_id: &str) -> Call {
    let call = ringing(tenants, tenants.our_id(), outside_id);
    let mut tx = test.db.write().await.unwrap();
    assert!(calls::insert(&mut tx, &call).await.unwrap());
    tx.commit().await.unwrap();
    call
}

fn entry(number: u64) -> JournalEntry {
    JournalEntry {
        number,
        at_ms: number * 20,
        // Neither the order of the keys nor a space is for the database to change.
        body: format!("{{\"z\":{number}, \"a\": 1.50}}"),
    }
}

fn turn(number: u32, text: &str) -> Turn {
    Turn {
        number,
        speaker: Speaker::Agent,
        text: text.to_owned(),
        at_ms: 17,
        timings: json!({ "heard_ms": 2 }),
    }
}

#[tokio::test]
async fn a_call_comes_back_as_it_was_kept_and_ends_once() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let mut call = kept(test, &tenants, "CA1").await;
        let (ours, theirs) = (tenants.our_id(), tenants.their_id());
        let mut tx = test.db.write().await.unwrap();
        let found = calls::get(&mut tx, ours, call.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&call));
        let by_name = calls::by_outside_id(&mut tx, ours, "CA1").await.unwrap();
        assert_eq!(by_name.as_ref(), Some(&call));
        assert_eq!(calls::get(&mut tx, theirs, call.id).await.unwrap(), None);
        let elsewhere = calls::by_outside_id(&mut tx, theirs, "CA1").await;
        assert_eq!(elsewhere.unwrap(), None);

        let later = on_monday(9, 0);
        let reason = Line::new("said goodbye").unwrap();
        let end = End {
            outcome: CallOutcome::Answered,
            reason: Some(&reason),
            at: later,
        };
        assert!(
            !calls::end(&mut tx, theirs, call.id, end, later)
                .await
                .unwrap()
        );
        assert!(
            calls::end(&mut tx, ours, call.id, end, later)
                .await
                .unwrap()
        );
        assert!(
            !calls::end(&mut tx, ours, call.id, end, later)
                .await
                .unwrap()
        );
        call.state = CallState::Ended;
        call.outcome = Some(CallOutcome::Answered);
        call.reason = Some(reason);
        (call.ended_at, call.updated_at) = (Some(later), later);
        assert_eq!(
            calls::get(&mut tx, ours, call.id).await.unwrap(),
            Some(call)
        );
    })
    .await;
}

#[tokio::test]
async fn one_outside_id_is_one_call_of_each_business() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        kept(test, &tenants, "CA1").await;
        let mut tx = test.db.write().await.unwrap();
        let again = ringing(&tenants, tenants.our_id(), "CA1");
        assert!(!calls::insert(&mut tx, &again).await.unwrap());
        let theirs = ringing(&tenants, tenants.their_id(), "CA1");
        assert!(calls::insert(&mut tx, &theirs).await.unwrap());
        for _ in 0..2 {
            let mut nameless = ringing(&tenants, tenants.our_id(), "");
            nameless.outside_id = None;
            assert!(calls::insert(&mut tx, &nameless).await.unwrap());
        }
    })
    .await;
}

#[tokio::test]
async fn each_take_over_is_a_new_epoch_until_the_end() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let call = kept(test, &tenants, "CA1").await;
        let ours = tenants.our_id();
        let now = tenants.clock.now();
        let mut tx = test.db.write().await.unwrap();
        assert_eq!(calls::lock(&mut tx, ours, call.id).await.unwrap(), Some(1));
        for epoch in [2, 3] {
            let taken = calls::take_over(&mut tx, ours, call.id, now).await;
            assert_eq!(taken.unwrap(), Some(epoch));
        }
        assert_eq!(calls::lock(&mut tx, ours, call.id).await.unwrap(), Some(3));
        let theirs = calls::take_over(&mut tx, tenants.their_id(), call.id, now).await;
        assert_eq!(theirs.unwrap(), None);
        let end = End {
            outcome: CallOutcome::GaveUp,
            reason: None,
            at: now,
        };
        calls::end(&mut tx, ours, call.id, end, now).await.unwrap();
        let late = calls::take_over(&mut tx, ours, call.id, now).await.unwrap();
        assert_eq!(late, None);
    })
    .await;
}

#[tokio::test]
async fn a_journal_is_kept_to_the_byte_and_a_batch_may_come_twice() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let call = kept(test, &tenants, "CA1").await;
        let ours = tenants.our_id();
        let entries: Vec<JournalEntry> = (0..250).map(entry).collect();
        let mut tx = test.db.write().await.unwrap();
        for batch in [&entries[..], &entries[200..], &[]] {
            journal::append(&mut tx, ours, call.id, batch)
                .await
                .unwrap();
        }
        let read = journal::entries(&mut tx, ours, call.id, None, u32::MAX).await;
        assert_eq!(read.unwrap(), entries);
        let page = journal::entries(&mut tx, ours, call.id, Some(99), 2).await;
        assert_eq!(page.unwrap(), entries[100..102]);
        let theirs = journal::entries(&mut tx, tenants.their_id(), call.id, None, 9).await;
        assert_eq!(theirs.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_turn_written_again_replaces_the_first() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let call = kept(test, &tenants, "CA1").await;
        let ours = tenants.our_id();
        let mut tx = test.db.write().await.unwrap();
        let first = [turn(0, "Hello, this is"), turn(1, "A cut?")];
        transcripts::write(&mut tx, ours, call.id, &first)
            .await
            .unwrap();
        let heard = turn(0, "Hello");
        transcripts::write(&mut tx, ours, call.id, std::slice::from_ref(&heard))
            .await
            .unwrap();
        let said = transcripts::turns(&mut tx, ours, call.id).await.unwrap();
        assert_eq!(said, [heard, first[1].clone()]);
        let theirs = transcripts::turns(&mut tx, tenants.their_id(), call.id).await;
        assert_eq!(theirs.unwrap(), []);
    })
    .await;
}

async fn leave(tx: &mut Tx, tenants: &Tenants, call: CallId, key: Option<&str>) -> Message {
    let message = Message {
        id: MessageId(tenants.clock.id()),
        call_id: Some(call),
        name: Some(name("Zoe")),
        phone: Some(phone("+442079460001")),
        text: Note::new("ring me back").unwrap(),
        done_at: None,
        version: 1,
        created_at: tenants.clock.now(),
        updated_at: tenants.clock.now(),
    };
    let inserted = messages::insert(tx, tenants.our_id(), &message, key).await;
    assert!(inserted.unwrap());
    message
}

#[tokio::test]
async fn messages_come_back_newest_first_and_a_request_leaves_one() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let call = kept(test, &tenants, "CA1").await.id;
        let ours = tenants.our_id();
        let mut tx = test.db.write().await.unwrap();
        let first = leave(&mut tx, &tenants, call, Some("call:1")).await;
        let mut second = leave(&mut tx, &tenants, call, None).await;
        let again = messages::insert(&mut tx, ours, &first, Some("call:1")).await;
        assert!(!again.unwrap());
        let named = messages::by_request(&mut tx, ours, "call:1").await.unwrap();
        assert_eq!(named.as_ref(), Some(&first));

        second.done_at = Some(on_monday(9, 0));
        second.updated_at = on_monday(9, 0);
        assert!(messages::update(&mut tx, ours, &second).await.unwrap());
        assert!(!messages::update(&mut tx, ours, &second).await.unwrap());
        second.version = 2;
        let mut list = async |done, call, before| {
            let filter = messages::Filter { done, call };
            messages::list(&mut tx, ours, filter, before, 9)
                .await
                .unwrap()
        };
        let both = [second.clone(), first.clone()];
        assert_eq!(list(None, None, None).await, both);
        assert_eq!(list(None, Some(call), None).await, both);
        assert_eq!(list(None, None, Some(second.id)).await, both[1..]);
        assert_eq!(list(Some(true), None, None).await, both[..1]);
        assert_eq!(list(Some(false), None, None).await, both[1..]);
        assert_eq!(list(None, Some(CallId(first.id.0)), None).await, []);
        let of_call = messages::of_call(&mut tx, ours, call).await.unwrap();
        let key = Some("call:1".to_owned());
        assert_eq!(of_call, [(first.id, key), (second.id, None)]);
        let theirs = messages::get(&mut tx, tenants.their_id(), first.id).await;
        assert_eq!(theirs.unwrap(), None);
    })
    .await;
}

async fn forget(test: &TestDb, business: BusinessId, what: Record, before: DateTime<Utc>) -> u32 {
    let mut steps = 0;
    loop {
        let mut tx = test.db.write().await.unwrap();
        let more = retention::forget(&mut tx, business, what, before, 10).await;
        tx.commit().await.unwrap();
        if !more.unwrap() {
            return steps;
        }
        steps += 1;
    }
}

#[tokio::test]
async fn what_is_older_than_wanted_is_forgotten_in_small_steps_and_nothing_else() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let ours = tenants.our_id();
        let mut made = Vec::new();
        for outside_id in ["CA1", "CA2"] {
            let call = kept(test, &tenants, outside_id).await;
            let entries: Vec<JournalEntry> = (0..25).map(entry).collect();
            let mut tx = test.db.write().await.unwrap();
            journal::append(&mut tx, ours, call.id, &entries)
                .await
                .unwrap();
            let said = turn(0, "Hello");
            transcripts::write(&mut tx, ours, call.id, &[said])
                .await
                .unwrap();
            tx.commit().await.unwrap();
            made.push(call);
            tenants.clock.advance(Duration::days(1));
        }
        let [old, new] = &made[..] else {
            unreachable!()
        };
        let before = new.started_at;
        assert_eq!(
            forget(test, tenants.their_id(), Record::Journal, before).await,
            0
        );
        assert_eq!(forget(test, ours, Record::Journal, before).await, 3);
        assert_eq!(forget(test, ours, Record::Journal, before).await, 0);

        let mut reader = test.db.read().await.unwrap();
        let mut left = async |call: &Call| {
            let events = journal::entries(&mut reader, ours, call.id, None, 99).await;
            let said = transcripts::turns(&mut reader, ours, call.id).await;
            let call = calls::get(&mut reader, ours, call.id)
                .await
                .unwrap()
                .unwrap();
            let kept = (call.journal_kept, call.transcript_kept);
            (events.unwrap().len(), said.unwrap().len(), kept)
        };
        assert_eq!(left(old).await, (0, 1, (false, true)));
        assert_eq!(left(new).await, (25, 1, (true, true)));
        assert_eq!(forget(test, ours, Record::Transcript, before).await, 1);
        assert_eq!(left(old).await, (0, 0, (false, false)));
        assert_eq!(left(new).await, (25, 1, (true, true)));
    })
    .await;
}

#[tokio::test]
async fn messages_that_were_dealt_with_go_in_time_and_open_ones_never() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let call = kept(test, &tenants, "CA1").await.id;
        let ours = tenants.our_id();
        let mut tx = test.db.write().await.unwrap();
        for done_at in [Some(on_monday(9, 0)), Some(on_monday(10, 0)), None] {
            let message = leave(&mut tx, &tenants, call, None).await;
            let done = Message { done_at, ..message };
            messages::update(&mut tx, ours, &done).await.unwrap();
        }
        let noon = on_monday(12, 0);
        let mut gone = async |business, before| {
            let gone = retention::forget_messages(&mut tx, business, before, 1).await;
            gone.unwrap()
        };
        assert_eq!(gone(tenants.their_id(), noon).await, 0);
        assert_eq!(gone(ours, on_monday(9, 0)).await, 0);
        assert_eq!(gone(ours, noon).await, 1);
        assert_eq!(gone(ours, noon).await, 1);
        assert_eq!(gone(ours, noon).await, 0);
        let left = messages::list(&mut tx, ours, messages::Filter::default(), None, 9).await;
        assert_eq!(left.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_call_that_lost_its_node_is_ended_for_the_owner_to_look_at() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let lost = kept(test, &tenants, "CA1").await;
        tenants.clock.advance(Duration::hours(1));
        kept(test, &tenants, "CA2").await;
        let now = on_monday(20, 0);
        let mut tx = test.db.write().await.unwrap();
        let hour_later = lost.started_at + Duration::hours(1);
        for expected in [1, 0] {
            let ended = retention::end_lost_calls(&mut tx, hour_later, now, 9).await;
            assert_eq!(ended.unwrap(), expected);
        }
        let filter = Filter {
            outcome: Some(CallOutcome::Unsettled),
            ..Filter::default()
        };
        let found = calls::list(&mut tx, tenants.our_id(), &filter, None, 9).await;
        let found = found.unwrap();
        assert_eq!((found[0].id, found[0].ended_at), (lost.id, Some(now)));
        assert!(found[0].reason.is_some());
    })
    .await;
}
