//! Whole sentences, with everything that they say; and what holds for any text at all.

use proptest::prelude::*;

use super::{OFFERS, VOCABULARY, all, at, check, hear};
use crate::language::{Asked, Context, Country, MOST_CHARACTERS, Manner, Meaning, understand};

#[test]
fn everything_said_in_one_breath_is_understood() {
    check(
        &[
            (
                "Hi, this is Ann, can I get a haircut Tuesday the 24th at half past two, my number is 415 555 0134",
                "date: Nov 24, time: 14:30, phone: +14155550134, name: Ann, service: cut",
            ),
            (
                "hi my name is ann lee i would like to book a beard trim with tom tomorrow morning at nine",
                "date: Nov 18, time: 09:00, name: Ann Lee, service: beard, staff: Tom",
            ),
            (
                "I'd like a deep tissue massage next Monday, any time after three, with anyone",
                "date: Nov 23, time: after 15:00, service: deep, staff: anyone",
            ),
            (
                "can you book my son Leo for a trim on Friday at four",
                "date: Nov 20, time: 16:00, service: cut",
            ),
            (
                "a haircut for my daughter Ella on Saturday, not in the morning",
                "date: Nov 21, for: Ella, service: cut",
            ),
            (
                "Do you have anything next week except Monday, in the afternoon?",
                "date: Nov 23 to Nov 29, not: Nov 23, time: afternoon",
            ),
            (
                "actually can we do Thursday at quarter to five instead of Wednesday",
                "date: Nov 19, not: Nov 18, time: 16:45",
            ),
            (
                "Yes, but could you make it half past three",
                "time: 15:30, answer: yes",
            ),
            (
                "use the number I'm calling from, and it's Leo",
                "phone: caller, name: Leo",
            ),
        ],
        |text| all(&hear(Asked::Nothing, text)),
    );
}

#[test]
fn spans_point_at_the_words_that_were_said() {
    let text = "Hi, this is Ann. Could I get a haircut on Tuesday the 24th at half past two?";
    let heard = hear(Asked::Nothing, text);
    assert_eq!(heard.name.unwrap().span.of(text), "Ann");
    assert_eq!(heard.service.unwrap().span.of(text), "haircut");
    assert_eq!(heard.date.unwrap().span.of(text), "Tuesday the 24th");
    assert_eq!(heard.time.unwrap().span.of(text), "half past two");
}

#[test]
fn a_meaning_survives_being_written_down() {
    let heard = hear(
        Asked::Nothing,
        "yes, this is Ann, a haircut with Maria on Tuesday or Wednesday around two, 415 555 0134",
    );
    let text = serde_json::to_string(&heard).unwrap();
    assert_eq!(serde_json::from_str::<Meaning>(&text).unwrap(), heard);
}

#[test]
fn a_text_without_end_is_cut() {
    let text = "at half past two ".repeat(10_000);
    let heard = hear(Asked::Time, &text);
    assert!(heard.time.unwrap().span.end as usize <= MOST_CHARACTERS);
    let same_letter = "é".repeat(100_000);
    assert_eq!(hear(Asked::Name, &same_letter).manner, Manner::Words);
}

const ASKED: [Asked; 12] = [
    Asked::Nothing,
    Asked::Name,
    Asked::Spelling,
    Asked::Phone,
    Asked::Service,
    Asked::Staff,
    Asked::When,
    Asked::Time,
    Asked::ConfirmBooking,
    Asked::YesNo,
    Asked::PickOffer,
    Asked::AnythingElse,
];

/// Words that the rules look for, in any order: far likelier than random letters to reach the odd corner.
const WORDS: &[&str] = &[
    "the", "a", "at", "on", "to", "from", "between", "and", "or", "not", "no", "yes", "half",
    "quarter", "past", "two", "24th", "24", "31", "february", "30th", "tuesday", "next", "last",
    "week", "month", "in", "weeks", "first", "monday", "of", "double", "plus", "oh", "hundred",
    "thousand", "twenty", "0", "99", "1430", ":", "/", "-", ".", "30", "pm", "a.m.", "ish", "my",
    "name", "is", "s", "m", "with", "without", "e", "an", "one", "later", "earlier", "than",
    "number", "2026", "9999", "everyone", "for", "son", "haircut", "beard", "maria", "or",
    "anyone", "but", "sorry", "until", "after", "before", "day", "tomorrow", "[", "]", "'s", "ß",
    "İ", "ﬃ", "ñ",
];

fn holds(text: &str, asked: Asked) -> Result<(), TestCaseError> {
    let context = Context {
        asked,
        offers: &*OFFERS,
        name: Some("Zoë İnan"),
        digits: "0207",
        country: Country::GB,
        day_in_talk: chrono::NaiveDate::from_ymd_opt(2026, 12, 31),
        ..Context::new(at(17, 10, 0), &VOCABULARY)
    };
    let meaning = understand(text, &context);
    prop_assert_eq!(&understand(text, &context), &meaning);
    let spans = meaning
        .intents
        .iter()
        .map(|heard| heard.span)
        .chain(meaning.date.iter().map(|heard| heard.span))
        .chain(meaning.time.iter().map(|heard| heard.span))
        .chain(meaning.phone.iter().map(|heard| heard.span))
        .chain(meaning.name.iter().map(|heard| heard.span))
        .chain(meaning.service.iter().map(|heard| heard.span))
        .chain(meaning.staff.iter().map(|heard| heard.span))
        .chain(meaning.answer.iter().map(|heard| heard.span))
        .chain(meaning.choice.iter().map(|heard| heard.span));
    for span in spans {
        let said = text.get(span.start as usize..span.end as usize);
        prop_assert!(
            said.is_some_and(|said| !said.is_empty()),
            "{span:?} of {text:?}"
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_text_whatever_stops_it(text in any::<String>(), asked in prop::sample::select(&ASKED[..])) {
        holds(&text, asked)?;
    }

    #[test]
    fn no_heap_of_familiar_words_stops_it(
        words in prop::collection::vec(prop::sample::select(WORDS), 0..24),
        asked in prop::sample::select(&ASKED[..]),
    ) {
        holds(&words.join(" "), asked)?;
        holds(&words.concat(), asked)?;
    }

    #[test]
    fn the_edge_of_the_calendar_stops_nothing(
        words in prop::collection::vec(prop::sample::select(WORDS), 0..8),
        latest in any::<bool>(),
    ) {
        let now = if latest { chrono::NaiveDateTime::MAX } else { chrono::NaiveDateTime::MIN };
        understand(&words.join(" "), &Context::new(now, &VOCABULARY));
    }
}
