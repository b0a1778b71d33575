//! One time on the clock as people say it: "half past two", "quarter to", "two thirty p.m.", "1430", "noon".
//! Which half of the day it is in is decided here as well, from the words, the offers and the plausible hours.

use chrono::{NaiveTime, Timelike};

use crate::language::{
    Clock, Confidence, Context, DayPart,
    en::{
        numbers::{below_hundred, digits, small},
        tokens::Words,
    },
};

/// Hour and minute as said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hand {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) half: Option<Half>,
    /// It can be nothing but a time: "half past two". Not so "two", or "1430".
    pub(super) certain: bool,
    /// "-ish".
    pub(super) vague: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
    /// "Fourteen thirty", "noon": nothing is left open.
    Said,
    Part(DayPart),
}

const PAST: &[&str] = &["past", "after", "passed"];
const TO: &[&str] = &["to", "till", "til", "before", "of"];

/// The time that starts at `at`, and its number of words.
pub(super) fn hand(words: &Words<'_>, at: usize) -> Option<(Hand, usize)> {
    let (mut hand, mut length) = named(words, at)
        .or_else(|| around_the_hour(words, at))
        .or_else(|| with_minutes(words, at))
        .or_else(|| bare(words, at))?;
    if words.at(at + length) == "ish" {
        hand.vague = true;
        hand.certain = true;
        length += 1;
    }
    for suffix in ["oclock", "o clock", "sharp", "on the dot", "exactly"] {
        if words.has(at + length, suffix) {
            hand.certain = true;
            length += suffix.split(' ').count();
        }
    }
    if let Some((half, more)) = half(words, at + length)
        && hand.half.is_none()
    {
        hand.half = Some(half);
        hand.certain = true;
        length += more;
    }
    if words.has(at + length, "oclock") {
        length += 1;
    }
    (hand.hour <= 24 && hand.minute < 60).then_some((hand, length))
}

fn named(words: &Words<'_>, at: usize) -> Option<(Hand, usize)> {
    let twelve = usize::from(words.is(at, &["12", "twelve"]));
    let hour = match words.at(at + twelve) {
        "noon" | "midday" | "noontime" => 12,
        "midnight" => 0,
        _ => return None,
    };
    let hand = Hand {
        hour,
        minute: 0,
        half: Some(Half::Said),
        certain: true,
        vague: false,
    };
    Some((hand, twelve + 1))
}

/// "Half past two", "half two", "a quarter to three", "ten past", "twenty five to eight".
fn around_the_hour(words: &Words<'_>, at: usize) -> Option<(Hand, usize)> {
    let article = usize::from(words.at(at) == "a" && words.at(at + 1) == "quarter");
    let (minutes, mut length) = match words.at(at + article) {
        "half" => (30, 1),
        "quarter" | "quater" => (15, 1),
        _ => below_hundred(words, at)?,
    };
    length += article;
    let said_minutes = words.is(at + length, &["minutes", "minute", "mins"]);
    length += usize::from(said_minutes);
    let half = words.at(at) == "half";
    let relation = words.at(at + length);
    let past = PAST.contains(&relation);
    let to = TO.contains(&relation);
    if half && !past {
        // "Half two" is half past two, in Britain and wherever its English is spoken.
        let (hour, more) = hour(words, at + 1)?;
        let hand = Hand {
            hour,
            minute: 30,
            half: None,
            certain: true,
            vague: false,
        };
        return Some((hand, 1 + more));
    }
    // "From ten to two" and "nine to five" are ranges.
    let in_range = words.is(at.wrapping_sub(1), &["from", "between"])
        || words.has(at.wrapping_sub(2), "open at");
    let five = matches!(minutes, 5 | 10 | 15 | 20 | 25) && !in_range
        || said_minutes
        || article > 0
        || half;
    let loose = matches!(relation, "before" | "of" | "after")
        && !said_minutes
        && !matches!(words.at(at + article), "half" | "quarter");
    let related = past || to && five;
    if !related || loose && !matches!(minutes, 5 | 10 | 20 | 25) || minutes >= 60 {
        return None;
    }
    let next = at + length + 1;
    let noon = match words.at(next) {
        "noon" | "midday" => Some((12, Half::Said)),
        "midnight" => Some((24, Half::Said)),
        _ => None,
    };
    let (hour, more, half) = if let Some((hour, half)) = noon {
        (hour, 1, Some(half))
    } else {
        let (hour, more) = hour(words, next)?;
        (hour, more, (hour > 12).then_some(Half::Said))
    };
    let (hour, minute) = if past {
        (hour % 24, minutes)
    } else {
        // "To one" is after twelve.
        (
            if hour == 1 { 12 } else { hour.checked_sub(1)? },
            60 - minutes,
        )
    };
    let hand = Hand {
        hour,
        minute,
        half,
        certain: true,
        vague: false,
    };
    Some((hand, length + 1 + more))
}

