//! Talking over the agent.

use super::super::{action::Action, event::Event, script::*, timer::Ms};

fn resumes(call: &Script) -> usize {
    call.did(|action| matches!(action, Action::Resume { .. }))
}

#[test]
fn real_words_stop_the_agent_and_are_answered() {
    let mut call = Script::new();
    call.caller_then("A haircut on Tuesday at two", Ms(500), "No, Thursday");
    call.agent("Thursday the 4th");
    assert_eq!(resumes(&call), 0);
}

#[test]
fn a_cough_only_pauses_the_agent() {
    let mut call = Script::new();
    call.caller_then("A haircut on Tuesday at two", Ms(500), "");
    assert_eq!(resumes(&call), 1);
    assert!(
        call.heard().contains("What's your name, please?"),
        "{}",
        call.heard()
    );
}

#[test]
fn an_mm_hm_does_not_stop_the_agent() {
    let mut call = Script::new();
    call.caller_then("A haircut on Tuesday at two", Ms(500), "mm-hm");
    assert_eq!(resumes(&call), 1);
    call.caller("Nora").agent("Can I use the number");
}

#[test]
fn a_yes_before_the_facts_were_heard_books_nothing() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two");
    call.caller_then("yes", Ms(300), "yes");
    assert!(call.bookings().is_empty());
    call.agent("Just to be sure: Haircut")
        .agent("Is that right?");
    call.caller("Yes").agent("You're booked");
}

#[test]
fn the_rest_of_a_yes_that_was_answered_is_no_second_yes() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .agent("Can I use the number");
    let guess = |text: &str| Event::Interim {
        text: text.to_owned(),
    };
    call.happens(Event::SpeechStarted);
    call.happens(Event::SpeechEnded);
    call.happens(guess("yes"));
    call.until_quiet();
    call.agent("Shall I book it?");
    call.happens(guess("yes please"));
    call.until_quiet();
    assert!(call.bookings().is_empty());
    call.caller("Yes").agent("You're booked");
}

#[test]
fn a_change_while_the_read_back_is_spoken_is_a_change() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two");
    call.caller_then("yes", Ms(900), "no, at three o'clock")
        .agent("at three o'clock");
    assert!(call.bookings().is_empty());
    call.caller("yes");
    assert_eq!(call.bookings()[0].1, at("06-02 15:00"));
}

#[test]
fn only_what_was_heard_is_in_the_transcript() {
    let mut call = Script::new();
    call.caller_then("A haircut on Tuesday at two", Ms(900), "No, Thursday");
    assert!(
        !call
            .heard()
            .contains("Tuesday the 2nd at two o'clock is free. What's"),
        "{}",
        call.heard()
    );
}

#[test]
fn who_talks_on_after_being_cut_in_on_is_heard_out_and_not_twice() {
    let mut call = Script::new();
    call.seen_so_far();
    call.happens(Event::SpeechStarted);
    call.happens(Event::Interim {
        text: "well I was thinking of a haircut".into(),
    });
    call.pass(Ms(26_000));
    call.agent("Let me stop you there");
    call.seen_so_far();
    call.happens(Event::Interim {
        text: "well I was thinking of a haircut and".into(),
    });
    call.pass(Ms(9_000));
    assert_eq!(call.said(), "");
    call.happens(Event::SpeechEnded);
    call.happens(Event::Heard {
        text: "well I was thinking of a haircut and on Tuesday at two".into(),
    });
    call.until_quiet();
    call.agent("Tuesday the 2nd at two o'clock is free.");
}

#[test]
fn an_endless_talker_is_cut_in_on() {
    use super::super::event::Event;
    let mut call = Script::new();
    call.happens(Event::SpeechStarted);
    for _ in 0..10 {
        call.pass(Ms(3_000));
        call.happens(Event::Heard {
            text: "and then I told my cousin".to_owned(),
        });
    }
    call.until_quiet();
    call.agent("Let me stop you there");
}
