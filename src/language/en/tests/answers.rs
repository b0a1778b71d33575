//! Yes, no, choices among offers, and the sounds people make while they listen.

use super::{OFFERS, answer, check, choice, hear, hear_with, short};
use crate::language::{Answer, Asked, Intent, Manner};

fn confirm(text: &str) -> String {
    short(hear(Asked::ConfirmBooking, text).answer.as_ref(), answer)
}

#[test]
fn a_read_back_is_confirmed_in_many_ways() {
    for text in [
        "yes",
        "Yeah.",
        "yep",
        "yup",
        "sure",
        "Correct!",
        "that's right",
        "that's correct",
        "absolutely",
        "of course",
        "okay",
        "ok great",
        "perfect",
        "sounds good",
        "that sounds great",
        "that works",
        "works for me",
        "yes please",
        "please do",
        "go ahead",
        "book it",
        "let's do that",
        "mm-hm",
        "uh huh",
        "yes that's me",
        "right",
        "fine",
        "I'll take it",
        "oh yes",
        "well yes",
        "um, yes",
        "yes yes yes",
        "yeah that's fine",
        "that would be great",
        "please",
        "exactly",
        "definitely",
        "why not",
        "that one's fine, yes",
        "I think that works",
        "good",
        "alright then",
        "yes, thank you",
    ] {
        assert_eq!(confirm(text), "yes", "{text}");
    }
}

#[test]
fn a_read_back_is_refused_in_many_ways() {
    for text in [
        "no",
        "Nope.",
        "nah",
        "no thanks",
        "no thank you",
        "not really",
        "that's wrong",
        "that's not right",
        "that's not correct",
        "no that's not what I said",
        "wrong",
        "incorrect",
        "that doesn't work",
        "that doesn't work for me",
        "absolutely not",
        "please don't",
        "I don't think so",
        "not that one",
        "I can't",
        "no no no",
        "sorry, no",
        "no, that's okay",
        "not right now",
        "I'd rather not",
        "actually no",
    ] {
        assert_eq!(confirm(text), "no", "{text}");
    }
}

#[test]
fn neither_yes_nor_no_is_said() {
    check(
        &[
            ("maybe", "maybe"),
            ("I'm not sure", "maybe"),
            ("I think so", "yes?"),
            ("I guess so", "yes?"),
            ("yeah no", "no?"),
            ("no problem", "-"),
            ("no idea", "-"),
            ("no preference", "-"),
            ("book it on the second", "-"),
            ("what was that", "-"),
            ("Ann", "-"),
            ("right so I was wondering about the price of it", "-"),
        ],
        confirm,
    );
}

#[test]
fn politeness_answers_nothing_that_was_not_asked() {
    let unasked = |text: &str| short(hear(Asked::Nothing, text).answer.as_ref(), answer);
    check(
        &[
            ("good morning", "-"),
            ("great", "-"),
            ("I can't hear you", "-"),
            ("hi, I'd like a haircut please", "-"),
            ("yes hello", "yes"),
        ],
        unasked,
    );
}

#[test]
fn a_no_to_anything_else_ends_the_call() {
    for text in [
        "no",
        "No thanks",
        "nope, that's all",
        "no that's it, thank you",
        "no I'm good",
        "that's everything",
    ] {
        let heard = hear(Asked::AnythingElse, text);
        assert!(heard.wants(Intent::NothingElse), "{text}: {heard:?}");
        assert!(!heard.says(Answer::Yes), "{text}: {heard:?}");
    }
}

#[test]
fn a_yes_with_a_change_is_a_correction() {
    for text in [
        "yes but Thursday",
        "yes, but at three",
        "no, Thursday",
        "no, at half past three",
        "make it Thursday",
        "actually, Thursday",
        "I meant Thursday",
        "wait, can we do three",
        "Thursday instead",
        "change it to Thursday",
        "on second thought, Thursday",
    ] {
        let heard = hear(Asked::ConfirmBooking, text);
        assert!(heard.wants(Intent::Correction), "{text}: {heard:?}");
        assert!(
            heard.date.is_some() || heard.time.is_some(),
            "{text}: {heard:?}"
        );
    }
    assert!(!hear(Asked::ConfirmBooking, "yes, Thursday is right").wants(Intent::Correction));
}

