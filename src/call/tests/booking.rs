//! Making a booking.

use super::super::{action::Action, event::Busy, script::*};

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
        .agent("So, Haircut")
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

#[test]
fn everything_in_one_breath_needs_only_the_yes() {
    let mut call = Script::new();
    call.caller(
        "Hi, this is Nora, I'd like a haircut with Leo on Tuesday at half past two, you can reach me at the number I'm calling from",
    );
    call.agent("So, Haircut with Leo on Tuesday the 2nd at half past two for Nora.");
    call.caller("Yes").agent("You're booked");
    assert_eq!(call.bookings().len(), 1);
}

#[test]
fn a_correction_before_the_read_back_moves_the_time_and_gives_the_old_one_back() {
    let mut call = Script::new();
    call.caller("A haircut on Tuesday at two please")
        .agent("What's your name");
    call.caller("No, I meant Thursday")
        .agent("Thursday the 4th at two o'clock");
    assert_eq!(
        call.did(|action| matches!(action, Action::ReleaseHold { .. })),
        1
    );
    call.caller("Nora").caller("Yes").caller("Yes");
    assert_eq!(call.bookings()[0].1, at("06-04 14:00"));
}

#[test]
fn a_correction_of_the_read_back_is_read_back_again() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two please")
        .caller("yes");
    call.agent("So, Haircut");
    call.caller("Yes, but make it three o'clock")
        .agent("Tuesday the 2nd at three o'clock");
    assert!(
        call.bookings().is_empty(),
        "a yes to something else is no yes"
    );
    call.caller("Yes")
        .agent("You're booked for Tuesday the 2nd at three o'clock");
}

#[test]
fn a_no_to_the_read_back_asks_what_to_change() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two please")
        .caller("yes");
    call.caller("No").agent("What should I change?");
    call.caller("Wednesday please")
        .agent("Wednesday the 3rd at two o'clock");
    call.caller("yes").agent("You're booked for Wednesday");
}

#[test]
fn a_busy_time_brings_the_nearest_others_and_one_of_them_is_taken() {
    let mut world = World {
        free: free(&["06-02 14:00", "06-02 15:00"]),
        ..World::default()
    };
    world.busy.insert(at("06-02 14:30"), Busy::Taken);
    let mut call = Script::in_world(world);
    call.caller("A haircut on Tuesday at half past two")
        .agent("Tuesday the 2nd at half past two is taken")
        .agent("two o'clock or three o'clock");
    call.caller("the second one").agent("What's your name");
    call.caller("Nora")
        .caller("yes")
        .agent("at three o'clock")
        .caller("yes");
    assert_eq!(call.bookings()[0].1, at("06-02 15:00"));
}

#[test]
fn none_of_the_others_and_another_day_instead() {
    let mut world = World {
        free: free(&["06-02 14:00", "06-02 15:00"]),
        ..World::default()
    };
    world.busy.insert(at("06-02 14:30"), Busy::Taken);
    let mut call = Script::in_world(world);
    call.caller("A haircut on Tuesday at half past two")
        .agent("I have");
    call.caller("No, none of those")
        .agent("When would suit you better?");
    call.caller("Friday at ten")
        .agent("Friday the 5th at ten o'clock is free");
}

#[test]
fn what_do_you_have_on_friday_afternoon_is_answered_with_times() {
    let world = World {
        free: free(&["06-05 10:00", "06-05 13:00", "06-05 16:30"]),
        ..World::default()
    };
    let mut call = Script::in_world(world);
    call.caller("What do you have for a haircut on Friday afternoon?")
        .agent("I have Friday the 5th at one o'clock or half past four");
    call.caller("Half past four").agent("What's your name");
}

#[test]
fn anyone_will_do_and_a_person_can_be_named() {
    let mut call = Script::new();
    call.caller("A haircut with Leo on Tuesday at two");
    assert_eq!(
        call.did(|action| matches!(action, Action::Hold { slot, .. } if slot.staff == LEO)),
        1
    );
    let mut call = Script::new();
    call.caller("A haircut on Tuesday at two, anyone is fine")
        .agent("is free");
}

#[test]
fn somebody_who_does_not_do_it_is_said_not_to() {
    let mut call = Script::new();
    call.caller("Hair colour with Leo on Tuesday at two")
        .agent("Leo doesn't do Hair colour. That would be Ada.");
}

#[test]
fn somebody_who_is_not_booked_by_phone_is_said_not_to_be() {
    let mut started = started();
    started.business.staff[1].by_phone = false;
    let mut call = Script::with(started, World::default());
    call.caller("A haircut with Leo on Tuesday at two")
        .agent("Leo can't be booked by phone.");
}

