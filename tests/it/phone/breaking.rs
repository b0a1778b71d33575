//! Lines that break, and nodes that go: the call goes on elsewhere, or ends and leaves nothing behind.

use std::time::Duration;

use chrono::TimeDelta;
use ringbook::{
    domain::{CallOutcome, CallState},
    scheduling::Who,
};

use super::calling::{asks_for_two_o_clock, put_through_to, says_yes_and_goodbye};
use crate::{
    store::raw,
    support::{
        doors::{Doors, until},
        house::monday,
        on_each_engine,
    },
};

#[tokio::test]
async fn a_line_that_breaks_for_good_frees_what_it_held() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let (_, mut telephone) = doors.calls("CA01").await;
        asks_for_two_o_clock(&mut telephone).await;
        telephone.breaks();
        until("the call ends", async || {
            doors.call().await.state == CallState::Ended
        })
        .await;
        doors.is_clean().await;
        assert_eq!(doors.call().await.outcome, Some(CallOutcome::GaveUp));
        assert!(doors.bookings().await.is_empty());
        let (desk, hold) = (&doors.house.desk, doors.house.hold_at(monday(14, 0)));
        let held = desk.hold(doors.house.by, &hold, Who::Customer).await;
        assert!(held.is_ok(), "the time is free again");
    })
    .await;
}

#[tokio::test]
async fn a_call_goes_on_at_another_node_and_books_once() {
    on_each_engine(async |test| {
        let doors = Doors::that_wait(&test.db).await;
        let (answer, mut telephone) = doors.calls("CA01").await;
        asks_for_two_o_clock(&mut telephone).await;
        telephone.breaks();
        // Longer than a line may be silent.
        doors.house.clock.advance(TimeDelta::seconds(20));

        let other = doors.beside().await;
        let answer = other.after(&answer, "CA01", "in-progress").await;
        let mut telephone = other.connects(&answer, "CA01").await;
        telephone.hears("cut off").await;
        if !telephone.heard.contains('?') {
            telephone.hears("?").await;
        }
        assert!(telephone.heard.contains("two"), "{}", telephone.heard);
        says_yes_and_goodbye(telephone).await;

        let bookings = doors.bookings().await;
        assert_eq!(bookings.len(), 1);
        assert_eq!(bookings[0].starts_at, monday(14, 0));
        let call = doors.call().await;
        assert_eq!(call.outcome, Some(CallOutcome::Booked));
        assert_eq!((call.epoch, call.reconnects), (2, 1));
        other.is_clean().await;
        doors.is_clean_once_it_stops().await;
    })
    .await;
}

#[tokio::test]
async fn a_node_that_was_only_cut_off_writes_nothing_more() {
    on_each_engine(async |test| {
        let doors = Doors::that_wait(&test.db).await;
        let (answer, mut old) = doors.calls("CA01").await;
        asks_for_two_o_clock(&mut old).await;
        // It writes down what happens within a second, unless somebody lets it.
        until("the held time is written down", async || {
            doors.journal().await.contains("\"event\":\"held\"")
        })
        .await;

        let other = doors.beside().await;
        let answer = other.after(&answer, "CA01", "in-progress").await;
        let mut telephone = other.connects(&answer, "CA01").await;
        telephone.hears("cut off").await;
        // The old node still has its line, and hears a yes.
        old.says("yes please").await;
        old.waits_for_hang_up().await;
        assert!(doors.bookings().await.is_empty());
        if !telephone.heard.contains('?') {
            telephone.hears("?").await;
        }
        says_yes_and_goodbye(telephone).await;
        assert_eq!(doors.bookings().await.len(), 1);
        other.is_clean().await;
        doors.is_clean_once_it_stops().await;
    })
    .await;
}

