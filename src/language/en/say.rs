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
/// Further ahead the same day of this year is the nearer one, so the year is said.
const YEAR_GOES_UNSAID_DAYS: i64 = 240;

pub(in crate::language) fn date(date: NaiveDate, today: NaiveDate) -> String {
    let weekday = WEEKDAYS[date.weekday().num_days_from_monday() as usize];
    let day = ordinal(date.day());
    let away = (date - today).num_days();
    let near = (0..=NEAR_DAYS).contains(&away) && date.month() == today.month();
    if near {
        return format!("{weekday} the {day}");
    }
    let month = MONTHS[date.month0() as usize];
    let far = !(0..=YEAR_GOES_UNSAID_DAYS).contains(&away);
    if far && date.year() != today.year() {
        format!("{weekday} the {day} of {month} {}", date.year())
    } else {
        format!("{weekday} the {day} of {month}")
    }
}

pub(in crate::language) fn time(time: NaiveTime) -> String {
    let (clock, part) = clock(time);
    match part {
        "" => clock,
        part => format!("{} {part}", bare(&clock)),
    }
}

pub(in crate::language) fn times(times: &[NaiveTime], join: Join) -> String {
    let clocks: Vec<_> = times.iter().map(|time| clock(*time)).collect();
    let said: Vec<String> = (0..)
        .zip(times)
        .map(|(index, time)| {
            let (clock, part) = &clocks[index];
            let next = clocks.get(index + 1).map(|(_, part)| part);
            // "Six or half past six in the evening": said with the last of those that share it.
            if !part.is_empty() && next == Some(part) {
                bare(clock).to_owned()
            } else {
                self::time(*time)
            }
        })
        .collect();
    list(&said, join)
}

pub(in crate::language) fn opening(from: NaiveTime, until: NaiveTime) -> (String, String) {
    let by_day = (5..=12).contains(&from.hour()) && until.hour() >= 12;
    if by_day {
        (
            bare(&clock(from).0).to_owned(),
            bare(&clock(until).0).to_owned(),
        )
    } else {
        (time(from), time(until))
    }
}

fn bare(clock: &str) -> &str {
    clock.trim_end_matches(" o'clock")
}

