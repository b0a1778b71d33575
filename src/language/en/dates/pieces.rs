//! The smallest expressions that name days: "tomorrow", "next Tuesday", "the 24th", "3/4", "in two weeks". They are
//! found here one by one; the room above joins them ("Tuesday" and "the 24th").

use chrono::{Datelike, NaiveDate, Weekday};

use crate::language::{
    Asked, Confidence, Context, Country, Dates,
    calendar::{self, Pointing, earlier, later, months_later, week},
    en::{
        numbers::{below_hundred, count, digits, ordinal, year},
        tokens::Words,
    },
};

/// One expression, not yet a day of the calendar where its neighbours may still decide.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Weekday(Weekday, Pointing),
    /// "A Tuesday", "any Friday", "Mondays", "a weekday".
    AnyOf(Vec<Weekday>),
    /// "Tuesday the 24th".
    WeekdayOfMonth(Weekday, u32),
    WeekdayMonthDay(Weekday, u32, u32, Option<i32>),
    WeekdaysWithin(Vec<Weekday>, NaiveDate, NaiveDate),
    DayOfMonth(u32),
    MonthDay(u32, u32, Option<i32>),
    Exact(NaiveDate, Confidence),
    Range(NaiveDate, NaiveDate),
    Soonest,
    Any,
}

pub(super) const WEEKDAYS: [Weekday; 5] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
];

/// The expression that starts at `at`, and its number of words.
pub(super) fn piece(words: &Words<'_>, at: usize, context: &Context<'_>) -> Option<(Piece, usize)> {
    let today = context.now.date();
    named_day(words, at, context)
        .or_else(|| nth_weekday(words, at, today))
        .or_else(|| weekday(words, at, today))
        .or_else(|| month_day(words, at))
        .or_else(|| written(words, at, context.country))
        .or_else(|| span_of_days(words, at, today))
        .or_else(|| away(words, at, today))
        .or_else(|| day_of_month(words, at, context))
        .or_else(|| open(words, at))
}

fn named_day(words: &Words<'_>, at: usize, context: &Context<'_>) -> Option<(Piece, usize)> {
    let today = context.now.date();
    let exact = |date, length| Some((Piece::Exact(date, Confidence::Sure), length));
    if let Some(length) = words.any(at, &["the day after tomorrow", "day after tomorrow"]) {
        return exact(later(today, 2), length);
    }
    match words.at(at) {
        "today" if words.has(at + 1, "week") => return exact(later(today, 7), 2),
        "tomorrow" if words.has(at + 1, "week") => return exact(later(today, 8), 2),
        "today" | "tonight" => return exact(today, 1),
        "tomorrow" | "tomorow" | "tommorow" | "tommorrow" | "tmrw" => {
            return exact(later(today, 1), 1);
        }
        "yesterday" => return exact(earlier(today, 1), 1),
        "this" if words.is(at + 1, &["morning", "afternoon", "evening"]) => return exact(today, 1),
        _ => {}
    }
    let holiday = [
        ("christmas eve", 12, 24),
        ("christmas day", 12, 25),
        ("christmas", 12, 25),
        ("boxing day", 12, 26),
        ("new year eve", 12, 31),
        ("new years eve", 12, 31),
        ("new year day", 1, 1),
        ("new years day", 1, 1),
        ("valentine day", 2, 14),
        ("valentines day", 2, 14),
        ("halloween", 10, 31),
    ]
    .into_iter()
    .find(|(name, ..)| words.has(at, name));
    if let Some((name, month, day)) = holiday {
        return Some((Piece::MonthDay(month, day, None), name.split(' ').count()));
    }
    let day = context.day_in_talk?;
    for (phrases, date) in [
        (
            &["the same day", "same day", "that same day", "that day"][..],
            day,
        ),
        (
            &[
                "the day after",
                "the following day",
                "the next day",
                "a day later",
                "one day later",
            ],
            later(day, 1),
        ),
        (
            &["the day before", "a day earlier", "one day earlier"],
            earlier(day, 1),
        ),
        (
            &["the week after that", "a week later", "one week later"],
            later(day, 7),
        ),
    ] {
        if let Some(length) = words.any(at, phrases) {
            return Some((Piece::Exact(date, Confidence::Unsure), length));
        }
    }
    None
}

fn day_name(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" => Weekday::Mon,
        "tuesday" | "tue" | "tues" => Weekday::Tue,
        "wednesday" | "wed" | "weds" => Weekday::Wed,
        "thursday" | "thu" | "thur" | "thurs" => Weekday::Thu,
        "friday" | "fri" => Weekday::Fri,
        "saturday" | "sat" => Weekday::Sat,
        "sunday" | "sun" => Weekday::Sun,
        _ => return None,
    })
}

