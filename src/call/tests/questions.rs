//! Questions about the business, in the middle of anything.

use super::super::script::*;

#[test]
fn a_price_in_the_middle_is_answered_and_the_question_comes_back() {
    let mut call = Script::new();
    call.caller("A haircut on Tuesday at two")
        .agent("What's your name");
    call.caller("How much is it?")
        .agent("Haircut is 35 dollars.")
        .agent("name");
    call.caller("Nora")
        .caller("yes")
        .caller("yes")
        .agent("You're booked");
}

#[test]
fn hours_are_said_as_people_say_them() {
    let mut call = Script::new();
    call.caller("When are you open?")
        .agent("Monday to Friday from nine to six and Saturday from ten to two");
}

#[test]
fn what_is_not_known_is_said_not_to_be() {
    let mut call = Script::new();
    call.caller("What's your address?")
        .agent("I don't know that");
    let mut started = started();
    started.business.address = Some(crate::domain::Line::new("12 Mill Lane").unwrap());
    let mut call = Script::with(started, World::default());
    call.caller("Where are you?")
        .agent("We're at 12 Mill Lane.")
        .agent("anything else");
}

#[test]
fn asking_for_a_price_books_nothing() {
    let mut call = Script::new();
    call.caller("How much is a haircut?")
        .agent("35 dollars")
        .agent("anything else");
    call.caller("No thanks").agent("Goodbye!");
    assert_eq!(call.outcome(), Some(crate::call::action::Outcome::Answered));
}

#[test]
fn a_price_without_a_service_asks_for_which() {
    let mut call = Script::new();
    call.caller("How much does it cost?")
        .agent("For which service");
    call.caller("The beard trim")
        .agent("Beard trim is 15 dollars.");
}

#[test]
fn a_robot_admits_that_it_is_one() {
    let mut call = Script::new();
    call.caller("Am I talking to a robot?")
        .agent("automated assistant");
}

#[test]
fn the_last_words_are_repeated_when_asked() {
    let mut call = Script::new();
    call.caller("A haircut on Tuesday at two")
        .caller("Sorry, could you repeat that?")
        .agent("What's your name, please?");
}
