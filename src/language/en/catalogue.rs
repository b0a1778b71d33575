//! What this business has names for: its services and its people, as callers and recognisers say them.

use std::ops::Range;

use super::{
    common::{is_given_name, is_ordinary},
    corrections,
    fuzzy::alike,
    tokens::Words,
};
use crate::{
    domain::{ServiceId, StaffId},
    language::{Asked, Confidence, Context, Heard, ServiceHeard, StaffHeard, vocabulary::Entry},
};

/// A thing that was named, and how well.
#[derive(Debug, Clone, PartialEq)]
struct Named<Id> {
    id: Id,
    words: Range<usize>,
    exact: bool,
}

/// Words in the names of many services: alone they name none.
#[rustfmt::skip]
const GENERIC: &[&str] = &[
    "appointment", "session", "and", "with", "for", "the", "a", "an", "of", "full", "half", "hour", "hours", "minute",
    "minutes", "short", "long", "first", "new", "regular", "service", "services", "to", "in", "on", "or", "visit",
    "plus", "only", "time", "day", "one", "two", "at", "quick", "change", "book", "call", "check", "up", "please",
    "no", "yes",
];

pub(super) fn service(words: &mut Words<'_>, context: &Context<'_>) -> Option<Heard<ServiceHeard>> {
    if let Some(heard) = service_by_whole_name(words, context) {
        return Some(heard);
    }
    let found = parts_of_names(words, &context.vocabulary.services);
    if found.is_empty() {
        return not_offered(words, context);
    }
    let mut heard = named_services(words, found)?;
    heard.confidence = Confidence::Unsure;
    Some(heard)
}

/// A service whose name was said whole. Where a name of a person is expected, less is not enough.
pub(super) fn service_by_whole_name(
    words: &mut Words<'_>,
    context: &Context<'_>,
) -> Option<Heard<ServiceHeard>> {
    let found = whole_names(words, &context.vocabulary.services);
    named_services(words, found)
}

fn named_services(
    words: &mut Words<'_>,
    found: Vec<Named<ServiceId>>,
) -> Option<Heard<ServiceHeard>> {
    if found.is_empty() {
        return None;
    }
    let mut list: Vec<(Named<ServiceId>, Range<usize>)> = found
        .into_iter()
        .map(|named| (named.clone(), named.words))
        .collect();
    list.sort_by_key(|(_, range)| range.start);
    corrections::keep_last(words, &mut list);
    let range = whole(list.iter().map(|(_, range)| range));
    let exact = list.iter().all(|(named, _)| named.exact);
    let one_place = list.windows(2).all(|pair| overlap(&pair[0].1, &pair[1].1));
    let either = (range.start..range.end).any(|at| words.at(at) == "or");
    let mut ids: Vec<ServiceId> = Vec::new();
    for (named, _) in &list {
        if !ids.contains(&named.id) {
            ids.push(named.id);
        }
    }
    let value = match ids.as_slice() {
        [only] => ServiceHeard::Is(*only),
        _ if one_place || either => ServiceHeard::OneOf(ids),
        _ => ServiceHeard::AllOf(ids),
    };
    let span = words.span(range);
    for (_, range) in list {
        words.take(range);
    }
    let confidence = if exact {
        Confidence::Sure
    } else {
        Confidence::Unsure
    };
    Some(Heard {
        value,
        confidence,
        span,
    })
}

