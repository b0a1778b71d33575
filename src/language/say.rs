//! How to say things so that an ear gets them at once: dates, times, prices, lists, digits.
//!
//! Each function only picks the language; the words are in that language's own module. The lines around them are not
//! here but in `prompts/`.

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};

use super::{Country, Tongue, en, phone};
use crate::domain::Money;

/// "Tuesday the 24th", and as much of month and year as is needed from where `today` stands.
pub fn date(tongue: Tongue, date: NaiveDate, today: NaiveDate) -> String {
    match tongue {
        Tongue::English => en::say::date(date, today),
    }
}

/// "half past two"; "seven in the evening" where the bare hour could be taken for the other half of the day.
pub fn time(tongue: Tongue, time: NaiveTime) -> String {
    match tongue {
        Tongue::English => en::say::time(time),
    }
}

/// "half past five, six or seven in the evening": the part of the day once, where it is the same for all.
pub fn times(tongue: Tongue, times: &[NaiveTime], join: Join) -> String {
    match tongue {
        Tongue::English => en::say::times(times, join),
    }
}

/// "nine to six": from opening to closing, where nobody would take one for the other half of the day.
pub fn opening(tongue: Tongue, from: NaiveTime, until: NaiveTime) -> (String, String) {
    match tongue {
        Tongue::English => en::say::opening(from, until),
    }
}

/// "Tuesday the 24th at half past two".
pub fn date_time(tongue: Tongue, when: NaiveDateTime, today: NaiveDate) -> String {
    match tongue {
        Tongue::English => en::say::date_time(when, today),
    }
}

/// "45 euros", "12 pounds 50".
pub fn money(tongue: Tongue, money: &Money) -> String {
    match tongue {
        Tongue::English => en::say::money(money),
    }
}

/// What joins the last two of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    And,
    Or,
}

/// "two, three or four o'clock"-like lists: commas, and the joining word before the last.
pub fn list<T: AsRef<str>>(tongue: Tongue, items: &[T], join: Join) -> String {
    match tongue {
        Tongue::English => en::say::list(items, join),
    }
}

/// "twelve" up to twelve, digits from there: what both a voice and a reader take easily.
pub fn number(tongue: Tongue, number: u32) -> String {
    match tongue {
        Tongue::English => en::say::number(number),
    }
}

/// A telephone number digit by digit, in groups with pauses, as it is dialled in `country`.
pub fn phone_digits(tongue: Tongue, number: &str, country: Country) -> String {
    let digits = phone::as_dialled(number, country);
    match tongue {
        Tongue::English => en::say::phone_digits(&digits),
    }
}

/// "an hour and a half", "45 minutes".
pub fn duration(tongue: Tongue, duration: Duration) -> String {
    match tongue {
        Tongue::English => en::say::duration(duration),
    }
}

/// "S, M, I, T, H": for reading a spelling back.
pub fn spelling(tongue: Tongue, word: &str) -> String {
    match tongue {
        Tongue::English => en::say::spelling(word),
    }
}
