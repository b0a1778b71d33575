//! Making a booking.

use super::super::{action::Action, script::*};

#[test]
fn a_plain_booking_is_made_after_the_read_back_and_a_yes() {
    let mut call = Script::new();
    call.agent("Hello, Corner Barbers. How can I help?");
    call.caller("I'd like to book a haircut")
        .agent("When would you like to come?");
    call.caller("Tuesday at half past two")
        .agent("is free")
        .agent("What's your name, please?");
    call.caller("My name is Nora")
        .agent("Can I use the number you're calling from?");
    call.caller("Yes please")
        .agent("So that's Haircut")
        .agent("Tuesday the 2nd at half past two");
    assert!(
        call.bookings().is_empty(),
        "nothing is booked before the yes"
    );
    call.caller("Yes")
        .agent("You're booked for Tuesday the 2nd at half past two");
    assert_eq!(
        call.bookings(),
        [(
            HAIRCUT,
            at("06-02 14:30"),
            "Nora".to_owned(),
            CALLER.to_owned()
        )]
    );
    call.caller("No, that's all").agent("Goodbye!");
    assert_eq!(call.outcome(), Some(crate::call::action::Outcome::Booked));
    assert_eq!(
        call.did(|action| matches!(action, Action::ReleaseHold { .. })),
        0
    );
}
