//! The caller's name, and the name of the person they book for: given, introduced, spelled, or corrected by a letter.

use std::ops::Range;

use super::{
    common::{is_given_name, is_ordinary},
    letters::{self, Spelled},
    tokens::Words,
};
use crate::language::{Asked, Confidence, Context, Heard, SpokenName};

/// After these a name follows, whatever was asked.
#[rustfmt::skip]
const INTRODUCTIONS: &[&str] = &[
    "my name is", "my full name is", "my first name is", "the name is", "name is", "name would be", "name will be",
    "name to", "i am called", "they call me", "people call me", "you can call me", "just call me", "put it under",
    "under the name of", "under the name", "in the name of", "it would be under", "it is under",
    "you are speaking with", "you are speaking to", "you are talking to"
];
/// After these a name may follow: "I am Ann", but "I am looking for ...".
const MAYBE: &[&str] = &[
    "this is",
    "i am",
    "it is",
    "hi it is",
    "here is",
    "speaking is",
    "under",
];
/// After these a name follows if a name was asked for.
const WHEN_ASKED: &[&str] = &[
    "it would be",
    "that is",
    "name",
    "it will be",
    "yes it is",
    "that would be",
    "put",
    "for",
    "call me",
    "make it",
];

const MOST_WORDS: usize = 4;

/// The caller's name, if it was said.
pub(super) fn name(words: &mut Words<'_>, context: &Context<'_>) -> Option<Heard<SpokenName>> {
    let asked = matches!(context.asked, Asked::Name | Asked::Spelling);
    let spelled = letters::spelled(words, asked);
    let spelled_range = spelled.as_ref().map(|spelled| spelled.words.clone());
    let change = letters::change(words);
    let stop = |at: usize| {
        spelled_range
            .as_ref()
            .is_some_and(|range| range.contains(&at))
            || change
                .as_ref()
                .is_some_and(|(_, range)| range.contains(&at))
    };
    let said =
        introduced(words, asked, &stop).or_else(|| asked.then(|| answer(words, &stop)).flatten());
    let cued = asked || said.is_some() || words.contains("spelled") || words.contains("spell");
    let whole = |range: Range<usize>, more: Option<Range<usize>>| match more {
        Some(more) => range.start.min(more.start)..range.end.max(more.end),
        None => range,
    };
    let (text, spelled, confidence, range) = match (said, spelled, change) {
        (said, Some(spelled), _) if cued => {
            let (base, range) = match said {
                Some((range, _)) => (Some(written(words, &range)), Some(range)),
                None => (None, None),
            };
            let base = base.as_deref().or(context.name);
            let range = whole(spelled.words.clone(), range);
            (with_spelling(base, &spelled), true, Confidence::Sure, range)
        }
        (Some((range, confidence)), _, None) => (written(words, &range), false, confidence, range),
        (Some((range, confidence)), _, Some((change, at))) => {
            let text = change.apply(&written(words, &range));
            (text, true, confidence, whole(range, Some(at)))
        }
        (None, _, Some((change, at))) => (change.apply(context.name?), true, Confidence::Sure, at),
        _ => return None,
    };
    if text.is_empty() {
        return None;
    }
    let span = words.span(range.clone());
    words.take(range);
    Some(Heard {
        value: SpokenName { text, spelled },
        confidence,
        span,
    })
}

