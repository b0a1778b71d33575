//! Times of the day: which ones an utterance speaks of, and which it rules out.

mod hand;
mod parts;

use std::ops::Range;

use chrono::{Duration, NaiveDateTime, NaiveTime};

use self::hand::{Half, Hand, hand, on_clock};
use super::{corrections, dates::is_refused, numbers::below_hundred, tokens::Words};
use crate::language::{Asked, Clock, Confidence, Context, DayPart, Heard, Times};

/// What was found about times.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) wanted: Option<Heard<Times>>,
    pub(super) refused: Option<Heard<Times>>,
    /// "In two hours": a moment, so a date as well.
    pub(super) moment: Option<NaiveDateTime>,
}

type Resolved = (Times, Confidence);

pub(super) fn times(words: &mut Words<'_>, context: &Context<'_>) -> Found {
    if let Some(found) = from_now(words, context.now) {
        return found;
    }
    let parts = parts::parts(words);
    let part = parts.iter().find_map(|(times, range)| match times {
        Times::Part(part) if !is_refused(words, range) => Some(*part),
        _ => None,
    });
    let hands = hands(words, context);
    let mut wanted: Vec<(Resolved, Range<usize>)> = Vec::new();
    let mut refused: Vec<(Resolved, Range<usize>)> = Vec::new();
    let mut at = 0;
    while at < hands.len() {
        let (resolved, range, used) = one(words, &hands[at..], part, context);
        at += used;
        let list = if is_refused(words, &range) {
            &mut refused
        } else {
            &mut wanted
        };
        list.push((resolved, range));
    }
    let clocks = !wanted.is_empty();
    for (times, range) in parts {
        let no = is_refused(words, &range);
        // "Tuesday afternoon at two": the afternoon has already chosen between two and fourteen.
        if no || !clocks {
            let list = if no { &mut refused } else { &mut wanted };
            list.push(((times, Confidence::Sure), range));
        }
    }
    for (_, range) in wanted.iter().chain(&refused) {
        words.take(range.clone());
    }
    corrections::keep_last(words, &mut wanted);
    Found {
        wanted: together(words, wanted),
        refused: together(words, refused),
        moment: None,
    }
}

/// "In two hours", "in half an hour", "an hour from now".
fn from_now(words: &mut Words<'_>, now: NaiveDateTime) -> Option<Found> {
    let (range, minutes) = (0..words.len()).find_map(|at| {
        let lead = usize::from(words.at(at) == "in");
        let start = at + lead;
        let (minutes, length) = if let Some(length) =
            words.any(start, &["half an hour", "half hour", "a half hour"])
        {
            (30, length)
        } else if let Some(length) =
            words.any(start, &["an hour and a half", "one and a half hours"])
        {
            (90, length)
        } else if let Some(length) = words.any(start, &["a couple of hours", "couple of hours"]) {
            (120, length)
        } else {
            let (count, length) = match words.at(start) {
                "an" | "a" => (1, 1),
                _ => below_hundred(words, start)?,
            };
            match words.at(start + length) {
                "hour" | "hours" => (count * 60, length + 1),
                "minutes" | "minute" => (count, length + 1),
                _ => return None,
            }
        };
        let end = start + length;
        let tail = words.any(end, &["from now", "time"]);
        (lead == 1 || tail.is_some() && words.has(end, "from now"))
            .then_some((at..end + tail.unwrap_or(0), minutes))
    })?;
    let moment = now + Duration::minutes(minutes.into());
    let span = words.span(range.clone());
    words.take(range);
    Some(Found {
        wanted: Some(Heard {
            value: Times::Around(Clock {
                time: moment.time(),
                other: None,
            }),
            confidence: Confidence::Sure,
            span,
        }),
        refused: None,
        moment: Some(moment),
    })
}

fn hands(words: &Words<'_>, context: &Context<'_>) -> Vec<(Hand, Range<usize>)> {
    let mut found: Vec<(Hand, Range<usize>)> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let candidate = hand(words, at).filter(|(_, length)| {
            (at..at + length).all(|at| {
                !words.taken(at)
                    || words.is(at, &["tonight", "this", "morning", "afternoon", "evening"])
            }) && !words.taken(at)
        });
        let Some((hand, length)) = candidate else {
            at += 1;
            continue;
        };
        let range = at..at + length;
        let follows = found.last().is_some_and(|(_, last)| {
            last.end + 1 == at
                && words.is(
                    last.end,
                    &["or", "and", "to", "until", "till", "-", "through"],
                )
                || words.pause_before(at) && last.end == at
        });
        if hand.certain
            || is_time_here(words, &range, context)
            || follows && context_allows(words, &range)
        {
            at = range.end;
            found.push((hand, range));
        } else {
            at += 1;
        }
    }
    found
}

