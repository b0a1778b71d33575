//! English: the rooms that turn words into slots, and slots into words.
//!
//! Slots are taken in the order in which they are least likely to be mistaken: a telephone number is found before a
//! time, a date before a time, a name before a person of the staff. A word that is part of one slot is in no other.

mod catalogue;
mod common;
mod corrections;
mod dates;
mod fuzzy;
mod intents;
mod letters;
mod manner;
mod names;
mod numbers;
mod offers;
mod phones;
pub(in crate::language) mod say;
#[cfg(test)]
mod tests;
mod times;
mod tokens;
mod yes_no;

use std::ops::Range;

use self::tokens::Words;
use super::{
    Answer, Asked, Confidence, Context, Dates, Heard, Intent, Manner, Meaning, SpokenName,
    StaffHeard,
};

pub(in crate::language) fn understand(text: &str, context: &Context<'_>) -> Meaning {
    let mut words = Words::of(text);
    let manner = manner::of(&words);
    if matches!(manner, Manner::Noise | Manner::Voicemail) || words.len() == 0 {
        return Meaning {
            manner,
            ..Meaning::default()
        };
    }
    let mut meaning = Meaning {
        manner,
        ..Meaning::default()
    };
    slots(&mut words, context, &mut meaning);
    meaning.choice = offers::choice(&words, &meaning, context);
    let answer = yes_no::answer(&words, context);
    meaning.intents.extend(intents::intents(&words));
    staff_on_the_line(&words, &mut meaning);
    let range = answer.as_ref().map(|(_, range)| range.clone());
    meaning.answer = answer.map(|(answer, _)| answer);
    compared(&words, context, &mut meaning);
    corrected(&words, range, &mut meaning);
    closing(context, &mut meaning);
    if meaning.manner == Manner::Words
        && meaning.is_empty()
        && let Some(language) = manner::other_language(&words)
    {
        meaning.manner = Manner::OtherLanguage(language);
    }
    meaning
}

fn slots(words: &mut Words<'_>, context: &Context<'_>, meaning: &mut Meaning) {
    let name_asked = matches!(context.asked, Asked::Name | Asked::Spelling);
    meaning.phone = phones::phone(words, context);
    (meaning.date, meaning.not_date) = dates::dates(words, context);
    let times = times::times(words, context);
    meaning.time = times.wanted;
    meaning.not_time = times.refused;
    if let (Some(moment), Some(time), None) = (times.moment, &meaning.time, &meaning.date) {
        meaning.date = Some(Heard {
            value: Dates::On(moment.date()),
            confidence: Confidence::Sure,
            span: time.span,
        });
    }
    if let Some((range, name)) = names::for_somebody(words) {
        meaning.for_name = name;
        meaning.intents.push(Heard {
            value: Intent::ForSomebodyElse,
            confidence: Confidence::Sure,
            span: words.span(range),
        });
    }
    if name_asked {
        meaning.service = catalogue::service_by_whole_name(words, context);
        // "With Leo" and "Leo is fine" speak of whom they want to see, whatever was asked.
        let whom = ["with", "is fine", "is good", "is okay", "is ok"];
        if whom.iter().any(|phrase| words.contains(phrase)) {
            meaning.staff = catalogue::staff(words, context);
        }
        meaning.name = names::name(words, context);
        if meaning.staff.is_none() {
            meaning.staff = catalogue::staff(words, context);
        }
    } else {
        meaning.name = names::name(words, context);
        meaning.staff = catalogue::staff(words, context);
        meaning.service = catalogue::service(words, context);
        if meaning.for_name.is_none()
            && let Some(named) = names::for_named(words, context)
        {
            for_somebody_named(named, context, meaning);
        }
    }
}