#[test]
fn an_offer_is_chosen_by_its_place_time_day_or_person() {
    let chosen = |text: &str| {
        let heard = hear_with(text, |context| {
            context.asked = Asked::PickOffer;
            context.offers = &*OFFERS;
        });
        short(heard.choice.as_ref(), choice)
    };
    check(
        &[
            ("the first one", "0"),
            ("first", "0"),
            ("the first", "0"),
            ("the second one please", "1"),
            ("second", "1"),
            ("I'll take the third", "2"),
            ("the last one", "2"),
            ("the latter", "2"),
            ("the earlier one", "0"),
            ("the earliest", "0"),
            ("the later", "2"),
            ("the middle one", "1"),
            ("option two", "1"),
            ("number three", "2"),
            ("half past three works", "1"),
            ("half three", "1"),
            ("two o'clock", "0"),
            ("two", "0"),
            ("the Wednesday one", "2"),
            ("Wednesday", "2"),
            ("the one with Tom", "2"),
            ("Tuesday at half past three", "1"),
            ("Tuesday", "-"),
            ("either is fine", "any"),
            ("any of those", "any"),
            ("none of those", "none"),
            ("neither", "none"),
            ("the fifth one", "-"),
            ("five o'clock", "-"),
        ],
        chosen,
    );
}

#[test]
fn listening_and_thinking_are_no_turns() {
    for text in [
        "mm-hm",
        "Mhm.",
        "uh-huh",
        "okay",
        "right",
        "yeah",
        "I see",
        "got it",
        "oh okay",
        "mm hmm",
        "yeah yeah",
    ] {
        assert_eq!(
            hear(Asked::Nothing, text).manner,
            Manner::Backchannel,
            "{text}"
        );
    }
    for text in [
        "um",
        "uh, um",
        "well",
        "so",
        "let me see",
        "um, well",
        "hmm",
        "the",
        "and",
    ] {
        let heard = hear(Asked::When, text);
        assert_eq!(heard.manner, Manner::Filler, "{text}");
        assert!(heard.is_empty(), "{text}: {heard:?}");
    }
    for text in [
        "",
        "   ",
        "[noise]",
        "*coughs*",
        "<unk>",
        "...",
        "fuck",
        "damn",
        "(inaudible)",
    ] {
        let heard = hear(Asked::YesNo, text);
        assert!(heard.is_empty(), "{text}: {heard:?}");
    }
    assert_eq!(hear(Asked::YesNo, "[laughs]").manner, Manner::Noise);
    assert_eq!(hear(Asked::YesNo, "shit").manner, Manner::Noise);
}

#[test]
fn a_machine_is_told_from_a_person() {
    for text in [
        "Please leave a message after the tone.",
        "Hi, you have reached the voicemail of Ann. Leave your message after the beep.",
        "The person you are calling is not available to take your call.",
    ] {
        assert_eq!(
            hear(Asked::Nothing, text).manner,
            Manner::Voicemail,
            "{text}"
        );
    }
    assert_eq!(
        hear(Asked::Nothing, "can I leave a message").manner,
        Manner::Words
    );
}

#[test]
fn other_languages_are_guessed() {
    for (text, tag) in [
        ("hola, quisiera una cita por favor", "es"),
        ("bonjour je voudrais un rendez-vous", "fr"),
        ("guten Tag, ich hätte gerne einen Termin", "de"),
        ("buongiorno vorrei prenotare", "it"),
        ("здравствуйте, я хочу записаться", "ru"),
        ("予約したいのですが", "ja"),
        ("我想预约", "zh"),
    ] {
        let manner = hear(Asked::Nothing, text).manner;
        assert!(
            matches!(&manner, Manner::OtherLanguage(language) if language.as_str() == tag),
            "{text}: {manner:?}"
        );
    }
    assert_eq!(
        hear(Asked::Nothing, "the weather is nice here").manner,
        Manner::Words
    );
}
