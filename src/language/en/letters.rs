//! Letters said one by one: "S M I T H", "sierra mike", "double l", "m as in Mary". And letters that correct a name:
//! "with no e", "with a y".

use std::ops::Range;

use super::tokens::Words;

/// A run of letters, as one word.
pub(super) struct Spelled {
    pub(super) letters: String,
    pub(super) words: Range<usize>,
}

/// The longest run of letters. `asked` says that letters are expected, so that what only sounds like one counts.
pub(super) fn spelled(words: &Words<'_>, asked: bool) -> Option<Spelled> {
    let mut best: Option<Spelled> = None;
    let mut at = 0;
    while at < words.len() {
        let run = run_from(words, at, asked);
        at = run.words.end.max(at + 1);
        let count = run.letters.chars().filter(|c| c.is_alphabetic()).count();
        let enough = count >= 3 || count == 2 && asked;
        if enough
            && best
                .as_ref()
                .is_none_or(|best| best.letters.len() <= run.letters.len())
        {
            best = Some(run);
        }
    }
    best
}

fn run_from(words: &Words<'_>, start: usize, asked: bool) -> Spelled {
    let mut letters = String::new();
    let mut at = start;
    let mut end = start;
    // What surely is a letter; what only sounds like one needs some of these around it.
    let mut firm = 0;
    let mut loose = 0;
    while at < words.len() && !words.taken(at) {
        let times = match words.at(at) {
            "double" if words.is(at + 1, &["u", "you"]) => 1,
            "double" => 2,
            "triple" => 3,
            _ => 1,
        };
        let lead = usize::from(times > 1) + usize::from(words.is(at, &["capital", "letter"]));
        if let Some((letter, length, sure)) = letter(words, at + lead) {
            for _ in 0..times {
                letters.push(letter);
            }
            if sure {
                firm += 1;
            } else {
                loose += 1;
            }
            at += lead + length;
            end = at;
            continue;
        }
        let joint = match words.at(at) {
            "hyphen" | "dash" => Some('-'),
            "apostrophe" => Some('\''),
            "space" => Some(' '),
            "then" | "and" => None,
            _ => break,
        };
        // "A, and B" may go on; "and thanks" must not drag the run along.
        if letter(words, at + 1).is_none() || letters.is_empty() {
            break;
        }
        letters.extend(joint);
        at += 1;
    }
    let good = firm >= 2 && firm >= loose || asked && firm + loose >= 3 && firm >= 1;
    Spelled {
        letters: if good { letters } else { String::new() },
        words: start..end,
    }
}

/// A letter, its number of words, and whether it can be nothing else.
fn letter(words: &Words<'_>, at: usize) -> Option<(char, usize, bool)> {
    let word = words.at(at);
    let mut found = None;
    let mut chars = word.chars();
    if let (Some(only), None) = (chars.next(), chars.next())
        && only.is_alphabetic()
    {
        // "I" and "a" are words as well.
        found = Some((only, !matches!(only, 'i' | 'a' | 'o')));
    }
    if word == "double" && words.is(at + 1, &["u", "you"]) {
        return Some(('w', 2, true));
    }
    let (letter, sure) = found
        .or_else(|| radio(word).map(|letter| (letter, true)))
        .or_else(|| sounds_like(word).map(|letter| (letter, false)))?;
    // "M as in Mary", "B for Bob", "S like sugar".
    let example = words.any(at + 1, &["as in", "is in", "for", "like", "as"]);
    if let Some(length) = example {
        let named = words.at(at + 1 + length);
        if named.len() > 1 && named.starts_with(letter) {
            return Some((letter, 2 + length, true));
        }
    }
    Some((letter, 1, sure))
}

/// The radio alphabet. Words that are also given names or common words count only among letters.
fn radio(word: &str) -> Option<char> {
    Some(match word {
        "alpha" | "alfa" => 'a',
        "bravo" => 'b',
        "charlie" => 'c',
        "delta" => 'd',
        "echo" => 'e',
        "foxtrot" => 'f',
        "golf" => 'g',
        "hotel" => 'h',
        "india" => 'i',
        "juliet" | "juliett" => 'j',
        "kilo" => 'k',
        "lima" => 'l',
        "mike" => 'm',
        "november" => 'n',
        "oscar" => 'o',
        "papa" => 'p',
        "quebec" => 'q',
        "romeo" => 'r',
        "sierra" => 's',
        "tango" => 't',
        "uniform" => 'u',
        "victor" => 'v',
        "whiskey" | "whisky" => 'w',
        "xray" => 'x',
        "yankee" => 'y',
        "zulu" => 'z',
        _ => return None,
    })
}

/// What a recogniser makes of a letter's name.
fn sounds_like(word: &str) -> Option<char> {
    Some(match word {
        "ay" | "hey" => 'a',
        "be" | "bee" => 'b',
        "see" | "sea" | "cee" => 'c',
        "dee" => 'd',
        "ee" => 'e',
        "eff" | "ef" => 'f',
        "gee" => 'g',
        "aitch" | "haitch" | "age" => 'h',
        "eye" => 'i',
        "jay" => 'j',
        "kay" | "okay" => 'k',
        "el" | "ell" => 'l',
        "em" => 'm',
        "en" | "an" => 'n',
        "oh" | "owe" => 'o',
        "pee" | "pea" => 'p',
        "cue" | "queue" | "kew" => 'q',
        "are" | "ar" => 'r',
        "ess" | "es" | "as" => 's',
        "tea" | "tee" => 't',
        "you" | "ewe" => 'u',
        "vee" => 'v',
        "ex" => 'x',
        "why" | "wye" => 'y',
        "zed" | "zee" => 'z',
        _ => return None,
    })
}

