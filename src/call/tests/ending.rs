//! How calls end, and what is left of them.

use super::super::{
    action::{Action, Outcome},
    briefing::{AfterHours, Transfer},
    event::{Event, WorkId},
    script::*,
    timer::Ms,
};
use crate::domain::PhoneNumber;

fn with_transfer() -> super::super::event::Started {
    let mut started = started();
    started.business.switches.transfer = Some(Transfer {
        number: PhoneNumber::new("+12125550100").unwrap(),
        hours: None,
    });
    started
}

#[test]
fn a_silent_caller_is_asked_twice_in_other_words_and_then_bidden_goodbye() {
    let mut call = Script::new();
    let first = call.silence().said();
    let second = call.silence().said();
    assert_ne!(first, second);
    call.silence().agent("Goodbye!");
    assert_eq!(call.outcome(), Some(Outcome::Silent));
}

#[test]
fn hanging_up_gives_the_time_back_and_finishes_in_every_state() {
    let words = ["A haircut on Tuesday at two", "Nora", "yes"];
    for said in 0..=words.len() {
        let mut call = Script::new();
        for text in &words[..said] {
            call.caller(text);
        }
        let before = call.actions.len();
        call.hangs_up();
        assert_eq!(call.outcome(), Some(Outcome::GaveUp));
        let after = &call.actions[before..];
        assert!(
            after
                .iter()
                .all(|action| matches!(action, Action::ReleaseHold { .. } | Action::Finish { .. })),
            "{after:?}"
        );
        let held = call.did(|action| matches!(action, Action::Hold { .. }));
        assert_eq!(
            held,
            call.did(|action| matches!(action, Action::ReleaseHold { .. }))
        );
        assert_eq!(call.call.deadline(), None);
    }
}

#[test]
fn a_booking_under_way_stands_when_the_caller_hangs_up() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes");
    call.world.answers_after = Ms(3_000);
    call.now = call.now + Ms(300);
    call.happens(Event::Heard {
        text: "yes".to_owned(),
    });
    call.pass(Ms(600));
    assert_eq!(call.bookings().len(), 1);
    call.hangs_up();
    assert_eq!(call.outcome(), Some(Outcome::Booked));
    assert_eq!(
        call.did(|action| matches!(action, Action::ReleaseHold { .. })),
        0
    );
}

#[test]
fn a_caller_who_wants_a_person_is_put_through() {
    let mut call = Script::with(with_transfer(), World::default());
    call.caller("Can I talk to a real person?")
        .agent("I'll put you through");
    assert_eq!(
        call.did(|action| matches!(action, Action::Transfer { .. })),
        1
    );
    assert_eq!(call.outcome(), Some(Outcome::Transferred));
}

#[test]
fn nobody_picks_up_and_a_message_is_taken() {
    let world = World {
        transfer_fails: true,
        ..World::default()
    };
    let mut call = Script::with(with_transfer(), world);
    call.caller("Can I talk to a real person?")
        .agent("Shall I take a message?");
    call.caller("Yes").agent("What should I pass on?");
    call.caller("Please tell Ada that I found her scarf")
        .agent("name");
    call.caller("Nora").agent("I'll pass it on");
    assert_eq!(
        call.did(
            |action| matches!(action, Action::TakeMessage { text, .. } if text.contains("scarf"))
        ),
        1
    );
}

#[test]
fn asking_for_somebody_by_name_asks_for_a_person() {
    let mut call = Script::new();
    call.caller("Can I speak to Ada please?")
        .agent("nobody can take the call right now. Shall I take a message?");
}

#[test]
fn no_that_is_all_ends_the_call_from_anywhere() {
    let mut call = Script::new();
    call.caller("I'd like to book something")
        .caller("no, that's all, thank you")
        .agent("Goodbye!");
    let mut call = Script::new();
    call.caller("Can I talk to a person?")
        .caller("no, that's all, thank you")
        .agent("Goodbye!");
}

#[test]
fn a_person_after_hours_is_not_there() {
    let mut started = with_transfer();
    if let Some(transfer) = &mut started.business.switches.transfer {
        transfer.hours = Some(started.business.hours.clone());
    }
    started.at = at("06-01 22:00");
    started.business.open = false;
    let mut call = Script::with(started, World::default());
    call.agent("We're closed right now");
    call.caller("I want to talk to a person")
        .agent("nobody can take the call")
        .agent("message");
}

#[test]
fn after_hours_a_message_is_taken_where_the_owner_wants_one() {
    let mut started = started();
    started.business.open = false;
    started.business.switches.after_hours = AfterHours::Message;
    let mut call = Script::with(started, World::default());
    call.agent("We're closed right now. What should I pass on?");
    call.caller("This is Nora, please call me back about my hair colour")
        .agent("I'll pass it on");
}

#[test]
fn a_voicemail_greeting_is_not_talked_to() {
    let mut call = Script::new();
    call.caller(
        "You have reached the voicemail of four two seven. Please leave a message after the tone.",
    );
    assert_eq!(call.outcome(), Some(Outcome::Voicemail));
    assert_eq!(call.said(), "");
}

#[test]
fn work_that_fails_after_we_hung_up_brings_nobody_back() {
    let next = |call: &mut Script| {
        let (due, timer) = call.call.deadline().expect("a deadline until the end");
        call.now = call.now.max(due);
        call.happens(Event::Timer { timer });
    };
    let mut call = Script::new();
    call.happens(Event::Heard {
        text: "Please leave a message after the tone.".to_owned(),
    });
    while call.did(|action| matches!(action, Action::HangUp)) == 0 {
        next(&mut call);
    }
    call.happens(Event::Failed { id: WorkId(1) });
    next(&mut call);
    assert_eq!(call.outcome(), Some(Outcome::Voicemail));
}

#[test]
fn a_caller_of_another_language_is_told_which_one_we_speak() {
    let mut call = Script::new();
    call.caller("Hola, quisiera reservar una cita")
        .agent("I only speak English");
}

#[test]
fn the_longest_call_ends_with_a_goodbye() {
    let mut started = started();
    started.business.switches.longest_call_seconds = 60;
    let mut call = Script::with(started, World::default());
    call.caller("A haircut on Tuesday at two");
    call.caller("Hold on a second").agent("take your time");
    call.pass(Ms(60_000));
    call.until_quiet();
    assert_eq!(call.outcome(), Some(Outcome::TooLong));
    assert_eq!(
        call.did(|action| matches!(action, Action::ReleaseHold { .. })),
        1
    );
}

#[test]
fn the_consent_line_cannot_be_cut_short() {
    let mut started = started();
    started.business.switches.consent =
        Some(crate::domain::Line::new("This call is recorded.").unwrap());
    let mut call = super::super::machine::Call::new(lines());
    let mut out = Vec::new();
    call.handle(Ms(0), Event::Started(Box::new(started)), &mut out);
    call.handle(Ms(300), Event::SpeechStarted, &mut out);
    assert!(
        !out.iter()
            .any(|action| matches!(action, Action::StopPlayback { .. }))
    );
}

#[test]
fn a_booking_under_way_that_is_never_answered_does_not_keep_the_call_open() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes");
    call.world.silent = true;
    call.now = call.now + Ms(300);
    call.happens(Event::Heard {
        text: "yes".to_owned(),
    });
    call.pass(Ms(600));
    call.hangs_up();
    call.pass(Ms(10_000));
    assert_eq!(call.outcome(), Some(Outcome::Unsettled));
}
