//! What callers want, in the order they say it.

use super::{check, hear, intents};
use crate::language::Asked;

fn wants(text: &str) -> String {
    intents(&hear(Asked::Nothing, text))
}

#[test]
fn bookings_are_made_moved_and_cancelled() {
    check(
        &[
            ("I'd like to book an appointment", "Book"),
            ("I want to make an appointment", "Book"),
            ("can I get a haircut on Tuesday", "Book"),
            (
                "do you have time to fit me in today",
                "AskAvailability Book",
            ),
            ("could I schedule something", "Book"),
            ("I need an appointment", "Book"),
            ("I want to cancel my appointment", "Cancel"),
            ("please cancel", "Cancel"),
            ("I can't make it to my appointment", "Cancel"),
            ("I won't be able to make it", "Cancel"),
            ("I don't want to cancel", ""),
            ("I'd like to reschedule", "Reschedule"),
            ("can I move my appointment to Friday", "Reschedule"),
            ("I need to change my appointment", "Reschedule"),
            ("can we push my booking to next week", "Reschedule"),
            ("I have to postpone", "Reschedule"),
            ("when is my appointment", "AskBooking"),
            ("do I have an appointment tomorrow", "AskBooking"),
        ],
        wants,
    );
}

#[test]
fn questions_are_told_apart() {
    check(
        &[
            ("how much is a haircut", "AskPrice"),
            ("what does a haircut cost", "AskPrice"),
            ("what are your prices", "AskPrice"),
            ("when do you open", "AskHours"),
            ("what time do you close on Saturday", "AskHours"),
            ("are you open on Sundays", "AskHours"),
            ("where are you located", "AskAddress"),
            ("what's your address", "AskAddress"),
            ("how do I get there", "AskAddress"),
            ("how long does it take", "AskDuration"),
            ("what services do you offer", "AskServices"),
            ("who works on Friday", "AskStaff"),
            ("what do you have on Friday afternoon", "AskAvailability"),
            ("do you have anything tomorrow", "AskAvailability"),
            ("any openings next week", "AskAvailability"),
            ("when is the next available appointment", "AskAvailability"),
            ("is Maria free on Thursday", "AskAvailability"),
            ("what about Thursday", "AskAvailability"),
            ("are you a robot", "AskIfRobot"),
            ("am I talking to a machine", "AskIfRobot"),
            ("is there parking", "AskOther"),
            ("do you take credit cards", "AskOther"),
            ("what is your cancellation policy", "AskOther"),
        ],
        wants,
    );
}

#[test]
fn the_talk_itself_is_steered() {
    check(
        &[
            ("can I talk to a person", "TalkToPerson"),
            ("let me speak to somebody", "TalkToPerson"),
            ("operator", "TalkToPerson"),
            ("I want a human", "TalkToPerson"),
            ("can I leave a message", "LeaveMessage"),
            ("can someone call me back", "LeaveMessage"),
            ("could you repeat that", "Repeat"),
            ("sorry, what was that", "Repeat"),
            ("say that again please", "Repeat"),
            ("pardon?", "Repeat"),
            ("can you slow down", "SlowDown"),
            ("hold on a second", "Wait"),
            ("one moment please", "Wait"),
            ("let me check", "Wait"),
            ("hello", "Greeting"),
            ("good morning", "Greeting"),
            ("thank you", "Thanks"),
            ("thanks, bye", "Thanks Goodbye"),
            ("thank you, have a nice day", "Thanks Goodbye"),
            ("that's all", "NothingElse"),
            ("let's start over", "StartOver"),
            ("never mind", "NeverMind"),
            ("forget it", "NeverMind"),
            ("that's not my name", "NotMe"),
            ("I don't know", "DontKnow"),
            ("no idea", "DontKnow"),
            ("do you speak Spanish", "OtherLanguage"),
            ("sorry, wrong number", "WrongNumber"),
            ("it's an emergency", "Urgent"),
            ("that's wrong", "Correction"),
        ],
        wants,
    );
}

#[test]
fn asking_for_one_of_the_staff_on_the_line_books_nobody() {
    let heard = hear(Asked::Nothing, "can I speak to Maria please");
    assert_eq!(intents(&heard), "TalkToPerson");
    assert_eq!(heard.staff, None);
    let heard = hear(Asked::Nothing, "can I see Maria tomorrow");
    assert!(heard.staff.is_some());
}

#[test]
fn offers_are_compared() {
    let picking = |text: &str| intents(&hear(Asked::PickOffer, text));
    check(
        &[
            ("do you have anything earlier", "AskAvailability Earlier"),
            ("something later", "Later"),
            ("a bit later", "Later"),
            ("anything else", "OtherOffers"),
            ("what else do you have", "OtherOffers"),
            ("another day", "OtherDay"),
            ("can we try a different day", "OtherDay"),
            ("any time after three or later", ""),
        ],
        picking,
    );
}
