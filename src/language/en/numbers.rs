//! Number words: "fourteen", "twenty-four", "24th", "two thousand and twenty six".

use super::tokens::Words;

/// A number and how many words it took.
pub(super) type Number = (u32, usize);

/// A digit said alone. "Oh" is a digit only where digits stand around it: see to that before asking.
pub(super) fn digit(word: &str) -> Option<u32> {
    Some(match word {
        "zero" | "nought" | "naught" | "oh" | "o" | "0" => 0,
        "one" | "1" => 1,
        "two" | "2" => 2,
        "three" | "3" => 3,
        "four" | "4" => 4,
        "five" | "5" => 5,
        "six" | "6" => 6,
        "seven" | "7" => 7,
        "eight" | "8" => 8,
        "nine" | "niner" | "9" => 9,
        _ => return None,
    })
}

/// "zero" to "nineteen", in letters.
pub(super) fn small(word: &str) -> Option<u32> {
    Some(match word {
        "zero" => 0,
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        _ => return None,
    })
}

pub(super) fn tens(word: &str) -> Option<u32> {
    Some(match word {
        "twenty" => 20,
        "thirty" => 30,
        "forty" | "fourty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}

/// 0 to 99, in letters or digits.
pub(super) fn below_hundred(words: &Words<'_>, at: usize) -> Option<Number> {
    let word = words.at(at);
    if let Some(number) = small(word) {
        return Some((number, 1));
    }
    if let Some(ten) = tens(word) {
        return Some(match small(words.at(at + 1)) {
            Some(one @ 1..=9) => (ten + one, 2),
            _ => (ten, 1),
        });
    }
    digits(word, 2).map(|number| (number, 1))
}

/// A word of at most `most` digits.
pub(super) fn digits(word: &str, most: usize) -> Option<u32> {
    let good = (1..=most.min(9)).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    good.then(|| word.parse().ok()).flatten()
}

/// "a", "one", "two", "a couple of", "a few": how many of something.
pub(super) fn count(words: &Words<'_>, at: usize) -> Option<Number> {
    if let Some(length) = words.any(at, &["a couple of", "couple of", "a couple"]) {
        return Some((2, length));
    }
    if words.is(at, &["a", "an"]) {
        return Some((1, 1));
    }
    below_hundred(words, at)
}

/// "24th", "24 th", "twenty fourth", "first".
pub(super) fn ordinal(words: &Words<'_>, at: usize) -> Option<Number> {
    let word = words.at(at);
    if let Some(number) = simple_ordinal(word) {
        return Some((number, 1));
    }
    if let Some(ten) = tens(word) {
        return match simple_ordinal(words.at(at + 1)) {
            Some(one @ 1..=9) => Some((ten + one, 2)),
            _ => None,
        };
    }
    if ["st", "nd", "rd", "th"]
        .iter()
        .any(|end| word.ends_with(end))
    {
        return digits(&word[..word.len() - 2], 2).map(|number| (number, 1));
    }
    let apart = words.is(at + 1, &["st", "nd", "rd", "th"]);
    apart
        .then(|| digits(word, 2).map(|number| (number, 2)))
        .flatten()
}

fn simple_ordinal(word: &str) -> Option<u32> {
    Some(match word {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fourth" => 4,
        "fifth" => 5,
        "sixth" => 6,
        "seventh" => 7,
        "eighth" => 8,
        "ninth" => 9,
        "tenth" => 10,
        "eleventh" => 11,
        "twelfth" => 12,
        "thirteenth" => 13,
        "fourteenth" => 14,
        "fifteenth" => 15,
        "sixteenth" => 16,
        "seventeenth" => 17,
        "eighteenth" => 18,
        "nineteenth" => 19,
        "twentieth" => 20,
        "thirtieth" => 30,
        _ => return None,
    })
}

/// A year from 1900 to 2099: "2026", "twenty twenty six", "nineteen seventy four", "two thousand and nineteen".
pub(super) fn year(words: &Words<'_>, at: usize) -> Option<Number> {
    if let Some(year @ 1900..=2099) = digits(words.at(at), 4) {
        return Some((year, 1));
    }
    if words.has(at, "two thousand") {
        let and = usize::from(words.at(at + 2) == "and");
        return Some(match below_hundred(words, at + 2 + and) {
            Some((rest, length)) => (2000 + rest, 2 + and + length),
            None => (2000, 2),
        });
    }
    let century = match words.at(at) {
        "nineteen" => 1900,
        "twenty" => 2000,
        _ => return None,
    };
    match below_hundred(words, at + 1) {
        Some((rest @ 10..=99, length)) => Some((century + rest, 1 + length)),
        _ => None,
    }
}