/// The hand and the part of the day; no part where the hour needs none.
fn clock(time: NaiveTime) -> (String, &'static str) {
    let (hour, minute) = (time.hour(), time.minute());
    match (hour, minute) {
        (0, 0) => return ("midnight".to_owned(), ""),
        (12, 0) => return ("noon".to_owned(), ""),
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
        5 => format!("five past {}", name(hour)),
        10 => format!("ten past {}", name(hour)),
        20 => format!("twenty past {}", name(hour)),
        25 => format!("twenty-five past {}", name(hour)),
        35 => format!("twenty-five to {}", name(hour + 1)),
        40 => format!("twenty to {}", name(hour + 1)),
        50 => format!("ten to {}", name(hour + 1)),
        55 => format!("five to {}", name(hour + 1)),
        1..=9 => format!("{} oh {}", name(hour), SMALL[minute as usize]),
        _ => format!("{} {minute}", name(hour)),
    };
    // Nine to five needs no word for the part of the day; what lies outside could be either half.
    let part = match hour {
        1..=8 => "in the morning",
        9..=16 => "",
        17 => "in the afternoon",
        18..=20 => "in the evening",
        _ => "at night",
    };
    (clock, part)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_date_is_said_with_no_more_than_it_needs() {
        let today = day(2026, 11, 17);
        for (date_of, said) in [
            (day(2026, 11, 17), "Tuesday the 17th"),
            (day(2026, 11, 24), "Tuesday the 24th"),
            (day(2026, 11, 21), "Saturday the 21st"),
            (day(2026, 11, 22), "Sunday the 22nd"),
            (day(2026, 11, 23), "Monday the 23rd"),
            (day(2026, 12, 1), "Tuesday the 1st of December"),
            (day(2027, 2, 11), "Thursday the 11th of February"),
            (day(2027, 11, 17), "Wednesday the 17th of November 2027"),
            (day(2026, 11, 10), "Tuesday the 10th of November"),
            (day(2025, 11, 10), "Monday the 10th of November 2025"),
        ] {
            assert_eq!(date(date_of, today), said);
        }
    }

    #[test]
    fn a_time_is_said_as_people_say_it() {
        for (hour, minute, said) in [
            (14, 30, "half past two"),
            (14, 15, "quarter past two"),
            (14, 45, "quarter to three"),
            (11, 45, "quarter to twelve"),
            (12, 45, "quarter to one"),
            (14, 0, "two o'clock"),
            (10, 0, "ten o'clock"),
            (10, 5, "five past ten"),
            (10, 20, "twenty past ten"),
            (10, 50, "ten to eleven"),
            (10, 7, "ten oh seven"),
            (10, 22, "ten 22"),
            (12, 0, "noon"),
            (12, 30, "half past twelve"),
            (0, 0, "midnight"),
            (0, 30, "half past twelve at night"),
            (7, 0, "seven in the morning"),
            (8, 30, "half past eight in the morning"),
            (19, 0, "seven in the evening"),
            (17, 45, "quarter to six in the afternoon"),
            (1, 30, "half past one in the morning"),
            (18, 0, "six in the evening"),
            (22, 15, "quarter past ten at night"),
            (23, 45, "quarter to twelve at night"),
        ] {
            assert_eq!(
                time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap()),
                said
            );
        }
        let when = day(2026, 11, 24).and_hms_opt(14, 30, 0).unwrap();
        assert_eq!(
            date_time(when, day(2026, 11, 17)),
            "Tuesday the 24th at half past two"
        );
    }

    #[test]
    fn the_part_of_the_day_is_said_once_for_all() {
        let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let said = |list: &[NaiveTime]| times(list, Join::Or);
        assert_eq!(
            said(&[at(18, 0), at(18, 30), at(20, 0)]),
            "six, half past six or eight in the evening"
        );
        assert_eq!(
            said(&[at(16, 0), at(17, 0)]),
            "four o'clock or five in the afternoon"
        );
        assert_eq!(
            said(&[at(17, 0), at(17, 30), at(18, 0)]),
            "five, half past five in the afternoon or six in the evening"
        );
        assert_eq!(opening(at(9, 0), at(18, 0)), ("nine".into(), "six".into()));
        assert_eq!(
            opening(at(18, 0), at(4, 0)),
            ("six in the evening".into(), "four in the morning".into())
        );
    }

    #[test]
    fn every_time_that_is_said_is_understood_again() {
        use crate::language::{Asked, Context, Times, Vocabulary, understand};
        let vocabulary = Vocabulary::default();
        let now = day(2026, 11, 17).and_hms_opt(10, 0, 0).unwrap();
        let context = Context {
            asked: Asked::Time,
            ..Context::new(now, &vocabulary)
        };
        for minute in 0..24 * 60 {
            let meant = NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).unwrap();
            let heard = understand(&time(meant), &context)
                .time
                .map(|heard| heard.value);
            let Some(Times::At(clock)) = heard else {
                panic!("{}: {heard:?}", time(meant));
            };
            assert_eq!(clock.time, meant, "{}", time(meant));
        }
    }

    #[test]
    fn every_date_that_is_said_is_understood_again() {
        use crate::language::{Asked, Context, Dates, Vocabulary, understand};
        let vocabulary = Vocabulary::default();
        let now = day(2026, 11, 17).and_hms_opt(10, 0, 0).unwrap();
        let context = Context {
            asked: Asked::When,
            ..Context::new(now, &vocabulary)
        };
        for meant in now.date().iter_days().take(800) {
            let said = date(meant, now.date());
            let heard = understand(&said, &context).date.map(|heard| heard.value);
            assert_eq!(heard, Some(Dates::On(meant)), "{said}");
        }
    }

    #[test]
    fn prices_are_said_in_the_words_of_their_currency() {
        for (minor, currency, said) in [
            (4500, "EUR", "45 euros"),
            (100, "EUR", "1 euro"),
            (1250, "GBP", "12 pounds 50"),
            (1205, "USD", "12 dollars 05"),
            (50, "GBP", "50 pence"),
            (99, "USD", "99 cents"),
            (0, "EUR", "free of charge"),
            (3000, "JPY", "3000 yen"),
            (12000, "SEK", "120 SEK"),
        ] {
            assert_eq!(money(&Money::new(minor, currency).unwrap()), said);
        }
    }

    #[test]
    fn a_list_has_its_joining_word_before_the_last() {
        let none: [&str; 0] = [];
        assert_eq!(list(&none, Join::Or), "");
        assert_eq!(list(&["two"], Join::Or), "two");
        assert_eq!(list(&["two", "three"], Join::And), "two and three");
        assert_eq!(
            list(&["two", "three", "four"], Join::Or),
            "two, three or four"
        );
    }

    #[test]
    fn digits_are_said_in_groups() {
        for (number, said) in [
            (
                "+14155550134",
                "plus one, four one five, five five five, zero one three four",
            ),
            (
                "4155550134",
                "four one five, five five five, zero one three four",
            ),
            ("0134", "zero one three four"),
            ("01", "zero one"),
            ("", ""),
        ] {
            assert_eq!(phone_digits(number), said);
        }
    }

    #[test]
    fn durations_and_spellings_are_said() {
        for (minutes, said) in [
            (45, "45 minutes"),
            (30, "half an hour"),
            (60, "an hour"),
            (75, "an hour and a quarter"),
            (90, "an hour and a half"),
            (80, "an hour and 20 minutes"),
            (120, "two hours"),
            (150, "two and a half hours"),
        ] {
            assert_eq!(duration(Duration::minutes(minutes)), said);
        }
        assert_eq!(spelling("O'Brien"), "O, B, R, I, E, N");
        assert_eq!(number(3), "three");
        assert_eq!(number(13), "13");
    }
}