/// What follows a number that counts something.
fn counts(words: &Words<'_>, end: usize) -> bool {
    words.is(
        end,
        &[
            "minutes",
            "minute",
            "mins",
            "hours",
            "hour",
            "days",
            "day",
            "weeks",
            "week",
            "months",
            "month",
            "years",
            "year",
            "people",
            "persons",
            "person",
            "kids",
            "children",
            "adults",
            "guests",
            "times",
            "dollars",
            "euros",
            "pounds",
            "bucks",
            "percent",
            "of",
            "more",
            "other",
            "others",
            "thing",
            "things",
            "question",
            "questions",
            "appointments",
            "bookings",
            "second",
            "seconds",
            "moment",
            "th",
            "am",
            "haircuts",
            "hundred",
            "thousand",
            "that",
            "way",
        ],
    ) && !words.has(end, "of us at")
}

fn context_allows(words: &Words<'_>, range: &Range<usize>) -> bool {
    !counts(words, range.end)
}

/// Whether a bare number is a time, by what stands around it and by what was asked.
fn is_time_here(words: &Words<'_>, range: &Range<usize>, context: &Context<'_>) -> bool {
    if counts(words, range.end) {
        return false;
    }
    let before = words.before(range.start, 1);
    let pointed = matches!(
        before,
        "the"
            | "that"
            | "this"
            | "first"
            | "second"
            | "third"
            | "last"
            | "later"
            | "earlier"
            | "other"
            | "any"
            | "which"
            | "either"
            | "another"
            | "latter"
            | "every"
            | "some"
            | "only"
            | "next"
    );
    let one = words.is(range.start, &["one", "1"]);
    if one
        && (pointed || matches!(before, "no" | "good") || words.taken(range.start.wrapping_sub(1)))
        || words.is(range.start, &["one"])
            && words.is(
                range.end,
                &[
                    "for", "on", "is", "with", "in", "near", "at", "from", "that", "who", "by",
                ],
            )
            && before != "at"
    {
        return false;
    }
    let led = matches!(
        before,
        "at" | "around"
            | "about"
            | "by"
            | "after"
            | "before"
            | "until"
            | "till"
            | "between"
            | "approximately"
            | "roughly"
    ) || before == "from" && !words.is(range.end, &["the"])
        || before == "than" && words.is(range.start.wrapping_sub(2), &["later", "earlier"]);
    let led =
        led || before == "do" && words.is(range.start.wrapping_sub(2), &["we", "you", "i", "us"]);
    let said_to_work = words
        .any(
            range.end,
            &[
                "works",
                "would work",
                "is fine",
                "is good",
                "is okay",
                "is ok",
                "is perfect",
                "sounds good",
                "would be",
                "is great",
                "if possible",
                "does not work",
                "onwards",
                "or later",
            ],
        )
        .is_some();
    let before_date = words.taken(range.end) && !pointed && !one;
    let after_date = range.start > 0 && words.taken(range.start - 1) && !pointed && !one;
    let asked = matches!(context.asked, Asked::When | Asked::Time | Asked::PickOffer) && !pointed
        || context.asked == Asked::ConfirmBooking && before == "make it"
        || words.is(range.start.wrapping_sub(2), &["make", "say"])
            && matches!(before, "it" | "that");
    let day_word = matches!(before, "morning" | "afternoon" | "evening");
    led || said_to_work && !one || after_date || before_date || asked || day_word
}

