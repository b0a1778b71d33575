//! Telephone numbers, always E.164.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Invalid;

/// A number in E.164 form (`+442079460123`): the one form in which two spellings of a number are equal.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = r"^\+[1-9][0-9]{6,14}$", example = "+14155550134")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Takes E.164 only, with the spaces, dashes, dots and brackets that people put into it.
    pub fn new(text: &str) -> Result<Self, Invalid> {
        let plain: String = text
            .trim()
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
            .collect();
        let digits = plain.strip_prefix('+').unwrap_or_default();
        if (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
        {
            Ok(Self(plain))
        } else {
            Err(Invalid::new(
                "must be an international number: `+`, the country code and the number, like +14155550134",
            ))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough to tell two numbers apart in a log, too little to call one.
    pub fn masked(&self) -> String {
        format!("…{}", &self.0[self.0.len().saturating_sub(2)..])
    }
}

impl FromStr for PhoneNumber {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::new(text)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::new(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Numbers reach logs through `{:?}` more easily than through `{}`, so `{:?}` hides them.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_are_equal() {
        assert_eq!(
            PhoneNumber::new("+1 (415) 555-0134").unwrap(),
            PhoneNumber::new("+14155550134").unwrap()
        );
    }

    #[test]
    fn what_is_not_international_is_refused_with_the_remedy() {
        for text in [
            "",
            "5550134",
            "+0123456789",
            "+1415555o134",
            "+1234567890123456",
            "+",
        ] {
            let refused = PhoneNumber::new(text).unwrap_err();
            assert!(refused.to_string().contains("country code"), "{text}");
        }
    }

    #[test]
    fn debug_output_hides_the_number() {
        let shown = format!("{:?}", PhoneNumber::new("+14155550134").unwrap());
        assert!(!shown.contains("555"), "{shown}");
    }
}