fn introduced(
    words: &Words<'_>,
    asked: bool,
    stop: &dyn Fn(usize) -> bool,
) -> Option<(Range<usize>, Confidence)> {
    let mut found = None;
    for at in 0..words.len() {
        let certain = words.any(at, INTRODUCTIONS);
        let asked_form = asked.then(|| words.any(at, WHEN_ASKED)).flatten();
        let maybe = words.any(at, MAYBE);
        let Some(length) = certain.or(asked_form).or(maybe) else {
            continue;
        };
        let range = name_at(words, at + length, stop);
        if range.is_empty() || words.taken(at) {
            continue;
        }
        let known = is_given_name(words.at(range.start))
            || words.capital(range.start)
            || words.at(range.end) == "speaking";
        if certain.is_some() && (words.at(at) != "name" || asked) || known {
            let sure = certain.is_some() || asked || words.capital(range.start);
            found = Some((
                range,
                if sure {
                    Confidence::Sure
                } else {
                    Confidence::Unsure
                },
            ));
        } else if asked && !is_ordinary(words.at(range.start)) {
            found = Some((range, Confidence::Sure));
        }
    }
    // "Ann speaking", "Ann here".
    found.or_else(|| {
        let at = (1..words.len()).find(|&at| words.is(at, &["speaking", "here"]))?;
        let start = (at.saturating_sub(3)..at)
            .find(|&start| (start..at).all(|at| !is_ordinary(words.at(at)) && !words.taken(at)))?;
        let known = is_given_name(words.at(start)) || words.capital(start);
        (known || asked).then_some((start..at, Confidence::Sure))
    })
}

/// A bare answer to "what is your name?".
fn answer(words: &Words<'_>, stop: &dyn Fn(usize) -> bool) -> Option<(Range<usize>, Confidence)> {
    // "Will" alone, with its capital, is a name; "will you" is none.
    let ordinary = |at: usize| {
        is_ordinary(words.at(at))
            && !(words.len() <= 2 && words.capital(at) && is_given_name(words.at(at)))
    };
    let start = (0..words.len()).find(|&at| !ordinary(at) && !words.taken(at) && !stop(at))?;
    // Too much before it: a sentence about something else.
    if start > 4 {
        return None;
    }
    let range = name_at(words, start, stop);
    let rest = words.len() - range.end;
    if range.is_empty()
        || rest > 6 && !words.pause_before(range.end) && !words.is(range.end, &["and"])
    {
        return None;
    }
    let asks = words.is(
        0,
        &[
            "what", "why", "who", "how", "when", "where", "can", "could", "do",
        ],
    );
    (!asks).then_some((range, Confidence::Sure))
}

/// The words of a name from `start` on: up to an ordinary word, a pause, or something already understood.
fn name_at(words: &Words<'_>, start: usize, stop: &dyn Fn(usize) -> bool) -> Range<usize> {
    let mut end = start;
    while end < words.len() && end - start < MOST_WORDS {
        let word = words.at(end);
        let particle = end > start
            && matches!(
                word,
                "de" | "la" | "van" | "von" | "der" | "del" | "bin" | "al" | "da" | "di" | "st"
            );
        let digit = word.contains(|c: char| c.is_ascii_digit());
        let known_ordinary = is_ordinary(word) && !(words.capital(end) && is_given_name(word));
        if digit
            || stop(end)
            || words.taken(end)
            || known_ordinary && !particle
            || end > start && words.pause_before(end)
            || !word.contains(char::is_alphabetic)
        {
            break;
        }
        end += 1;
    }
    // A letter alone is no name.
    if end == start + 1 && words.at(start).chars().count() < 2 {
        return start..start;
    }
    start..end
}

/// The name as it was written, with capitals where the recogniser left them out.
fn written(words: &Words<'_>, range: &Range<usize>) -> String {
    let mut name = String::new();
    for at in range.clone() {
        let word = words.written(at);
        let stem = word
            .strip_suffix("'s")
            .or_else(|| word.strip_suffix("’s"))
            .unwrap_or(word);
        if !name.is_empty() {
            name.push(if words.glued(at) { '-' } else { ' ' });
        }
        name.push_str(&capitalised(stem));
    }
    name
}

fn capitalised(word: &str) -> String {
    let mixed = word.chars().any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    if mixed {
        return word.to_owned();
    }
    let mut start = true;
    let mut name = String::with_capacity(word.len());
    for c in word.chars() {
        if start {
            name.extend(c.to_uppercase());
        } else {
            name.extend(c.to_lowercase());
        }
        start = matches!(c, '-' | '\'' | '’' | ' ');
    }
    name
}

