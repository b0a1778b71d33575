//! Yes, no, and neither: the answer to a question that was asked, with the ways people wrap it.

use std::ops::Range;

use super::tokens::Words;
use crate::language::{Answer, Asked, Confidence, Context, Heard};

/// A yes whatever was asked.
#[rustfmt::skip]
const YES: &[&str] = &[
    "yes", "yeah", "yep", "yup", "ya", "yea", "yess", "yah", "aye", "correct", "absolutely", "definitely",
    "certainly", "of course", "exactly", "indeed", "sure thing", "you bet", "for sure", "sure", "affirmative",
    "please do", "go ahead", "that is right", "that is correct", "that is the one", "that is true", "that is me",
    "why not", "i confirm", "confirmed", "that would be great", "that would be perfect", "that would be good",
    "that would be fine", "that would be lovely", "that would be nice", "that will be fine", "that will be great",
    "that will work", "that works", "it works", "works for me", "works great", "works perfectly", "works well",
    "that sounds good", "that sounds great", "that sounds perfect", "that sounds right", "that sounds fine",
    "sounds good", "sounds great", "sounds perfect", "sounds right", "sounds fine", "sounds lovely", "i will take it",
    "i will take that", "let us do that", "let us do it", "let us go with that", "i would like that",
    "i would love that", "i would love to", "it is correct", "it is right", "all correct", "all good", "looks good",
    "yes please", "you got it", "i am happy with that", "happy with that", "that suits me", "suits me", "it is me",
    "this is right", "this is correct", "this is the one", "would work for me", "will work for me", "works for us",
    "i certainly do", "i sure do", "that time works", "works fine", "that day works", "fine by me", "fine with me",
    "okay with me", "good with me", "that would work",
];
/// A yes to a question that yes answers; otherwise politeness.
#[rustfmt::skip]
const YES_IF_ASKED: &[&str] = &[
    "right", "ok", "okay", "okey", "okay then", "k", "fine", "perfect", "great", "good", "lovely", "cool", "alright",
    "all right", "wonderful", "excellent", "awesome", "brilliant", "super", "fantastic", "please", "mhm", "mmhm",
    "mmhmm", "mm", "uh huh", "um huh", "uh", "um", "confirm", "i do", "i am", "i would", "i have", "it is", "i did",
    "he is", "she is", "speaking", "got it", "works", "true", "nice", "sweet", "deal", "done", "amazing",
    "thank you that works", "if you could", "if you do not mind", "book it", "please book it", "do it", "go for it",
    "you can book it", "let us book it", "that is it", "confirm it", "please confirm", "that is fine", "that is good",
    "that is great", "that is perfect", "that is okay", "that is ok", "that is wonderful", "that is all right",
    "that is alright", "it is perfect", "it is fine", "this is perfect", "this is fine", "this is great",
    "this is good", "this is okay", "this is ok", "you can", "if possible", "why yes", "thank you please do",
    "so it is",
];
#[rustfmt::skip]
const PROBABLY: &[&str] = &[
    "i think so", "i guess so", "i guess", "i suppose so", "i suppose", "probably", "i believe so", "most likely",
    "should be fine", "should be okay", "i hope so",
];

/// A no only at the end of what is said: "I can't" refuses, "I can't hear you" doesn't.
const NO_AT_END: &[&str] = &[
    "i can not",
    "i did not",
    "i am not",
    "it is not",
    "i do not",
    "i would not",
    "i have not",
    "can not make it",
];
#[rustfmt::skip]
const NO: &[&str] = &[
    "no", "nope", "nah", "naw", "nay", "noo", "nuh", "negative", "not really", "not at all", "no way",
    "absolutely not", "definitely not", "of course not", "certainly not", "not correct", "incorrect", "wrong",
    "that is not right", "that is not correct", "that is not it", "that is not what i said", "that is not me",
    "that is not good", "that is wrong", "that is incorrect", "i do not think so", "i do not want",
    "i would rather not", "i am afraid not", "rather not", "not that one", "not that", "do not book", "please do not",
    "that does not work", "does not work for me", "it does not work", "that will not work", "that is no good",
    "no good", "can not make that", "can not do that", "can not do it", "not quite", "not yet", "not today",
    "not for me", "never", "neither", "none of those", "none of them", "no thanks", "no thank you", "not now",
    "is not going to work", "would not work", "not right now", "not at this time", "not just yet", "i will pass",
    "i would pass", "hell no", "hell nah", "not happening", "that is not what i want", "that is not what i wanted",
    "that is not the one", "no no", "i do not need anything else", "i do not need anything",
];
#[rustfmt::skip]
const NOT_NO: &[&str] = &[
    "no problem", "no worries", "no preference", "no idea", "no one", "no matter", "no particular", "no rush",
    "no hurry", "no later", "no earlier", "never mind", "nevermind", "no need to", "wrong number", "no sooner",
    "not today but",
];
#[rustfmt::skip]
const NOT_YES: &[&str] = &[
    "good morning", "good afternoon", "good evening", "good night", "good bye", "good day", "right now", "right away",
    "i am not", "i do not", "i have not", "it is not", "i would not", "i did not", "fine thanks how", "sure if",
    "please hold", "correction", "good to", "great to", "nice to", "i do have", "i have been", "okay google",
];
#[rustfmt::skip]
const MAYBE: &[&str] = &[
    "maybe", "perhaps", "possibly", "not sure", "i am not sure", "i am not certain", "it depends", "that depends",
    "let me think about it", "i will think about it", "might be", "i do not know", "i have to check",
    "i need to check", "let me check",
];
/// Small words before the answer.
#[rustfmt::skip]
const LEAD: &[&str] = &[
    "oh", "well", "so", "and", "then", "hi", "hello", "hey", "i think", "honestly", "like", "ah", "you know",
    "i mean", "thanks", "thank you", "thank you so much", "thanks so much", "um", "but", "just", "really", "is", "it",
    "actually", "god", "sorry", "that", "hmm", "please",
];

