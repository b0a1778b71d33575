//! Hearing of, cancelling and moving a booking.

use super::super::{
    action::{Action, Outcome},
    draft::StaffWish,
    event::Refused,
    script::*,
};

fn with_one() -> World {
    World {
        on_file: vec![on_file(50, HAIRCUT, "06-04 10:00", "Nora Hill")],
        ..World::default()
    }
}

fn with_two() -> World {
    let mut world = with_one();
    world
        .on_file
        .push(on_file(51, BEARD, "06-09 16:00", "Nora Hill"));
    world
}

fn cancels(call: &Script) -> usize {
    call.did(|action| matches!(action, Action::Cancel { .. }))
}

#[test]
fn a_booking_is_cancelled_after_name_number_and_a_yes() {
    let mut call = Script::in_world(with_one());
    call.caller("I need to cancel my appointment")
        .agent("What name is the booking under?");
    call.caller("Nora Hill")
        .agent("Thursday the 4th at ten o'clock. Shall I cancel it?");
    assert_eq!(cancels(&call), 0);
    call.caller("Yes").agent("is cancelled");
    assert_eq!(cancels(&call), 1);
    call.caller("No thanks, bye");
    assert_eq!(call.outcome(), Some(Outcome::Cancelled));
}

#[test]
fn a_booking_that_moves_stays_with_the_same_person() {
    let world = World {
        on_file: vec![on_file(5, HAIRCUT, "06-04 10:00", "Nora")],
        ..World::default()
    };
    let mut call = Script::in_world(world);
    call.caller("This is Nora, can I move my appointment to Friday at three?");
    let asked = call.actions.iter().find_map(|action| match action {
        Action::CheckAvailability { who, .. } => Some(*who),
        _ => None,
    });
    assert_eq!(asked, Some(StaffWish::Is(ADA)));
}

#[test]
fn what_was_just_booked_can_be_cancelled_with_a_no_before_it() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes")
        .caller("yes");
    call.caller("no, please cancel it")
        .agent("Shall I cancel it?");
}

#[test]
fn a_no_leaves_the_booking_as_it_is() {
    let mut call = Script::in_world(with_one());
    call.caller("Please cancel my appointment, this is Nora Hill")
        .agent("Shall I cancel it?");
    call.caller("No").agent("I've left everything as it is");
    assert_eq!(cancels(&call), 0);
}

#[test]
fn somebody_else_with_that_telephone_hears_nothing() {
    let mut call = Script::in_world(with_one());
    call.caller("I want to cancel my appointment")
        .caller("Oscar Ray");
    call.agent("can't find a booking under that name and number")
        .agent_does_not_say("Thursday");
    call.agent_does_not_say("Nora");
    call.agent("Shall I take a message?");
}

#[test]
fn of_two_bookings_one_is_picked() {
    let mut call = Script::in_world(with_two());
    call.caller("I want to cancel my appointment, this is Nora Hill")
        .agent("Which one do you mean?");
    call.caller("The beard trim")
        .agent("Beard trim")
        .agent("Shall I cancel it?");
    call.caller("yes");
    assert_eq!(
        call.did(
            |action| matches!(action, Action::Cancel { booking, .. } if booking.0.as_u128() == 51)
        ),
        1
    );
}

#[test]
fn a_booking_is_moved_to_another_time() {
    let mut call = Script::in_world(with_one());
    call.caller("I need to move my appointment, this is Nora Hill")
        .agent("When would you like to come instead?");
    call.caller("Friday at three")
        .agent("So your Haircut moves from Thursday the 4th at ten o'clock to Friday the 5th at three o'clock with Ada. Is that right?");
    call.caller("Yes")
        .agent("You're now booked for Friday the 5th at three o'clock");
    assert_eq!(
        call.did(|action| matches!(action, Action::Reschedule { .. })),
        1
    );
}

#[test]
fn what_was_just_booked_can_be_changed_without_a_look_at_the_number() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes")
        .caller("yes");
    call.caller("Actually, can we make it Thursday at two?")
        .agent("to Thursday the 4th");
    call.caller("Yes")
        .agent("You're now booked for Thursday the 4th at two o'clock");
    call.caller("I have to cancel it after all")
        .agent("Shall I cancel it?");
    call.caller("Yes").agent("cancelled");
    call.caller("Book me a haircut on Friday at ten")
        .caller("Yes")
        .agent("You're booked for Friday");
    assert_eq!(call.bookings().len(), 2);
}

#[test]
fn when_is_my_appointment_is_answered_to_its_owner() {
    let mut call = Script::in_world(with_two());
    call.caller("When is my appointment?").caller("Nora Hill");
    call.agent("I see your Haircut")
        .agent("Thursday the 4th at ten o'clock and your Beard trim");
}

#[test]
fn a_booking_under_another_number_is_looked_up_there() {
    let mut world = with_one();
    world.on_file.clear();
    let mut call = Script::in_world(world);
    call.caller("I want to cancel my appointment, this is Nora Hill")
        .agent("Which phone number");
    call.caller("212 555 0188")
        .agent("can't find a booking under that number");
}

#[test]
fn the_rules_may_forbid_a_cancellation() {
    let mut world = with_one();
    world.refuses = Some(Refused::Rules);
    let mut call = Script::in_world(world);
    call.caller("I want to cancel my appointment, this is Nora Hill")
        .caller("yes")
        .agent("too late");
}