/// The first time of `hands` with what the words around it make of it, and how many hands that took.
fn one(
    words: &Words<'_>,
    hands: &[(Hand, Range<usize>)],
    part: Option<DayPart>,
    context: &Context<'_>,
) -> (Resolved, Range<usize>, usize) {
    let (hand, range) = &hands[0];
    let before = |back| words.before(range.start, back);
    if let Some((until, last)) = hands.get(1) {
        let gap = words.at(range.end);
        let adjacent = last.start == range.end + 1;
        let between = adjacent && (gap == "and" && matches!(before(1), "between" | "betwen"));
        if between || adjacent && matches!(gap, "to" | "until" | "till" | "-" | "through") {
            let (resolved, lead) = (
                range_of(*hand, *until, part, context),
                usize::from(matches!(before(1), "between" | "from")),
            );
            return (resolved, range.start - lead..last.end, 2);
        }
    }
    let (clock, confidence) = on_clock(*hand, part, context);
    let past_time = before(1) == "past" && matches!(before(2), "time" | "anytime");
    let (times, lead) = match before(1) {
        "around" | "about" | "approximately" | "roughly" | "near" | "circa" => {
            (Times::Around(clock), 1)
        }
        "like" if before(2) == "something" => (Times::Around(clock), 2),
        "after" if before(2) == "not" => (Times::Before(clock), 2),
        "before" if before(2) == "not" => (Times::After(clock), 2),
        "past" if past_time => (Times::After(clock), 1),
        "before" | "by" | "until" | "till" => (Times::Before(clock), 1),
        "than" if before(3) == "no" || before(3) == "not" => match before(2) {
            "later" => (Times::Before(clock), 3),
            "earlier" | "sooner" => (Times::After(clock), 3),
            _ => (Times::At(clock), 0),
        },
        "than" if before(2) == "later" => (Times::After(clock), 2),
        "than" if matches!(before(2), "earlier" | "sooner") => (Times::Before(clock), 2),
        "after" | "from" | "since" => (Times::After(clock), 1),
        _ => (Times::At(clock), 0),
    };
    let (times, tail) = match words.any(
        range.end,
        &[
            "or later",
            "or after",
            "and later",
            "onwards",
            "onward",
            "at the earliest",
            "or any time after",
            "and after",
        ],
    ) {
        Some(length) => (Times::After(clock), length),
        None => match words.any(
            range.end,
            &[
                "or earlier",
                "or before",
                "at the latest",
                "or any time before",
            ],
        ) {
            Some(length) => (Times::Before(clock), length),
            None => match words.any(
                range.end,
                &[
                    "or so",
                    "or thereabouts",
                    "give or take",
                    "roughly",
                    "approximately",
                    "or something",
                ],
            ) {
                Some(length) => (Times::Around(clock), length),
                None if words.at(range.end) == "on" && before(1) == "from" => (times, 1),
                None => (times, 0),
            },
        },
    };
    let times = match times {
        Times::At(clock) if hand.vague => Times::Around(clock),
        times => times,
    };
    ((times, confidence), range.start - lead..range.end + tail, 1)
}

/// "From two to four": one "p.m." at the end holds for both, as far as the clock runs forward.
fn range_of(from: Hand, until: Hand, part: Option<DayPart>, context: &Context<'_>) -> Resolved {
    let mut from = from;
    if from.half.is_none() && matches!(until.half, Some(Half::Am | Half::Pm | Half::Part(_))) {
        let same = (from.hour % 12, from.minute) < (until.hour % 12, until.minute);
        from.half = if same { until.half } else { Some(Half::Am) };
    }
    let (first, sure) = on_clock(from, part, context);
    let (mut last, _) = on_clock(until, part, context);
    if let Some(other) = last.other
        && last.time <= first.time
        && other > first.time
    {
        last = Clock {
            time: other,
            other: Some(last.time),
        };
    }
    (Times::Between(first, last), sure)
}

fn together(words: &Words<'_>, found: Vec<(Resolved, Range<usize>)>) -> Option<Heard<Times>> {
    let (mut times, mut confidence, mut range) = {
        let ((times, confidence), range) = found.first()?.clone();
        (times, confidence, range)
    };
    for ((more, sure), next) in found.into_iter().skip(1) {
        let joined = match (&mut times, more) {
            (Times::At(one), Times::At(other)) if one.time != other.time => {
                Times::OneOf(vec![*one, other])
            }
            (Times::OneOf(several), Times::At(other)) => {
                if several.iter().all(|clock| clock.time != other.time) {
                    several.push(other);
                }
                Times::OneOf(std::mem::take(several))
            }
            (Times::After(from), Times::Before(until)) if from.time < until.time => {
                Times::Between(*from, until)
            }
            (Times::Before(until), Times::After(from)) if from.time < until.time => {
                Times::Between(from, *until)
            }
            (Times::Part(one), Times::Part(other)) if *one != other => either_part(*one, other),
            (Times::Any, specific) => specific,
            (Times::Earliest, specific @ (Times::At(_) | Times::After(_) | Times::Part(_))) => {
                specific
            }
            _ => continue,
        };
        times = joined;
        if sure == Confidence::Unsure {
            confidence = sure;
        }
        range = range.start.min(next.start)..range.end.max(next.end);
    }
    Some(Heard {
        value: times,
        confidence,
        span: words.span(range),
    })
}

/// "Afternoon or evening" reaches from the start of the one to the end of the other.
fn either_part(one: DayPart, other: DayPart) -> Times {
    let ((a, b), (c, d)) = (one.span(), other.span());
    let clock = |time: NaiveTime| Clock { time, other: None };
    Times::Between(clock(a.min(c)), clock(b.max(d)))
}