fn hour(words: &Words<'_>, at: usize) -> Option<(u32, usize)> {
    let (hour, length) = below_hundred(words, at)?;
    (hour <= 24).then_some((hour, length))
}

/// "2:30", "14.30", "two thirty", "two oh five", "fourteen hundred", "1430".
fn with_minutes(words: &Words<'_>, at: usize) -> Option<(Hand, usize)> {
    let word = words.at(at);
    let made = |hour, minute, certain| {
        let said = hour > 12 || hour == 0 || word.len() > 1 && word.starts_with('0');
        Hand {
            hour,
            minute,
            half: said.then_some(Half::Said),
            certain,
            vague: false,
        }
    };
    if word.len() >= 3
        && let Some(number) = digits(word, 4)
    {
        let (hour, minute) = (number / 100, number % 100);
        return (hour <= 24 && minute < 60).then(|| (made(hour, minute, false), 1));
    }
    let (hour, length) = hour(words, at)?;
    let next = at + length;
    if words.is(next, &[":", ".", "h"]) && words.glued(next) && words.glued(next + 1) {
        let minute = digits(words.at(next + 1), 2).filter(|_| words.at(next + 1).len() == 2)?;
        return (minute < 60).then(|| (made(hour, minute, true), length + 2));
    }
    if words.at(next) == "hundred" && hour > 0 {
        let hours = usize::from(words.at(next + 1) == "hours");
        return Some((made(hour, 0, hour > 9), length + 1 + hours));
    }
    if words.is(next, &["oh", "o", "zero"]) {
        let minute = small(words.at(next + 1)).filter(|minute| (1..=9).contains(minute))?;
        return Some((made(hour, minute, true), length + 2));
    }
    let (minute, more) = below_hundred(words, next).filter(|_| !words.pause_before(next))?;
    let unit = words.is(
        next + more,
        &[
            "minutes", "minute", "hours", "days", "weeks", "people", "euros", "dollars", "pounds",
            "th",
        ],
    );
    let written_apart = words.at(next).len() == 2 || digits(words.at(next), 2).is_none();
    let good = (minute >= 10 || words.at(next) == "00")
        && minute < 60
        && written_apart
        && !unit
        && !words.is(next + more, &[":", "oclock", "am", "pm"])
        || (10..60).contains(&minute) && written_apart && words.is(next + more, &["am", "pm"]);
    (good && hour <= 24).then(|| (made(hour, minute, true), length + more))
}

fn bare(words: &Words<'_>, at: usize) -> Option<(Hand, usize)> {
    let (hour, length) = hour(words, at)?;
    if hour == 0 && words.at(at) != "0" {
        return None;
    }
    let zero = words.at(at).len() == 2 && words.at(at).starts_with('0');
    let half = (hour > 12 || hour == 0 || zero).then_some(Half::Said);
    Some((
        Hand {
            hour,
            minute: 0,
            half,
            certain: false,
            vague: false,
        },
        length,
    ))
}