/// The spelled word in its place in the name: "John Smith, S M Y T H" is John Smyth.
fn with_spelling(name: Option<&str>, spelled: &Spelled) -> String {
    let spelling = capitalised(&spelled.letters);
    let Some(name) = name else {
        return spelling;
    };
    let mut parts: Vec<String> = name.split(' ').map(str::to_owned).collect();
    let alike = |part: &str| {
        let (a, b) = (part.to_lowercase(), spelling.to_lowercase());
        let far = a.chars().count().max(b.chars().count()) / 2;
        super::fuzzy::distance(&a, &b) <= far
    };
    // The last one that it resembles: surnames are what people spell.
    match parts.iter().rposition(|part| alike(part)) {
        Some(place) => parts[place] = spelling,
        None if parts.len() == 1 => parts.push(spelling),
        None => return spelling,
    }
    parts.join(" ")
}

#[rustfmt::skip]
const RELATIONS: &[&str] = &[
    "son", "daughter", "wife", "husband", "mother", "mom", "mum", "father", "dad", "partner", "friend", "brother",
    "sister", "boyfriend", "girlfriend", "child", "kid", "baby", "boss", "colleague", "grandmother", "grandfather",
    "grandma", "grandpa", "nephew", "niece", "neighbor", "neighbour", "fiance", "fiancee", "aunt", "uncle", "kids",
    "children", "parents", "roommate", "cousin", "client", "little one", "boy", "girl",
];

/// "A beard trim for Tim": another name than the caller's, which is known by then.
pub(super) fn for_named(words: &mut Words<'_>, context: &Context<'_>) -> Option<Heard<SpokenName>> {
    let at = (0..words.len()).find(|&at| {
        words.is(at, &["for"])
            && words.capital(at + 1)
            && is_given_name(words.at(at + 1))
            && !context.vocabulary.names_staff(words.at(at + 1))
    })?;
    let range = name_at(words, at + 1, &|_| false);
    if range.is_empty() {
        return None;
    }
    let text = written(words, &range);
    let span = words.span(range.clone());
    words.take(at..range.end);
    Some(Heard {
        value: SpokenName {
            text,
            spelled: false,
        },
        confidence: Confidence::Sure,
        span,
    })
}

/// "For my son Leo", "on behalf of Ann": that it is for another, and the name if there is one.
pub(super) fn for_somebody(
    words: &mut Words<'_>,
) -> Option<(Range<usize>, Option<Heard<SpokenName>>)> {
    let (start, after) = (0..words.len()).find_map(|at| {
        if let Some(length) = words.any(
            at,
            &[
                "for my",
                "it is my",
                "for our",
                "is for my",
                "behalf of my",
                "it is for my",
            ],
        ) {
            let old = usize::from(words.is(
                at + length,
                &[
                    "little", "older", "younger", "elderly", "oldest", "youngest",
                ],
            ));
            let relation = at + length + old;
            return words.is(relation, RELATIONS).then_some((at, relation + 1));
        }
        let length = words.any(
            at,
            &[
                "on behalf of",
                "for someone else",
                "for somebody else",
                "for another person",
                "for a friend",
                "not for me",
                "it is for him",
                "it is for her",
            ],
        )?;
        Some((at, at + length))
    })?;
    let lead = words
        .any(
            after,
            &[
                "her name is",
                "his name is",
                "their name is",
                "whose name is",
                "named",
                "called",
                "name is",
                "it is for",
            ],
        )
        .unwrap_or(0);
    let range = name_at(words, after + lead, &|_| false);
    let known = lead > 0 || is_given_name(words.at(range.start)) || words.capital(range.start);
    if range.is_empty() || !known {
        words.take(start..after);
        return Some((start..after, None));
    }
    let text = written(words, &range);
    let span = words.span(range.clone());
    words.take(start..range.end);
    let name = Heard {
        value: SpokenName {
            text,
            spelled: false,
        },
        confidence: if lead > 0 || words.capital(range.start) {
            Confidence::Sure
        } else {
            Confidence::Unsure
        },
        span,
    };
    Some((start..range.end, Some(name)))
}