/// "With no e", "with a y", "double l": a change to a name that is already there.
pub(super) enum Change {
    Without(char),
    With(char),
    /// So many of that letter in a row: "with two l's", "one t".
    Times(char, usize),
}

/// The change that is said somewhere in the utterance, and where.
pub(super) fn change(words: &Words<'_>) -> Option<(Change, Range<usize>)> {
    (0..words.len()).find_map(|at| {
        let lead = words.any(at, &["with", "without", "it is", "has", "but", "there is"])?;
        let without = words.at(at) == "without";
        let mut next = at + lead;
        let article = words.any(
            next,
            &[
                "no",
                "out an",
                "out a",
                "not an",
                "an",
                "a",
                "the letter",
                "the",
                "one",
                "two",
                "a double",
                "double",
                "just one",
                "only one",
            ],
        );
        let said = article.map_or("", |_| words.at(next + article.unwrap_or(1) - 1));
        let none = without || article.is_some_and(|_| words.is(next, &["no", "out", "not"]));
        next += article.unwrap_or(0);
        if article.is_none() && !without {
            return None;
        }
        let (letter, length, _) = letter(words, next).or_else(|| plural(words.at(next)))?;
        let end = next + length;
        // "With a C as in Charlie" has its end; "with a T shirt" is something else.
        let ends = end >= words.len()
            || words.pause_before(end)
            || words.is(end, &["and", "at", "in", "instead", "not", "please", "on"]);
        if !ends {
            return None;
        }
        let change = match said {
            _ if none => Change::Without(letter),
            "two" | "double" => Change::Times(letter, 2),
            "one" => Change::Times(letter, 1),
            _ => Change::With(letter),
        };
        Some((change, at..end))
    })
}

/// "Two l's" without its apostrophe.
fn plural(word: &str) -> Option<(char, usize, bool)> {
    let mut chars = word.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(letter), Some('s'), None) => Some((letter, 1, true)),
        _ => None,
    }
}

impl Change {
    /// The name with the change made; the same name if it is already so.
    pub(super) fn apply(&self, name: &str) -> String {
        match *self {
            Self::Without(letter) => without(name, letter),
            Self::With(letter) => with(name, letter),
            Self::Times(letter, times) => repeated(name, letter, times),
        }
    }
}

fn same(c: char, letter: char) -> bool {
    c.to_lowercase().eq(letter.to_lowercase())
}

/// The last such letter goes: "Anne with no e".
fn without(name: &str, letter: char) -> String {
    match name.char_indices().rev().find(|(_, c)| same(*c, letter)) {
        Some((at, c)) if at > 0 => format!("{}{}", &name[..at], &name[at + c.len_utf8()..]),
        _ => name.to_owned(),
    }
}

fn with(name: &str, letter: char) -> String {
    let first_only = matches!(letter, 'k' | 'c' | 'g' | 'j');
    let present = if letter == 'e' {
        name.ends_with(['e', 'E'])
    } else if first_only {
        name.starts_with(|c| same(c, letter))
    } else {
        name.chars().any(|c| same(c, letter))
    };
    if present {
        return name.to_owned();
    }
    // The letters that sound alike, the likeliest first.
    let alike: &[&str] = match letter {
        'y' => &["ie", "i"],
        'i' => &["y", "ee"],
        'k' => &["ch", "c", "q"],
        'c' => &["k", "s"],
        's' => &["z", "c"],
        'z' => &["s"],
        'f' => &["ph"],
        'v' => &["ph", "f", "w"],
        'g' => &["j"],
        'j' => &["g"],
        'a' | 'o' => &["e"],
        _ => &[],
    };
    let lower = name.to_lowercase();
    let spot = alike
        .iter()
        .find_map(|other| lower.find(other).map(|at| (at, other.len())));
    match (letter, spot) {
        // Lower case may be longer or shorter than the name in a few alphabets; then nothing is touched.
        (_, Some((at, length)))
            if name.is_char_boundary(at) && name.is_char_boundary(at + length) =>
        {
            let capital = name[at..].starts_with(char::is_uppercase);
            let letter: String = if capital {
                letter.to_uppercase().collect()
            } else {
                letter.into()
            };
            format!("{}{letter}{}", &name[..at], &name[at + length..])
        }
        ('h', _) if lower.starts_with("jo") => format!("{}h{}", &name[..2], &name[2..]),
        ('e' | 'h', _) => format!("{name}{letter}"),
        _ => name.to_owned(),
    }
}

fn repeated(name: &str, letter: char, times: usize) -> String {
    let Some(at) = name.char_indices().rev().find(|(_, c)| same(*c, letter)) else {
        return name.to_owned();
    };
    let end = at.0 + at.1.len_utf8();
    let head = name[..end].trim_end_matches(|c| same(c, letter));
    let run = &name[head.len()..end];
    let first = run.chars().next().unwrap_or(letter);
    let rest: String = std::iter::repeat_n(letter, times.saturating_sub(1)).collect();
    format!("{head}{first}{rest}{}", &name[end..])
}