fn weekday(words: &Words<'_>, at: usize, today: NaiveDate) -> Option<(Piece, usize)> {
    let prefixes: [(&[&str], Option<Pointing>); 6] = [
        (
            &[
                "this coming",
                "the coming",
                "coming",
                "the upcoming",
                "upcoming",
            ],
            Some(Pointing::Alone),
        ),
        (&["this"], Some(Pointing::This)),
        (
            &["the next", "next", "the following", "following"],
            Some(Pointing::Next),
        ),
        (&["last", "this past", "the past"], Some(Pointing::Last)),
        (
            &["a week on", "week on", "a week from", "a week"],
            Some(Pointing::WeeksLater(1)),
        ),
        (&["any", "a", "every", "some"], None),
    ];
    let prefix = prefixes.into_iter().find_map(|(phrases, pointing)| {
        let length = words.any(at, phrases)?;
        let day = day_name(words.at(at + length))?;
        Some((day, pointing, length))
    });
    if let Some((day, pointing, length)) = prefix {
        let piece = pointing.map_or_else(|| Piece::AnyOf(vec![day]), |p| Piece::Weekday(day, p));
        return Some((piece, length + 1));
    }
    let word = words.at(at);
    if let Some(length) = words.any(
        at,
        &[
            "a weekday",
            "any weekday",
            "weekdays",
            "weekday",
            "during the week",
        ],
    ) {
        return Some((Piece::AnyOf(WEEKDAYS.to_vec()), length));
    }
    if let Some(day) = day_name(word) {
        // "I sat", "in the sun": only where a day is plausible.
        let loose = matches!(word, "sat" | "sun" | "mon" | "wed");
        if loose && !words.is(at.wrapping_sub(1), &["", "on", "or", "and", "for", "by"]) {
            return None;
        }
        // "Tuesday 24": a day of the month where that day is a Tuesday, else perhaps an hour.
        let number = digits(words.at(at + 1), 2).filter(|number| (13..=31).contains(number));
        let has_month = month_name(words.at(at + 2)).is_some();
        if let Some(number) = number.filter(|_| !has_month && !is_clock(words, at + 1))
            && calendar::weekday_of_month(day, number, today).0 != Dates::Impossible
        {
            return Some((Piece::WeekdayOfMonth(day, number), 2));
        }
        let a_week_later = words.any(at + 1, &["after next", "week"]);
        let pointing = a_week_later.map_or(Pointing::Alone, |_| Pointing::WeeksLater(1));
        return Some((Piece::Weekday(day, pointing), 1 + a_week_later.unwrap_or(0)));
    }
    let plural = word.strip_suffix('s').filter(|day| day.ends_with("day"));
    plural
        .and_then(day_name)
        .map(|day| (Piece::AnyOf(vec![day]), 1))
}

/// "The first Monday of March", "the last Friday of next month".
fn nth_weekday(words: &Words<'_>, at: usize, today: NaiveDate) -> Option<(Piece, usize)> {
    let article = usize::from(words.at(at) == "the");
    let (nth, length) = match words.at(at + article) {
        "last" => (None, 1),
        _ => ordinal(words, at + article)
            .filter(|(nth, _)| (1..=5).contains(nth))
            .map(|(nth, length)| (Some(nth), length))?,
    };
    let named = at + article + length;
    let weekday = day_name(words.at(named))?;
    let of = words.any(named + 1, &["of the", "in the", "of", "in"])?;
    let month_at = named + 1 + of;
    let this = calendar::month(today).0;
    let (first, more) = match words.any(
        month_at,
        &["next month", "this month", "month", "following month"],
    ) {
        Some(length) if words.is(month_at, &["next", "following"]) => {
            (months_later(this, 1), length)
        }
        Some(length) => (this, length),
        None => (
            calendar::named_month(month_name(words.at(month_at))?, today).0,
            1,
        ),
    };
    let (first, last) = calendar::month(first);
    let date = match nth {
        Some(nth) => later(
            calendar::coming(weekday, earlier(first, 1)),
            u64::from(nth - 1) * 7,
        ),
        None => earlier(calendar::coming(weekday, last), 7),
    };
    // There may be no fifth Friday.
    let piece = if date > last {
        Piece::MonthDay(2, 30, None)
    } else {
        Piece::Exact(date, Confidence::Sure)
    };
    Some((piece, month_at + more - at))
}