/// "p.m.", "in the morning", "tonight".
fn half(words: &Words<'_>, at: usize) -> Option<(Half, usize)> {
    let part = |part, length| Some((Half::Part(part), length));
    // "That one. Am I free on that day?"
    if words.at(at) == "am" && (words.pause_before(at) || words.at(at + 1) == "i") {
        return None;
    }
    if let Some(length) = words.any(at, &["am", "a m", "in the am"]) {
        return Some((Half::Am, length));
    }
    if let Some(length) = words.any(at, &["pm", "p m", "in the pm"]) {
        return Some((Half::Pm, length));
    }
    for (phrases, said) in [
        (
            &[
                "in the morning",
                "in the early morning",
                "this morning",
                "of the morning",
                "in morning",
            ][..],
            DayPart::Morning,
        ),
        (
            &[
                "in the afternoon",
                "in the early afternoon",
                "in the late afternoon",
                "this afternoon",
                "of the afternoon",
                "in afternoon",
            ],
            DayPart::Afternoon,
        ),
        (
            &[
                "in the evening",
                "this evening",
                "of the evening",
                "in evening",
            ],
            DayPart::Evening,
        ),
        (&["at night", "in the night", "tonight"], DayPart::Night),
    ] {
        if let Some(length) = words.any(at, phrases) {
            return part(said, length);
        }
    }
    None
}

/// The time of the day that is meant. `part` is the part of the day that the utterance spoke of elsewhere.
pub(super) fn on_clock(
    hand: Hand,
    part: Option<DayPart>,
    context: &Context<'_>,
) -> (Clock, Confidence) {
    let half = hand.half.or(part.map(Half::Part));
    let time = |hour: u32| NaiveTime::from_hms_opt(hour % 24, hand.minute, 0).unwrap_or_default();
    let hour = hand.hour;
    let (early, late) = (hour % 12, hour % 12 + 12);
    let only = |hour| {
        (
            Clock {
                time: time(hour),
                other: None,
            },
            Confidence::Sure,
        )
    };
    if hour == 0 && matches!(half, Some(Half::Pm)) {
        return only(12);
    }
    if hour > 12 || hour == 0 {
        return only(hour);
    }
    match half {
        Some(Half::Said) => return only(hour),
        Some(Half::Am | Half::Part(DayPart::Morning)) => return only(early),
        Some(Half::Pm | Half::Part(DayPart::Afternoon | DayPart::Evening)) => return only(late),
        Some(Half::Part(DayPart::Lunchtime)) => {
            return only(if hour == 11 || hour == 10 {
                early
            } else {
                late
            });
        }
        Some(Half::Part(DayPart::Night)) => {
            return only(if (5..12).contains(&hour) { late } else { early });
        }
        None => {}
    }
    let offered = |hour| {
        context
            .offers
            .iter()
            .any(|offer| (offer.start.hour(), offer.start.minute()) == (hour, hand.minute))
    };
    let plausible = |hour| is_within(time(hour), context.plausible);
    let daytime = if hour == 12 || hour < 7 { late } else { early };
    let other_of = |chosen| time(if chosen == early { late } else { early });
    let decided = |chosen| {
        (
            Clock {
                time: time(chosen),
                other: Some(other_of(chosen)),
            },
            Confidence::Sure,
        )
    };
    match (offered(early), offered(late)) {
        (true, false) => return decided(early),
        (false, true) => return decided(late),
        _ => {}
    }
    match (plausible(early), plausible(late)) {
        (true, false) => decided(early),
        (false, true) => decided(late),
        (true, true) => (
            Clock {
                time: time(daytime),
                other: Some(other_of(daytime)),
            },
            Confidence::Unsure,
        ),
        (false, false) => decided(daytime),
    }
}

/// Whether a time is within hours that may go past midnight.
fn is_within(time: NaiveTime, (from, until): (NaiveTime, NaiveTime)) -> bool {
    if from <= until {
        (from..=until).contains(&time)
    } else {
        time >= from || time <= until
    }
}
