//! Who is at the other end, as far as Twilio knows.

use std::{convert::Infallible, fmt, str::FromStr};

use crate::domain::PhoneNumber;

/// Caller ID is a claim, and often not even a number: only `Number` can be called back or texted.
#[derive(Clone, PartialEq, Eq)]
pub enum Party {
    Number(PhoneNumber),
    /// Withheld or unknown, in any of its spellings.
    Anonymous,
    /// A program, an address of internet telephony, a short code, or an extension.
    Other(String),
}

impl Party {
    pub fn number(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Number(number) => Some(number),
            Self::Anonymous | Self::Other(_) => None,
        }
    }
}

/// Telephone exchanges that must send a number spell these on the keypad: `ANONYMOUS` becomes `+266696687`.
const WITHHELD: [&str; 7] = [
    "anonymous",
    "blocked",
    "private",
    "restricted",
    "unavailable",
    "unknown",
    "withheld",
];

fn is_withheld(text: &str) -> bool {
    let plain = text.trim().trim_start_matches('+');
    let spelled = |word: &&str| {
        plain.len() == word.len()
            && plain
                .bytes()
                .zip(word.bytes())
                .all(|(found, letter)| found == key_of(letter))
    };
    plain.is_empty()
        || WITHHELD
            .iter()
            .any(|word| plain.eq_ignore_ascii_case(word) || spelled(word))
}

fn key_of(letter: u8) -> u8 {
    match letter {
        b'a'..=b'c' => b'2',
        b'd'..=b'f' => b'3',
        b'g'..=b'i' => b'4',
        b'j'..=b'l' => b'5',
        b'm'..=b'o' => b'6',
        b'p'..=b's' => b'7',
        b't'..=b'v' => b'8',
        _ => b'9',
    }
}

impl FromStr for Party {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        if is_withheld(text) {
            return Ok(Self::Anonymous);
        }
        Ok(match PhoneNumber::new(text) {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Other(text.to_owned()),
        })
    }
}

/// Hides numbers, as `PhoneNumber` does.
impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Anonymous => f.write_str("anonymous"),
            Self::Other(_) => f.write_str("no number"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(text: &str) -> Party {
        text.parse().unwrap_or(Party::Anonymous)
    }

    #[test]
    fn a_withheld_number_is_known_in_every_spelling() {
        for text in [
            "",
            "anonymous",
            "Anonymous",
            "unknown",
            "Restricted",
            "+266696687",
            "266696687",
            "+7378742833",
            "+2562533",
            "+8656696",
            "+86282452253",
        ] {
            assert_eq!(party(text), Party::Anonymous, "{text}");
        }
    }

    #[test]
    fn only_an_international_number_can_be_texted() {
        assert!(party("+14155550134").number().is_some());
        for text in ["client:anna", "sip:anna@example.com", "88888", "5550134"] {
            assert_eq!(party(text), Party::Other(text.to_owned()));
        }
    }

    #[test]
    fn a_log_shows_no_number() {
        for text in ["+14155550134", "4155550134", "sip:4155550134@example.com"] {
            let shown = format!("{:?}", party(text));
            assert!(!shown.contains("555"), "{shown}");
        }
    }
}
