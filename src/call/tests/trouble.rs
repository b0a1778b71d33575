//! Work that breaks, answers that come too late, and words that mean nothing.

use super::super::{
    action::{Action, Outcome},
    script::*,
    timer::Ms,
};

#[test]
fn a_provider_that_never_answers_is_given_up_and_that_is_said() {
    let world = World {
        silent: true,
        ..World::default()
    };
    let mut call = Script::in_world(world);
    call.caller("A haircut on Tuesday at two")
        .agent("One moment")
        .agent("can't see the calendar");
    assert!(call.bookings().is_empty());
}

#[test]
fn a_booking_whose_fate_is_unknown_is_not_said_to_be_made() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes");
    call.world.silent = true;
    call.caller("yes")
        .agent("I can't tell whether that went through")
        .agent_does_not_say("You're booked");
    call.caller("no, that's all");
    assert_eq!(call.outcome(), Some(Outcome::Unsettled));
    assert_eq!(call.bookings().len(), 1, "it is not asked for twice");
}

#[test]
fn a_message_whose_fate_is_unknown_gives_the_time_back() {
    let mut call = Script::new();
    call.caller("A haircut on Tuesday at two").agent("name");
    call.caller("Can I talk to a person?").agent("message");
    call.caller("Yes").agent("What should I pass on?");
    call.world.silent = true;
    call.caller("This is Nora, I found a scarf")
        .agent("I couldn't write that down");
    assert_eq!(
        call.did(|action| matches!(action, Action::ReleaseHold { .. })),
        1
    );
}

#[test]
fn an_answer_to_a_wish_that_has_changed_is_ignored() {
    let mut call = Script::new();
    call.world.answers_after = Ms(4_000);
    call.caller_then(
        "A haircut on Tuesday at two",
        Ms(200),
        "no, Thursday at three",
    );
    call.agent("Thursday the 4th at three o'clock is free");
    let held = call.did(
        |action| matches!(action, Action::Hold { slot, .. } if slot.starts_at == at("06-02 14:00")),
    );
    assert_eq!(held, 0);
}

#[test]
fn words_that_mean_nothing_are_asked_again_in_other_words_and_then_a_person_is_offered() {
    let mut call = Script::new();
    call.caller("A haircut please");
    let first = call.caller("purple monkey dishwasher").said();
    let second = call.caller("purple monkey dishwasher").said();
    assert_ne!(first, second);
    call.caller("purple monkey dishwasher")
        .agent("Shall I take a message?");
}

#[test]
fn noise_is_not_answered() {
    let mut call = Script::new();
    call.caller("[noise]");
    assert_eq!(call.said(), "");
}