/// "A haircut for Nora" is the caller's own name, until that is known.
fn for_somebody_named(named: Heard<SpokenName>, context: &Context<'_>, meaning: &mut Meaning) {
    match (context.name, &meaning.name) {
        (None, None) => meaning.name = Some(named),
        (Some(own), _) if own.eq_ignore_ascii_case(&named.value.text) => {}
        _ => {
            meaning.intents.push(Heard {
                value: Intent::ForSomebodyElse,
                confidence: Confidence::Sure,
                span: named.span,
            });
            meaning.for_name = Some(named);
        }
    }
}

/// "Can I speak to Ada?": not to book her, but to have her on the line.
fn staff_on_the_line(words: &Words<'_>, meaning: &mut Meaning) {
    let asked_for = (0..words.len()).any(|at| {
        words
            .any(at, &["speak to", "speak with", "talk to", "talk with"])
            .is_some_and(|length| words.taken(at + length))
    });
    let person = meaning
        .staff
        .take_if(|heard| asked_for && matches!(heard.value, StaffHeard::Is(_)));
    if let Some(person) = person {
        meaning.intents.retain(|heard| heard.value != Intent::Book);
        meaning.intents.push(Heard {
            value: Intent::TalkToPerson,
            confidence: Confidence::Sure,
            span: person.span,
        });
    }
}

/// "Something later": only where no slot has used the word ("the later one", "after three or later").
fn compared(words: &Words<'_>, context: &Context<'_>, meaning: &mut Meaning) {
    if meaning.choice.is_some() {
        return;
    }
    for at in 0..words.len() {
        let intent = match words.at(at) {
            "earlier" | "sooner" => Intent::Earlier,
            "later" => Intent::Later,
            _ => continue,
        };
        let farewell = words.is(
            at.wrapping_sub(1),
            &[
                "you", "call", "try", "back", "talk", "speak", "or", "no", "again",
            ],
        );
        let limit =
            words.is(at + 1, &["than", "this", "in", "next"]) && !words.has(at + 1, "than that");
        let said = context.asked != Asked::Nothing
            || words.is(
                at.wrapping_sub(1),
                &["anything", "something", "bit", "little", "any"],
            );
        if !words.taken(at) && !farewell && !limit && said && !meaning.wants(intent) {
            meaning.intents.push(Heard {
                value: intent,
                confidence: Confidence::Sure,
                span: words.span(at..at + 1),
            });
        }
    }
}

/// "No, Thursday", "yes but at three", "wait, make it two": what follows replaces what was said before.
fn corrected(words: &Words<'_>, answer: Option<Range<usize>>, meaning: &mut Meaning) {
    if meaning.wants(Intent::Correction) {
        return;
    }
    let slot = meaning.date.is_some()
        || meaning.time.is_some()
        || meaning.name.is_some()
        || meaning.phone.is_some()
        || meaning.service.is_some()
        || meaning.staff.is_some();
    if !slot {
        return;
    }
    let after_answer = answer.as_ref().map_or(0, |range| range.end);
    let but = words.is(after_answer, &["but", "only", "except", "just"]) && answer.is_some();
    let marked = (0..words.len())
        .find_map(|at| {
            let length = words.any(at, corrections::MARKS)?;
            (words.at(at) != "no" && !words.taken(at)).then_some(at..at + length)
        })
        .filter(|range| words.at(range.start) != "sorry" || range.start > 0);
    let range = match answer {
        Some(range) if meaning.says(Answer::No) || but => Some(range),
        _ => marked,
    };
    if let Some(range) = range {
        meaning.intents.push(Heard {
            value: Intent::Correction,
            confidence: Confidence::Sure,
            span: words.span(range),
        });
    }
}

/// After "anything else?", a no says that nothing is.
fn closing(context: &Context<'_>, meaning: &mut Meaning) {
    if context.asked == Asked::AnythingElse
        && !meaning.wants(Intent::NothingElse)
        && let Some(answer) = &meaning.answer
        && answer.value == Answer::No
    {
        let span = answer.span;
        meaning.intents.push(Heard {
            value: Intent::NothingElse,
            confidence: Confidence::Sure,
            span,
        });
    }
}