#[test]
fn a_service_that_is_not_offered_is_answered_with_those_that_are() {
    let mut call = Script::new();
    call.caller("I'd like to book a massage")
        .agent("Haircut, Beard trim and Hair colour");
}

#[test]
fn every_reason_why_a_time_cannot_be_had_is_told() {
    for (why, told) in [
        (Busy::ClosedDay, "We're closed on Tuesday the 2nd."),
        (
            Busy::NotAStart,
            "I don't have Tuesday the 2nd at two o'clock.",
        ),
        (Busy::OutsideHours, "Leo isn't in at that time."),
        (Busy::TooSoon, "That's too soon for us"),
        (Busy::TooFar, "I can only book 60 days ahead."),
        (Busy::StaffAway, "Leo isn't in on Tuesday the 2nd."),
        (Busy::Past, "That time is already over."),
    ] {
        let mut world = World {
            free: free(&["06-03 14:00"]),
            ..World::default()
        };
        world.busy.insert(at("06-02 14:00"), why);
        let mut call = Script::in_world(world);
        call.caller("A haircut with Leo on Tuesday at two")
            .agent(told)
            .agent("Wednesday the 3rd");
    }
}

#[test]
fn a_time_outside_the_house_s_hours_is_answered_with_those_hours() {
    let mut world = World::default();
    world.busy.insert(at("06-02 19:00"), Busy::OutsideHours);
    world.busy.insert(at("06-07 11:00"), Busy::OutsideHours);
    let mut call = Script::in_world(world);
    call.caller("A haircut on Tuesday at seven in the evening")
        .agent("On Tuesday the 2nd we're open from nine to six.");
    call.caller("Then Sunday at eleven")
        .agent("We're closed on Sunday the 7th.");
}

#[test]
fn the_day_that_was_just_said_is_not_said_again() {
    let mut world = World {
        free: free(&["06-02 13:00", "06-02 15:00"]),
        ..World::default()
    };
    world.busy.insert(at("06-02 14:00"), Busy::Taken);
    let mut call = Script::in_world(world);
    call.caller("A haircut on Tuesday at two")
        .agent("is taken, I'm afraid. I have one o'clock or three o'clock. Which would you like?");
}

#[test]
fn a_time_that_not_every_calendar_vouched_for_is_not_said_to_be_free() {
    let world = World {
        unknown: true,
        ..World::default()
    };
    let mut call = Script::in_world(world);
    call.caller("A haircut on Tuesday at two")
        .agent("looks free, but I can't reach every calendar right now")
        .agent_does_not_say("is free");
}

#[test]
fn somebody_else_in_a_second_booking_comes_under_their_own_name() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes")
        .caller("yes");
    call.caller("And a beard trim for Tim on Thursday at ten")
        .agent("for Tim")
        .caller("yes");
    assert_eq!(call.bookings()[1].2, "Tim");
}

#[test]
fn a_service_that_is_not_done_here_is_not_asked_about_for_ever() {
    let mut call = Script::new();
    call.caller("I'd like to book something");
    call.caller("a flibbering").caller("a gibbeting");
    call.caller("a flobbering").agent("Shall I take a message?");
}

#[test]
fn a_day_that_is_over_is_asked_again() {
    let mut call = Script::new();
    call.caller("A haircut, please")
        .caller("Yesterday at two")
        .agent("already over");
}

#[test]
fn a_withheld_number_is_asked_for_and_read_back() {
    let mut started = started();
    started.caller = None;
    let mut call = Script::with(started, World::default());
    call.caller("This is Nora, a haircut on Tuesday at two")
        .agent("What's the best number to reach you?");
    call.caller("two one two, double five five, oh one nine nine");
    call.agent("I'll text").agent("Shall I book it?");
    call.caller("Yes");
    assert_eq!(call.bookings()[0].3, "+12125550199");
}

#[test]
fn another_number_than_the_one_they_call_from_can_be_given() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .agent("Can I use the number");
    call.caller("No")
        .agent("What's the best number to reach you?");
    call.caller("212 555 0177").caller("yes");
    assert_eq!(call.bookings()[0].3, "+12125550177");
}

#[test]
fn a_number_can_be_typed() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("No");
    call.keys("2125550177#").agent("Shall I book it?");
    call.caller("yes");
    assert_eq!(call.bookings()[0].3, "+12125550177");
}

#[test]
fn a_number_with_too_few_digits_is_completed() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("No");
    call.caller("212 555").agent("And the rest?");
    call.caller("0177").agent("Shall I book it?");
}

