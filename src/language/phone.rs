//! Digits to telephone numbers: which country they belong to, and whether there are enough of them.
//!
//! It works on digits only, from whatever source (spoken, typed on the keypad); how a language says digits is not
//! known here.

use phonenumber::metadata::{DATABASE, Metadata};

use super::{Confidence, Country, PhoneHeard};
use crate::domain::PhoneNumber;

/// No number anywhere has more, with its country code and a prefix to leave the country.
const MOST_DIGITS: usize = 18;

/// Reads digits (with `+` in front if a country code was said) as a number of `country`.
pub fn from_digits(digits: &str, country: Country) -> (PhoneHeard, Confidence) {
    let plus = digits.starts_with('+');
    let mut plain: String = digits.chars().filter(char::is_ascii_digit).collect();
    let kept = if plus {
        format!("+{plain}")
    } else {
        plain.clone()
    };
    if plain.len() > MOST_DIGITS {
        return (PhoneHeard::Wrong(kept), Confidence::Sure);
    }
    let home = DATABASE.by_id(country.as_ref());
    let leaves_country = home
        .and_then(prefix_out)
        .and_then(|prefix| plain.strip_prefix(prefix));
    if let Some(rest) = leaves_country.filter(|_| !plus) {
        plain = rest.to_owned();
        return international(&plain, kept);
    }
    if plus {
        return international(&plain, kept);
    }
    let Some(home) = home else {
        return (PhoneHeard::Part(kept), Confidence::Unsure);
    };
    // With its trunk prefix ("0" in London, "1" in Boston) or without.
    let national = home
        .national_prefix()
        .and_then(|prefix| plain.strip_prefix(prefix))
        .unwrap_or(&plain);
    for national in [national, plain.as_str()] {
        if let Some(found) = in_plan(national, home) {
            return found;
        }
    }
    if national.len() < longest(home) {
        return (PhoneHeard::Part(kept), Confidence::Sure);
    }
    // "Forty four, two oh ...": the country's own code, and nobody said "plus".
    let own = plain
        .strip_prefix(&home.country_code().to_string())
        .and_then(|national| in_plan(national, home));
    own.unwrap_or((PhoneHeard::Wrong(kept), Confidence::Sure))
}

/// The digits as they are dialled within `country`; a number from elsewhere keeps its `+` and its code.
pub fn as_dialled(number: &str, country: Country) -> String {
    let home = DATABASE.by_id(country.as_ref());
    let national = home.and_then(|home| {
        let digits = number.strip_prefix('+')?;
        let national = digits.strip_prefix(&home.country_code().to_string())?;
        // Britain dials its 0 before every number; America its 1 only before those from far away.
        let trunk = home.national_prefix().filter(|prefix| *prefix == "0");
        Some(format!("{}{national}", trunk.unwrap_or_default()))
    });
    national.unwrap_or_else(|| number.to_owned())
}

/// Digits that begin with a country code. `kept` is how they were said.
fn international(digits: &str, kept: String) -> (PhoneHeard, Confidence) {
    let plans = (1..=3).filter_map(|length| {
        let code = digits.get(..length)?.parse::<u16>().ok()?;
        Some((length, DATABASE.by_code(&code)?))
    });
    let mut may_go_on = digits.len() < 4;
    for (length, plans) in plans {
        for plan in plans {
            // "Plus forty four, oh seven ...": the zero that nobody dials from abroad.
            let national = &digits[length..];
            let without_trunk = plan
                .national_prefix()
                .filter(|prefix| *prefix == "0")
                .and_then(|prefix| national.strip_prefix(prefix));
            for national in [Some(national), without_trunk].into_iter().flatten() {
                if let Some(found) = in_plan(national, plan) {
                    return found;
                }
            }
            may_go_on |= without_trunk.unwrap_or(national).len() < longest(plan);
        }
    }
    if may_go_on {
        (PhoneHeard::Part(kept), Confidence::Sure)
    } else {
        (PhoneHeard::Wrong(kept), Confidence::Sure)
    }
}