pub(super) fn month_name(word: &str) -> Option<u32> {
    Some(match word {
        "january" | "jan" => 1,
        "february" | "feb" | "febuary" => 2,
        "march" | "mar" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sep" | "sept" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    })
}

/// "March 3rd", "the third of March", "3 March 2027".
fn month_day(words: &Words<'_>, at: usize) -> Option<(Piece, usize)> {
    let day_at = |at: usize| {
        let article = usize::from(words.at(at) == "the");
        let (day, length) = ordinal(words, at + article).or_else(|| {
            below_hundred(words, at + article).filter(|_| !is_clock(words, at + article))
        })?;
        (1..=99).contains(&day).then_some((day, article + length))
    };
    let with_year = |month, day, length: usize| {
        let comma = usize::from(words.at(at + length) == "of");
        let (year, more) = match year(words, at + length + comma) {
            Some((year, more))
                if !words.is(at + length + comma + more, &["am", "pm", "oclock"]) =>
            {
                (i32::try_from(year).ok(), comma + more)
            }
            _ => (None, 0),
        };
        Some((Piece::MonthDay(month, day, year), length + more))
    };
    if let Some(month) = month_name(words.at(at)) {
        // "May I come at two": a month only with its day right behind.
        let (day, length) = day_at(at + 1)?;
        return with_year(month, day, 1 + length);
    }
    let (day, length) = day_at(at)?;
    let of = usize::from(words.at(at + length) == "of");
    let month = month_name(words.at(at + length + of))?;
    if words.at(at + length) == "may" && words.is(at + length + 1, &["i", "we", "be"]) {
        return None;
    }
    with_year(month, day, length + of + 1)
}

/// The number at `at` is the hour of a clock: "2 pm", "2:30".
fn is_clock(words: &Words<'_>, at: usize) -> bool {
    let length = below_hundred(words, at).map_or(1, |(_, length)| length);
    let next = at + length;
    words.is(next, &["am", "pm", "oclock", ":"]) || words.has(next, "a m") || words.has(next, "p m")
}

/// "24/3", "3/24/2027", "2027-03-24", "24.3.2027".
fn written(words: &Words<'_>, at: usize, country: Country) -> Option<(Piece, usize)> {
    let number = |at| digits(words.at(at), 4);
    let mark = words.at(at + 1);
    let (first, second) = (number(at)?, number(at + 2)?);
    let third = number(at + 4).filter(|_| words.at(at + 3) == mark);
    match (mark, third) {
        ("-" | "/", Some(day)) if words.at(at).len() == 4 => {
            let year = i32::try_from(first).ok();
            Some((Piece::MonthDay(second, day, year), 5))
        }
        ("/" | "-" | ".", Some(year)) => {
            let (month, day) = month_first(first, second, country);
            let year = match year {
                0..70 => year + 2000,
                70..100 => year + 1900,
                year => year,
            };
            Some((Piece::MonthDay(month, day, i32::try_from(year).ok()), 5))
        }
        ("/", None) => {
            let (month, day) = month_first(first, second, country);
            Some((Piece::MonthDay(month, day, None), 3))
        }
        _ => None,
    }
}

/// Americans write the month first; where that makes no date, they did not.
fn month_first(first: u32, second: u32, country: Country) -> (u32, u32) {
    let american = matches!(country, Country::US | Country::PH);
    if american && first <= 12 || second > 12 {
        (first, second)
    } else {
        (second, first)
    }
}

/// A period, from today: its first and last day.
type Period = fn(NaiveDate) -> (NaiveDate, NaiveDate);

#[rustfmt::skip]
const PERIODS: &[(&[&str], Period)] = &[
    (&["the week after next", "week after next"], |today| week(today, 2)),
    (&["early next week", "beginning of next week", "start of next week", "first thing next week"], |today| within_week(today, 1, 0, 2)),
    (&["later next week", "late next week", "end of next week", "back end of next week"], |today| within_week(today, 1, 2, 4)),
    (&["middle of next week", "mid next week"], |today| within_week(today, 1, 1, 3)),
    (&["next weekend", "the weekend after"], |today| within_week(today, 1, 5, 6)),
    (&["this coming weekend", "this weekend", "the weekend", "weekend", "at the weekend"], |today| within_week(today, 0, 5, 6)),
    (&["next week", "the following week", "coming week", "the week after"], |today| week(today, 1)),
    (&["later this week", "end of this week", "end of the week", "later in the week", "back end of the week"], |today| within_week(today, 0, 3, 5)),
    (&["earlier in the week", "early in the week", "beginning of the week", "start of the week"], |today| within_week(today, 1, 0, 2)),
    (&["rest of the week"], |today| (later(today, 1), week(today, 0).1)),
    (&["this week", "week we are in"], |today| week(today, 0)),
    (&["next few days", "next couple of days", "in the coming days", "coming days", "in a few days"], |today| (later(today, 1), later(today, 4))),
    (&["beginning of next month", "start of next month", "early next month"], |today| part_of_month(months_later(today, 1), 0)),
    (&["middle of next month"], |today| part_of_month(months_later(today, 1), 1)),
    (&["end of next month", "late next month"], |today| part_of_month(months_later(today, 1), 2)),
    (&["end of the month", "end of this month", "later this month"], |today| part_of_month(today, 2)),
    (&["middle of the month", "middle of this month"], |today| part_of_month(today, 1)),
    (&["next month", "the following month"], |today| calendar::month(months_later(today, 1))),
    (&["this month", "rest of the month"], calendar::month),
];

/// Days `first` to `last` (Monday is 0) of the week so many weeks from now.
fn within_week(today: NaiveDate, weeks: u64, first: u64, last: u64) -> (NaiveDate, NaiveDate) {
    let monday = week(today, weeks).0;
    (later(monday, first), later(monday, last))
}

/// "Next week", "the weekend", "early March", "the first week of June".
fn span_of_days(words: &Words<'_>, at: usize, today: NaiveDate) -> Option<(Piece, usize)> {
    let period = PERIODS
        .iter()
        .find_map(|(phrases, period)| Some((words.any(at, phrases)?, period)));
    if let Some((length, period)) = period {
        let (from, to) = period(today);
        return Some((Piece::Range(from.max(today), to.max(today)), length));
    }
    next_few(words, at, today).or_else(|| in_month(words, at, today))
}

/// "In the next two weeks", "within a month".
fn next_few(words: &Words<'_>, at: usize, today: NaiveDate) -> Option<(Piece, usize)> {
    let leads = [
        "in the next",
        "within the next",
        "over the next",
        "the next",
        "next",
        "within",
    ];
    let lead = words.any(at, &leads)?;
    let (number, length) = count(words, at + lead)?;
    let unit = match words.at(at + lead + length) {
        "day" | "days" => 1,
        "week" | "weeks" => 7,
        "month" | "months" => 30,
        _ => return None,
    };
    let last = later(today, u64::from(number) * unit);
    Some((Piece::Range(today, last), lead + length + 1))
}

/// "In March", "early March", "the end of June", "the first week of May", "next May".
fn in_month(words: &Words<'_>, at: usize, today: NaiveDate) -> Option<(Piece, usize)> {
    let third = |phrases: &[&str]| {
        words
            .any(at, phrases)
            .and_then(|length| Some((length, month_name(words.at(at + length))?)))
    };
    let thirds: [&[&str]; 3] = [
        &[
            "early",
            "early in",
            "beginning of",
            "start of",
            "first week of",
            "first week in",
        ],
        &["mid", "middle of"],
        &["late", "late in", "end of", "last week of", "last week in"],
    ];
    for (place, phrases) in thirds.iter().enumerate() {
        if let Some((length, month)) = third(phrases) {
            let (from, to) = part_of_month(calendar::named_month(month, today).0, place);
            return Some((Piece::Range(from.max(today), to.max(today)), length + 1));
        }
    }
    let (length, month) = third(&["in", "during", "of", "sometime in", "this", "next", "for"])?;
    let (from, to) = calendar::named_month(month, today);
    Some((Piece::Range(from.max(today), to), length + 1))
}

/// The first, second or last ten days or so of the month of a date.
fn part_of_month(date: NaiveDate, third: usize) -> (NaiveDate, NaiveDate) {
    let (first, last) = calendar::month(date);
    match third {
        0 => (first, later(first, 9)),
        1 => (later(first, 9), later(first, 19)),
        _ => (earlier(last, 9), last),
    }
}

/// "In two weeks", "three days from now", "a week from tomorrow", "a fortnight today".
fn away(words: &Words<'_>, at: usize, today: NaiveDate) -> Option<(Piece, usize)> {
    let lead = usize::from(words.at(at) == "in");
    let (number, length) =
        count(words, at + lead).or_else(|| words.is(at + lead, &["couple"]).then_some((2, 1)))?;
    let unit = at + lead + length;
    // "Four day's time", "two weeks' time".
    let (date, sure) = match words.at(unit) {
        "day" | "days" => (later(today, number.into()), true),
        "week" | "weeks" => (later(today, u64::from(number) * 7), false),
        "fortnight" => (later(today, 14), false),
        "month" | "months" => (months_later(today, number), false),
        _ => return None,
    };
    let mut end = unit + 1;
    if words.at(end) == "time" {
        end += 1;
    }
    let from = words.any(
        end,
        &[
            "from now",
            "from today",
            "from tomorrow",
            "after tomorrow",
            "today",
            "ahead",
            "out",
        ],
    );
    let shifted = words.has(end, "from tomorrow") || words.has(end, "after tomorrow");
    if lead == 0 && from.is_none() {
        return None;
    }
    let date = if shifted { later(date, 1) } else { date };
    let sure = sure || from.is_some_and(|_| !words.has(end, "from now") && !words.has(end, "out"));
    let confidence = if sure {
        Confidence::Sure
    } else {
        Confidence::Unsure
    };
    Some((Piece::Exact(date, confidence), end + from.unwrap_or(0) - at))
}

/// "The 24th", "on the first". "The first" alone is an offer where there are offers, and "a second" is no day.
fn day_of_month(words: &Words<'_>, at: usize, context: &Context<'_>) -> Option<(Piece, usize)> {
    let article = usize::from(words.at(at) == "the");
    let at_number = at + article;
    let on =
        words.is(at.wrapping_sub(1), &["on", "for"]) || words.has(at.wrapping_sub(2), "day is");
    if let Some((day, length)) = ordinal(words, at_number) {
        let next = words.at(at_number + length);
        let counts = matches!(
            next,
            "one"
                | "option"
                | "offer"
                | "slot"
                | "available"
                | "time"
                | "choice"
                | "floor"
                | "thing"
                | "appointment"
                | "visit"
                | "week"
                | "opening"
                | "possible"
                | "of"
                | "name"
                | "letter"
                | "half"
                | "street"
                | "thought"
                | "thoughts"
                | "try"
                | "hand"
                | "avenue"
        ) && words
            .any(
                at_number + length,
                &[
                    "of the month",
                    "of this",
                    "of next",
                    "of the next",
                    "of the following",
                ],
            )
            .is_none();
        // "The first" to "the fifth" count other things as well.
        let small = day <= 5;
        let written = words
            .at(at_number)
            .starts_with(|c: char| c.is_ascii_digit());
        let day_asked = matches!(context.asked, Asked::When | Asked::ConfirmBooking)
            && article == 1
            && context.offers.len() < 2;
        let good = (1..=31).contains(&day)
            && !counts
            && (on || written || !small || day_asked)
            && (article == 1 || on || written || day > 5);
        let of_month = words
            .any(at_number + length, &["of the month", "of this month"])
            .unwrap_or(0);
        return (good || of_month > 0)
            .then_some((Piece::DayOfMonth(day), article + length + of_month));
    }
    // A recogniser's "the 24".
    let day = digits(words.at(at_number), 2).filter(|day| (1..=31).contains(day))?;
    let bare =
        article == 1 && on && !is_clock(words, at_number) && !is_counting(words.at(at_number + 1));
    bare.then_some((Piece::DayOfMonth(day), article + 1))
}

fn is_counting(word: &str) -> bool {
    matches!(
        word,
        "minute" | "minutes" | "hour" | "hours" | "people" | "oclock" | "dollar" | "euro"
    )
}

/// "As soon as possible", "any day".
fn open(words: &Words<'_>, at: usize) -> Option<(Piece, usize)> {
    const SOONEST: &[&str] = &[
        "as soon as possible",
        "as soon as you can",
        "as soon as i can",
        "as soon as you have",
        "as early as possible",
        "as quickly as possible",
        "as quick as possible",
        "asap",
        "a s a p",
        "soonest possible",
        "soonest",
        "soon as possible",
        "next available",
        "first available",
        "earliest available",
        "earliest possible",
        "earliest appointment",
        "earliest slot",
        "earliest opening",
        "earliest you have",
        "earliest you can",
        "next opening",
        "next free",
        "next slot",
        "next appointment you have",
        "first appointment you have",
        "first opening",
        "first free",
        "right away",
        "right now",
        "straight away",
        "immediately",
    ];
    const ANY: &[&str] = &[
        "any day",
        "any date",
        "whichever day",
        "whatever day",
        "whenever",
        "i am flexible",
        "i am easy",
        "no preference on the day",
        "day does not matter",
        "does not matter when",
        "do not mind when",
    ];
    if let Some(length) = words.any(at, SOONEST) {
        return Some((Piece::Soonest, length));
    }
    words.any(at, ANY).map(|length| (Piece::Any, length))
}

/// The week that a day is in, for "the week of the 24th".
pub(super) fn week_of(date: NaiveDate) -> Piece {
    let (from, to) = week(date, 0);
    debug_assert!(from.weekday() == Weekday::Mon, "weeks begin on Monday");
    Piece::Range(from, to)
}