#[test]
fn a_name_that_is_spelled_is_taken_letter_by_letter() {
    let mut call = Script::new();
    call.caller("A haircut on Tuesday at two")
        .caller("It's Siobhan, S I O B H A N");
    call.caller("yes").agent("for Siobhan");
}

#[test]
fn a_booking_for_somebody_else_is_made_in_their_name() {
    let mut call = Script::new();
    call.caller("I'd like to book a haircut for my son Tim on Tuesday at two")
        .caller("yes");
    call.agent("for Tim").caller("yes");
    assert_eq!(call.bookings()[0].2, "Tim");
    assert_eq!(
        call.did(|action| matches!(
            action,
            Action::Book {
                for_other: true,
                ..
            }
        )),
        1
    );
}

#[test]
fn a_known_caller_is_not_named_before_they_named_themselves() {
    let mut started = started();
    started.customer = Some(known("Nora"));
    let mut call = Script::with(started, World::default());
    call.agent_does_not_say("Nora");
    call.caller("A haircut on Tuesday at two")
        .agent_does_not_say("Nora");
    call.caller("Nora").agent("So, Haircut").agent("for Nora");
}

#[test]
fn several_bookings_in_a_call_keep_the_name_and_the_number() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes")
        .caller("yes");
    call.agent("Is there anything else?");
    call.caller("Yes, a beard trim on Friday at ten")
        .agent("So, Beard trim");
    call.caller("yes")
        .agent("You're booked for Friday the 5th at ten o'clock");
    assert_eq!(call.bookings().len(), 2);
}

#[test]
fn a_slot_that_is_lost_between_offer_and_yes_brings_the_nearest() {
    let world = World {
        lost: true,
        free: free(&["06-02 15:00"]),
        ..World::default()
    };
    let mut call = Script::in_world(world);
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes")
        .caller("yes");
    call.agent("somebody has just taken that time")
        .agent("Tuesday the 2nd at three o'clock");
    call.caller("yes")
        .agent("So, Haircut")
        .caller("yes")
        .agent("You're booked");
}

#[test]
fn the_truth_is_told_when_the_calendar_could_not_be_asked() {
    let world = World {
        unknown: true,
        tentative: true,
        ..World::default()
    };
    let mut call = Script::in_world(world);
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes")
        .caller("yes");
    call.agent("I've kept Tuesday the 2nd at two o'clock for you, and we'll text you");

    let mut closed = started();
    closed.business.on_unknown = crate::domain::OnUnknown::Closed;
    let mut call = Script::with(
        closed,
        World {
            unknown: true,
            ..World::default()
        },
    );
    call.caller("This is Nora, a haircut on Tuesday at two")
        .agent("can't see the calendar");
    assert!(call.bookings().is_empty());
}

#[test]
fn a_clock_change_and_midnight_are_booked_as_they_were_said() {
    let mut spring = started();
    spring.at = "2026-03-06T20:00:00Z".parse().unwrap();
    let mut call = Script::with(spring, World::default());
    call.caller("This is Nora, a haircut on Sunday at ten in the morning");
    assert_eq!(
        call.did(|action| matches!(action, Action::Hold { slot, .. } if slot.starts_at == at("03-08 10:00"))),
        1
    );

    let mut late = started();
    late.at = at("06-01 23:59");
    let mut call = Script::with(late, World::default());
    call.pass(crate::call::timer::Ms(5_000));
    call.caller("A haircut tomorrow at ten");
    let told = call.said();
    assert!(
        told.contains("Tuesday the 2nd") || told.contains("Wednesday the 3rd"),
        "{told}"
    );
}

#[test]
fn back_and_forth_ends_in_what_was_said_last() {
    let mut call = Script::new();
    call.caller("A haircut on Tuesday at two")
        .caller("Actually, a beard trim")
        .caller("No, Thursday")
        .caller("Make it four o'clock")
        .caller("My name is Nora")
        .caller("yes")
        .agent("So, Beard trim on Thursday the 4th at four o'clock for Nora.");
    call.caller("yes");
    assert_eq!(call.bookings()[0].0, BEARD);
    assert_eq!(call.bookings()[0].1, at("06-04 16:00"));
}

#[test]
fn never_mind_gives_the_time_back() {
    let mut call = Script::new();
    call.caller("A haircut on Tuesday at two")
        .caller("Never mind")
        .agent("anything else");
    assert_eq!(
        call.did(|action| matches!(action, Action::ReleaseHold { .. })),
        1
    );
}