/// A whole number of this plan. One of the plan's full length counts even if nobody has it, but unsurely;
/// a shorter one could be the beginning of a longer, and must be one that exists.
fn in_plan(national: &str, plan: &Metadata) -> Option<(PhoneHeard, Confidence)> {
    if !lengths(plan).any(|length| length == national.len()) {
        return None;
    }
    let number = PhoneNumber::new(&format!("+{}{national}", plan.country_code())).ok()?;
    let exists = phonenumber::parse(None, number.as_str())
        .is_ok_and(|number| phonenumber::is_valid(&number));
    if exists {
        Some((PhoneHeard::Number(number), Confidence::Sure))
    } else {
        (national.len() == longest(plan))
            .then_some((PhoneHeard::Number(number), Confidence::Unsure))
    }
}

fn longest(plan: &Metadata) -> usize {
    lengths(plan).max().unwrap_or(15)
}

/// How long this plan's numbers are, without country code and trunk prefix.
fn lengths(plan: &Metadata) -> impl Iterator<Item = usize> {
    let kinds = plan.descriptors();
    [kinds.fixed_line(), kinds.mobile(), kinds.toll_free()]
        .into_iter()
        .flatten()
        .flat_map(|kind| kind.possible_length().iter().copied().map(usize::from))
}

/// What is dialled before a country code: "011" in North America, "00" nearly everywhere else.
fn prefix_out(plan: &Metadata) -> Option<&'static str> {
    match plan.country_code() {
        1 => Some("011"),
        7 | 55 | 57 | 61 | 62 | 65 | 66 | 81 | 82 => None,
        _ => Some("00"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_the_same_country_is_said_without_its_code() {
        let said = as_dialled;
        assert_eq!(said("+12125550177", Country::US), "2125550177");
        assert_eq!(said("+442079460123", Country::GB), "02079460123");
        assert_eq!(said("+442079460123", Country::US), "+442079460123");
    }

    fn number(text: &str) -> PhoneHeard {
        PhoneHeard::Number(PhoneNumber::new(text).unwrap())
    }

    #[test]
    fn a_number_is_whole_when_its_plan_says_so() {
        for (digits, country, whole) in [
            ("4155550134", Country::US, "+14155550134"),
            ("14155550134", Country::US, "+14155550134"),
            ("+14155550134", Country::GB, "+14155550134"),
            ("02079460123", Country::GB, "+442079460123"),
            ("2079460123", Country::GB, "+442079460123"),
            ("+4402079460123", Country::GB, "+442079460123"),
            ("00442079460123", Country::DE, "+442079460123"),
            ("011442079460123", Country::US, "+442079460123"),
            ("442079460123", Country::GB, "+442079460123"),
        ] {
            assert_eq!(from_digits(digits, country).0, number(whole), "{digits}");
        }
    }

    #[test]
    fn too_few_digits_are_kept_for_the_ones_to_come() {
        for (digits, country) in [
            ("415555", Country::US),
            ("5550134", Country::US),
            ("+44", Country::US),
            ("0207", Country::GB),
            ("", Country::US),
        ] {
            assert_eq!(
                from_digits(digits, country),
                (PhoneHeard::Part(digits.to_owned()), Confidence::Sure)
            );
        }
    }

    #[test]
    fn too_many_digits_are_no_number() {
        for (digits, country) in [
            ("41555501345", Country::US),
            ("020794601234567", Country::GB),
            ("+1415555013456", Country::US),
            ("1234567890123456789012345", Country::US),
        ] {
            let (heard, _) = from_digits(digits, country);
            assert!(matches!(heard, PhoneHeard::Wrong(_)), "{digits}: {heard:?}");
        }
    }

    #[test]
    fn a_number_of_the_right_length_that_nobody_can_have_is_unsure() {
        let (heard, confidence) = from_digits("1155550134", Country::US);
        assert!(
            confidence == Confidence::Unsure || matches!(heard, PhoneHeard::Part(_)),
            "{heard:?}"
        );
    }
}
