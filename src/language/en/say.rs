//! English, spoken: the words for dates, times, prices, lists and digits.

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use crate::{domain::Money, language::say::Join};

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const SMALL: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];
/// A date in the next four weeks is known by its day alone, even over the end of a month.
const NEAR_DAYS: i64 = 27;

pub(in crate::language) fn date(date: NaiveDate, today: NaiveDate) -> String {
    let weekday = WEEKDAYS[date.weekday().num_days_from_monday() as usize];
    let day = ordinal(date.day());
    let away = (date - today).num_days();
    let near = (0..=NEAR_DAYS).contains(&away) && date.month() == today.month();
    if near {
        return format!("{weekday} the {day}");
    }
    let month = MONTHS[date.month0() as usize];
    let far = !(0..=300).contains(&away);
    if far && date.year() != today.year() {
        format!("{weekday} the {day} of {month} {}", date.year())
    } else {
        format!("{weekday} the {day} of {month}")
    }
}

pub(in crate::language) fn time(time: NaiveTime) -> String {
    let (hour, minute) = (time.hour(), time.minute());
    match (hour, minute) {
        (0, 0) => return "midnight".to_owned(),
        (12, 0) => return "noon".to_owned(),
        _ => {}
    }
    let name = |hour: u32| {
        SMALL[if hour.is_multiple_of(12) {
            12
        } else {
            hour as usize % 12
        }]
    };
    let clock = match minute {
        0 => format!("{} o'clock", name(hour)),
        15 => format!("quarter past {}", name(hour)),
        30 => format!("half past {}", name(hour)),
        45 => format!("quarter to {}", name(hour + 1)),
        1..=9 => format!("{} oh {}", name(hour), SMALL[minute as usize]),
        _ => format!("{} {minute}", name(hour)),
    };
    // Nine to five needs no word for the part of the day; what lies outside could be either half.
    let part = match hour {
        5..=8 => " in the morning",
        9..=16 => return clock,
        17..=20 => " in the evening",
        _ => " at night",
    };
    format!("{}{part}", clock.trim_end_matches(" o'clock"))
}

pub(in crate::language) fn date_time(when: NaiveDateTime, today: NaiveDate) -> String {
    format!("{} at {}", date(when.date(), today), time(when.time()))
}

pub(in crate::language) fn money(money: &Money) -> String {
    // (one, many, smallest units in one). A currency without a word of its own is said by its code.
    let (one, many, parts) = match money.currency() {
        "EUR" => ("euro", "euros", 100),
        "USD" => ("dollar", "dollars", 100),
        "GBP" => ("pound", "pounds", 100),
        "CHF" => ("franc", "francs", 100),
        "CAD" => ("Canadian dollar", "Canadian dollars", 100),
        "AUD" => ("Australian dollar", "Australian dollars", 100),
        "NZD" => ("New Zealand dollar", "New Zealand dollars", 100),
        "INR" => ("rupee", "rupees", 100),
        "JPY" => ("yen", "yen", 1),
        "KRW" => ("won", "won", 1),
        code => (code, code, 100),
    };
    let (whole, rest) = (money.minor() / parts, money.minor() % parts);
    let unit = if whole == 1 { one } else { many };
    match (whole, rest) {
        (0, 0) => "free of charge".to_owned(),
        (whole, 0) => format!("{whole} {unit}"),
        (0, rest) if matches!(money.currency(), "GBP") => format!("{rest} pence"),
        (0, rest) => format!("{rest} cents"),
        (whole, rest) => format!("{whole} {unit} {rest:02}"),
    }
}

pub(in crate::language) fn list<T: AsRef<str>>(items: &[T], join: Join) -> String {
    let join = match join {
        Join::And => "and",
        Join::Or => "or",
    };
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {join} {}", first.join(", "), last.as_ref())
        }
    }
}

pub(in crate::language) fn number(number: u32) -> String {
    SMALL
        .get(number as usize)
        .map_or_else(|| number.to_string(), |&word| word.to_owned())
}

pub(in crate::language) fn phone_digits(number: &str) -> String {
    let digits: Vec<&str> = number.chars().filter_map(digit_name).collect();
    // From the back, as people group: the last four, then threes; a comma is a short pause for any voice.
    let mut groups = Vec::new();
    let mut rest = digits.as_slice();
    let mut size = 4;
    while !rest.is_empty() {
        let take = if rest.len() <= size + 1 && !groups.is_empty() && rest.len() <= 4 {
            rest.len()
        } else {
            size.min(rest.len())
        };
        let (front, group) = rest.split_at(rest.len() - take);
        groups.push(group.join(" "));
        rest = front;
        size = 3;
    }
    groups.reverse();
    groups.join(", ")
}

fn digit_name(c: char) -> Option<&'static str> {
    match c {
        '+' => Some("plus"),
        c => c.to_digit(10).map(|digit| SMALL[digit as usize]),
    }
}

pub(in crate::language) fn duration(duration: Duration) -> String {
    let minutes = duration.num_minutes().max(0);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    match (hours, minutes) {
        (0, 30) => "half an hour".to_owned(),
        (0, 1) => "a minute".to_owned(),
        (0, minutes) => format!("{minutes} minutes"),
        (1, 0) => "an hour".to_owned(),
        (1, 15) => "an hour and a quarter".to_owned(),
        (1, 30) => "an hour and a half".to_owned(),
        (hours, 0) => format!("{} hours", short(hours)),
        (hours, 30) => format!("{} and a half hours", short(hours)),
        (1, minutes) => format!("an hour and {minutes} minutes"),
        (hours, minutes) => format!("{} hours and {minutes} minutes", short(hours)),
    }
}

fn short(number: i64) -> String {
    u32::try_from(number).map_or_else(|_| number.to_string(), self::number)
}

pub(in crate::language) fn spelling(word: &str) -> String {
    let letters: Vec<String> = word
        .chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| c.to_uppercase().collect())
        .collect();
    letters.join(", ")
}

fn ordinal(day: u32) -> String {
    let suffix = match (day % 10, day % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{day}{suffix}")
}
