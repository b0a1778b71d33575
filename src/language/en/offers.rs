//! Choosing among what was read out: "the second one", "the later", "half past two works", "either".

use std::ops::Range;

use super::{numbers::below_hundred, tokens::Words};
use crate::language::{
    Asked, Choice, Clock, Confidence, Context, Dates, Heard, Meaning, StaffHeard, Times,
};

const NONE: &[&str] = &[
    "none of those",
    "none of them",
    "none of these",
    "neither of those",
    "neither of them",
    "neither",
    "not any of those",
    "none of the above",
    "none work",
    "none works",
];
#[rustfmt::skip]
const ANY: &[&str] = &[
    "either one", "either of those", "either of them", "either works", "either is fine", "either time", "either",
    "any of those", "any of them", "whichever", "both work", "both are fine", "both fine", "does not matter",
    "you choose", "you pick", "any is fine", "do not mind", "all the same",
];

pub(super) fn choice(
    words: &Words<'_>,
    meaning: &Meaning,
    context: &Context<'_>,
) -> Option<Heard<Choice>> {
    if context.offers.is_empty() {
        return None;
    }
    by_words(words, context)
        .map(|(value, confidence, range)| Heard {
            value,
            confidence,
            span: words.span(range),
        })
        .or_else(|| by_slots(meaning, context))
}

fn by_words(
    words: &Words<'_>,
    context: &Context<'_>,
) -> Option<(Choice, Confidence, Range<usize>)> {
    let count = context.offers.len();
    let picking = context.asked == Asked::PickOffer;
    for at in 0..words.len() {
        // "The earliest" of these is no time of the day.
        if words.taken(at) && !words.is(at, &["earliest", "latest"]) {
            continue;
        }
        if let Some(length) = words.any(at, NONE) {
            return Some((Choice::NoneOfThem, Confidence::Sure, at..at + length));
        }
        if let Some(length) = words
            .any(at, ANY)
            .filter(|_| picking && words.before(at, 1) != "or")
        {
            return Some((Choice::Any, Confidence::Sure, at..at + length));
        }
        let Some(Place { nth, named, length }) = place(words, at, context) else {
            continue;
        };
        let pointed = named
            || words.before(at, 1) == "the"
            || words.is(
                at + length,
                &["one", "option", "slot", "time", "offer", "please", ""],
            );
        if nth < count
            && pointed
            && (picking || named || words.is(at + length, &["one", "option", "slot", "offer"]))
        {
            return Some((Choice::Nth(nth), Confidence::Sure, at..at + length));
        }
    }
    None
}

/// A place among the offers said at `at`.
struct Place {
    nth: usize,
    /// It can be nothing else: "the first one", "option two".
    named: bool,
    length: usize,
}

fn place(words: &Words<'_>, at: usize, context: &Context<'_>) -> Option<Place> {
    let count = context.offers.len();
    let last = count.checked_sub(1)?;
    let by_time = |latest: bool| {
        let starts = context
            .offers
            .iter()
            .enumerate()
            .map(|(nth, offer)| (offer.start, nth));
        if latest { starts.max() } else { starts.min() }.map(|(_, nth)| nth)
    };
    let one = usize::from(words.is(
        at + 1,
        &["one", "option", "slot", "time", "offer", "choice"],
    ));
    let found = |nth, named, length| Some(Place { nth, named, length });
    let ordinal = match words.at(at) {
        "first" | "1st" | "former" => Some(0),
        "second" | "2nd" => Some(1),
        "third" | "3rd" => Some(2),
        "fourth" | "4th" => Some(3),
        "fifth" | "5th" => Some(4),
        "last" | "latter" => Some(last),
        "middle" if count == 3 => Some(1),
        _ => None,
    };
    if let Some(nth) = ordinal {
        return found(nth, one == 1, 1 + one);
    }
    let the = words.before(at, 1) == "the";
    match words.at(at) {
        "earlier" | "earliest" | "sooner" | "soonest" if the => {
            return found(by_time(false)?, true, 1 + one);
        }
        "later" | "latest" if the && !words.is(at + 1, &["the"]) => {
            return found(by_time(true)?, true, 1 + one);
        }
        "option" | "number" => {
            if let Some((number @ 1..=20, length)) = below_hundred(words, at + 1) {
                return found(number as usize - 1, true, 1 + length);
            }
        }
        _ => {}
    }
    None
}

/// The one offer that fits the day, the time or the person that was named.
fn by_slots(meaning: &Meaning, context: &Context<'_>) -> Option<Heard<Choice>> {
    let days = match meaning.date.as_ref().map(|heard| &heard.value) {
        None => None,
        Some(Dates::On(day)) => Some(*day),
        Some(_) => return None,
    };
    let clocks: Option<&Clock> = match meaning.time.as_ref().map(|heard| &heard.value) {
        None => None,
        Some(Times::At(clock)) => Some(clock),
        Some(_) => return None,
    };
    let person = match meaning.staff.as_ref().map(|heard| &heard.value) {
        None => None,
        Some(StaffHeard::Is(id)) => Some(*id),
        Some(_) => return None,
    };
    let span = meaning
        .time
        .as_ref()
        .map(|heard| heard.span)
        .or(meaning.date.as_ref().map(|heard| heard.span))
        .or(meaning.staff.as_ref().map(|heard| heard.span))?;
    let fits = |nth: &usize| {
        let offer = &context.offers[*nth];
        days.is_none_or(|day| offer.start.date() == day)
            && clocks.is_none_or(|clock| {
                offer.start.time() == clock.time || Some(offer.start.time()) == clock.other
            })
            && person.is_none_or(|id| offer.staff == Some(id))
    };
    let mut fitting = (0..context.offers.len()).filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(nth), None) => Some(Heard {
            value: Choice::Nth(nth),
            confidence: Confidence::Sure,
            span,
        }),
        _ => None,
    }
}