/// Names said whole; what lies within a longer name is that longer name's.
fn whole_names<Id: Copy + PartialEq>(words: &Words<'_>, entries: &[Entry<Id>]) -> Vec<Named<Id>> {
    let mut found: Vec<Named<Id>> = Vec::new();
    for entry in entries {
        for phrase in &entry.phrases {
            for at in 0..words.len() {
                if let Some((length, exact)) = phrase_at(words, at, phrase) {
                    found.push(Named {
                        id: entry.id,
                        words: at..at + length,
                        exact,
                    });
                }
            }
        }
    }
    let longer = |a: &Range<usize>, b: &Range<usize>| {
        a.start <= b.start && b.end <= a.end && a.len() > b.len()
    };
    let better = |a: &Named<Id>, b: &Named<Id>| a.exact && !b.exact && overlap(&a.words, &b.words);
    let all = found.clone();
    found.retain(|named| {
        !all.iter()
            .any(|other| longer(&other.words, &named.words) || better(other, named))
    });
    found.sort_by_key(|named| (named.words.start, std::cmp::Reverse(named.words.end)));
    found.dedup_by(|a, b| a.id == b.id && a.words == b.words);
    // "A haircut and a beard trim" is "haircut and beard", and its beard is in no other service.
    let mut kept: Vec<Named<Id>> = Vec::new();
    for named in found {
        let used = kept
            .iter()
            .any(|other| overlap(&other.words, &named.words) && other.words != named.words);
        if !used {
            kept.push(named);
        }
    }
    kept
}

/// The phrase from `at` on: its number of words, and whether every word is as it is written.
fn phrase_at(words: &Words<'_>, at: usize, phrase: &[String]) -> Option<(usize, bool)> {
    let mut place = at;
    let mut exact = true;
    let mut parts = phrase.iter().enumerate();
    while let Some((index, word)) = parts.next() {
        if index > 0 && words.is(place, &["and", "the", "a", "of"]) && word != words.at(place) {
            place += 1;
        }
        if words.taken(place) {
            return None;
        }
        let said = words.at(place);
        if said == word.as_str() {
            place += 1;
            continue;
        }
        // "Hair cut" for "haircut", and the other way round.
        let next = words.at(place + 1);
        if !next.is_empty()
            && said.len() + next.len() == word.len()
            && word.starts_with(said)
            && word.ends_with(next)
        {
            place += 2;
            continue;
        }
        if let Some(second) = phrase.get(index + 1)
            && said.len() == word.len() + second.len()
            && said.starts_with(word.as_str())
            && said.ends_with(second.as_str())
        {
            parts.next();
            place += 1;
            continue;
        }
        if !alike(said, word) || is_ordinary(said) && said.len() < 7 {
            return None;
        }
        exact = false;
        place += 1;
    }
    Some((place - at, exact))
}

/// Services of which a telling word was said: "the deep tissue one". Those with most of it.
fn parts_of_names(words: &Words<'_>, services: &[Entry<ServiceId>]) -> Vec<Named<ServiceId>> {
    let mut best = 0;
    let mut found: Vec<Named<ServiceId>> = Vec::new();
    for entry in services {
        for phrase in &entry.phrases {
            let mut weight = 0;
            let mut places = Vec::new();
            for word in phrase
                .iter()
                .filter(|word| word.len() > 2 && !GENERIC.contains(&word.as_str()))
            {
                let place = (0..words.len()).find(|&at| {
                    let said = words.at(at);
                    !words.taken(at)
                        && alike(said, word)
                        && (said == word.as_str() || !is_ordinary(said))
                });
                if let Some(at) = place {
                    weight += word.len();
                    places.push(at);
                }
            }
            let (Some(&first), Some(&last)) = (places.iter().min(), places.iter().max()) else {
                continue;
            };
            if weight > best {
                best = weight;
                found.clear();
            }
            if weight == best && !found.iter().any(|named| named.id == entry.id) {
                found.push(Named {
                    id: entry.id,
                    words: first..last + 1,
                    exact: false,
                });
            }
        }
    }
    // One place for all of them: they are readings of the same words.
    let place = whole(found.iter().map(|named| &named.words));
    for named in &mut found {
        named.words = place.clone();
    }
    found
}