pub(super) fn answer(
    words: &Words<'_>,
    context: &Context<'_>,
) -> Option<(Heard<Answer>, Range<usize>)> {
    let open = matches!(
        context.asked,
        Asked::ConfirmBooking | Asked::YesNo | Asked::PickOffer | Asked::AnythingElse
    );
    leading(words, context.asked, open)
        .or_else(|| open.then(|| anywhere(words)).flatten())
        .map(|(answer, confidence, range)| {
            let span = words.span(range.clone());
            (
                Heard {
                    value: answer,
                    confidence,
                    span,
                },
                range,
            )
        })
}

type Said = (Answer, Confidence, Range<usize>);

/// The answer that the utterance opens with, and whether it is a firm one.
fn at(words: &Words<'_>, at: usize, open: bool) -> Option<(Answer, Confidence, usize, bool)> {
    if words.taken(at) || words.any(at, NOT_NO).is_some() {
        return None;
    }
    let sure = Confidence::Sure;
    let longest = |phrases: &[&str]| words.longest(at, phrases);
    if let Some(length) = longest(MAYBE) {
        return Some((Answer::Maybe, sure, length, true));
    }
    let ends = |at: usize| at >= words.len() || words.pause_before(at);
    let no_at_end = longest(NO_AT_END).filter(|length| ends(at + length));
    let no = longest(NO)
        .max(no_at_end)
        .map(|length| (Answer::No, sure, length, true));
    let probably = longest(PROBABLY).map(|length| (Answer::Yes, Confidence::Unsure, length, true));
    let yes = longest(YES).map(|length| (Answer::Yes, sure, length, true));
    let polite = open
        .then(|| longest(YES_IF_ASKED))
        .flatten()
        .map(|length| (Answer::Yes, sure, length, false));
    let best = [no, probably, yes, polite]
        .into_iter()
        .flatten()
        .max_by_key(|(_, _, length, _)| *length)?;
    // "Book it on the second" asks for another booking than the one that was read back.
    let end = at + best.2;
    let goes_on = words.is(end - 1, &["it", "that"])
        && words.is(
            end,
            &[
                "on", "for", "at", "with", "in", "to", "later", "another", "next", "tomorrow",
                "instead",
            ],
        );
    let refused = best.0 == Answer::Yes && (goes_on || words.any(at, NOT_YES).is_some());
    (!refused).then_some(best)
}

fn leading(words: &Words<'_>, asked: Asked, open: bool) -> Option<Said> {
    let mut place = 0;
    let mut said: Option<(Answer, Confidence, Range<usize>, bool)> = None;
    while place < words.len() {
        if let Some((answer, confidence, length, firm)) = at(words, place, open) {
            let range = place..place + length;
            place = range.end;
            said = Some(match said {
                None => (answer, confidence, range, firm),
                Some((before, sure, so_far, was_firm)) => {
                    let range = so_far.start..range.end;
                    if before == answer {
                        (before, sure, range, was_firm || firm)
                    // "No, that's fine": what follows the no is politeness. After "anything else?" all of it is.
                    } else if !firm || before == Answer::No && asked == Asked::AnythingElse {
                        (before, sure, so_far, was_firm)
                    } else {
                        (answer, Confidence::Unsure, range, firm)
                    }
                }
            });
            continue;
        }
        match words.any(place, LEAD) {
            Some(length) if !words.taken(place) => place += length,
            _ => break,
        }
    }
    let (answer, confidence, range, firm) = said?;
    // "Right so I was wondering": a polite word that opens a longer sentence answers nothing.
    let goes_on = words.len() > range.end + 4 && !firm && !words.pause_before(range.end);
    (!goes_on).then_some((answer, confidence, range))
}

/// Longer phrases that answer wherever they stand: "I think that works".
fn anywhere(words: &Words<'_>) -> Option<Said> {
    let question = words.is(
        0,
        &[
            "does", "do", "is", "can", "could", "would", "what", "how", "when", "where",
        ],
    );
    if question {
        return None;
    }
    (0..words.len()).rev().find_map(|place| {
        let (answer, confidence, length, firm) = at(words, place, false)?;
        let negated = (1..=3).any(|back| words.before(place, back) == "not");
        let conditional = (1..=3).any(|back| words.before(place, back) == "if");
        let telling = length > 1 || words.is(place, &["yes", "yeah", "nope", "incorrect"]);
        (firm && telling && !negated && !conditional)
            .then(|| (answer, confidence, place..place + length))
    })
}
