//! How many texts a text is sent, and paid, as.
//!
//! PURE. A text whose every character is in the telephone's own seven-bit alphabet holds 160 of them, or 153 in each of several
//! parts; one character outside it, and the whole text holds 70, or 67 in each part.

use std::borrow::Cow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// GSM-7.
    SevenBit,
    /// UCS-2.
    SixteenBit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub alphabet: Alphabet,
    pub segments: usize,
}

impl Alphabet {
    /// What one part alone holds, and what each of several holds beside the header that joins them.
    fn room(self) -> (usize, usize) {
        match self {
            Self::SevenBit => (160, 153),
            Self::SixteenBit => (70, 67),
        }
    }
}

pub fn count(text: &str) -> Count {
    let seven: Option<Vec<usize>> = text.chars().map(septets).collect();
    let (alphabet, lengths) = match seven {
        Some(lengths) => (Alphabet::SevenBit, lengths),
        None => (
            Alphabet::SixteenBit,
            text.chars().map(char::len_utf16).collect(),
        ),
    };
    let (alone, joined) = alphabet.room();
    let segments = if lengths.iter().sum::<usize>() <= alone {
        1
    } else {
        parts(&lengths, joined)
    };
    Count { alphabet, segments }
}

/// A character of two units is never split between two parts.
fn parts(lengths: &[usize], room: usize) -> usize {
    let mut parts = 1;
    let mut used = 0;
    for length in lengths {
        if used + length > room {
            parts += 1;
            used = 0;
        }
        used += length;
    }
    parts
}

/// What a character takes in the seven-bit alphabet; those behind the escape take two.
fn septets(c: char) -> Option<usize> {
    const BEYOND_ASCII: &str = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
    match c {
        '\u{c}' | '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' => Some(2),
        '`' => None,
        '\n' | '\r' | ' '..='~' => Some(1),
        _ => BEYOND_ASCII.contains(c).then_some(1),
    }
}

/// The same text without the typography that would make it cost double: curly quotes, long dashes, ellipses, odd spaces. Letters stay
/// as they are, because a name is spelled as it is spelled.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| plain_spelling(c).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match plain_spelling(c) {
            Some(spelling) => plain.push_str(spelling),
            None => plain.push(c),
        }
    }
    Cow::Owned(plain)
}

fn plain_spelling(c: char) -> Option<&'static str> {
    Some(match c {
        '‘' | '’' | '‚' | '‛' | '′' | '‹' | '›' | '`' | '´' | 'ʼ' => "'",
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '…' => "...",
        '•' | '·' => "*",
        '⁄' => "/",
        '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{2028}' | '\u{2029}' => "\n",
        // The joiner stays: it makes one picture of several.
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    /// A text as (piece, how often), and how Twilio's own calculator counts it, as it is and with its typography made plain.
    #[derive(Deserialize)]
    struct Case {
        text: Vec<(String, usize)>,
        gsm7: bool,
        segments: usize,
        plain_gsm7: bool,
        plain_segments: usize,
    }

    #[test]
    fn texts_are_counted_as_twilio_counts_them() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../fixtures/twilio/segments.json")).unwrap();
        assert_eq!(cases.len(), 26);
        for case in cases {
            let pieces = case.text.iter().map(|(piece, times)| piece.repeat(*times));
            let text: String = pieces.collect();
            let expected = |gsm7, segments| Count {
                alphabet: if gsm7 {
                    Alphabet::SevenBit
                } else {
                    Alphabet::SixteenBit
                },
                segments,
            };
            assert_eq!(count(&text), expected(case.gsm7, case.segments), "{text}");
            let made_plain = expected(case.plain_gsm7, case.plain_segments);
            assert_eq!(count(&plain(&text)), made_plain, "{text}");
        }
    }

    #[test]
    fn a_character_of_two_units_moves_whole_to_the_next_part() {
        assert_eq!(count(&format!("{}€", "x".repeat(152 + 153))).segments, 3);
        assert_eq!(count(&format!("{}😀", "ç".repeat(66 + 67))).segments, 3);
    }

    #[test]
    fn plain_text_is_handed_back_untouched_and_a_name_keeps_its_letters() {
        assert!(matches!(
            plain("See you at 2:30, João 👋"),
            Cow::Borrowed(_)
        ));
        assert_eq!(plain("It’s “soon” … "), "It's \"soon\" ... ");
    }

    proptest! {
        #[test]
        fn making_plain_twice_changes_nothing_more(text in "\\PC{0,200}") {
            let once = plain(&text).into_owned();
            prop_assert_eq!(plain(&once), once.as_str());
        }

        #[test]
        fn a_longer_text_never_costs_less(text in "[a-z€ç😀]{0,400}", more in "[a-z€ç😀]") {
            let longer = format!("{text}{more}");
            prop_assert!(count(&longer).segments >= count(&text).segments);
        }
    }
}
