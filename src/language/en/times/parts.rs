//! Parts of the day and other times without a number: "the afternoon", "first thing", "any time", "after work".

use std::ops::Range;

use chrono::NaiveTime;

use crate::language::{Clock, DayPart, Times, en::tokens::Words};

pub(super) fn parts(words: &Words<'_>) -> Vec<(Times, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match part(words, at) {
            Some((times, length)) => {
                found.push((times, at..at + length));
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

fn part(words: &Words<'_>, at: usize) -> Option<(Times, usize)> {
    let clock = |hour| Clock {
        time: NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default(),
        other: None,
    };
    for (phrases, times) in [
        (&["after lunch"][..], Times::Part(DayPart::Afternoon)),
        (&["before lunch"], Times::Part(DayPart::Morning)),
        (
            &["after work", "after i finish work", "after office hours"],
            Times::After(clock(17)),
        ),
        (&["after school"], Times::After(clock(15))),
        (&["before work"], Times::Before(clock(9))),
        (
            &[
                "first thing in the morning",
                "first thing",
                "as early as possible",
                "as early as you can",
                "the earliest",
                "earliest",
                "start of the day",
                "beginning of the day",
                "when you open",
                "right when you open",
                "early as possible",
            ],
            Times::Earliest,
        ),
        (
            &[
                "end of the day",
                "end of day",
                "last thing",
                "late in the day",
                "as late as possible",
                "as late as you can",
                "last appointment of the day",
                "last slot of the day",
                "the latest",
                "before you close",
                "last appointment",
                "last slot",
            ],
            Times::Latest,
        ),
        (
            &[
                "any time of day",
                "any time of the day",
                "any time at all",
                "any time",
                "anytime",
                "whatever time",
                "whichever time",
                "all day",
                "time does not matter",
                "the time does not matter",
                "no particular time",
                "any hour",
            ],
            Times::Any,
        ),
    ] {
        if let Some(length) = words.any(at, phrases) {
            // "Any time after two" and "at the latest" say it by what stands around.
            let modifies = words.is(
                at + length,
                &[
                    "after", "before", "between", "from", "past", "around", "tomorrow", "on", "in",
                    "this", "next",
                ],
            );
            let bound = words.is(at.wrapping_sub(1), &["at"])
                && length <= 2
                && matches!(times, Times::Earliest | Times::Latest);
            let clock_follows = modifies && times == Times::Any && follows_time(words, at + length);
            return if bound || clock_follows {
                None
            } else {
                Some((times, length))
            };
        }
    }
    let part = match words.at(at) {
        "morning" | "mornings" | "midmorning" => DayPart::Morning,
        "afternoon" | "afternoons" | "midafternoon" => DayPart::Afternoon,
        "evening" | "evenings" => DayPart::Evening,
        "night" | "nights" | "tonight" => DayPart::Night,
        "lunchtime" | "lunch" => DayPart::Lunchtime,
        _ => return None,
    };
    let greeting = words.is(
        at.wrapping_sub(1),
        &["good", "nice", "lovely", "great", "pleasant", "wonderful"],
    );
    let word = words.at(at);
    let last_night = word == "night" && words.is(at.wrapping_sub(1), &["last"]);
    // "I need my lunch": a time only with a word that makes it one.
    let lunch = word == "lunch"
        && !words.is(
            at.wrapping_sub(1),
            &["at", "around", "over", "during", "for", "about"],
        );
    let time = usize::from(word == "lunch" && words.at(at + 1) == "time");
    let meal = lunch && time == 0;
    let something_else = greeting || last_night || meal;
    (!something_else).then_some((Times::Part(part), 1 + time))
}

/// "Any time after two", not "any time on Tuesday".
fn follows_time(words: &Words<'_>, at: usize) -> bool {
    words.is(
        at,
        &["after", "before", "between", "from", "past", "around"],
    ) || words.is(at, &["in", "this"])
        && (at..at + 3).any(|at| words.is(at, &["morning", "afternoon", "evening"]))
}
