//! Telephone numbers said aloud: "oh two oh, double seven", "plus one four one five", "eight hundred", in one breath
//! or in pieces.

use std::ops::Range;

use super::{
    numbers::{digit, small, tens},
    tokens::Words,
};
use crate::language::{Asked, Confidence, Context, Heard, PhoneHeard, phone::from_digits};

/// From here on digits in a row are a telephone number, whatever was asked.
const ENOUGH: usize = 7;

#[rustfmt::skip]
const SAME: &[&str] = &[
    "number i am calling from", "number i am calling you from", "number i am calling on", "number i called from",
    "number i am on", "number i am using", "number that i am calling from", "number you have", "number you see",
    "number you can see", "number on your screen", "number on your display", "number that came up",
    "one i am calling from", "one i am calling on", "one i called from", "one that i am calling from",
    "phone i am calling from", "phone i am calling on", "what i am calling from", "my caller id", "the caller id",
    "this number", "this phone number", "this phone", "this same number", "the same number", "same number",
    "same phone", "current number", "the number calling", "calling from now",
];
/// After "what is the best number?" these are enough.
const SAME_WHEN_ASKED: &[&str] = &[
    "this one",
    "the same one",
    "the same",
    "same one",
    "i am calling from",
    "the one you have",
];

#[rustfmt::skip]
const CUES: &[&str] = &[
    "number is", "number to", "phone is", "phone number", "telephone", "mobile", "cell", "call me on", "call me at",
    "reach me on", "reach me at", "call me back on", "call me back at", "text me", "digits are", "area code",
];

/// A run of spoken digits.
struct Run {
    digits: String,
    words: Range<usize>,
}

pub(super) fn phone(words: &mut Words<'_>, context: &Context<'_>) -> Option<Heard<PhoneHeard>> {
    let asked = context.asked == Asked::Phone;
    if let Some((range, run)) = best_run(words, asked) {
        let fresh = from_digits(&run, context.country);
        let (value, confidence) = if asked && !context.digits.is_empty() {
            joined(context, &run, fresh)
        } else {
            fresh
        };
        let span = words.span(range.clone());
        words.take(range);
        return Some(Heard {
            value,
            confidence,
            span,
        });
    }
    let denied = words.contains("not this number") || words.contains("not the number");
    let same = (0..words.len()).find_map(|at| {
        let mut length = words.any(at, SAME);
        if asked && length.is_none() {
            length = words.any(at, SAME_WHEN_ASKED);
        }
        length.map(|length| at..at + length)
    });
    let range = same.filter(|_| !denied)?;
    let span = words.span(range.clone());
    words.take(range);
    Some(Heard {
        value: PhoneHeard::SameAsCaller,
        confidence: Confidence::Sure,
        span,
    })
}

/// More digits of the same number, unless what was said now is a whole number by itself.
fn joined(
    context: &Context<'_>,
    run: &str,
    fresh: (PhoneHeard, Confidence),
) -> (PhoneHeard, Confidence) {
    if run.starts_with('+') {
        return fresh;
    }
    let together = from_digits(&format!("{}{run}", context.digits), context.country);
    match (&together.0, &fresh.0) {
        (PhoneHeard::Wrong(_), PhoneHeard::Number(_)) => fresh,
        // The caller began again, or repeats the end: better ask than guess.
        _ => together,
    }
}

/// The last run that can be a number: what comes later corrects what came before.
fn best_run(words: &Words<'_>, asked: bool) -> Option<(Range<usize>, String)> {
    let mut best: Option<Run> = None;
    let mut at = 0;
    while at < words.len() {
        let Some(run) = run_from(words, at) else {
            at += 1;
            continue;
        };
        at = run.words.end;
        let count = run.digits.bytes().filter(u8::is_ascii_digit).count();
        let cued = cue_before(words, run.words.start);
        let whole = count >= ENOUGH || run.digits.starts_with('+') && count >= 2;
        let mostly = count >= 3 || run.words.len() * 2 >= words.len();
        let this_one = words.has(run.words.start, "one")
            && run.words.len() == 1
            && words.is(
                run.words.start.wrapping_sub(1),
                &["this", "that", "the", "same", "which"],
            );
        let a_time = this_one
            || words.is(
                run.words.start.wrapping_sub(1),
                &["at", "around", "by", "until"],
            );
        let piece = (asked && mostly && !a_time || cued && count >= 3)
            && !counts_something(words, run.words.end);
        if whole || piece {
            let longer = best
                .as_ref()
                .is_none_or(|best| best.digits.len() <= run.digits.len() || count >= ENOUGH);
            if longer {
                best = Some(run);
            }
        }
    }
    best.map(|run| (run.words, run.digits))
}