/// Something that we don't do was asked for.
fn not_offered(words: &mut Words<'_>, context: &Context<'_>) -> Option<Heard<ServiceHeard>> {
    const ASKS: &[&str] = &[
        "do you do",
        "do you offer",
        "do you have",
        "do you guys do",
        "can i get",
        "can i book",
        "i need",
        "i want",
        "i would like",
        "looking for",
        "get",
        "book",
        "schedule",
        "interested in",
        "come in for",
        "appointment for",
    ];
    let asked = context.asked == Asked::Service;
    let start = (0..words.len()).find_map(|at| {
        let length = words.any(at, ASKS)?;
        let article = words.any(at + length, &["a", "an", "some", "my", "any"]);
        (article.is_some() || matches!(words.at(at), "do" | "interested"))
            .then(|| at + length + article.unwrap_or(0))
    });
    let start = start.or_else(|| {
        asked
            .then(|| (0..words.len()).find(|&at| is_thing(words, at)))
            .flatten()
    })?;
    let end = (start..words.len().min(start + 3))
        .find(|&at| !is_thing(words, at) || at > start && words.pause_before(at))
        .unwrap_or(words.len().min(start + 3));
    if start >= end {
        return None;
    }
    let range = start..end;
    let span = words.span(range.clone());
    words.take(range);
    Some(Heard {
        value: ServiceHeard::NotOffered(span.of(words.text).to_owned()),
        confidence: Confidence::Unsure,
        span,
    })
}

fn is_thing(words: &Words<'_>, at: usize) -> bool {
    const NOT_THINGS: &[&str] = &[
        "slot",
        "spot",
        "space",
        "reservation",
        "opening",
        "openings",
        "meeting",
        "place",
        "visit",
        "consult",
        "anything",
        "availability",
        "information",
        "info",
        "receipt",
        "refund",
        "human",
        "agent",
        "operator",
        "parking",
        "discount",
        "discounts",
        "credit",
        "cards",
        "card",
        "cash",
        "address",
        "price",
        "prices",
        "hours",
        "website",
        "wifi",
        "holiday",
        "weekend",
        "repeat",
        "representative",
        "spanish",
        "dunno",
    ];
    let word = words.at(at);
    !words.taken(at)
        && word.len() > 2
        && !is_ordinary(word)
        && !NOT_THINGS.contains(&word)
        && word.chars().all(char::is_alphabetic)
}

#[rustfmt::skip]
const ANYONE: &[&str] = &[
    "anyone", "anybody", "any one", "whoever", "no preference", "do not mind who", "do not care who",
    "does not matter who", "do not have a preference", "any of them", "any stylist", "any barber", "any doctor",
    "any dentist", "any therapist", "any person", "any available", "whichever person", "first available person",
    "all the same to me", "doesn not matter", "either of them", "either one of them", "no particular person",
    "not particular about who", "first available doctor",
];

pub(super) fn staff(words: &mut Words<'_>, context: &Context<'_>) -> Option<Heard<StaffHeard>> {
    let people = &context.vocabulary.staff;
    let mut found = whole_names(words, people);
    for named in single_names(words, people) {
        let known = |other: &Named<StaffId>| {
            overlap(&other.words, &named.words) && (other.words.len() > 1 || other.id == named.id)
        };
        if !found.iter().any(known) {
            found.push(named);
        }
    }
    found.sort_by_key(|named| named.words.start);
    let anyone = (0..words.len()).find_map(|at| {
        let free = context.asked != Asked::Staff
            && words.is(at, &["anyone", "anybody"])
            && words.is(at.wrapping_sub(1), &["is", "there"]);
        let only_asked = context.asked == Asked::Staff
            && words
                .any(
                    at,
                    &[
                        "either",
                        "any",
                        "does not matter",
                        "do not mind",
                        "do not care",
                        "you choose",
                        "first available",
                    ],
                )
                .is_some();
        let length = words.any(at, ANYONE).or(only_asked.then_some(1))?;
        (!free).then_some(at..at + length)
    });
    if let (Some(anyone), Some(named)) = (&anyone, found.first()) {
        let but = words.is(anyone.end, &["but", "except", "besides", "other"]);
        if but && found.len() == 1 {
            let range = anyone.start..named.words.end;
            let value = StaffHeard::AnyoneBut(named.id);
            return Some(take(words, range, value, Confidence::Sure));
        }
    }
    let mut list: Vec<(Named<StaffId>, Range<usize>)> = found
        .into_iter()
        .map(|named| (named.clone(), named.words))
        .collect();
    corrections::keep_last(words, &mut list);
    let mut ids: Vec<StaffId> = Vec::new();
    for (named, _) in &list {
        if !ids.contains(&named.id) {
            ids.push(named.id);
        }
    }
    if let Some((named, range)) = list.first() {
        let not = words.is(range.start.wrapping_sub(1), &["not", "without"])
            || words.has(range.start.wrapping_sub(2), "not with");
        let confidence = if list.iter().all(|(named, _)| named.exact) {
            Confidence::Sure
        } else {
            Confidence::Unsure
        };
        let range = whole(list.iter().map(|(_, range)| range));
        let value = match ids.as_slice() {
            [only] if not => StaffHeard::AnyoneBut(*only),
            [only] if anyone.is_some() && words.before(named.words.start, 1) == "or" => {
                StaffHeard::Is(*only)
            }
            [only] => StaffHeard::Is(*only),
            _ => StaffHeard::OneOf(ids),
        };
        return Some(take(words, range, value, confidence));
    }
    if let Some(range) = anyone {
        return Some(take(words, range, StaffHeard::Anyone, Confidence::Sure));
    }
    nobody(words, context)
}

