//! What the caller wants: phrases that say so, wherever they stand. One table; `_` stands for any one word.

mod phrases;

use std::{collections::HashMap, ops::Range, sync::LazyLock};

use self::phrases::PHRASES;
use super::tokens::Words;
use crate::language::{Confidence, Heard, Intent};

/// A phrase, its number of words, and what it wants.
type Phrase = (&'static str, usize, Intent);

static BY_FIRST_WORD: LazyLock<HashMap<&'static str, Vec<Phrase>>> = LazyLock::new(|| {
    let mut index: HashMap<_, Vec<_>> = HashMap::new();
    for (intent, phrases) in PHRASES {
        for phrase in *phrases {
            let first = phrase.split(' ').next().unwrap_or_default();
            let length = phrase.split(' ').count();
            index
                .entry(first)
                .or_default()
                .push((*phrase, length, *intent));
        }
    }
    for phrases in index.values_mut() {
        phrases.sort_by_key(|(_, length, _)| std::cmp::Reverse(*length));
    }
    index
});

pub(super) fn intents(words: &Words<'_>) -> Vec<Heard<Intent>> {
    let mut found: Vec<(Intent, Range<usize>)> = Vec::new();
    for at in 0..words.len() {
        let Some(phrases) = BY_FIRST_WORD.get(words.at(at)) else {
            continue;
        };
        for (phrase, length, intent) in phrases {
            let range = at..at + length;
            let known = found.iter().any(|(known, _)| known == intent);
            if !known && matches(words, at, phrase) && fits(words, *intent, &range) {
                found.push((*intent, range));
            }
        }
    }
    settle(words, &mut found);
    found
        .into_iter()
        .map(|(value, range)| Heard {
            value,
            confidence: Confidence::Sure,
            span: words.span(range),
        })
        .collect()
}

fn matches(words: &Words<'_>, at: usize, phrase: &str) -> bool {
    phrase.split(' ').enumerate().all(|(ahead, word)| {
        let said = words.at(at + ahead);
        said == word || word == "_" && !said.is_empty()
    })
}

/// Words around a phrase that make something else of it.
fn fits(words: &Words<'_>, intent: Intent, range: &Range<usize>) -> bool {
    let before = |back| words.before(range.start, back);
    let negated = matches!(before(1), "not" | "never")
        || before(2) == "not" && before(1) == "to"
        || before(3) == "not" && before(2) == "want"
        || before(3) == "do" && before(2) == "not";
    let wanting_not = negated && !matches!(before(2), "could" | "can" | "why");
    match intent {
        Intent::Cancel => !wanting_not && !words.is(range.end, &["policy", "fee"]),
        Intent::Book => {
            !wanting_not
                && !matches!(before(1), "my" | "the" | "address")
                && !words.is(
                    range.end,
                    &[
                        "human", "person", "agent", "minute", "moment", "second", "sec",
                        "question", "refund", "receipt",
                    ],
                )
        }
        Intent::Reschedule => !wanting_not,
        // A taken word is part of a slot: "the first available" is a date.
        Intent::Thanks => before(1) != "no" || range.len() > 1 || words.len() <= 2,
        Intent::Wait => !words.taken(range.start),
        Intent::Greeting => range.start < 3,
        Intent::AskAvailability => {
            !(words.has(range.start, "how about") || words.has(range.start, "what about"))
                || range.end < words.len()
        }
        Intent::DontKnow => !words.has(range.start, "not sure if"),
        _ => true,
    }
}

/// Of what was found together, keeps what was meant.
fn settle(words: &Words<'_>, found: &mut Vec<(Intent, Range<usize>)>) {
    let has =
        |found: &[(Intent, Range<usize>)], intent| found.iter().any(|(known, _)| *known == intent);
    let drop = |found: &mut Vec<(Intent, Range<usize>)>, intent| {
        found.retain(|(known, _)| *known != intent);
    };
    if has(found, Intent::Cancel)
        || has(found, Intent::Reschedule)
        || has(found, Intent::AskBooking)
    {
        let again = words.contains("another appointment")
            || words.contains("a new appointment")
            || words.contains("and book");
        if !again {
            drop(found, Intent::Book);
        }
    }
    if has(found, Intent::Reschedule) {
        drop(found, Intent::OtherDay);
        drop(found, Intent::OtherOffers);
        drop(found, Intent::AskBooking);
    }
    if has(found, Intent::AskBooking) && !has(found, Intent::Cancel) {
        drop(found, Intent::AskAvailability);
    }
    // "How long do you have to be open", "when do you open": the narrower question wins.
    for (narrow, wide) in [
        (Intent::AskHours, Intent::AskAvailability),
        (Intent::AskStaff, Intent::AskAvailability),
        (Intent::AskServices, Intent::AskAvailability),
        (Intent::AskOther, Intent::AskAvailability),
        (Intent::OtherOffers, Intent::AskAvailability),
        (Intent::OtherDay, Intent::AskAvailability),
        (Intent::OtherLanguage, Intent::AskAvailability),
        (Intent::TalkToPerson, Intent::AskAvailability),
        (Intent::TalkToPerson, Intent::Book),
        (Intent::AskIfRobot, Intent::TalkToPerson),
        (Intent::LeaveMessage, Intent::Book),
        (Intent::WrongNumber, Intent::Correction),
        (Intent::NeverMind, Intent::LeaveMessage),
        (Intent::NotMe, Intent::Correction),
        (Intent::AskAddress, Intent::AskAvailability),
        (Intent::AskPrice, Intent::Book),
        (Intent::AskDuration, Intent::AskAvailability),
    ] {
        let spans_apart = narrow == Intent::AskPrice && words.len() > 12;
        if has(found, narrow) && !spans_apart {
            drop(found, wide);
        }
    }
}