fn cue_before(words: &Words<'_>, at: usize) -> bool {
    (at.saturating_sub(5)..at).any(|place| words.any(place, CUES).is_some())
}

/// "Ten minutes", "three p.m.", "two people": a number of something, not a piece of a telephone number.
fn counts_something(words: &Words<'_>, at: usize) -> bool {
    words.is(
        at,
        &[
            "am", "pm", "oclock", "minutes", "minute", "hours", "hour", "days", "day", "weeks",
            "week", "people", "times", "second", "seconds", "moment",
        ],
    ) || words.has(at, "in the")
        || words.is(at, &["a", "p"]) && words.at(at + 1) == "m"
}

/// All digits from `start` on, with what people and recognisers put between them.
fn run_from(words: &Words<'_>, start: usize) -> Option<Run> {
    let mut digits = String::new();
    let mut at = start;
    let mut end = start;
    if words.is(at, &["+", "plus"]) {
        digits.push('+');
        at += 1;
    }
    if is_written_date(words, at) {
        return None;
    }
    while at < words.len() && !words.taken(at) {
        if let Some(length) = group(words, at, &mut digits) {
            at += length;
            end = at;
        } else if end > start
            && (is_joint(words.at(at)) || words.at(at) == "/" && words.at(at + 1).len() > 4)
        {
            at += 1;
        } else {
            break;
        }
    }
    (end > start && digits != "+").then_some(Run {
        digits,
        words: start..end,
    })
}

fn is_written_date(words: &Words<'_>, at: usize) -> bool {
    let digits = |at: usize| words.at(at).bytes().all(|b| b.is_ascii_digit());
    let lengths = [0, 2, 4].map(|ahead| words.at(at + ahead).len());
    let parted = words.is(at + 1, &["/", "-", "."]) && words.at(at + 3) == words.at(at + 1);
    parted
        && digits(at)
        && digits(at + 2)
        && digits(at + 4)
        && !words.is(at + 5, &["-", ".", "/"])
        && (lengths == [4, 2, 2] && words.at(at).starts_with("20")
            || matches!(lengths, [1..=2, 1..=2, 2 | 4]))
}

fn is_joint(word: &str) -> bool {
    matches!(
        word,
        "-" | "." | "dash" | "hyphen" | "space" | "then" | "and" | "dot"
    )
}

/// One group of digits; appends them and says how many words they took.
fn group(words: &Words<'_>, at: usize, digits: &mut String) -> Option<usize> {
    let word = words.at(at);
    let times = match word {
        "double" => Some(2),
        "triple" | "treble" => Some(3),
        "quadruple" => Some(4),
        _ => None,
    };
    if let Some(times) = times {
        let said = one_digit(words, at + 1, digits)?;
        for _ in 0..times {
            push(digits, said);
        }
        return Some(2);
    }
    if word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() {
        let clock = words.at(at + 1) == ":" || words.before(at, 1) == ":";
        if clock {
            return None;
        }
        digits.push_str(word);
        return Some(1);
    }
    if let Some(ten) = tens(word) {
        let one = digit(words.at(at + 1)).filter(|one| *one > 0);
        push(digits, ten / 10);
        push(digits, one.unwrap_or(0));
        return Some(1 + usize::from(one.is_some()));
    }
    if let Some(teen @ 10..=19) = small(word) {
        push(digits, 1);
        push(digits, teen % 10);
        return Some(1);
    }
    let said = one_digit(words, at, digits)?;
    let zeros = match words.at(at + 1) {
        "hundred" => 2,
        "thousand" => 3,
        _ => 0,
    };
    push(digits, said);
    for _ in 0..zeros {
        push(digits, 0);
    }
    Some(1 + usize::from(zeros > 0))
}

/// One digit word. What sounds like one counts as one between two others.
fn one_digit(words: &Words<'_>, at: usize, before: &str) -> Option<u32> {
    let word = words.at(at);
    if let Some(said) = digit(word) {
        let alone =
            matches!(word, "o" | "oh") && before.is_empty() && !starts_digits(words, at + 1);
        return (!alone).then_some(said);
    }
    let said = match word {
        "to" | "too" => 2,
        "for" | "fore" => 4,
        "won" => 1,
        "ate" => 8,
        _ => return None,
    };
    let between = digit(words.before(at, 1)).is_some() && digit(words.at(at + 1)).is_some();
    (between && !before.is_empty() && !words.pause_before(at)).then_some(said)
}

fn starts_digits(words: &Words<'_>, at: usize) -> bool {
    let word = words.at(at);
    digit(word).is_some()
        || matches!(word, "double" | "triple" | "treble")
        || tens(word).is_some()
        || !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

fn push(digits: &mut String, digit: u32) {
    digits.extend(char::from_digit(digit, 10));
}