fn take(
    words: &mut Words<'_>,
    range: Range<usize>,
    value: StaffHeard,
    confidence: Confidence,
) -> Heard<StaffHeard> {
    let span = words.span(range.clone());
    words.take(range);
    Heard {
        value,
        confidence,
        span,
    }
}

/// People by their first or last name alone.
fn single_names(words: &Words<'_>, people: &[Entry<StaffId>]) -> Vec<Named<StaffId>> {
    let mut found = Vec::new();
    for entry in people {
        for word in entry.phrases.iter().flatten() {
            let title = matches!(
                word.as_str(),
                "dr" | "doctor" | "mr" | "mrs" | "ms" | "miss" | "nurse" | "the"
            );
            if title || word.len() < 2 {
                continue;
            }
            for at in 0..words.len() {
                let exact = words.at(at) == word;
                let said = words.at(at);
                let close = word.len() > 3
                    && alike(said, word)
                    && !is_ordinary(said)
                    && !is_given_name(said);
                if (exact || close) && !words.taken(at) {
                    found.push(Named {
                        id: entry.id,
                        words: at..at + 1,
                        exact,
                    });
                }
            }
        }
    }
    let all = found.clone();
    found.retain(|named| {
        named.exact
            || !all
                .iter()
                .any(|other| other.exact && other.words == named.words)
    });
    found
}

/// "With Dr Who", where no such person works.
fn nobody(words: &mut Words<'_>, context: &Context<'_>) -> Option<Heard<StaffHeard>> {
    let asked = context.asked == Asked::Staff;
    let start = (0..words.len()).find_map(|at| {
        let with = words.is(at, &["with", "see", "by"]);
        let title = usize::from(words.is(at + 1, &["dr", "doctor", "mr", "mrs", "ms", "miss"]));
        let name = at + 1 + title;
        let named = !words.taken(name)
            && !is_ordinary(words.at(name))
            && words.at(name).chars().all(char::is_alphabetic)
            && (title > 0 || is_given_name(words.at(name)) || words.capital(name));
        (with && named).then_some(name)
    });
    let start = start.or_else(|| {
        asked
            .then(|| {
                (0..words.len()).find(|&at| {
                    !words.taken(at)
                        && !is_ordinary(words.at(at))
                        && (is_given_name(words.at(at)) || words.capital(at) && at > 0)
                })
            })
            .flatten()
    })?;
    let range = start..start + 1;
    let name = words.span(range.clone()).of(words.text).to_owned();
    Some(take(
        words,
        range,
        StaffHeard::Nobody(name),
        Confidence::Unsure,
    ))
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

fn whole<'r>(ranges: impl Iterator<Item = &'r Range<usize>>) -> Range<usize> {
    ranges
        .cloned()
        .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
        .unwrap_or(0..0)
}