#[tokio::test]
async fn of_two_streams_of_one_call_the_newest_has_it() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let (_, mut first) = doors.calls("CA01").await;
        asks_for_two_o_clock(&mut first).await;
        let again = doors.rings("CA01").await;
        let mut second = doors.connects(&again, "CA01").await;
        first.waits_for_hang_up().await;
        second.hears("cut off").await;
        if !second.heard.contains('?') {
            second.hears("?").await;
        }
        says_yes_and_goodbye(second).await;
        assert_eq!(doors.bookings().await.len(), 1);
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_third_time_a_line_breaks_the_call_ends() {
    on_each_engine(async |test| {
        let doors = Doors::that_wait(&test.db).await;
        let (mut answer, mut telephone) = doors.calls("CA01").await;
        telephone.hears("help").await;
        for _ in 0..2 {
            telephone.breaks();
            answer = doors.after(&answer, "CA01", "in-progress").await;
            telephone = doors.connects(&answer, "CA01").await;
            telephone.hears("cut off").await;
        }
        telephone.breaks();
        let goodbye = doors.after(&answer, "CA01", "in-progress").await;
        goodbye.says("the line keeps breaking");
        goodbye.says("<Hangup/>");
        assert_eq!(doors.call().await.state, CallState::Ended);
        doors.is_clean_once_it_stops().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_whose_node_died_and_that_nobody_got_back_ends_and_is_texted() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let dead = doors.rings("CA01").await;
        let dead = dead.stream();
        let (_, token) = dead.rsplit_once('/').unwrap();
        doors.house.desk.open_stream(token, "CA01").await.unwrap();
        let in_progress = async || doors.call().await.state == CallState::InProgress;
        doors.house.clock.advance(TimeDelta::minutes(4));
        doors.board.end_lost_calls().await.unwrap();
        assert!(in_progress().await, "it may still come back");
        doors.house.clock.advance(TimeDelta::minutes(2));
        doors.board.end_lost_calls().await.unwrap();
        doors.board.end_lost_calls().await.unwrap();
        let call = doors.call().await;
        assert_eq!(call.outcome, Some(CallOutcome::GaveUp));
        assert_eq!(call.epoch, 2, "a node that wakes up is too late");
        let texts = raw::count(test, "jobs where kind = 'text_caller'").await;
        assert_eq!(texts, 1);
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_talks_to_a_person_is_not_lost() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        put_through_to(&doors, "+442079460099").await;
        let (_, mut telephone) = doors.calls("CA01").await;
        telephone.hears("help").await;
        telephone.says("Can I talk to a person please").await;
        telephone.waits_for_hang_up().await.unwrap();
        doors.is_clean().await;
        doors.house.clock.advance(TimeDelta::hours(1));
        doors.board.end_lost_calls().await.unwrap();
        assert_eq!(doors.call().await.state, CallState::InProgress);
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_never_opened_is_offered_again() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let answer = doors.rings("CA01").await;
        let answer = doors.after(&answer, "CA01", "in-progress").await;
        let mut telephone = doors.connects(&answer, "CA01").await;
        telephone.hears("help").await;
        telephone.stops().await;
        let call = doors.call().await;
        assert_eq!((call.epoch, call.reconnects), (1, 0));
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_node_that_stops_hands_its_calls_over() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let (answer, mut telephone) = doors.calls("CA01").await;
        asks_for_two_o_clock(&mut telephone).await;
        let drained = tokio::spawn({
            let board = doors.board.clone();
            async move { board.drain(Duration::ZERO).await }
        });
        telephone.waits_for_hang_up().await;
        drained.await.unwrap();
        doors.is_clean().await;
        doors.rings("CA02").await.says("busy");
        let waits = doors.after(&answer, "CA01", "in-progress").await;
        waits.says("<Pause length=\"2\"/><Redirect");

        let other = doors.beside().await;
        let answer = other.after(&answer, "CA01", "in-progress").await;
        let mut telephone = other.connects(&answer, "CA01").await;
        telephone.hears("cut off").await;
        if !telephone.heard.contains('?') {
            telephone.hears("?").await;
        }
        says_yes_and_goodbye(telephone).await;
        assert_eq!(doors.bookings().await.len(), 1);
        other.is_clean().await;
    })
    .await;
}
