//! Words by which people take back what they just said: "Tuesday, no, Wednesday".

use std::ops::Range;

use super::tokens::Words;

pub(super) const MARKS: &[&str] = &[
    "no",
    "sorry",
    "actually",
    "i mean",
    "i meant",
    "make it",
    "make that",
    "or rather",
    "rather",
    "scratch that",
    "wait",
    "let us say",
    "let us make it",
    "correction",
    "instead",
    "excuse me",
    "my mistake",
    "on second thought",
    "on second thoughts",
    "changed my mind",
    "change to",
    "change that",
    "change it",
];

/// Whether something between two words of the utterance takes back what stood before.
pub(super) fn between(words: &Words<'_>, gap: Range<usize>) -> bool {
    // "Tuesday at three would be best, actually" takes nothing back: only a short gap does.
    gap.len() <= 8
        && gap.clone().any(|at| {
            words
                .any(at, MARKS)
                .is_some_and(|length| at + length <= gap.end)
        })
}

/// Of several values, drops those that a later one takes back.
pub(super) fn keep_last<T>(words: &Words<'_>, found: &mut Vec<(T, Range<usize>)>) {
    let taken_back = (1..found.len())
        .rev()
        .find(|&later| between(words, found[later - 1].1.end..found[later].1.start));
    if let Some(from) = taken_back {
        found.drain(..from);
    }
}
